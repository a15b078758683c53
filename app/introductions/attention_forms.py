"""What an organization asks of the attention it gives."""

from __future__ import annotations

import datetime
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app import clock
from app.forms import BaseForm
from app.matching.attending import LONGEST_PAUSE
from app.matching.models import Attention
from app.organizations.queries import LARGEST_ID

UNTIL_DAY = "day"
WEEKS = (2, 4, 8)


def _version() -> Any:
    return IntegerField(widget=HiddenInput(), default=0, validators=[NumberRange(0, LARGEST_ID)])


def _number(label: Any, description: Any) -> Any:
    return SelectField(
        label, description=description, coerce=lambda value: int(value or 0), validators=[Optional()]
    )


class NumbersForm(BaseForm):
    """How much at once; 0 stands for what the site gives."""

    most_in = _number(
        _("Requests that wait for your answer"),
        _("When so many wait, you get no new one until you have answered."),
    )
    most_out = _number(
        _("Matches in all"),
        _("Those that you said yes to count too, and introductions."),
    )
    version = _version()

    def __init__(self, *args: Any, cap: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = gettext("%(cap)d, as everybody", cap=cap)
        for field in (self.most_in, self.most_out):
            field.choices = [(0, given), *((number, str(number)) for number in range(1, cap))]

    @classmethod
    def showing(cls, row: Attention | None, cap: int) -> NumbersForm:
        """The form as it is opened."""
        return cls(
            formdata=None,
            cap=cap,
            most_in=(row.most_in or 0) if row else 0,
            most_out=(row.most_out or 0) if row else 0,
            version=row.version if row else 0,
        )

    def numbers(self) -> tuple[int | None, int | None]:
        """The two numbers of a form that passed."""
        return self.most_in.data or None, self.most_out.data or None


class PauseForm(BaseForm):
    """Get nothing new for some weeks or until a day."""

    length = RadioField(
        _("Pause for"),
        validate_choice=False,
        validators=[AnyOf([*map(str, WEEKS), UNTIL_DAY], message=_("Choose how long to pause."))],
    )
    until = DateField(
        _("Back on"),
        validators=[Optional()],
        description=_("Only with “until a day”: the first day with new requests, within the next 180 days."),
    )
    version = _version()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weeks = [(str(one), ngettext("One week", "%(num)d weeks", one)) for one in WEEKS]
        self.length.choices = [SelectChoice(*one) for one in [*weeks, (UNTIL_DAY, gettext("Until a day"))]]

    @classmethod
    def showing(cls, row: Attention | None) -> PauseForm:
        """The form as it is opened."""
        return cls(formdata=None, length=str(WEEKS[0]), version=row.version if row else 0)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        if not super().validate(*args, **kwargs):
            return False
        today, day = clock.now().date(), self.until.data
        if self.length.data != UNTIL_DAY or (day is not None and today < day <= today + LONGEST_PAUSE):
            return True
        self.until.errors = [gettext("Choose a day after today and within the next 180 days.")]
        return False

    def day(self) -> datetime.date:
        """The first day after the pause, of a form that passed."""
        if self.length.data != UNTIL_DAY:
            return clock.now().date() + datetime.timedelta(weeks=int(self.length.data or WEEKS[0]))
        if self.until.data is None:
            raise ValueError("this form did not pass")
        return self.until.data

"""What a side may answer to a match."""

from __future__ import annotations

import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import DateField, IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from app import clock
from app.forms import BaseForm
from app.introductions.line_queries import Lines
from app.introductions.lines import TypedLine
from app.introductions.models import LONGEST_LINE, NoReason
from app.introductions.services import LONGEST_NOT_NOW
from app.organizations.queries import LARGEST_ID

NO_REASONS = {
    NoReason.NOT_RELEVANT: _("It does not fit what we need or offer"),
    NoReason.NO_CAPACITY: _("We have no capacity"),
    NoReason.TIMING: _("The time is not right"),
    NoReason.COMPETITOR: _("They may be a competitor"),
    NoReason.REGULATION: _("A rule stands in the way"),
    NoReason.ALREADY_IN_TOUCH: _("We are in touch already"),
    NoReason.OTHER: _("Another reason"),
}


def today() -> datetime.date:
    """The present day where the signed-in person is."""
    return clock.now().astimezone(current_user.zone).date()


class NotNowForm(BaseForm):
    """Come back to a match later."""

    until = DateField(
        _("Ask us again on"),
        validators=[InputRequired(_("Choose the day on which we should ask again."))],
        description=_("Any day within the next 180 days."),
    )

    def day(self) -> datetime.date:
        """The chosen day of a form that passed."""
        if self.until.data is None:
            raise ValueError("this form did not pass")
        return self.until.data

    def validate_until(self, field: Any) -> None:
        if field.data and not today() < field.data <= today() + LONGEST_NOT_NOW:
            raise ValidationError(_("Choose a day after today and within the next 180 days."))


class DeclineForm(BaseForm):
    """Say no, with a reason that only program managers see."""

    reason = RadioField(
        _("Why not?"),
        choices=[SelectChoice(reason.value, text) for reason, text in NO_REASONS.items()],
        # The choice is checked by the validator alone, so that one message serves none and a wrong one.
        validate_choice=False,
        validators=[AnyOf(list(NoReason), message=_("Choose the reason that comes closest."))],
        description=_("Only the program managers see it. It makes your next matches better."),
    )
    note = TextAreaField(_("A note for the program managers (optional)"), validators=[Length(max=1000)])


def _on_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class LineForm(BaseForm):
    """What an organization is introduced with."""

    line = TextAreaField(
        _("Your line in the introduction"),
        filters=[_on_one_line],
        validators=[Length(max=LONGEST_LINE, message=_("Use at most %(max)d characters."))],
        description=_("Up to 400 characters. The other side reads it when both said yes."),
    )
    version = IntegerField(widget=HiddenInput(), default=0, validators=[NumberRange(0, LARGEST_ID)])

    @classmethod
    def showing(cls, lines: Lines) -> LineForm:
        """The form as it is opened."""
        return cls(formdata=None, line=lines.ours, version=lines.version)

    def typed(self) -> TypedLine:
        """The line of a form that passed."""
        return TypedLine(self.line.data or "", self.version.data or 0)

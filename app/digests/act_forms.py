"""What is still asked of somebody who acts from a letter. The link stands for the CSRF token."""

from __future__ import annotations

import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, StopValidation

from app import clock
from app.accounts.acting import Act
from app.accounts.models import User
from app.digests.acts import Reply
from app.forms import BaseForm
from app.introductions.forms import DeclineForm
from app.introductions.models import NoReason
from app.introductions.services import LONGEST_NOT_NOW

ON_A_DAY = "day"
_WEEKS = {"2": _("Two weeks"), "4": _("Four weeks"), "8": _("Eight weeks")}


class ActForm(BaseForm):
    """A button alone."""

    class Meta(BaseForm.Meta):
        csrf = False

    def __init__(self, reader: User) -> None:
        super().__init__()
        self.today = clock.now().astimezone(reader.zone).date()

    def reply(self) -> Reply:
        """What was chosen, of a form that passed."""
        return Reply()


def _choices(texts: dict[str, Any]) -> list[Any]:
    return [SelectChoice(value, text) for value, text in texts.items()]


def _wanted(form: Any, field: Any) -> None:
    """A day within reach where one is wanted; where not, whatever stands there."""
    field.errors = []
    if form.after.data != ON_A_DAY:
        raise StopValidation
    if field.data is None or not form.today < field.data <= form.today + LONGEST_NOT_NOW:
        raise StopValidation(gettext("Choose a day after today and within the next 180 days."))


class LaterForm(ActForm):
    """Until when a match is put off."""

    after = RadioField(
        _("When shall we ask you again?"),
        choices=_choices({**_WEEKS, ON_A_DAY: _("On a day of my choice")}),
        validate_choice=False,
        default="2",
        validators=[AnyOf([*_WEEKS, ON_A_DAY], message=_("Choose when we should ask again."))],
    )
    until = DateField(
        _("The day of your choice"),
        validators=[_wanted],
        description=_("Any day within the next 180 days."),
    )

    def reply(self) -> Reply:
        if self.after.data == ON_A_DAY:
            return Reply(until=self.until.data)
        return Reply(until=self.today + datetime.timedelta(weeks=int(self.after.data)))


class NoForm(ActForm, DeclineForm):
    """Why not."""

    def reply(self) -> Reply:
        return Reply(reason=NoReason(self.reason.data), note=self.note.data or "")


class PauseForm(ActForm):
    """How long no letter comes."""

    weeks = RadioField(
        _("For how long?"),
        choices=_choices(_WEEKS),
        validate_choice=False,
        default="2",
        validators=[AnyOf(list(_WEEKS), message=_("Choose how long the pause is."))],
    )

    def reply(self) -> Reply:
        return Reply(until=self.today + datetime.timedelta(weeks=int(self.weeks.data)))


_FORMS: dict[Act, type[ActForm]] = {Act.NOT_NOW: LaterForm, Act.NO: NoForm, Act.PAUSE: PauseForm}


def form_for(act: Act, reader: User) -> ActForm:
    """The form of this act, with what was sent."""
    return _FORMS.get(act, ActForm)(reader)

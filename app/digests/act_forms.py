"""What is still asked of somebody who acts from a letter. The link stands for the CSRF token."""

from __future__ import annotations

import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, Optional, ValidationError

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

    def reply(self, _user: User) -> Reply:
        """What was chosen, of a form that passed."""
        return Reply()


def _today(user: User) -> datetime.date:
    return clock.now().astimezone(user.zone).date()


def _choices(texts: dict[str, Any]) -> list[Any]:
    return [SelectChoice(value, text) for value, text in texts.items()]


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
        validators=[Optional()],
        description=_("Any day within the next 180 days."),
    )

    def reply(self, user: User) -> Reply:
        if self.after.data == ON_A_DAY:
            return Reply(until=self.until.data)
        return Reply(until=_today(user) + datetime.timedelta(weeks=int(self.after.data)))

    def validate_until(self, field: Any) -> None:
        # The reader's day may be another one; the service holds the exact bounds.
        today = clock.now().date()
        day = datetime.timedelta(days=1)
        if self.after.data == ON_A_DAY and not (
            field.data and today < field.data <= today + LONGEST_NOT_NOW + day
        ):
            raise ValidationError(gettext("Choose a day after today and within the next 180 days."))


class NoForm(ActForm, DeclineForm):
    """Why not."""

    def reply(self, _user: User) -> Reply:
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

    def reply(self, user: User) -> Reply:
        return Reply(until=_today(user) + datetime.timedelta(weeks=int(self.weeks.data)))


_FORMS: dict[Act, type[ActForm]] = {Act.NOT_NOW: LaterForm, Act.NO: NoForm, Act.PAUSE: PauseForm}


def form_for(act: Act) -> ActForm:
    """The form of this act, with what was sent."""
    return _FORMS.get(act, ActForm)()

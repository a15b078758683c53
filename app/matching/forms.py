"""The four decisions on a match, as forms. All stand on one page, so each gives its fields ids of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app import clock
from app.forms import BaseForm
from app.matching.cards import LARGEST_ID, reason_words
from app.matching.models import Match, RejectReason, ReviewAction

LONGEST_NOTE = 2000
LONGEST_HOLD = 180


def _note(prefix: str, label: Any, *checks: Any) -> Any:
    too_long = _("Use at most %(most)s characters.", most=LONGEST_NOTE)
    return TextAreaField(
        label,
        [*(checks or (Optional(),)), Length(max=LONGEST_NOTE, message=too_long)],
        id=f"{prefix}-note",
        render_kw={"rows": 3, "maxlength": LONGEST_NOTE},
    )


def first_hold_day() -> date:
    """Tomorrow, for the manager as well as for the queue, which counts days in UTC."""
    now = clock.now()
    return max(now.date(), now.astimezone(current_user.zone).date()) + timedelta(days=1)


def last_hold_day() -> date:
    return first_hold_day() + timedelta(days=LONGEST_HOLD - 1)


class DecisionForm(BaseForm):
    """What every decision says: which version of the match was looked at."""

    version = IntegerField(
        _("Version"),
        [
            InputRequired(_("Reload the page and decide again.")),
            NumberRange(1, LARGEST_ID, _("Reload the page and decide again.")),
        ],
    )


class ApproveForm(DecisionForm):
    note = _note("approve", _("Note for colleagues"))


def _reasons() -> list[SelectChoice]:
    return [SelectChoice(one.value, reason_words(one)) for one in RejectReason]


class RejectForm(DecisionForm):
    reason: Any = SelectField(
        _("Reason"),
        [DataRequired(_("Choose a reason."))],
        id="reject-reason",
        choices=lambda: [SelectChoice("", gettext("Choose…")), *_reasons()],
    )
    note = _note("reject", _("Note for colleagues"))


class HoldForm(DecisionForm):
    until = DateField(_("Look at it again on"), [InputRequired(_("Choose a day."))], id="hold-until")
    note = _note("hold", _("Note for colleagues"))

    def validate_until(self, field: Any) -> None:
        if field.data and not first_hold_day() <= field.data <= last_hold_day():
            raise ValidationError(_("Choose a day from tomorrow on, at most 180 days ahead."))


class AskMoreForm(DecisionForm):
    side: Any = RadioField(
        _("Whom to ask"),
        [InputRequired(_("Say whom to ask."))],
        id="ask-side",
        default="both",
        choices=[
            SelectChoice("both", _("Both sides")),
            SelectChoice("india", _("The Indian side")),
            SelectChoice("us", _("The United States side")),
        ],
    )
    note = _note("ask", _("Your question"), DataRequired(_("Write your question.")))

    @property
    def sides(self) -> tuple[str, ...]:
        return ("india", "us") if self.side.data == "both" else (self.side.data,)


_FORMS: dict[ReviewAction, type[DecisionForm]] = {
    ReviewAction.APPROVE: ApproveForm,
    ReviewAction.HOLD: HoldForm,
    ReviewAction.ASK_MORE: AskMoreForm,
    ReviewAction.REJECT: RejectForm,
}


def forms_for(match: Match, sent: DecisionForm | None = None) -> dict[str, DecisionForm]:
    """The forms of a card by action; the one that was sent and did not pass stays as it was typed."""
    made: dict[str, DecisionForm] = {}
    for action, form in _FORMS.items():
        is_sent = isinstance(sent, form)
        made[action.value] = (
            sent if is_sent and sent else form(formdata=None, data={"version": match.version})
        )
    return made

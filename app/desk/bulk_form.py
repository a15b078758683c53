"""A decision for a selection of the queue."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from app.desk import refusals
from app.desk.forms import LONGEST_NOTE, first_hold_day, last_hold_day
from app.desk.models import Action, CaseKind
from app.desk.staging import Terms
from app.forms import BaseForm

MOST = 200


def _actions() -> list[SelectChoice]:
    return [
        SelectChoice("", gettext("Choose…")),
        SelectChoice(Action.APPROVE.value, gettext("Approve")),
        SelectChoice(Action.HOLD.value, gettext("Hold")),
        SelectChoice(Action.REJECT.value, gettext("Reject")),
    ]


def _reasons() -> list[SelectChoice]:
    """Reasons for pairs and listings; a case of another kind gets its own kind's "another reason"."""
    kinds = (CaseKind.PAIR, CaseKind.LISTING)
    all_of_them = {code: one.label for kind in kinds for code, one in refusals.BY_KIND[kind].items()}
    return [SelectChoice("", gettext("Choose…")), *(SelectChoice(*pair) for pair in all_of_them.items())]


class BulkForm(BaseForm):
    """`case` holds what was chosen, as case:version."""

    action: Any = SelectField(
        _("With all that are chosen"),
        [DataRequired(_("Choose a decision."))],
        choices=_actions,
        id="bulk-action",
    )
    reason_code: Any = SelectField(_("Reason"), choices=_reasons, default="", id="bulk-reason")
    until = DateField(_("Look at it again on"), [Optional()], id="bulk-until")
    comment = TextAreaField(
        _("Comment for colleagues"),
        [Length(max=LONGEST_NOTE, message=_("Use at most %(max)d characters."))],
        id="bulk-comment",
        render_kw={"rows": 1},
    )

    def validate_reason_code(self, field: Any) -> None:
        if self.action.data == Action.REJECT.value and not field.data:
            raise ValidationError(_("Choose a reason."))

    def validate_until(self, field: Any) -> None:
        is_hold = self.action.data == Action.HOLD.value
        if is_hold and not (field.data and first_hold_day() <= field.data <= last_hold_day()):
            raise ValidationError(_("Choose a day from tomorrow on, at most 180 days ahead."))

    def chosen(self) -> dict[int, int]:
        """Versions by case, at most `MOST`."""
        pairs = (one.partition(":") for one in request.form.getlist("case")[:MOST])
        return {
            int(id_): int(version)
            for id_, _colon, version in pairs
            if _is_number(id_) and _is_number(version)
        }

    def terms(self) -> Terms:
        action = Action(self.action.data)
        return Terms(
            action=action,
            reason_code=self.reason_code.data or "" if action is Action.REJECT else "",
            until=self.until.data if action is Action.HOLD else None,
            comment=self.comment.data or "",
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10

"""What an organization says of a hurdle, and what a manager decides of it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.forms import BaseForm
from app.hurdles import wording
from app.hurdles.models import HurdleKind, HurdleStage
from app.hurdles.services import Met
from app.organizations import fields


class HurdleForm(BaseForm):
    """A rule that stood in the way."""

    kind: Any = SelectField(
        _("What stood in the way?"),
        [DataRequired(_("Choose what comes closest."))],
        choices=fields.options([("", _("Choose…")), *wording.KINDS.items()]),
    )
    stage: Any = RadioField(
        _("How far had you come?"),
        [InputRequired(_("Choose how far you had come."))],
        choices=fields.options(wording.STAGES.items()),
    )
    days = fields.count(_("How many days did it cost? (optional)"), 3650)
    cost = fields.AmountField(
        _("How much money did it cost? (optional)"), description=_("For example 2 lakh or 5k.")
    )
    currency = fields.currency(_("Currency"))
    note = fields.text(
        _("In a few sentences (optional)"), 1000, rows=3, description=_("Only program managers read it.")
    )

    def validate(self, extra_validators: Any = None) -> bool:
        passed = super().validate(extra_validators)
        chosen = self.currency.data or None
        if self.cost.minor is not None and not (self.cost.currency or chosen):
            return self._refuse(_("Choose the currency of the amount."))
        if self.cost.currency and chosen and self.cost.currency != chosen:
            return self._refuse(_("The amount names another currency than the one chosen."))
        return passed

    def _refuse(self, message: Any) -> bool:
        self.currency.errors = [*self.currency.errors, message]
        return False

    def met(self) -> Met:
        """What the form says, once it passed."""
        return Met(
            kind=HurdleKind(self.kind.data),
            stage=HurdleStage(self.stage.data),
            days=self.days.data,
            cost_minor=self.cost.minor,
            currency=self.cost.currency or self.currency.data or None,
            note=self.note.data or "",
        )


class CurateForm(BaseForm):
    """A manager's decision on the hurdle as it was read."""

    version = IntegerField(_("Version"), [InputRequired(), NumberRange(1, 2**31 - 1)])

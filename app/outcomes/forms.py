"""What a side says of its outcomes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired

from app.forms import BaseForm
from app.organizations import fields
from app.outcomes import wording
from app.outcomes.models import Evidence, MilestoneKind, Progress, ValueBand
from app.outcomes.services import Reached


class MilestoneForm(BaseForm):
    """Something that was reached."""

    kind: Any = SelectField(
        _("What was reached?"),
        [DataRequired(_("Choose what was reached."))],
        choices=fields.options([("", _("Choose…")), *wording.MILESTONES.items()]),
    )
    reached_on = DateField(_("On which day?"), [InputRequired(_("Give the day it was reached."))])
    value_band: Any = SelectField(
        _("What is it worth? (optional)"),
        choices=fields.options([("", _("Not said")), *wording.BANDS.items()]),
    )
    currency = fields.currency(_("Currency"))
    evidence: Any = RadioField(
        _("What proves it?"),
        choices=fields.options(wording.EVIDENCE.items()),
        default=Evidence.WORD.value,
    )
    evidence_url = fields.WebsiteField(_("Address of the public source (optional)"))
    note = fields.text(_("In a sentence (optional)"), 1000, rows=2)

    def validate(self, extra_validators: Any = None) -> bool:
        passed = super().validate(extra_validators)
        if self.value_band.data and not self.currency.data:
            self.currency.errors = [*self.currency.errors, _("Choose the currency of the value.")]
            return False
        if self.evidence.data == Evidence.PUBLIC.value and not self.evidence_url.data:
            self.evidence_url.errors = [*self.evidence_url.errors, _("Give the address of the source.")]
            return False
        return passed

    def reached(self) -> Reached:
        """What the form says, once it passed."""
        if self.reached_on.data is None:
            raise ValueError("this form did not pass")
        return Reached(
            kind=MilestoneKind(self.kind.data),
            reached_on=self.reached_on.data,
            value_band=ValueBand(self.value_band.data) if self.value_band.data else None,
            currency=self.currency.data or None,
            evidence=Evidence(self.evidence.data),
            evidence_url=self.evidence_url.data or "",
            note=self.note.data or "",
        )


class ContestForm(BaseForm):
    """Why it is not so."""

    why = fields.text(
        _("What is wrong with it? Program managers read it."),
        1000,
        rows=2,
    )

    def validate_why(self, field: Any) -> None:
        DataRequired(_("Say in a few words what is wrong."))(self, field)


class CheckForm(BaseForm):
    """What came of it by a certain day."""

    day = IntegerField(_("Day"), [InputRequired()])
    says: Any = RadioField(
        _("What came of it?"),
        [InputRequired(_("Choose the answer that comes closest."))],
        choices=fields.options((one.value, wording.PROGRESS[one]) for one in Progress),
    )

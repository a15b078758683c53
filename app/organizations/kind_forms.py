"""What startups and firms are asked in the step that differs by kind."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import Optional, ValidationError

from app import clock
from app.organizations import fields
from app.organizations.models import Organization
from app.organizations.money_forms import DetailForm
from app.organizations.step_forms import StepForm
from app.taxonomy import (
    CERTIFICATIONS,
    Country,
    Instrument,
    Recognition,
    RecognitionStage,
    Sector,
    SizeClass,
    Stage,
    thresholds,
)

_INVESTORS_ONLY = _("Shown only to people who own a listed investor organization.")


class StartupForm(DetailForm):
    AMOUNTS = {"raise_amount": "raise_currency", "turnover": ""}
    FOLDED = frozenset(
        {
            "recognition",
            "recognition_stage",
            "turnover",
            "raise_currency",
            "raise_amount",
            "raise_instrument",
            "raise_closes_on",
        }
    )
    NULLABLE = StepForm.NULLABLE | {"recognition", "recognition_stage", "raise_currency", "raise_instrument"}

    stage = fields.term(_("Stage"), Stage, description=_("How far your funding has come."))
    is_raising = RadioField(
        _("Are you raising money now?"),
        [Optional()],
        choices=fields.options([("yes", _("Yes")), ("no", _("No"))]),
        coerce=lambda value: {True: "yes", False: "no"}.get(value, value),
        description=_INVESTORS_ONLY,
    )
    raise_currency = fields.currency(_("Currency you raise in"), description=_INVESTORS_ONLY)
    raise_amount = fields.AmountField(
        _("Amount you raise"),
        description=_("For investors only, as all about your raise. For example: 5 crore or 2M"),
    )
    raise_instrument = fields.term(_("Instrument"), Instrument)
    raise_closes_on = fields.day(_("The round closes on"))
    recognition = fields.term(
        _("Recognition by DPIIT"), Recognition, description=_("As your certificate says.")
    )
    recognition_stage = fields.term(
        _("Stage by DPIIT's words"), RecognitionStage, description=_("What you told DPIIT, if you did.")
    )
    turnover = fields.AmountField(
        _("Largest turnover of any year"),
        description=_("In rupees; seen by your own people only. For example: 12 crore"),
    )

    def fit(self, organization: Organization) -> None:
        if organization.country is not Country.INDIA:
            del self.recognition, self.recognition_stage, self.turnover

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "is_raising" in found:
            found["is_raising"] = {"yes": True, "no": False}.get(found["is_raising"])
        return found


class FirmForm(DetailForm):
    AMOUNTS = {"plant_investment": "", "turnover": ""}
    FOLDED = frozenset({"plant_investment", "turnover", "nic_code", "naics_code", "size_claimed_on"})
    NULLABLE = StepForm.NULLABLE | {"nic_code", "naics_code"}
    NO_COLUMNS = frozenset({"other_certifications"})

    sector = fields.term(_("Sector"), Sector)
    size_class = fields.term(
        _("Size class"),
        SizeClass,
        description=_("As your own country's rules define it; you state it yourself."),
    )
    capabilities = fields.text(
        _("Capabilities"),
        2000,
        description=_("Machines, processes and capacity, for example: 5-axis milling, 40 test handlers"),
    )
    certifications = fields.several(
        _("Certifications"), [(name, name) for name in CERTIFICATIONS], description=_("Those valid today.")
    )
    other_certifications = fields.entries(
        _("Other certifications"),
        10,
        120,
        rows=2,
        description=_("One a line, for example: NABL accreditation"),
    )
    plant_investment = fields.AmountField(
        _("Investment in plant and equipment"),
        description=_(
            "In rupees; seen by your own people only. With the turnover it gives your size class by itself."
        ),
    )
    turnover = fields.AmountField(
        _("Turnover of the last year"), description=_("In rupees, without exports. For example: 12 crore")
    )
    nic_code = fields.line(_("NIC 2008 code"), 5, description=_("Two to five digits, for example: 26101"))
    naics_code = fields.line(_("NAICS 2022 code"), 6, description=_("Two to six digits, for example: 334413"))
    size_claimed_on = fields.day(
        _("Your size class is true as of"),
        description=_("You claim it under this NAICS code; we do not compute it."),
    )

    def fit(self, organization: Organization) -> None:
        if organization.country is Country.INDIA:
            del self.naics_code, self.size_claimed_on
        else:
            del self.plant_investment, self.turnover, self.nic_code

    def validate_nic_code(self, field: Any) -> None:
        _require_digits(field, 5)

    def validate_naics_code(self, field: Any) -> None:
        _require_digits(field, 6)

    def validate_size_claimed_on(self, field: Any) -> None:
        if field.data is None:
            return
        if field.data > clock.now().date():
            raise ValidationError(_("Give a day that is not in the future."))
        if not (self.size_class.data and self.naics_code.data):
            raise ValidationError(_("A claim of size needs the size class and the NAICS code."))

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        own = organization.certifications or []
        extra = {
            "certifications": [name for name in own if name in CERTIFICATIONS],
            "other_certifications": "\n".join(name for name in own if name not in CERTIFICATIONS),
        }
        return {**super().saved(organization), **extra}

    def values(self) -> dict[str, Any]:
        found = super().values()
        other = (found.pop("other_certifications", None) or "").splitlines()
        if "certifications" in found:
            found["certifications"] = list(dict.fromkeys([*found["certifications"], *other]))
        investment, turnover = found.get("plant_investment"), found.get("turnover")
        if investment is not None and turnover is not None:
            found["size_class"] = thresholds.msme_class(investment, turnover)
        return found


def _require_digits(field: Any, most: int) -> None:
    if field.data and not re.fullmatch(rf"[0-9]{{2,{most}}}", field.data):
        raise ValidationError(_("Give two to %(most)s digits.", most=most))

"""The step of the guided form that differs by kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from app.money import amount_words
from app.organizations import fields
from app.organizations.models import Organization
from app.organizations.step_forms import StepForm
from app.taxonomy import (
    CERTIFICATIONS,
    COUNTRIES,
    Country,
    InvestorType,
    Sector,
    SizeClass,
    Stage,
    TrainingMode,
    labels,
)


class StartupForm(StepForm):
    stage = fields.term(_("Stage"), Stage, description=_("How far your funding has come."))
    is_raising = RadioField(
        _("Are you raising money now?"),
        [Optional()],
        choices=fields.options([("yes", _("Yes")), ("no", _("No"))]),
        coerce=lambda value: {True: "yes", False: "no"}.get(value, value),
        description=_("Shown only to people who own a listed investor organization."),
    )

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "is_raising" in found:
            found["is_raising"] = {"yes": True, "no": False}.get(found["is_raising"])
        return found


class FirmForm(StepForm):
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

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        own = organization.certifications or []
        return {
            "sector": organization.sector,
            "size_class": organization.size_class,
            "capabilities": organization.capabilities,
            "certifications": [name for name in own if name in CERTIFICATIONS],
            "other_certifications": "\n".join(name for name in own if name not in CERTIFICATIONS),
        }

    def values(self) -> dict[str, Any]:
        found = super().values()
        other = (found.pop("other_certifications", None) or "").splitlines()
        if "certifications" in found:
            found["certifications"] = list(dict.fromkeys([*found["certifications"], *other]))
        return found


_LEVELS = {f"{half / 2:.1f}": Decimal(f"{half / 2:.1f}") for half in range(2, 17)}


def _level(value: Any) -> Decimal | None:
    """NSQF has half levels; raises `ValueError` for what is no level."""
    if value in {None, ""}:
        return None
    if (text := str(value)) not in _LEVELS:
        raise ValueError(text[:10])
    return _LEVELS[text]


class TrainingForm(StepForm):
    level = SelectField(
        _("Level"),
        coerce=_level,
    )
    training_mode = fields.term(_("Mode"), TrainingMode)
    seats = fields.whole(
        _("Seats in each intake"),
        Optional(),
        NumberRange(0, 1_000_000, _("Give a number between %(min)s and %(max)s.")),
    )
    skills = fields.entries(
        _("Skills taught"), 30, 120, rows=5, description=_("One a line, for example: Chip test and burn-in")
    )
    intake = fields.line(
        _("Next intake"), 120, description=_("For example: January and July, or: any Monday")
    )

    def fit(self, organization: Organization) -> None:
        names = [(level, gettext("NSQF level %(level)s", level=level)) for level in _LEVELS]
        self.level.choices = fields.options([("", _("Not chosen")), *names])
        self.level.description = (
            _("The level of India's National Skills Qualifications Framework a graduate reaches.")
            if organization.country is Country.INDIA
            else _(
                "The nearest level on India's skills framework (NSQF): 1 is the first step, 8 the highest."
            )
        )

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        return {**super().saved(organization), "skills": "\n".join(organization.skills or [])}

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "skills" in found:
            found["skills"] = (found["skills"] or "").splitlines()
        return found


class InvestingForm(StepForm):
    investor_type = fields.term(_("Type of investor"), InvestorType)
    stages = fields.several(_("Stages"), labels(Stage), description=_("Where you join. Needed to publish."))
    ticket_currency = SelectField(
        _("Currency of the ticket"),
        [Optional()],
        choices=fields.options(
            [("", _("Not chosen")), ("INR", _("Indian rupee (₹)")), ("USD", _("US dollar ($)"))]
        ),
    )
    ticket_min = fields.AmountField(
        _("Smallest ticket"), description=_("In whole units, for example: 50 lakh, 1.5 crore, 250k or 2M")
    )
    ticket_max = fields.AmountField(_("Largest ticket"))
    invests_in = fields.several(
        _("Invests in"),
        [(code.value, label) for code, label in COUNTRIES.items()],
        description=_("Needed to publish."),
    )
    thesis = fields.text(
        _("Thesis"), 2000, rows=5, description=_("What you look for, and what you bring besides money.")
    )
    NULLABLE = StepForm.NULLABLE | {"investor_type", "ticket_currency"}

    def fit(self, organization: Organization) -> None:
        known = {choice.value for choice in self.invests_in.choices}
        other = [place for place in organization.invests_in or [] if place not in known]
        self.invests_in.choices += fields.options((place, place) for place in other)

    @classmethod
    def saved(cls, organization: Organization) -> dict[str, Any]:
        currency = organization.ticket_currency
        return {
            **super().saved(organization),
            "ticket_min": amount_words(organization.ticket_min, currency),
            "ticket_max": amount_words(organization.ticket_max, currency),
        }

    def validate_ticket_min(self, field: fields.AmountField) -> None:
        if field.minor is None:
            return
        chosen = self.ticket_currency.data or None
        if field.currency and chosen and field.currency != chosen:
            raise ValidationError(_("The amount names another currency than the one chosen above."))
        if not (field.currency or chosen):
            raise ValidationError(_("Choose the currency above."))

    def validate_ticket_max(self, field: fields.AmountField) -> None:
        self.validate_ticket_min(field)
        low, high = self.ticket_min, field
        if low.minor is None or high.minor is None:
            return
        if low.currency and high.currency and low.currency != high.currency:
            raise ValidationError(_("Both amounts need the same currency."))
        if low.minor > high.minor:
            raise ValidationError(_("The largest ticket is smaller than the smallest."))

    def values(self) -> dict[str, Any]:
        found = super().values()
        for name in {"ticket_min", "ticket_max"} & found.keys():
            found[name] = self[name].minor
            if found[name] is not None and not found.get("ticket_currency"):
                found["ticket_currency"] = self[name].currency
        return found

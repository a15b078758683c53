"""What skill programs are asked: level, seats, what it costs, and what became of graduates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import ValidationError

from app import clock
from app.organizations import fields
from app.organizations.models import Organization
from app.organizations.money_forms import DetailForm
from app.organizations.pickers import PickedField
from app.organizations.step_forms import StepForm
from app.taxonomy import Country, TrainingMode, thresholds

_MOST_SKILLS = 30
_HALVES = [Decimal(half) / 2 for half in range(2, 17)]
_LEVELS = {f"{level:.1f}": level for level in _HALVES if thresholds.is_nsqf_level(level)}


def _level(value: Any) -> Decimal | None:
    """NSQF has half levels; raises `ValueError` for what is no level."""
    if value in {None, ""}:
        return None
    if (text := str(value)) not in _LEVELS:
        raise ValueError(text[:10])
    return _LEVELS[text]


class TrainingForm(DetailForm):
    AMOUNTS = {"fee_amount": "fee_currency"}
    LINES = frozenset({"skills", "languages", "intake_dates"})
    FOLDED = frozenset(
        {
            "occupation",
            "hours",
            "languages",
            "intake_dates",
            "fee_currency",
            "fee_amount",
            "completion_rate",
            "placement_rate",
            "graduates",
            "outcomes_year",
        }
    )
    NO_COLUMNS = frozenset({"more_skills"})
    NULLABLE = StepForm.NULLABLE | {"occupation", "fee_currency"}

    level = SelectField(_("Level"), coerce=_level)
    training_mode = fields.term(_("Mode"), TrainingMode)
    seats = fields.count(_("Seats in each intake"), 1_000_000)
    skills = fields.entries(
        _("Skills taught"),
        _MOST_SKILLS,
        120,
        rows=5,
        description=_("One a line, for example: Chip test and burn-in"),
    )
    more_skills = PickedField(
        _("Find skills by any word for them"),
        "skill",
        description=_("Those you tick are added to the list above."),
    )
    intake = fields.line(
        _("Next intake"), 120, description=_("For example: January and July, or: any Monday")
    )
    occupation = fields.line(
        _("Occupation it leads to"), 120, description=_("For example: VLSI design engineer (ELE/Q1201)")
    )
    hours = fields.count(_("Hours in all"), 20_000, description=_("30 hours are one credit."))
    languages = fields.entries(
        _("Languages taught in"), 10, 40, rows=2, description=_("One a line, for example: Hindi")
    )
    intake_dates = fields.entries(
        _("Days an intake begins"), 12, 10, rows=2, description=_("One a line, for example: 2027-01-11")
    )
    fee_currency = fields.currency(_("Currency of the fee"))
    fee_amount = fields.AmountField(
        _("Fee for one learner"), description=_("0 when it is free. For example: 25,000 or 1.5 lakh")
    )
    completion_rate = fields.count(_("Of 100 who begin, how many complete it?"), 100)
    placement_rate = fields.count(_("Of 100 who complete it, how many find work within six months?"), 100)
    graduates = fields.count(_("Graduates in a year"), 10_000_000)
    outcomes_year = fields.count(_("Year these three figures are of"), 9999)

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

    def validate_more_skills(self, field: Any) -> None:
        if len((self.skills.data or "").splitlines()) + len(field.data) > _MOST_SKILLS:
            raise ValidationError(_("Name at most %(most)s skills in all.", most=_MOST_SKILLS))

    def validate_intake_dates(self, field: Any) -> None:
        for typed in (field.data or "").splitlines():
            if not _is_day(typed):
                raise ValidationError(_("Write each day like 2027-01-11."))

    def _has_year(self, _field: Any) -> None:
        if self.outcomes_year.data is None:
            raise ValidationError(_("Say below which year this is of."))

    validate_completion_rate = validate_placement_rate = validate_graduates = _has_year

    def validate_outcomes_year(self, field: Any) -> None:
        newest = clock.now().year
        if field.data is not None and not 1990 <= field.data <= newest:
            raise ValidationError(_("Give a year between 1990 and %(newest)s.", newest=newest))

    def values(self) -> dict[str, Any]:
        found = super().values()
        ticked = found.pop("more_skills", [])
        if "skills" in found:
            found["skills"] = list(dict.fromkeys([*found["skills"], *ticked]))
        if "hours" in found:
            found["credits"] = thresholds.credits_of(found["hours"]) if found["hours"] is not None else None
        if "intake_dates" in found:
            found["intake_dates"] = sorted(found["intake_dates"])
        return found


def _is_day(typed: str) -> bool:
    try:
        return len(typed) == 10 and bool(date.fromisoformat(typed))
    except ValueError:
        return False

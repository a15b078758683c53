"""What changed in a profile, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.taxonomy import (
    COUNTRIES,
    Instrument,
    InvestorType,
    Recognition,
    Sector,
    SizeClass,
    Stage,
    label,
    technology_label,
)

_NAMES = {
    "name": _("Name"),
    "name_hi": _("Name in Hindi"),
    "website": _("Website"),
    "summary": _("Summary"),
    "summary_hi": _("Summary in Hindi"),
    "description": _("Description"),
    "description_hi": _("Description in Hindi"),
    "technologies": _("Technology areas"),
    "offers": _("What you offer"),
    "needs": _("What you need"),
    "recognition": _("Recognition"),
    "stage": _("Stage"),
    "sector": _("Sector"),
    "size_class": _("Size class"),
    "capabilities": _("Capabilities"),
    "certifications": _("Certifications"),
    "level": _("Level"),
    "completion_rate": _("Share that completes"),
    "placement_rate": _("Share that is placed"),
    "skills": _("Skills taught"),
    "investor_type": _("Type of investor"),
    "stages": _("Stages"),
    "ticket_min": _("Smallest ticket"),
    "ticket_max": _("Largest ticket"),
    "ticket_currency": _("Currency of the ticket"),
    "instruments": _("Instruments"),
    "exclusions": _("Exclusions"),
    "thesis": _("Thesis"),
    "invests_in": _("Invests in"),
}
_TERMS: dict[str, Any] = {
    "recognition": Recognition,
    "instruments": Instrument,
    "stage": Stage,
    "stages": Stage,
    "sector": Sector,
    "size_class": SizeClass,
    "investor_type": InvestorType,
}


@dataclass(frozen=True)
class Told:
    """One answer that changed; both texts may have several lines, and are empty where there was nothing."""

    label: Any
    before: str
    after: str


def told(changes: list[dict[str, Any]]) -> list[Told]:
    """Changes of a review as a manager reads them."""
    return [
        Told(_NAMES[one["field"]], _text(one["field"], one["before"]), _text(one["field"], one["after"]))
        for one in changes
        if one["field"] in _NAMES
    ]


def _text(field: str, value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(field, one) for one in value)
    if value in (None, ""):
        return ""
    if field in _TERMS and value in set(_TERMS[field]):
        return str(label(_TERMS[field](value)))
    if field == "technologies":
        return str(technology_label(value))
    if field == "invests_in":
        return str(dict(COUNTRIES).get(value, value))
    if field in {"ticket_min", "ticket_max"}:
        return gettext("%(amount)s in minor units", amount=value)
    return str(value)

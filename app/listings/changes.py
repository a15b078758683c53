"""Which answers of a profile matter to its reviewer, and what is new in them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from app import workdays
from app.organizations.models import Organization

# Who it is, what it does and what it claims: a change comes back to review. City, team size, founding year, intake and
# the like are corrected in silence. Terms of a raise are for declared investors only, so a review keeps none.
MATERIAL = (
    "name",
    "name_hi",
    "website",
    "summary",
    "summary_hi",
    "description",
    "description_hi",
    "technologies",
    "offers",
    "needs",
    "recognition",
    "stage",
    "sector",
    "size_class",
    "capabilities",
    "certifications",
    "level",
    "completion_rate",
    "placement_rate",
    "skills",
    "investor_type",
    "stages",
    "ticket_min",
    "ticket_max",
    "ticket_currency",
    "instruments",
    "exclusions",
    "thesis",
    "invests_in",
)
WORKING_DAYS = 3


def snapshot_of(organization: Organization) -> dict[str, Any]:
    """The answers that matter, as JSON; empty ones are left out."""
    found = {name: _plain(getattr(organization, name)) for name in MATERIAL}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | int | float):
        return value if value is None or isinstance(value, int | float) else str(value)
    return sorted(str(one) for one in value)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What is new, in the order of the profile: field, before and after (None where there was nothing)."""
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in MATERIAL
        if before.get(name) != after.get(name)
    ]


def due(submitted_at: datetime, days: int = WORKING_DAYS) -> datetime:
    """The end of the service level: so many working days later, as the desk counts them."""
    return workdays.after(submitted_at, days)

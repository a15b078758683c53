"""What the page of the coach shows: the few additions that open most, each with the step of the form where it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.matching import advising, coaching
from app.matching.coaching import Tip
from app.organizations import forms
from app.organizations.models import Organization

MOST = 3


@dataclass(frozen=True)
class Addition:
    """A tip, and where in the form it belongs."""

    tip: Tip
    step: str


@dataclass(frozen=True)
class Coach:
    """Additions that open most first; `computed_at` is None while they are being looked for."""

    additions: list[Addition]
    computed_at: datetime | None


@dataclass(frozen=True)
class Missing:
    """An empty answer of a profile, what it costs in partners, and where it is given."""

    name: str
    cost: str
    step: str
    column: str


@dataclass(frozen=True)
class Costs:
    """What empty answers cost, dearest first; `computed_at` is None while nobody has looked."""

    missing: list[Missing]
    computed_at: datetime | None


def costs_of(organization: Organization) -> Costs:
    """Each empty answer that matching reads, with how many more partners it would open by the stored advice."""
    advice = advising.advice_for(organization)
    gains: dict[str, int] = {}
    for one in advice.suggestions if advice else ():
        gains[one["field"]] = max(gains.get(one["field"], 0), int(one["gained"]))
    empty = [field for field in coaching.EMPTY_NAMES if not _says(organization, coaching.column_of(field))]
    found = [
        Missing(
            str(coaching.EMPTY_NAMES[field]),
            coaching.cost(gains.get(field, 0)) if advice else "",
            step,
            coaching.column_of(field),
        )
        for field in sorted(empty, key=lambda field: -gains.get(field, 0))
        if (step := forms.step_with(organization.kind, coaching.column_of(field)))
    ]
    return Costs(found, advice.computed_at if advice else None)


def _says(organization: Organization, column: str) -> bool:
    value = getattr(organization, column)
    return value is not None and bool(value.strip() if isinstance(value, str) else value or value == 0)


def coach_of(organization: Organization) -> Coach:
    """The present advice; an addition for which the form has no place is left out."""
    advice = advising.advice_for(organization)
    if advice is None:
        return Coach([], None)
    found = [
        Addition(tip, step)
        for tip in coaching.tips(advice.suggestions)
        if (step := forms.step_with(organization.kind, tip.column))
    ]
    return Coach(found[:MOST], advice.computed_at)

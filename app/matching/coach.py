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

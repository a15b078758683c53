"""How far a person's organizations reached in a week, and the one change of a profile that would help most.

Everything is counted from rows that exist and read from advice that is stored: a letter computes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.digests.figures import Figures
from app.matching import coaching
from app.matching.models import Advice
from app.organizations import forms
from app.organizations.models import Membership, Organization

# Whether few partners answered would say of each of them whether they did.
ENOUGH = 3


@dataclass(frozen=True)
class Reach:
    """How many partners were told of a person's organizations in a week, and how many of them answered."""

    shown: int = 0
    answered: int = 0

    @property
    def tells_answers(self) -> bool:
        """Only of some among several: that all or none of them answered would be what one of them said."""
        return self.shown >= ENOUGH and 0 < self.answered < self.shown


@dataclass(frozen=True)
class Change:
    """What to add to a profile, if it is true: whom it would reach, and the step of the form where it is done."""

    organization: Organization
    suggestion: Mapping[str, Any]
    step: str

    @property
    def sentence(self) -> str:
        return coaching.sentence(self.suggestion["field"], self.suggestion["suggestion"])

    @property
    def reach(self) -> str:
        return coaching.reach(self.gained)

    @property
    def gained(self) -> int:
        return int(self.suggestion["gained"])


def reach_for(memberships: Sequence[Membership], figures: Figures) -> dict[int, Reach]:
    """The past week of each person, their organizations together."""
    found: defaultdict[int, Reach] = defaultdict(Reach)
    for seat in memberships:
        shown, answered = figures.reach.get((seat.organization_id, 0), (0, 0))
        so_far = found[seat.user_id]
        found[seat.user_id] = Reach(so_far.shown + shown, so_far.answered + answered)
    return found


def changes_for(memberships: Sequence[Membership], advice: Mapping[int, Advice]) -> dict[int, Change]:
    """The stored addition that opens most partners to an organization of each person."""
    best: dict[int, Change] = {}
    for seat in memberships:
        for change in _changes(seat.organization, advice.get(seat.organization_id)) if seat.can_edit else ():
            if seat.user_id not in best or change.gained > best[seat.user_id].gained:
                best[seat.user_id] = change
    return best


def _changes(organization: Organization, advice: Advice | None) -> list[Change]:
    # Advice holds for one state of a profile.
    if advice is None or advice.profile_changed_at != organization.profile_changed_at:
        return []
    return [
        Change(organization, one, step)
        for one in advice.suggestions
        if (step := forms.step_with(organization.kind, coaching.column_of(one["field"])))
        and coaching.sentence(one["field"], one["suggestion"])
    ]

"""How far a person's organizations reached in a week, and the one change of a profile that would help most.

Everything is counted from rows that exist and read from advice that is stored: a letter computes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.digests.figures import WEEKS, Figures
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
    # How many were told of them in each of the past weeks, this one last.
    weeks: tuple[int, ...] = (0,) * WEEKS

    @property
    def has_history(self) -> bool:
        """Whether a row of weeks says more than this week's number: not before the third week."""
        return any(self.weeks[: WEEKS - 2])

    @property
    def in_words(self) -> str:
        """All weeks, for those who see no picture."""
        first, second, third, last = self.weeks
        return _(
            "In the past four weeks, this one last, you were shown to %(first)s, %(second)s, %(third)s and %(last)s organizations.",
            first=first,
            second=second,
            third=third,
            last=last,
        )

    def plus(self, shown: int, answered: int, weeks: Iterable[int]) -> Reach:
        """With the numbers of one more organization."""
        both = tuple(map(sum, zip(self.weeks, weeks, strict=True)))
        return Reach(self.shown + shown, self.answered + answered, both)

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
        weeks = [figures.reach.get((seat.organization_id, ago), (0, 0)) for ago in range(WEEKS)]
        told = (shown for shown, _answered in reversed(weeks))
        found[seat.user_id] = found[seat.user_id].plus(*weeks[0], told)
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

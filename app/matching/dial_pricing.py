"""What each setting of a program's dial would propose: the allocation of the next full run, once for each setting.

Scoring is done once. What is computed here for a setting is what a run under it does, as long as nothing else changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.conflicts import queries as conflicts
from app.db import db, reading
from app.later import later
from app.matching import live, planning, scoring
from app.matching.allocating import Market
from app.matching.models import Match, MatchState
from app.matching.program_rules import ProgramRule, Traits
from app.organizations.models import Organization

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
FLOORS = (0, 1, 2)
Setting = tuple[float, int]


def settings_of(present: Setting) -> list[Setting]:
    """The settings that are priced, the present one first."""
    grid = [(alpha, floor) for floor in FLOORS for alpha in ALPHAS]
    return [present, *(one for one in grid if one != present)]


@dataclass(frozen=True)
class Scene:
    """What a look ahead needs, once read and scored."""

    market: Market
    place: int
    traits: Mapping[int, Traits]
    regions: Mapping[int, str | None]
    # Organizations that were introduced to nobody so far.
    first_timers: frozenset[int]
    # Who must not show to the person who asked.
    hidden: frozenset[int]
    is_trained: bool

    @property
    def present(self) -> Setting:
        rule = self.market.rules.programs[self.place]
        return rule.alpha, rule.floor

    def rules_with(self, setting: Setting) -> list[ProgramRule]:
        """The rules of all programs, this one's dial turned."""
        rules = list(self.market.rules.programs)
        rules[self.place] = replace(rules[self.place], alpha=setting[0], floor=setting[1])
        return rules

    def visible(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """The program's pairs without those the person may not know of."""
        return self.unhidden(pairs[pairs["program"] == self.place])

    def unhidden(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Pairs of any program that the person may know of."""
        return pairs[~pairs["id"].isin(self.hidden) & ~pairs["candidate"].isin(self.hidden)]


def scene(program_id: int, user_id: int, cap: int, folder: Path | None) -> Scene | None:
    """Everybody's candidates and the rules as they are now; None when the program is not open."""
    with scoring.model.lock:
        with reading():
            known = planning.read(cap)
            places = [at for at, rule in enumerate(known.in_programs.programs) if rule.id == program_id]
            regions, introduced, hidden = _regions(), _introduced(), _hidden_from(user_id)
            recommender = live.recommender(folder, anew=True) if places else None
            db.session.rollback()
        if recommender is None:
            return None
        market, is_trained = known.market(recommender), scoring.model.is_trained
    first_timers = frozenset(known.rules.groups.keys() - introduced)
    return Scene(market, places[0], known.traits, regions, first_timers, hidden, is_trained)


def priced(found: Scene) -> Iterator[dict[str, Any]]:
    """Each setting in turn, the present one first, with what it gives and whom it newly reaches."""
    before: frozenset[int] | None = None
    for setting in settings_of(found.present):
        pairs = found.market.shared_out(found.rules_with(setting))
        own = found.visible(pairs)
        reached = frozenset(own["id"]) | frozenset(own["candidate"])
        before = reached if before is None else before
        yield {
            "alpha": setting[0],
            "floor": setting[1],
            "pairs": len(own),
            "expected": _expected(own),
            "expected_of_all": _expected(found.unhidden(pairs)),
            "reached": len(reached),
            "newly": _told(reached - before, found),
            "no_longer": len(before - reached),
        }


def _expected(pairs: pd.DataFrame) -> float:
    """The sum of the chances that both say yes."""
    return round(float((pairs["forward"].astype(float) * pairs["backward"].astype(float)).sum()), 3)


def _told(ids: frozenset[int], found: Scene) -> dict[str, Any]:
    """Who these organizations are, as counts."""
    return {
        "organizations": len(ids),
        "first_timers": len(ids & found.first_timers),
        "kinds": _counted(found.traits[id_][1].value for id_ in ids),
        "regions": _counted(found.regions.get(id_) or "" for id_ in ids),
    }


def _counted(values: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _regions() -> dict[int, str | None]:
    rows = db.session.execute(sa.select(Organization.id, Organization.region_code))
    return {row.id: row.region_code for row in rows}


def _introduced() -> set[int]:
    """Organizations with an approved match that has not ended before both said yes."""
    sides: Sequence[Any] = (Match.india_id, Match.us_id)
    going = (Match.state == MatchState.APPROVED, Match.is_going())
    return {id_ for side in sides for id_ in db.session.scalars(sa.select(side).where(*going).distinct())}


def _hidden_from(user_id: int) -> frozenset[int]:
    return frozenset(db.session.scalars(conflicts.hidden_from(user_id)))

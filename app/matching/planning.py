"""From the present state to a plan of proposals: read, end the transaction, compute, and write nothing.

Between a query and a service: it reads like the one and prepares the other, and it is the only caller of `scoring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app import clock
from app.db import db, reading
from app.later import later
from app.matching import eligibility, live, proposing, scoring
from app.matching.allocating import Market
from app.matching.program_rules import NONE, ProgramRule, ProgramRules, Sorter, Traits, rules_now
from app.matching.proposing import Plan
from app.matching.sharing import Places, Proposal, Quotas, place_newcomers
from app.programs.models import CohortRule
from app.taxonomy import Country

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")


def make_plan(cap: int, only: Sequence[int] | None = None, folder: Path | None = None) -> Plan:
    """Proposals for everybody, or for `only`: under `cap` a side and the rules of programs, explained.

    `folder` holds the trained models; without one the rule ranks.
    """
    began_at = clock.now()
    with scoring.model.lock:
        with reading():
            # Read first: what changes from here on is newer than what the plan says it has seen.
            asked = eligibility.profiles_now() if only is None else eligibility.changed_at_of(only)
            known = read(cap)
            proposals = eligibility.proposals_now(asked)
            of_proposals = eligibility.programs_of_proposals()
            recommender = live.recommender(folder, anew=only is None)
            db.session.rollback()
        version, is_trained = scoring.model.version, scoring.model.is_trained
        if only is None:
            pairs, displaced = known.market(recommender).shared_out(known.in_programs.programs), set[int]()
        else:
            newcomers = [id_ for id_ in asked if id_ in known.rules.groups]
            pairs, displaced = _for_newcomers(recommender, known, newcomers, proposals, of_proposals)
        found = scoring.explained(recommender, pairs)
    programs = known.programs_of(pairs)
    rows = [
        _row(pair, known.traits, program_id, version, began_at)
        | _chances(pair, known.traits, is_known=is_trained)
        for pair, program_id in zip(found, programs, strict=True)
    ]
    # Best first: pairs of one run share their due date, and the queue then goes by the order of their ids.
    rows.sort(key=lambda row: (-row["score"], row["india_id"], row["us_id"]))
    return Plan(version, asked, only is None, rows, displaced, began_at)


@dataclass(frozen=True)
class Known:
    """What a plan is made from, as plain values: it outlives the transaction that read it."""

    rules: scoring.Rules
    in_programs: ProgramRules
    traits: dict[int, Traits]
    technologies: dict[int, set[str]]

    @cached_property
    def sorter(self) -> Sorter:
        return Sorter(self.in_programs.programs, self.traits, self.technologies)

    def market(self, recommender: Any) -> Market:
        """Everybody's candidates, ready to be shared out: the slow part of a full run."""
        candidates = [scoring.candidates_of_all(recommender, self.rules)]
        candidates += [self._within(recommender, rule) for rule in self.in_programs.programs if rule.cohort]
        capacity = scoring.capacity_of(recommender, self.rules)
        return Market(pd.concat(candidates, ignore_index=True), self.sorter, capacity, self.in_programs)

    def _within(self, recommender: Any, rule: ProgramRule) -> pd.DataFrame:
        """Pairs of a cohort that lists of everybody's best may end before."""
        is_closed = rule.cohort_rule is CohortRule.COHORT_ONLY
        fits = [i for i, (_, kind) in self.traits.items() if not rule.kinds or kind in rule.kinds]
        return scoring.candidates_among(
            recommender, self.rules, sorted(rule.cohort), sorted(rule.cohort) if is_closed else fits
        )

    def programs_of(self, pairs: pd.DataFrame) -> list[int | None]:
        """The id of each pair's program; None where no program takes it."""
        ends = (pairs[side].to_numpy(dtype=np.int64) for side in ("id", "candidate"))
        rules = self.in_programs.programs
        return [None if at == NONE else rules[at].id for at in self.sorter.programs_of(*ends).tolist()]


def read(cap: int) -> Known:
    """The rules of the site and of its programs as they are now."""
    in_programs = rules_now(cap)
    return Known(
        eligibility.matching_rules(cap, in_programs),
        in_programs,
        eligibility.traits_of_all(),
        eligibility.technologies_of_all(),
    )


def _for_newcomers(
    recommender: Any,
    known: Known,
    only: Sequence[int],
    proposals: list[Proposal],
    of_proposals: dict[int, int | None],
) -> tuple[Any, set[int]]:
    """The pairs that get a place among `proposals`, and the matches that lose theirs."""
    found = scoring.candidates_for(recommender, known.rules, only)
    ends = list(zip(found["id"].tolist(), found["candidate"].tolist(), strict=True))
    by_id = {rule.id: rule for rule in known.in_programs.programs}
    rule_of = {
        pair: by_id[id_] for pair, id_ in zip(ends, known.programs_of(found), strict=True) if id_ is not None
    }
    quotas = Quotas(known.in_programs, lambda one, other: rule_of.get((one, other)), of_proposals)
    places = Places(known.rules.capacity, proposals, quotas)
    triples = [(*pair, score) for pair, score in zip(ends, found["score"].tolist(), strict=True)]
    chosen = set(place_newcomers(triples, places, scoring.WORTH_A_LOOK))
    keep = [pair in chosen for pair in ends]
    return found.loc[np.array(keep, dtype=bool)], places.displaced


def _row(
    pair: scoring.ScoredPair,
    traits: dict[int, Traits],
    program_id: int | None,
    version: str,
    now: datetime,
) -> dict[str, Any]:
    """The columns of a match; whichever side asked, India comes first."""
    turned = traits[pair.id][0] is not Country.INDIA
    india, us = (pair.candidate, pair.id) if turned else (pair.id, pair.candidate)
    fits = (pair.backward, pair.forward) if turned else (pair.forward, pair.backward)
    reasons = (pair.backward_reasons, pair.forward_reasons)
    mine, theirs = reasons if turned else reasons[::-1]
    return {
        "india_id": india,
        "us_id": us,
        "program_id": program_id,
        "score": _unit(pair.score),
        "fit_for_india": _unit(fits[0]),
        "fit_for_us": _unit(fits[1]),
        "reasons": {"india": mine, "us": theirs},
        "model_version": version,
        "proposed_at": now,
        "due_at": proposing.due_after(now),
    }


def _chances(
    pair: scoring.ScoredPair, traits: dict[int, Traits], *, is_known: bool
) -> dict[str, float | None]:
    """How likely each side is to say yes, once a model has learned from answers."""
    turned = traits[pair.id][0] is not Country.INDIA
    india, us = (pair.backward, pair.forward) if turned else (pair.forward, pair.backward)
    return {
        "chance_for_india": _unit(india) if is_known else None,
        "chance_for_us": _unit(us) if is_known else None,
    }


def _unit(value: float) -> float:
    return min(1.0, max(0.0, float(value)))

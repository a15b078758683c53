"""From the present state to a plan of proposals: read, end the transaction, compute, and write nothing.

Between a query and a service: it reads like the one and prepares the other, and it is the only caller of `scoring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from app import clock
from app.db import db, reading
from app.matching import eligibility, live, proposing, scoring
from app.matching.proposing import Plan
from app.matching.sharing import Places, Proposal, place_newcomers
from app.programs import queries as programs
from app.programs.models import Program
from app.taxonomy import Country, Kind

Traits = tuple[Country, Kind]


def make_plan(cap: int, only: Sequence[int] | None = None, folder: Path | None = None) -> Plan:
    """Proposals for everybody, or for `only`: under `cap` a side, explained, each with its program.

    `folder` holds the trained models; without one the rule ranks.
    """
    began_at = clock.now()
    with scoring.model.lock:
        with reading():
            # Read first: what changes from here on is newer than what the plan says it has seen.
            asked = eligibility.profiles_now() if only is None else eligibility.changed_at_of(only)
            rules = eligibility.matching_rules(cap)
            proposals = eligibility.proposals_now(asked)
            traits, technologies = eligibility.traits_of_all(), eligibility.technologies_of_all()
            open_programs = list(programs.open_programs())
            db.session.expunge_all()
            recommender = live.recommender(folder, anew=only is None)
            db.session.rollback()
        version, is_trained = scoring.model.version, scoring.model.is_trained
        if only is None:
            pairs, displaced = scoring.shared_out(recommender, rules), set[int]()
        else:
            newcomers = [id_ for id_ in asked if id_ in rules.groups]
            pairs, displaced = _for_newcomers(recommender, rules, newcomers, proposals)
        found = scoring.explained(recommender, pairs)
    rows = [
        _row(pair, traits, technologies, open_programs, version, began_at)
        | _chances(pair, traits, is_known=is_trained)
        for pair in found
    ]
    # Best first: pairs of one run share their due date, and the queue then goes by the order of their ids.
    rows.sort(key=lambda row: (-row["score"], row["india_id"], row["us_id"]))
    return Plan(version, asked, only is None, rows, displaced)


def _for_newcomers(
    recommender: Any, rules: scoring.Rules, only: Sequence[int], proposals: list[Proposal]
) -> tuple[Any, set[int]]:
    """The pairs that get a place among `proposals`, and the matches that lose theirs."""
    found = scoring.candidates_for(recommender, rules, only)
    places = Places(rules.capacity, proposals)
    triples = zip(found["id"].tolist(), found["candidate"].tolist(), found["score"].tolist(), strict=True)
    chosen = set(place_newcomers(triples, places, scoring.WORTH_A_LOOK))
    keep = [pair in chosen for pair in zip(found["id"].tolist(), found["candidate"].tolist(), strict=True)]
    return found.loc[np.array(keep, dtype=bool)], places.displaced


def _row(
    pair: scoring.ScoredPair,
    traits: dict[int, Traits],
    technologies: dict[int, set[str]],
    open_programs: Sequence[Program],
    version: str,
    now: datetime,
) -> dict[str, Any]:
    """The columns of a match; whichever side asked, India comes first."""
    turned = traits[pair.id][0] is not Country.INDIA
    india, us = (pair.candidate, pair.id) if turned else (pair.id, pair.candidate)
    fits = (pair.backward, pair.forward) if turned else (pair.forward, pair.backward)
    reasons = (pair.backward_reasons, pair.forward_reasons)
    mine, theirs = reasons if turned else reasons[::-1]
    kinds = {traits[india][1], traits[us][1]}
    shared = technologies.get(india, set()) | technologies.get(us, set())
    return {
        "india_id": india,
        "us_id": us,
        "program_id": _program_for(kinds, shared, open_programs),
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


def _program_for(kinds: set[Kind], technologies: set[str], open_programs: Sequence[Program]) -> int | None:
    """The first open program that takes a pair of these kinds in one of its technologies."""
    for program in open_programs:
        takes_kinds = not program.kinds or kinds <= {Kind(kind) for kind in program.kinds}
        takes_technology = not program.technologies or technologies.intersection(program.technologies)
        if takes_kinds and takes_technology:
            return program.id
    return None

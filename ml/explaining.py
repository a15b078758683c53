"""Reasons for many pairs at once: evidence in arrays, quotes only where evidence is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml import lexical
from ml.corridor import PairScorer
from ml.features import Features
from ml.profiles import Profile
from ml.quoting import Quoter, chain_link, shared_fields, taught_field
from ml.reasons import LEAST_EVIDENCE, Quotes, Reason, Side, side_reasons
from ml.value_chain import GOES_INTO
from ml.weights import BUYER, EVIDENCE

_BLOCK = 8192


def reasons_of_pairs(
    scorer: PairScorer,
    profiles: Sequence[Profile],
    quoter: Quoter,
    ones: NDArray[np.intp],
    others: NDArray[np.intp],
) -> list[list[Reason]]:
    """Reasons of both sides, forward first, for pairs of positions, each with what it counts for `scorer`."""
    found: list[list[Reason]] = []
    for start in range(0, len(ones), _BLOCK):
        block = slice(start, start + _BLOCK)
        found += _block(scorer, profiles, quoter, ones[block], others[block])
    return found


def _block(
    scorer: PairScorer,
    profiles: Sequence[Profile],
    quoter: Quoter,
    ones: NDArray[np.intp],
    others: NDArray[np.intp],
) -> list[list[Reason]]:
    one, other = scorer.features.take(ones), scorer.features.take(others)
    shared = lexical.shared_terms(one.terms, other.terms)
    there, back = scorer.evidence(ones, others)
    found = []
    for at, (i, j) in enumerate(zip(ones.tolist(), others.tolist(), strict=True)):
        mine, theirs = _Row(profiles[i], one, at), _Row(profiles[j], other, at)
        found.append(
            _side("forward", mine, theirs, there[at].tolist(), quoter, shared[at])
            + _side("backward", theirs, mine, back[at].tolist(), quoter, shared[at])
        )
    return found


class _Row(NamedTuple):
    """One organization of a pair: its profile, and where its features are."""

    profile: Profile
    features: Features
    at: int


def _side(
    side: Side, served: _Row, serving: _Row, values: list[float], quoter: Quoter, shared: list[int]
) -> list[Reason]:
    score = float(-np.expm1(-max(sum(values), 0.0)))
    evidence = dict(zip(EVIDENCE, values, strict=True))
    told = {name for name, value in evidence.items() if value >= LEAST_EVIDENCE}
    one, other = served.profile, serving.profile
    mine, theirs = (row.features.fields_codes[row.at] for row in (served, serving))
    teaches = other.kind == "skill_program"
    quotes = Quotes(
        terms=quoter.words(shared, one, other) if shared and "text" in told else (),
        line=quoter.line(one, other) if "need" in told else None,
        fields=shared_fields(mine, theirs) if "field" in told else (),
        taught=taught_field(*((theirs, mine) if teaches else (mine, theirs))) if "training" in told else None,
        link=_link(served, serving) if "chain" in told else None,
    )
    return side_reasons(side, one, other, evidence, score, quotes)


def _link(served: _Row, serving: _Row) -> tuple[str, str, bool] | None:
    """(segment that supplies, segment supplied, whether the serving side is the supplier) of the stronger way."""
    mine, theirs = (row.features.chain_codes[row.at] for row in (served, serving))
    into, out = (float(a.astype(np.float32) @ GOES_INTO @ b) for a, b in ((theirs, mine), (mine, theirs)))
    supplies = bool(into >= BUYER * out)
    found = chain_link(theirs, mine) if supplies else chain_link(mine, theirs)
    return (*found, supplies) if found else None

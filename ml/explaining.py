"""Reasons for many pairs at once: evidence in arrays, quotes only where evidence is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml import lexical, scoring
from ml.features import Features
from ml.profiles import Profile
from ml.quoting import Quoter
from ml.ranker import RULE, Ranker
from ml.reasons import LEAST_EVIDENCE, Quotes, Reason, Side, side_reasons
from ml.weights import EVIDENCE

_NEED, _TEXT = EVIDENCE.index("need"), EVIDENCE.index("text")
_BLOCK = 8192


def reasons_of_pairs(
    features: Features,
    profiles: Sequence[Profile],
    quoter: Quoter,
    ones: NDArray[np.intp],
    others: NDArray[np.intp],
    ranker: Ranker = RULE,
) -> list[list[Reason]]:
    """Reasons of both sides, forward first, for pairs of positions, each with what it counts for `ranker`."""
    found: list[list[Reason]] = []
    for start in range(0, len(ones), _BLOCK):
        block = slice(start, start + _BLOCK)
        found += _block(features, profiles, quoter, ones[block], others[block], ranker)
    return found


def _block(
    features: Features,
    profiles: Sequence[Profile],
    quoter: Quoter,
    ones: NDArray[np.intp],
    others: NDArray[np.intp],
    ranker: Ranker,
) -> list[list[Reason]]:
    one, other = features.take(ones), features.take(others)
    shared = lexical.shared_terms(one.terms, other.terms)
    there = ranker.weigh(scoring.contributions(one, other))
    back = ranker.weigh(scoring.contributions(other, one))
    return [
        _side("forward", profiles[i], profiles[j], forward, quoter, words)
        + _side("backward", profiles[j], profiles[i], backward, quoter, words)
        for i, j, forward, backward, words in zip(
            ones.tolist(), others.tolist(), there.tolist(), back.tolist(), shared, strict=True
        )
    ]


def _side(
    side: Side, served: Profile, serving: Profile, values: list[float], quoter: Quoter, shared: list[int]
) -> list[Reason]:
    score = float(-np.expm1(-max(sum(values), 0.0)))
    quotes = Quotes(
        terms=quoter.words(shared, served, serving) if shared and values[_TEXT] >= LEAST_EVIDENCE else (),
        line=quoter.line(served, serving) if values[_NEED] >= LEAST_EVIDENCE else None,
    )
    return side_reasons(side, served, serving, dict(zip(EVIDENCE, values, strict=True)), score, quotes)

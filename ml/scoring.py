"""Fit of pairs in both directions: whole blocks by matrix products, or chosen pairs row by row, by the same rule.

``score`` is the geometric mean of the two sides. Both must say yes, so the chance of a match is their product; the
geometric mean ranks as the product does and stays on the scale of its parts, so that people can read it in bands.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ml import lexical
from ml.features import Features, Floats
from ml.profiles import KINDS
from ml.weights import (
    EVIDENCE,
    LATENT_ALONE,
    NEED_FLOOR,
    STRUCTURE_ALONE,
    TEXT_FLOOR,
    TOPIC_ENOUGH,
    WORDS_ALONE,
    Weights,
    has_structure,
    weight_table,
    weights_of,
)

_TOPIC = [EVIDENCE.index(name) for name in ("need", "text", "technology", "tags", "agnostic")]
_STRUCTURE = [EVIDENCE.index(name) for name in ("stage", "ticket", "place", "raising")]


def settings_digest() -> str:
    """A short digest of every weight and floor, for the model's version."""
    floors = (TEXT_FLOOR, NEED_FLOOR, LATENT_ALONE, WORDS_ALONE, STRUCTURE_ALONE, TOPIC_ENOUGH)
    return hashlib.blake2b(weight_table().tobytes() + repr(floors).encode(), digest_size=4).hexdigest()


def squash(evidence: Floats) -> Floats:
    """Evidence, any real number, to [0, 1)."""
    return np.asarray(-np.expm1(-np.maximum(evidence, 0)), dtype=np.float32)


def combine(forward: Floats, backward: Floats) -> Floats:
    """The geometric mean of two sides."""
    return np.sqrt(forward * backward)


def _supported(similarity: Floats, floor: np.float32, words: Floats) -> Floats:
    """What of a latent similarity is above the noise and supported by shared words, in [0, 1]; works in place."""
    similarity -= floor
    np.maximum(similarity, 0, out=similarity)
    similarity *= (1 - WORDS_ALONE) / (1 - floor)
    similarity *= LATENT_ALONE + (1 - LATENT_ALONE) * words
    words -= 0.5
    np.maximum(words, 0, out=words)
    words *= 2 * WORDS_ALONE
    similarity += words
    return similarity


def block_sides(rows: Features, columns: Features) -> tuple[Floats, Floats]:
    """Both sides of every pair of two groups, each of one kind and one country.

    Returns
    -------
    forward, backward : (rows, columns) float32, does the column serve the row, and the row the column
    """
    row_kind, column_kind = KINDS[int(rows.kind[0])], KINDS[int(columns.kind[0])]
    there, back = weights_of(row_kind, column_kind), weights_of(column_kind, row_kind)
    text = _supported(rows.about @ columns.about.T, TEXT_FLOOR, lexical.support(rows.terms, columns.terms))
    technology = rows.technologies @ columns.technologies.T
    tags = rows.tags @ columns.tags.T
    forward = _topic(there, text, technology, tags)
    backward = forward.copy() if _same_topic(there, back) else _topic(back, text, technology, tags)
    if rows.want.any():
        words = lexical.support(rows.want_terms, columns.have_terms)
        forward += np.float32(there.need) * _supported(rows.want @ columns.have.T, NEED_FLOOR, words)
    if columns.want.any():
        words = lexical.support(rows.have_terms, columns.want_terms)
        backward += np.float32(back.need) * _supported(rows.have @ columns.want.T, NEED_FLOOR, words)
    if has_structure(row_kind, column_kind):
        _add_structure(forward, backward, rows, columns, there, back)
    forward += np.float32(there.kind)
    backward += np.float32(back.kind)
    return _squash_in_place(forward), _squash_in_place(backward)


def _topic(weights: Weights, text: Floats, technology: Floats, tags: Floats) -> Floats:
    sum_ = text * np.float32(weights.text)
    sum_ += technology * np.float32(weights.technology)
    sum_ += tags * np.float32(weights.tags)
    return sum_


def _same_topic(one: Weights, other: Weights) -> bool:
    return (one.text, one.technology, one.tags) == (other.text, other.technology, other.tags)


def _squash_in_place(evidence: Floats) -> Floats:
    np.maximum(evidence, 0, out=evidence)
    np.negative(evidence, out=evidence)
    np.expm1(evidence, out=evidence)
    return np.negative(evidence, out=evidence)


def _gate(topic: Floats) -> Floats:
    return STRUCTURE_ALONE + (1 - STRUCTURE_ALONE) * np.minimum(topic * (1 / TOPIC_ENOUGH), 1)


def _add_structure(
    forward: Floats, backward: Floats, rows: Features, columns: Features, there: Weights, back: Weights
) -> None:
    """Add what money's terms say to both sides of an investor-and-firm block, in place."""
    row_country, column_country = int(rows.country[0]), int(columns.country[0])
    agnostic = np.maximum(rows.agnostic[:, None], columns.agnostic[None, :])
    stage = _agreement(rows.stage @ columns.stage.T, 1.6, 0.6, rows.stage, columns.stage)
    ticket = _agreement(rows.ticket @ columns.ticket.T, 1.5, 0.5, rows.ticket, columns.ticket)
    place = rows.looks_at[:, None, column_country] + columns.looks_at[None, :, row_country]
    raising = np.maximum(rows.raising[:, None], columns.raising[None, :])
    for side, weights in ((forward, there), (backward, back)):
        side += np.float32(weights.agnostic) * agnostic
        terms = stage * np.float32(weights.stage)
        terms += ticket * np.float32(weights.ticket)
        terms += place * np.float32(weights.place)
        terms += raising * np.float32(weights.raising)
        terms *= _gate(side)
        side += terms


def _agreement(product: Floats, gain: float, loss: float, rows: Floats, columns: Floats) -> Floats:
    """+1 where both ranges are known and touch, -`loss` where both are known and do not, 0 where one is unknown.

    The last column of the features holds "known", so `product` is known + overlap.
    """
    known = np.outer(rows[:, -1], columns[:, -1])
    return np.asarray(
        np.float32(gain) * np.minimum(product - known, 1) - np.float32(loss) * known, dtype=np.float32
    )


def contributions(served: Features, serving: Features) -> Floats:
    """What each kind of evidence adds, pair by pair, to the side "`serving` serves `served`".

    Parameters
    ----------
    served, serving : Features of the same length n, row i of one meets row i of the other

    Returns
    -------
    (n, len(EVIDENCE)) float32; the side is ``squash(contributions.sum(axis=1))``
    """
    weights = weight_table()[served.kind, serving.kind]
    kinds_with_terms = np.array([[has_structure(one, other) for other in KINDS] for one in KINDS])
    terms_apply = kinds_with_terms[served.kind, serving.kind].astype(np.float32)
    dot = "ij,ij->i"
    values = np.zeros((len(served), len(EVIDENCE)), dtype=np.float32)
    values[:, 0] = _supported(
        np.einsum(dot, served.want, serving.have),
        NEED_FLOOR,
        lexical.pair_support(served.want_terms, serving.have_terms),
    )
    values[:, 1] = _supported(
        np.einsum(dot, served.about, serving.about),
        TEXT_FLOOR,
        lexical.pair_support(served.terms, serving.terms),
    )
    values[:, 2] = np.einsum(dot, served.technologies, serving.technologies)
    values[:, 3] = np.einsum(dot, served.tags, serving.tags)
    values[:, 4] = np.maximum(served.agnostic, serving.agnostic)
    values[:, 5] = _pair_agreement(served.stage, serving.stage, 1.6, 0.6)
    values[:, 6] = _pair_agreement(served.ticket, serving.ticket, 1.5, 0.5)
    every = np.arange(len(served))
    values[:, 7] = served.looks_at[every, serving.country] + serving.looks_at[every, served.country]
    values[:, 8] = np.maximum(served.raising, serving.raising)
    values[:, 4:9] *= terms_apply[:, None]
    values[:, 9] = 1
    values *= weights
    values[:, _STRUCTURE] *= _gate(values[:, _TOPIC].sum(axis=1))[:, None]
    return values


def _pair_agreement(one: Floats, other: Floats, gain: float, loss: float) -> Floats:
    known = one[:, -1] * other[:, -1]
    overlap = np.einsum("ij,ij->i", one[:, :-1], other[:, :-1])
    return np.asarray(np.float32(gain) * np.minimum(overlap, 1) - np.float32(loss) * known, dtype=np.float32)


def pair_sides(one: Features, other: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n,) forward and backward of pairs given row by row."""
    return squash(contributions(one, other).sum(axis=1)), squash(contributions(other, one).sum(axis=1))

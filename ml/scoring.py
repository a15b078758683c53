"""Fit of pairs in both directions, pair by pair: named evidence of each side, and what it adds up to.

``score`` is the geometric mean of the two sides. Both must say yes, so the chance of a match is their product; the
geometric mean ranks as the product does and stays on the scale of its parts, so that people can read it in bands.
"""

from __future__ import annotations

import hashlib

import numba
import numpy as np
from numpy.typing import NDArray

from ml import lexical
from ml.features import STEPS, Codes, Features, Floats
from ml.profiles import KINDS
from ml.topics import fields_of, runs_on
from ml.value_chain import GOES_INTO
from ml.weights import (
    BUYER,
    EVIDENCE,
    KIND_UNSAID,
    LINK_EVIDENCE,
    NEED_FLOOR,
    STRUCTURE_ALONE,
    TEXT_FLOOR,
    TOPIC_ENOUGH,
    WORDS_COUNT,
    has_structure,
    weight_table,
)

_AT = {name: place for place, name in enumerate(EVIDENCE)}
_TOPIC = [
    _AT[name] for name in ("need", "text", "field", "technology", "tags", "training", "chain", "agnostic")
]
_LIKENESS = [_AT[name] for name in ("text", "field", "technology", "tags")]
_LINKS = [_AT[name] for name in LINK_EVIDENCE]
_STRUCTURE = [_AT[name] for name in ("stage", "ticket", "place", "raising")]
_TERMS_APPLY = np.array([[has_structure(one, other) for other in KINDS] for one in KINDS], dtype=np.float32)
_PROGRAM = KINDS.index("skill_program")
_RUNS_ON = runs_on()


def settings_digest() -> str:
    """A short digest of every weight and floor, for the model's version."""
    floors = (TEXT_FLOOR, NEED_FLOOR, WORDS_COUNT, STRUCTURE_ALONE, TOPIC_ENOUGH, BUYER, KIND_UNSAID)
    return hashlib.blake2b(weight_table().tobytes() + repr(floors).encode(), digest_size=4).hexdigest()


def squash(evidence: Floats) -> Floats:
    """Evidence, any real number, to [0, 1)."""
    return np.asarray(-np.expm1(-np.maximum(evidence, 0)), dtype=np.float32)


def combine(forward: Floats, backward: Floats) -> Floats:
    """The geometric mean of two sides."""
    return np.sqrt(forward * backward)


def contributions(served: Features, serving: Features, links: Floats | None = None) -> Floats:
    """What each kind of evidence adds, pair by pair, to the side "`serving` serves `served`".

    Parameters
    ----------
    served, serving : Features of the same length n, row i of one meets row i of the other
    links : (n, 3) float32, what past investments say of the pairs, the same from both sides; None when nothing

    Returns
    -------
    (n, len(EVIDENCE)) float32; the side is ``squash(contributions.sum(axis=1))``
    """
    shared = _shared(served, serving, links)
    return _weighed(_with_own(shared, served, serving, forward=True), served, serving)


def pair_sides(one: Features, other: Features, links: Floats | None = None) -> tuple[Floats, Floats]:
    """(n,) forward and backward of pairs given row by row; `links` as in `contributions`."""
    shared = _shared(one, other, links)
    there = _weighed(_with_own(shared.copy(), one, other, forward=True), one, other)
    back = _weighed(_with_own(shared, other, one, forward=False), other, one)
    return squash(there.sum(axis=1)), squash(back.sum(axis=1))


def _shared(one: Features, other: Features, links: Floats | None) -> Floats:
    """(n, evidence) what is the same from both sides, not weighed; "chain" holds what goes from `other` to `one`, "rival" what goes back."""
    values = np.zeros((len(one), len(EVIDENCE)), dtype=np.float32)
    if links is not None:
        values[:, _LINKS] = links
    values[:, _AT["text"]] = _text(one, other)
    for name, evidence in (("fields", "field"), ("technologies", "technology"), ("tags", "tags")):
        values[:, _AT[evidence]] = _products(one, other, name)
    values[:, _AT["training"]] = _skills(one, other)
    _link(values, one, other)
    values[:, _AT["agnostic"]] = np.maximum(one.agnostic, other.agnostic)
    values[:, _AT["stage"]] = _agreement(one.stage, other.stage, 1.6, 0.6)
    values[:, _AT["ticket"]] = _agreement(one.ticket, other.ticket, 1.5, 0.5)
    every = np.arange(len(one))
    values[:, _AT["place"]] = one.looks_at[every, other.country] + other.looks_at[every, one.country]
    values[:, _AT["raising"]] = np.maximum(one.raising, other.raising)
    apply = _TERMS_APPLY[one.kind, other.kind]
    for name in ("agnostic", "stage", "ticket", "place", "raising"):
        values[:, _AT[name]] *= apply
    said = np.sqrt(_products(one, one, "about") * _products(other, other, "about"))
    values[:, _AT["kind"]] = KIND_UNSAID + (1 - KIND_UNSAID) * np.minimum(said, 1)
    return values


def _with_own(values: Floats, served: Features, serving: Features, *, forward: bool) -> Floats:
    """Add what differs by side to `_shared` values, in place."""
    values[:, _AT["need"]] = _need(served, serving)
    link = values[:, [_AT["chain"], _AT["rival"]]]
    mine, theirs = (link[:, 0], link[:, 1]) if forward else (link[:, 1], link[:, 0])
    same = _products(served, serving, "chain")
    values[:, _AT["chain"]] = np.maximum(np.maximum(mine, BUYER * theirs) - same, 0)
    values[:, _AT["rival"]] = same
    return values


def _weighed(values: Floats, served: Features, serving: Features) -> Floats:
    values = values * weight_table()[served.kind, serving.kind]
    values[:, _AT["rival"]] *= values[:, _LIKENESS].sum(axis=1)
    topic = values[:, _TOPIC].sum(axis=1)
    gate = STRUCTURE_ALONE + (1 - STRUCTURE_ALONE) * np.minimum(topic * (1 / TOPIC_ENOUGH), 1)
    values[:, _STRUCTURE] *= gate[:, None]
    return np.asarray(values, dtype=np.float32)


def _text(one: Features, other: Features) -> Floats:
    """Nearness of meaning above the noise, and telling words in common, in [0, 1]."""
    near = np.maximum(_products(one, other, "about") - TEXT_FLOOR, 0) * (1 / (1 - TEXT_FLOOR))
    words = lexical.pair_support(one.terms, other.terms)
    return np.asarray((1 - WORDS_COUNT) * near + WORDS_COUNT * words, dtype=np.float32)


def _need(served: Features, serving: Features) -> Floats:
    """How well what one can give meets what the other needs, in [0, 1]; computed only where a need is written."""
    found = np.zeros(len(served), dtype=np.float32)
    rows = np.flatnonzero(served.want_terms[:, 0, 0] >= 0)
    if len(rows):
        near = _dot(served.want_codes[rows], serving.have_codes[rows]) * np.float32(1 / STEPS["want"] ** 2)
        words = lexical.pair_support(served.want_terms[rows], serving.have_terms[rows])
        near = np.maximum(near - NEED_FLOOR, 0) * (1 / (1 - NEED_FLOOR))
        found[rows] = near * (0.2 + 0.8 * words) + 0.5 * np.maximum(words - 0.5, 0)
    return found


def _skills(one: Features, other: Features) -> Floats:
    """How well what a program teaches meets what the other side's field runs on, in [0, 1]."""
    found = np.zeros(len(one), dtype=np.float32)
    for program, firm in ((one, other), (other, one)):
        rows = np.flatnonzero((program.kind == _PROGRAM) & (firm.kind != _PROGRAM))
        if len(rows):
            taught = fields_of(program.fields_codes[rows]).astype(np.float32)
            work = fields_of(firm.fields_codes[rows]).astype(np.float32) @ _RUNS_ON
            found[rows] = np.einsum("ij,ij->i", taught, work) * np.float32(1 / STEPS["fields"] ** 2)
    return np.minimum(found, 1)


def _link(values: Floats, one: Features, other: Features) -> None:
    """Write how far the product of `other` goes into that of `one` as "chain", and the way back as "rival"."""
    rows = np.flatnonzero(one.chain_codes.any(axis=1) & other.chain_codes.any(axis=1))
    if len(rows):
        mine, theirs = (side.chain_codes[rows].astype(np.float32) for side in (one, other))
        scale = np.float32(1 / STEPS["chain"] ** 2)
        values[rows, _AT["chain"]] = np.minimum(np.einsum("ij,ij->i", theirs @ GOES_INTO, mine) * scale, 1)
        values[rows, _AT["rival"]] = np.minimum(np.einsum("ij,ij->i", mine @ GOES_INTO, theirs) * scale, 1)


def _agreement(one: Floats, other: Floats, gain: float, loss: float) -> Floats:
    """+1 where both ranges are known and touch, -`loss` where both are known and do not, 0 where one is unknown."""
    known = one[:, -1] * other[:, -1]
    overlap = np.einsum("ij,ij->i", one[:, :-1], other[:, :-1])
    return np.asarray(np.float32(gain) * np.minimum(overlap, 1) - np.float32(loss) * known, dtype=np.float32)


def _products(one: Features, other: Features, name: str) -> Floats:
    found = _dot(getattr(one, f"{name}_codes"), getattr(other, f"{name}_codes"))
    return found * np.float32(1 / STEPS[name] ** 2)


@numba.njit(cache=True, nogil=True)
def _dot(one: Codes, other: Codes) -> NDArray[np.float32]:
    """(n,) float32 products of rows of int8."""
    found = np.empty(len(one), dtype=np.float32)
    for row in range(len(one)):
        total = np.int32(0)
        for at in range(one.shape[1]):
            total += np.int32(one[row, at]) * np.int32(other[row, at])
        found[row] = total
    return found

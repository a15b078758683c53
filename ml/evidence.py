"""Both sides of pairs given by position, compiled: what `ml.scoring` computes array by array, without a copy of a row.

The loop releases the GIL. It agrees with `scoring.pair_sides` but for rounding; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from ml import fields, lexical
from ml.features import STEPS, Features, Floats
from ml.fetching import ahead
from ml.profiles import KINDS
from ml.topics import runs_on
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

Positions = NDArray[np.intp]

(
    _NEED,
    _TEXT,
    _FIELD,
    _TECHNOLOGY,
    _TAGS,
    _TRAINING,
    _CHAIN,
    _RIVAL,
    _AGNOSTIC,
    _STAGE,
    _TICKET,
    _PLACE,
    _RAISING,
    _KIND,
) = range(len(EVIDENCE) - len(LINK_EVIDENCE))
_LINKS = len(EVIDENCE) - len(LINK_EVIDENCE)
_PROGRAM = KINDS.index("skill_program")
_N_FIELDS = len(fields.NAMES)
_ENOUGH = np.float32(1 / lexical.ENOUGH)
_ONE, _ZERO = np.float32(1), np.float32(0)
_SQUARES = tuple(
    np.float32(1 / STEPS[name] ** 2) for name in ("about", "want", "fields", "technologies", "tags", "chain")
)
_BY_ABOUT, _BY_WANT, _BY_FIELDS, _BY_TECHNOLOGIES, _BY_TAGS, _BY_CHAIN = _SQUARES
_ABOVE_TEXT, _ABOVE_NEED = np.float32(1 / (1 - TEXT_FLOOR)), np.float32(1 / (1 - NEED_FLOOR))
_BY_TOPIC = np.float32(1 / TOPIC_ENOUGH)
_RUNS_ON = runs_on()
_WEIGHTS = weight_table()
_APPLY = np.array([[has_structure(one, other) for other in KINDS] for one in KINDS])

# Pairs that memory works ahead of the loop, and bytes that it brings at a time.
_AHEAD, _LINE = 6, 64

compiled = numba.njit(cache=True, nogil=True)
# Sums in any order: of whole numbers they are the same.
summed = numba.njit(cache=True, nogil=True, fastmath=True)


def sides(
    features: Features,
    ones: Positions,
    others: Positions,
    links: Floats | None = None,
    multipliers: Floats | None = None,
) -> tuple[Floats, Floats]:
    """(n,) forward and backward of pairs given by position; pairs of the same first side are best given in a row.

    Parameters
    ----------
    features : of everybody
    links : (n, 3) float32, what past investments say of the pairs; None when nothing
    multipliers : (evidence,) float32, what each kind of weighed evidence counts; None as the rule has it
    """
    forward, backward = np.empty(len(ones), dtype=np.float32), np.empty(len(ones), dtype=np.float32)
    if links is None:
        links = np.empty((0, len(LINK_EVIDENCE)), dtype=np.float32)
    if multipliers is None:
        multipliers = np.ones(len(EVIDENCE), dtype=np.float32)
    _sides(
        _read(features),
        np.asarray(ones, dtype=np.int64),
        np.asarray(others, dtype=np.int64),
        links,
        _WEIGHTS,
        multipliers,
        (_RUNS_ON, GOES_INTO, _APPLY),
        (forward, backward),
    )
    return forward, backward


def _read(features: Features) -> tuple[tuple[Any, ...], ...]:
    """Who they are, their vectors, their words, and the terms of money, as the loop takes them."""
    return (
        (features.kind, features.country),
        (
            features.about_codes,
            features.want_codes,
            features.have_codes,
            features.fields_codes,
            features.technologies_codes,
            features.tags_codes,
            features.chain_codes,
        ),
        (features.terms, features.want_terms, features.have_terms),
        (features.stage, features.ticket, features.looks_at, features.raising, features.agnostic),
    )


@compiled
def _sides(features, ones, others, links, weights, multipliers, tables, found):  # type: ignore[no-untyped-def]
    """Write forward and backward of each pair.

    Arrays are taken out of their tuples once: to do so for each pair would count references, which cores would fight for.
    """
    (kind, country), codes, terms, money = features
    about, want, have, work, technologies, tags, chain = codes
    said, wanted, given = terms
    stage, ticket, looks_at, raising, agnostic = money
    forward, backward = found
    applies = tables[2]
    shared = np.zeros(len(multipliers), dtype=np.float32)
    trained = np.zeros((2, _N_FIELDS), dtype=np.float32)
    chained = np.zeros((3, chain.shape[1]), dtype=np.float32)
    held = np.empty((3, said.shape[1], said.shape[2]), dtype=np.float32)
    before = -1
    for pair in range(len(ones)):
        if pair + _AHEAD < len(ones):
            _fetch(about, work, tags, technologies, others[pair + _AHEAD])
            _fetch_more(said, wanted, stage, ticket, looks_at, others[pair + _AHEAD])
        one, other = ones[pair], others[pair]
        mine, theirs = kind[one], kind[other]
        if one != before:
            before = one
            _hold_words(held, said, wanted, given, one)
            _hold_links(tables, work, chain, trained, chained, one)
        shared[:_LINKS] = 0
        for at in range(min(len(links), 1) * links.shape[1]):
            shared[_LINKS + at] = links[pair, at]
        _alike(about, one, other, _words(held, 0, said, other), shared)
        shared[_FIELD] = _product(work, one, work, other) * _BY_FIELDS
        shared[_TECHNOLOGY] = _product(technologies, one, technologies, other) * _BY_TECHNOLOGIES
        shared[_TAGS] = _product(tags, one, tags, other) * _BY_TAGS
        _teach(mine == _PROGRAM, theirs == _PROGRAM, trained, work, other, shared)
        if applies[mine, theirs]:
            shared[_STAGE] = _agreement(stage, one, other, np.float32(1.6), np.float32(0.6))
            shared[_TICKET] = _agreement(ticket, one, other, np.float32(1.5), np.float32(0.5))
            shared[_PLACE] = looks_at[one, country[other]] + looks_at[other, country[one]]
            shared[_AGNOSTIC] = max(agnostic[one], agnostic[other])
            shared[_RAISING] = max(raising[one], raising[other])
        into, out_of = _link(chained, chain, one, other, shared)
        if held[1, 0, 0] >= 0:
            shared[_NEED] = _need(want, one, have, other, _words(held, 1, given, other))
        shared[_CHAIN] = max(max(into, BUYER * out_of) - shared[_RIVAL], _ZERO)
        forward[pair] = _side(shared, weights, mine, theirs, multipliers)
        shared[_NEED] = 0
        if wanted[other, 0, 0] >= 0:
            shared[_NEED] = _need(want, other, have, one, _words(held, 2, wanted, other))
        shared[_CHAIN] = max(max(out_of, BUYER * into) - shared[_RIVAL], _ZERO)
        backward[pair] = _side(shared, weights, theirs, mine, multipliers)


@compiled
def _fetch(about, work, tags, technologies, row):  # type: ignore[no-untyped-def]
    """Have what most pairs read of one organization on its way from memory."""
    for at in range(0, about.shape[1], _LINE):
        ahead(about, row * about.shape[1] + at)
    for at in range(0, work.shape[1], _LINE):
        ahead(work, row * work.shape[1] + at)
    ahead(tags, row * tags.shape[1])
    ahead(technologies, row * technologies.shape[1])


@compiled
def _fetch_more(said, wanted, stage, ticket, looks_at, row):  # type: ignore[no-untyped-def]
    ahead(said, row * said.shape[1] * said.shape[2])
    ahead(wanted, row * wanted.shape[1] * wanted.shape[2])
    ahead(stage, row * stage.shape[1])
    ahead(ticket, row * ticket.shape[1])
    ahead(ticket, (row + 1) * ticket.shape[1] - 1)
    ahead(looks_at, row * looks_at.shape[1])


@compiled
def _hold_words(held, said, wanted, given, one):  # type: ignore[no-untyped-def]
    """Copy the telling words of one organization, of what it says, needs and gives."""
    for side in range(held.shape[1]):
        for at in range(held.shape[2]):
            held[0, side, at] = said[one, side, at]
            held[1, side, at] = wanted[one, side, at]
            held[2, side, at] = given[one, side, at]


@compiled
def _hold_links(tables, work, chain, trained, chained, one):  # type: ignore[no-untyped-def]
    """Write one organization's fields as those it runs on and as those that run on it, its segments as inputs and as products."""
    runs, goes, _ = tables
    trained[:] = 0
    chained[:] = 0
    for at in range(_N_FIELDS):
        code = np.float32(work[one, at])
        if code != 0:
            for place in range(_N_FIELDS):
                trained[0, place] += code * runs[at, place]
                trained[1, place] += code * runs[place, at]
    for at in range(chain.shape[1]):
        code = np.float32(chain[one, at])
        if code != 0:
            chained[2, 0] = 1
            for place in range(chain.shape[1]):
                chained[0, place] += goes[place, at] * code
                chained[1, place] += code * goes[at, place]


@summed
def _product(codes, one, others, other):  # type: ignore[no-untyped-def]
    total = np.int32(0)
    for at in range(codes.shape[1]):
        total += np.int32(codes[one, at]) * np.int32(others[other, at])
    return np.float32(total)


@summed
def _against(values, side, codes, row):  # type: ignore[no-untyped-def]
    total = np.float32(0)
    for at in range(values.shape[1]):
        total += values[side, at] * np.float32(codes[row, at])
    return total


@summed
def _words(held, side, others, other):  # type: ignore[no-untyped-def]
    """How well shared telling words support a pair, in [0, 1]."""
    total = np.float32(0)
    if held[side, 0, 0] < 0:
        return total
    for at in range(others.shape[2]):
        column = others[other, 0, at]
        if column < 0:
            break
        for place in range(held.shape[2]):
            total += held[side, 1, place] * np.float32(held[side, 0, place] == column)
    return min(total * _ENOUGH, _ONE)


@compiled
def _alike(about, one, other, words, shared):  # type: ignore[no-untyped-def]
    """Write how near both are in meaning, and how much both say."""
    near = max(_product(about, one, about, other) * _BY_ABOUT - TEXT_FLOOR, _ZERO) * _ABOVE_TEXT
    shared[_TEXT] = (_ONE - WORDS_COUNT) * near + WORDS_COUNT * words
    mine, theirs = _product(about, one, about, one), _product(about, other, about, other)
    much = np.sqrt(mine * _BY_ABOUT * (theirs * _BY_ABOUT))
    shared[_KIND] = KIND_UNSAID + (_ONE - KIND_UNSAID) * min(much, _ONE)


@compiled
def _teach(mine, theirs, trained, work, other, shared):  # type: ignore[no-untyped-def]
    """Write how well a program's teaching suits the other side's field, where just one is a program."""
    if mine != theirs:
        shared[_TRAINING] = min(_against(trained, 1 if mine else 0, work, other) * _BY_FIELDS, _ONE)


@compiled
def _link(chained, chain, one, other, shared):  # type: ignore[no-untyped-def]
    """How far the product of the other goes into that of the one, and the way back; writes how much they stand at one link."""
    if not chained[2, 0]:
        return _ZERO, _ZERO
    shared[_RIVAL] = _product(chain, one, chain, other) * _BY_CHAIN
    into = min(_against(chained, 0, chain, other) * _BY_CHAIN, _ONE)
    return into, min(_against(chained, 1, chain, other) * _BY_CHAIN, _ONE)


@summed
def _agreement(ranges, one, other, gain, loss):  # type: ignore[no-untyped-def]
    """`gain` where both ranges are known and touch, `loss` where both are known."""
    last = ranges.shape[1] - 1
    known = ranges[one, last] * ranges[other, last]
    if known == 0:
        return np.float32(0)
    overlap = np.float32(0)
    for at in range(last):
        overlap += ranges[one, at] * ranges[other, at]
    return gain * min(overlap, _ONE) - loss * known


@compiled
def _need(want, served, have, serving, words):  # type: ignore[no-untyped-def]
    """How well what one can give meets what the other needs."""
    near = max(_product(want, served, have, serving) * _BY_WANT - NEED_FLOOR, _ZERO) * _ABOVE_NEED
    more = np.float32(0.5) * max(words - np.float32(0.5), _ZERO)
    return near * (np.float32(0.2) + np.float32(0.8) * words) + more


@summed
def _side(values, weights, served, serving, multipliers):  # type: ignore[no-untyped-def]
    """One side from named evidence: what it adds up to, in [0, 1)."""
    likeness = np.float32(0)
    for at in (_TEXT, _FIELD, _TECHNOLOGY, _TAGS):
        likeness += values[at] * weights[served, serving, at]
    topic = likeness
    for at in (_NEED, _TRAINING, _CHAIN, _AGNOSTIC):
        topic += values[at] * weights[served, serving, at]
    gate = STRUCTURE_ALONE + (_ONE - STRUCTURE_ALONE) * min(topic * _BY_TOPIC, _ONE)
    total = np.float32(0)
    for at in range(len(values)):
        weighed = values[at] * weights[served, serving, at] * multipliers[at]
        by = likeness if at == _RIVAL else gate if _STAGE <= at <= _RAISING else _ONE
        total += weighed * by
    return np.float32(-np.expm1(-max(total, _ZERO)))

"""The best k by inner product in both directions from one blocked product, exact on int8 codes.

One product of a block serves its rows and its columns. Each list has a running floor; whether a pair may meet is asked only
of pairs above the floor of one of their lists, and floors kept from the run before spare most of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ml import kernels, scheduler
from ml.eligibility import PositionedEligibility
from ml.kernels import BLOCK_COLUMNS, BLOCK_ROWS, Codes, Floats, Places

# Columns are shared out in so many stripes whatever the number of workers, so that the result does not depend on it.
STRIPES = 4
# A stripe shorter than this is not worth its own lists of all rows.
LEAST_STRIPE = 4 * BLOCK_COLUMNS
# One in so many organizations shows where the lists' floors will be, where there are pairs enough to gain by it.
SAMPLE = 32
WORTH_A_SAMPLE = 20_000_000
# How safe a floor of a sample is: safer ones let more pairs pass, others more lists come out short and be made again.
DEVIATIONS = 2.5


@dataclass(frozen=True, slots=True)
class Quantized:
    """Vectors as int8: ``codes (n, d) * scales (n, 1)``; rounding moves a vector by at most half a step a coordinate."""

    codes: Codes
    scales: Floats

    def __len__(self) -> int:
        return len(self.scales)

    def take(self, positions: NDArray[np.intp]) -> Quantized:
        """The rows at these positions."""
        return Quantized(self.codes[positions], self.scales[positions])

    @classmethod
    def of(cls, vectors: Floats) -> Quantized:
        """From (n, d) float32.

        Raises
        ------
        ValueError
            When d is so large that products could not be counted exactly.
        """
        if vectors.shape[1] > kernels.MOST_DIMENSIONS:
            raise ValueError(f"vectors have more than {kernels.MOST_DIMENSIONS} dimensions")
        codes = np.empty(vectors.shape, dtype=np.int8)
        scales = np.empty(len(vectors), dtype=np.float32)
        kernels.quantize(np.ascontiguousarray(vectors, dtype=np.float32), codes, scales)
        return cls(codes, scales)


@dataclass(frozen=True, slots=True)
class MayMeet:
    """Who may meet, in the order of rows and columns.

    Attributes
    ----------
    row_group, column_group : (n,) and (m,) int32, places in `allowed`
    allowed : (G, H) bool
    starts, struck : pairs that may not meet as CSR: columns ``struck[starts[i]:starts[i + 1]]`` of row i, ascending
    """

    row_group: Places
    column_group: Places
    allowed: NDArray[np.bool_]
    starts: NDArray[np.int64]
    struck: Places

    @classmethod
    def all(cls, rows: int, columns: int) -> MayMeet:
        """Everybody may meet everybody."""
        none = np.zeros(0, dtype=np.int32)
        return cls(
            np.zeros(rows, dtype=np.int32),
            np.zeros(columns, dtype=np.int32),
            np.ones((1, 1), dtype=bool),
            np.zeros(rows + 1, dtype=np.int64),
            none,
        )

    def take(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> MayMeet:
        """The same for some rows and columns, in this order; columns ascending."""
        lengths = np.diff(self.starts)[rows]
        row = np.repeat(np.arange(len(rows)), lengths)
        at = np.repeat(self.starts[rows] - np.cumsum(lengths) + lengths, lengths) + np.arange(len(row))
        column = np.searchsorted(columns, self.struck[at])
        kept = (column < len(columns)) & (columns[np.minimum(column, len(columns) - 1)] == self.struck[at])
        starts = np.searchsorted(row[kept], np.arange(len(rows) + 1))
        struck = column[kept].astype(np.int32)
        return MayMeet(self.row_group[rows], self.column_group[columns], self.allowed, starts, struck)

    @classmethod
    def of(
        cls, eligible: PositionedEligibility | None, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> MayMeet:
        """What `eligible` says of organizations at these positions."""
        if eligible is None:
            return cls.all(len(rows), len(columns))
        starts, struck = eligible.struck_out(rows, columns)
        return cls(
            eligible.codes[rows].astype(np.int32),
            eligible.codes[columns].astype(np.int32),
            eligible.allowed,
            starts,
            struck,
        )


@dataclass(frozen=True, slots=True)
class Best:
    """Lists of n organizations: partner (n, k) int32, -1 where fewer, and score (n, k) float32, -inf there.

    Where only the lowest of each list is asked for, score is (n, 1): scores of millions of long lists take gigabytes.
    """

    partner: Places
    score: Floats

    def sorted(self) -> Best:
        """Best first, equal ones by partner."""
        best = Best(self.partner.copy(), self.score.copy())
        kernels.sort_lists(best.score, best.partner)
        return best


class _Lists:
    """Running best k of n organizations; see `kernels.Running`."""

    def __init__(self, n: int, k: int, floor: Floats | None = None) -> None:
        self.k = k
        self.keys = np.empty((n, 2 * k), dtype=np.int64)
        self.count = np.zeros(n, dtype=np.int32)
        self.floor = np.full(n, -np.inf, dtype=np.float32) if floor is None else floor.copy()

    def part(self, start: int, stop: int) -> kernels.Running:
        """Views of some of the lists, as the kernels take them."""
        at = slice(start, stop)
        return self.keys[at], self.count[at], self.floor[at]

    def settled(self) -> Best:
        """The lists as they stand."""
        best = Best(
            np.empty((len(self.count), self.k), dtype=np.int32),
            np.empty((len(self.count), self.k), dtype=np.float32),
        )
        kernels.settle(self.part(0, len(self.count)), self.k, best.score, best.partner)
        return best


def two_way_best(
    rows: Sequence[Quantized],
    columns: Quantized,
    k: int,
    may_meet: MayMeet | None = None,
    column_kind: NDArray[np.int8] | None = None,
    floors: tuple[Floats, Floats] | None = None,
    packed: bool | None = None,
    only_lowest: bool = False,
) -> tuple[Best, Best]:
    """Best k columns of each row and best k rows of each column, by inner product of the codes.

    Parameters
    ----------
    rows : the vectors of the n rows toward columns of kind 0, 1, ...; one entry when kinds do not matter
    columns : the vectors of the m columns, those of one kind side by side
    k : length of a list
    may_meet : who may meet; None for everybody
    column_kind : (m,) which of `rows` each column is multiplied with; None for the first
    floors : scores that a list's members must exceed, of rows and columns, as known from the run before; a list that
        comes out short because of its floor is made again without
    packed : by int8 in hardware; None asks the processor
    only_lowest : of the scores keep the lowest of each list

    Returns
    -------
    rows' and columns' lists; the same for any number of workers. Among equal scores, who comes first is kept.
    """
    n, m = len(rows[0]), len(columns)
    may_meet = may_meet or MayMeet.all(n, m)
    kinds = np.zeros(m, dtype=np.int8) if column_kind is None else column_kind
    packed = kernels.has_packed_int8() if packed is None else packed
    market = _Market(tuple(rows), columns, may_meet, kinds, packed, only_lowest)
    if floors is None and n * m >= WORTH_A_SAMPLE:
        floors = _sampled_floors(market, k)
    found = _lists_above(market, k, floors)
    return found if floors is None else _without_floors(market, k, floors, found)


def one_way_best(
    rows: Sequence[Quantized], columns: Quantized, k: int, may_meet: MayMeet, column_kind: NDArray[np.int8]
) -> Best:
    """Rows' lists of `two_way_best`, with the lowest score of each, without the work and the room of the columns' lists."""
    market = _Market(tuple(rows), columns, may_meet, column_kind, kernels.has_packed_int8(), only_lowest=True)
    floor = None
    if len(rows[0]) * len(columns) >= WORTH_A_SAMPLE:
        floor = _sampled_floor(market, k, 0)
    best = _one_way(market, k, 0, floor)
    if floor is not None:
        _make_again(market, k, 0, floor, best)
    return best


@dataclass(frozen=True, slots=True)
class _Market:
    """What every part of the product reads."""

    rows: tuple[Quantized, ...]
    columns: Quantized
    may_meet: MayMeet
    kinds: NDArray[np.int8]
    packed: bool
    only_lowest: bool = False
    # Columns get no lists.
    only_rows: bool = False

    def take(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> _Market:
        """The same of some rows and columns; columns ascending."""
        return _Market(
            tuple(side.take(rows) for side in self.rows),
            self.columns.take(columns),
            self.may_meet.take(rows, columns),
            self.kinds[columns],
            self.packed,
            self.only_lowest,
            self.only_rows,
        )

    def blank(self, n: int, k: int) -> Best:
        """Room for n lists."""
        return Best(
            np.empty((n, k), dtype=np.int32), np.empty((n, 1 if self.only_lowest else k), dtype=np.float32)
        )

    def kept(self, best: Best) -> Best:
        """Lists with the scores that are asked for."""
        return Best(best.partner, best.score.min(axis=1, keepdims=True)) if self.only_lowest else best


def _lists_above(market: _Market, k: int, floors: tuple[Floats, Floats] | None) -> tuple[Best, Best]:
    """Lists of those above the floors."""
    n, m = len(market.rows[0]), len(market.columns)
    stripes = _stripes(m)
    parts = scheduler.run(_stripe, stripes, (market, k, floors))
    lists, across = _Lists(n, k), market.blank(0 if market.only_rows else m, k)
    for at, (start, stop) in enumerate(stripes):
        # Each is let go of as soon as it is read: together they are as large as what comes of them.
        (down, best), parts[at] = parts[at], None
        kernels.gather(down.score, down.partner, k, lists.part(0, n))
        if not market.only_rows:
            across.partner[start:stop], across.score[start:stop] = best.partner, best.score
    return market.kept(lists.settled()), across


def _one_way(market: _Market, k: int, side: int, floor: Floats | None = None) -> Best:
    """Lists of the rows (side 0) or of the columns (1) only: floors that nobody passes shut the others."""
    lengths = len(market.rows[0]), len(market.columns)
    open_ = np.full(lengths[side], -np.inf, dtype=np.float32) if floor is None else floor
    shut = np.full(lengths[1 - side], np.inf, dtype=np.float32)
    if side == 0:
        return _lists_above(replace(market, only_rows=True), k, (open_, shut))[0]
    return _lists_above(market, k, (shut, open_))[1]


def _sampled_floors(market: _Market, k: int) -> tuple[Floats, Floats]:
    """Floors of rows and of columns."""
    return _sampled_floor(market, k, 0), _sampled_floor(market, k, 1)


def _sampled_floor(market: _Market, k: int, side: int) -> Floats:
    """A floor that next to all lists of k can be filled above, from the lists of a sample.

    Of the k best of a list, a sample of a share p holds about a Poisson number of mean kp; the list's t-th best of the
    sample is below its k-th best of all nearly always when t is `DEVIATIONS` standard deviations above that mean.
    """
    depth = int(np.ceil(k / SAMPLE + DEVIATIONS * np.sqrt(k / SAMPLE)))
    every = np.arange(len(market.rows[0])), np.arange(len(market.columns))
    rng = np.random.default_rng(len(every[0]))
    some = [np.sort(rng.choice(one, -(-len(one) // SAMPLE), replace=False)) for one in every]
    part = market.take(every[0], some[1]) if side == 0 else market.take(some[0], every[1])
    return _one_way(part, depth, side).score.min(axis=1)


def _without_floors(
    market: _Market, k: int, floors: tuple[Floats, Floats], found: tuple[Best, Best]
) -> tuple[Best, Best]:
    """The same lists, with those made again that a floor kept short."""
    for side, (best, floor) in enumerate(zip(found, floors, strict=True)):
        _make_again(market, k, side, floor, best)
    return found


def _make_again(market: _Market, k: int, side: int, floor: Floats, best: Best) -> None:
    """Write those lists of a side anew that its floor kept short."""
    every = np.arange(len(market.rows[0])), np.arange(len(market.columns))
    short = np.flatnonzero((best.partner[:, -1] < 0) & (floor > -np.inf))
    if len(short):
        some = (short, every[1]) if side == 0 else (every[0], short)
        again = _one_way(market.take(*some), k, side)
        best.partner[short], best.score[short] = again.partner, again.score


def _stripes(columns: int) -> list[tuple[int, int]]:
    wide = max(LEAST_STRIPE, -(-columns // STRIPES))
    wide = -(-wide // BLOCK_COLUMNS) * BLOCK_COLUMNS
    return [(start, min(start + wide, columns)) for start in range(0, columns, wide)]


def _blocks(kinds: NDArray[np.int8], start: int, stop: int) -> list[tuple[int, int]]:
    """Blocks of columns of one kind each."""
    edges = [start, *(np.flatnonzero(np.diff(kinds[start:stop])) + start + 1).tolist(), stop]
    return [
        (begin, min(begin + BLOCK_COLUMNS, until))
        for here, until in pairwise(edges)
        for begin in range(here, until, BLOCK_COLUMNS)
    ]


def _stripe(
    market: _Market, k: int, floors: tuple[Floats, Floats] | None, start: int, stop: int
) -> tuple[Best, Best]:
    """Lists of all rows over the columns from `start` to `stop`, and whole lists of those columns."""
    down = _Lists(len(market.rows[0]), k, None if floors is None else floors[0])
    across = market.blank(0 if market.only_rows else stop - start, k)
    product = kernels.BlockProduct(market.packed)
    for begin, end in _blocks(market.kinds, start, stop):
        lists = _Lists(end - begin, k, None if floors is None else floors[1][begin:end])
        _offer_rows(market, product, (begin, end), down, lists)
        if market.only_rows:
            continue
        settled = market.kept(lists.settled())
        across.partner[begin - start : end - start] = settled.partner
        across.score[begin - start : end - start] = settled.score
    return down.settled(), across


def _offer_rows(
    market: _Market, product: kernels.BlockProduct, across: tuple[int, int], down: _Lists, lists: _Lists
) -> None:
    """Offer the pairs of one block of columns with all rows to both."""
    begin, end = across
    rows, may_meet = market.rows[market.kinds[begin]], market.may_meet
    allowed = np.ascontiguousarray(may_meet.allowed[:, may_meet.column_group[begin:end]])
    some_may = allowed.any(axis=1)
    product.hold(_padded(market.columns.codes, begin, end, BLOCK_COLUMNS))
    for top in range(0, len(rows), BLOCK_ROWS):
        bottom = min(top + BLOCK_ROWS, len(rows))
        row_group = may_meet.row_group[top:bottom]
        if not np.any(np.take(some_may, row_group)):
            continue
        kernels.sift(
            product.of(_padded(rows.codes, top, bottom, BLOCK_ROWS)),
            (top, begin),
            (rows.scales[top:bottom], market.columns.scales[begin:end]),
            row_group,
            allowed,
            (may_meet.starts, may_meet.struck),
            down.part(top, bottom),
            lists.part(0, end - begin),
            down.k,
        )


def _padded(codes: Codes, start: int, stop: int, size: int) -> Codes:
    if stop - start == size:
        return codes[start:stop]
    block = np.zeros((size, codes.shape[1]), dtype=np.int8)
    block[: stop - start] = codes[start:stop]
    return block

"""Compiled inner loops: int8 codes, blocked products, running best lists and exact products of chosen pairs.

Products of codes are whole numbers below 2**24, so the packed int8 kernel and the portable float32 one agree bit by bit.
All loops release the GIL, so that joblib's threads run them side by side.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numba
import numkong
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.int8]
Places = NDArray[np.int32]

# A block's product and its two sides stay in the caches nearest to a core.
BLOCK_ROWS = 512
BLOCK_COLUMNS = 1024
# Wider vectors of codes could add up to more than float32 counts exactly.
MOST_DIMENSIONS = 1040
_SEGMENT = 32
_INT8_FAMILIES = ("icelake", "genoa", "turin", "alder", "sierra", "sapphireamx", "neonsdot", "svesdot", "sme")

compiled = numba.njit(cache=True, nogil=True)


@lru_cache(maxsize=1)
def has_packed_int8() -> bool:
    """Whether this processor multiplies int8 in hardware, checked once and proved on a small product."""
    capabilities = numkong.get_capabilities()
    if not any(capabilities.get(family) for family in _INT8_FAMILIES):
        return False
    codes = np.arange(-127, 129, dtype=np.int16).clip(max=127).astype(np.int8).reshape(4, 64)
    product = np.asarray(numkong.dots_packed(codes, numkong.dots_pack(codes, dtype="int8")))
    return np.array_equal(product, codes.astype(np.int32) @ codes.T.astype(np.int32))


class BlockProduct:
    """Products of one block of columns with many blocks of rows, into one output that is used again and again.

    Parameters
    ----------
    packed : bool, by numkong's int8 kernel; otherwise by NumPy in float32
    """

    def __init__(self, packed: bool) -> None:
        self.packed = packed
        self._out: Any = None if packed else np.empty((BLOCK_ROWS, BLOCK_COLUMNS), dtype=np.float32)

    def hold(self, columns: Codes) -> None:
        """Take the (BLOCK_COLUMNS, d) codes of the columns."""
        self._columns: Any = (
            numkong.dots_pack(columns, dtype="int8") if self.packed else columns.astype(np.float32).T
        )

    def of(self, rows: Codes) -> NDArray[Any]:
        """(BLOCK_ROWS, BLOCK_COLUMNS) int32 or float32, the same numbers; overwritten by the next call."""
        if not self.packed:
            return np.dot(rows.astype(np.float32), self._columns, out=self._out)
        if self._out is None:
            self._out = numkong.dots_packed(rows, self._columns)
        else:
            numkong.dots_packed(rows, self._columns, out=self._out)
        return np.asarray(self._out)


@compiled
def quantize(vectors: Floats, codes: Codes, scales: Floats) -> None:
    """Write ``round(127 x / max|x|)`` of each row and the step of its scale; a row of zeros has step 0."""
    for row in range(vectors.shape[0]):
        most = np.float32(0)
        for at in range(vectors.shape[1]):
            most = max(most, abs(vectors[row, at]))
        scales[row] = most / np.float32(127)
        by = np.float32(127) / most if most > 0 else np.float32(0)
        for at in range(vectors.shape[1]):
            codes[row, at] = np.int8(np.rint(vectors[row, at] * by))


@compiled
def _is_better(value: float, who: int, than: float, whom: int) -> bool:
    return value > than or (value == than and who < whom)


@compiled
def _select(score: Floats, partner: Places, k: int) -> None:
    """Hoare's quickselect (1961): the k best to the front, in no order; of equal scores the lower place is better."""
    low, high = 0, len(score) - 1
    while low < high:
        middle = (low + high) >> 1
        pivot, whose = score[middle], partner[middle]
        left, right = low, high
        while left <= right:
            while _is_better(score[left], partner[left], pivot, whose):
                left += 1
            while _is_better(pivot, whose, score[right], partner[right]):
                right -= 1
            if left <= right:
                score[left], score[right] = score[right], score[left]
                partner[left], partner[right] = partner[right], partner[left]
                left += 1
                right -= 1
        if k - 1 <= right:
            high = right
        elif k - 1 >= left:
            low = left
        else:
            return


@compiled
def push(lists: tuple[Floats, Places, Places, Floats], at: int, value: float, who: int, k: int) -> None:
    """Append to list `at`; when its 2k places are full, keep the best k and raise its floor to the worst of them."""
    score, partner, count, floor = lists
    place = count[at]
    score[at, place] = value
    partner[at, place] = who
    place += 1
    if place == score.shape[1]:
        _select(score[at], partner[at], k)
        floor[at] = score[at, :k].min()
        place = k
    count[at] = place


@compiled
def settle(lists: tuple[Floats, Places, Places, Floats], k: int, best: Floats, who: Places) -> None:
    """Write each list's best k, in no order; -inf and -1 where fewer."""
    score, partner, count, _ = lists
    for row in range(len(count)):
        found = count[row]
        if found > k:
            _select(score[row, :found], partner[row, :found], k)
            found = k
        best[row, :found] = score[row, :found]
        who[row, :found] = partner[row, :found]
        best[row, found:] = -np.inf
        who[row, found:] = -1


@compiled
def sort_lists(score: Floats, partner: Places) -> None:
    """Each list best first, equal ones by partner, in place: insertion sort, as lists are short."""
    for row in range(score.shape[0]):
        values, names = score[row], partner[row]
        for at in range(1, len(values)):
            value, name, place = values[at], names[at], at
            while place and (
                values[place - 1] < value or (values[place - 1] == value and names[place - 1] > name)
            ):
                values[place], names[place] = values[place - 1], names[place - 1]
                place -= 1
            values[place], names[place] = value, name


@compiled
def best_places(partner: Places, key: Floats, best: NDArray[np.int64]) -> None:
    """Write which pairs of each list come first, by falling key, equal ones by partner.

    Parameters
    ----------
    partner : (n, w) lists, -1 where nobody is
    key : (p,) of the pairs that are somebody, list by list
    best : (n, k) all -1, to be written from the front
    """
    pair = 0
    for row in range(partner.shape[0]):
        count = 0
        whose = np.empty(best.shape[1], dtype=np.int32)
        for who in partner[row]:
            if who < 0:
                continue
            value, place = key[pair], count
            while place and _is_better(value, who, key[best[row, place - 1]], whose[place - 1]):
                place -= 1
            if place < best.shape[1]:
                count = min(count + 1, best.shape[1])
                for at in range(count - 1, place, -1):
                    best[row, at], whose[at] = best[row, at - 1], whose[at - 1]
                best[row, place], whose[place] = pair, who
            pair += 1


@compiled
def _is_struck(strikes: tuple[NDArray[np.int64], Places], row: int, column: int) -> bool:
    starts, struck = strikes
    low, high = starts[row], starts[row + 1]
    while low < high:
        middle = (low + high) >> 1
        if struck[middle] < column:
            low = middle + 1
        else:
            high = middle
    return low < starts[row + 1] and struck[low] == column


@compiled
def sift(
    block: NDArray[Any],
    first: tuple[int, int],
    scales: tuple[Floats, Floats],
    groups: tuple[Places, Places],
    allowed: NDArray[np.bool_],
    strikes: tuple[NDArray[np.int64], Places],
    row_lists: tuple[Floats, Places, Places, Floats],
    column_lists: tuple[Floats, Places, Places, Floats],
    k: int,
) -> None:
    """Offer every pair of a block to both its lists.

    Segments in which no pair passes the floor of its row or column cost one comparison each way; whether a pair may meet
    is asked only of those that pass.

    Parameters
    ----------
    block : (h, w) products of codes; rows and columns beyond those of the scales are padding
    first : positions of the block's first row and column
    scales : steps of the rows (h,) and of the columns (w,)
    groups, allowed, strikes : of rows and columns, which groups may meet, pairs struck out as CSR by row position
    row_lists, column_lists : score (n, 2k), partner (n, 2k), count (n,) and floor (n,) of this block's ends
    """
    row_scale, column_scale = scales
    row_floor, column_floor = row_lists[3], column_lists[3]
    rows, columns = len(row_scale), len(column_scale)
    found = np.empty(columns, dtype=np.int32)
    limits = np.empty(columns, dtype=np.float32)
    for column in range(columns):
        limits[column] = _limit(column_floor[column], column_scale[column])
    for row in range(rows):
        step = row_scale[row]
        passing = _passing(block[row], column_scale, limits, _limit(row_floor[row], step), step, found)
        for at in found[:passing]:
            here, there = first[0] + row, first[1] + at
            if not allowed[groups[0][row], groups[1][at]] or _is_struck(strikes, here, there):
                continue
            score = np.float32(block[row, at]) * step * column_scale[at]
            if score > row_floor[row]:
                push(row_lists, row, score, there, k)
            if score > column_floor[at]:
                push(column_lists, at, score, here, k)
                limits[at] = _limit(column_floor[at], column_scale[at])


@compiled
def _passing(
    values: NDArray[Any], by: Floats, limits: Floats, limit: float, step: float, found: Places
) -> int:
    """Write the places of a row's values that pass the floor of row or column; how many they are."""
    count = 0
    for start in range(0, len(by), _SEGMENT):
        stop = min(start + _SEGMENT, len(by))
        value, scale, most = values[start:stop], by[start:stop], limits[start:stop]
        passing = numba.int32(0)
        for at in range(stop - start):
            one = np.float32(value[at])
            passing += numba.int32((one * scale[at] > limit) | (one * step > most[at]))
        if passing:
            for at in range(stop - start):
                one = np.float32(value[at])
                found[count] = start + at
                count += (one * scale[at] > limit) | (one * step > most[at])
    return count


@compiled
def _limit(floor: float, step: float) -> Any:
    """A floor in steps of its own side; where all products are 0, open below a floor of 0 and shut from there on."""
    if step > 0:
        return floor / step
    return np.float32(-np.inf) if floor < 0 else np.float32(np.inf)


@compiled
def gather(score: Floats, partner: Places, k: int, lists: tuple[Floats, Places, Places, Floats]) -> None:
    """Offer settled lists (n, k) to running ones."""
    for row in range(score.shape[0]):
        for at in range(score.shape[1]):
            if score[row, at] > lists[3][row]:
                push(lists, row, score[row, at], partner[row, at], k)


@numba.njit(cache=True, nogil=True, fastmath=True)
def list_products(mine: Floats, theirs: Floats, partner: Places, out: Floats) -> None:
    """``mine[i] . theirs[partner[i, j]]`` of each place of lists, -inf where nobody is."""
    for row in range(partner.shape[0]):
        one = mine[row]
        for place in range(partner.shape[1]):
            out[row, place] = -np.inf
            if partner[row, place] >= 0:
                other = theirs[partner[row, place]]
                total = np.float32(0)
                for at in range(len(one)):
                    total += one[at] * other[at]
                out[row, place] = total


@numba.njit(cache=True, nogil=True, fastmath=True)
def _whole_product(one: Codes, other: Codes) -> Any:
    total = np.int32(0)
    for at in range(len(one)):
        total += np.int32(one[at]) * np.int32(other[at])
    return total


@compiled
def find_best(
    codes: Codes,
    scales: Floats,
    kind: NDArray[np.int8],
    open_: NDArray[np.bool_],
    asked: Codes,
    steps: Floats,
    floors: Floats,
    lists: tuple[Floats, Places, Places, Floats],
    k: int,
    entered: Places,
    products: Floats,
) -> int:
    """Offer everybody to one list, and note whose floor the product passes.

    Parameters
    ----------
    codes, scales, kind : (n, d), (n,), (n,) of everybody
    open_ : (n,) whether they may meet the one who asks
    asked, steps : (kinds, d) and (kinds,) the vector of the one who asks, toward each kind
    floors : (n,) products to pass
    lists : one running list, see `push`
    entered, products : (n,) room for the places that were passed, and by what

    Returns
    -------
    how many places were noted
    """
    count = 0
    for row in range(len(scales)):
        if not open_[row]:
            continue
        product = np.float32(_whole_product(codes[row], asked[kind[row]])) * steps[kind[row]] * scales[row]
        if product > lists[3][0]:
            push(lists, 0, product, row, k)
        if product > floors[row]:
            entered[count], products[count] = row, product
            count += 1
    return count


@compiled
def search_best(
    codes: Codes,
    scales: Floats,
    open_: NDArray[np.bool_],
    one: Codes,
    step: float,
    bonus: Floats,
    lists: tuple[Floats, Places, Places, Floats],
    k: int,
) -> None:
    """Offer everybody who is open to one running list, by product with `one` plus a bonus."""
    for row in range(len(scales)):
        if not open_[row]:
            continue
        score = np.float32(np.float32(_whole_product(codes[row], one)) * step * scales[row] + bonus[row])
        if score > lists[3][0]:
            push(lists, 0, score, row, k)

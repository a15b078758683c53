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
Keys = NDArray[np.int64]
# Running best lists of n: keys (n, 2k) of score and place, how many (n,), and the score to pass (n,).
Running = tuple[Keys, Places, Floats]

# A block's product and its two sides stay in the caches nearest to a core.
BLOCK_ROWS = 512
BLOCK_COLUMNS = 1024
# Wider vectors of codes could add up to more than float32 counts exactly.
MOST_DIMENSIONS = 1040
_INT8_FAMILIES = ("icelake", "genoa", "turin", "alder", "sierra", "sapphireamx", "neonsdot", "svesdot", "sme")

# The low half of a key.
_LOW = np.int64(0x7FFFFFFF)

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
def _key(score: float, who: int) -> Any:
    """Score and place in one whole number that is larger for the better: the higher score, of equal ones the lower place."""
    bits = np.int64(np.float32(score).view(np.int32))
    if bits < 0:
        bits ^= _LOW
    return (bits << 32) | np.int64(_LOW - who)


@compiled
def _score(key: np.int64) -> Any:
    bits = np.int64(key >> 32)
    if bits < 0:
        bits ^= _LOW
    return np.int32(bits).view(np.float32)


@compiled
def _select(keys: Keys, at: int, found: int, k: int) -> None:
    """Hoare's quickselect (1961): the k largest of the first `found` keys of list `at` to the front, in no order."""
    low, high = 0, found - 1
    while low < high:
        pivot = keys[at, (low + high) >> 1]
        left, right = low, high
        while left <= right:
            while keys[at, left] > pivot:
                left += 1
            while pivot > keys[at, right]:
                right -= 1
            if left <= right:
                keys[at, left], keys[at, right] = keys[at, right], keys[at, left]
                left += 1
                right -= 1
        if k - 1 <= right:
            high = right
        elif k - 1 >= left:
            low = left
        else:
            return


@compiled
def _keep_best(keys: Keys, floor: Floats, at: int, k: int) -> None:
    """Of a full list keep the best k, and raise its floor to the worst of them."""
    _select(keys, at, keys.shape[1], k)
    least = keys[at, 0]
    for place in range(1, k):
        least = min(least, keys[at, place])
    floor[at] = _score(least)


@compiled
def _push(keys: Keys, count: Places, floor: Floats, at: int, key: int, k: int) -> None:
    """Append to list `at`; when its 2k places are full, keep the best k."""
    keys[at, count[at]] = key
    count[at] += 1
    if count[at] == keys.shape[1]:
        _keep_best(keys, floor, at, k)
        count[at] = k


@compiled
def settle(lists: Running, k: int, best: Floats, who: Places) -> None:
    """Write each list's best k, in no order; -inf and -1 where fewer."""
    keys, count, _ = lists
    for row in range(len(count)):
        found = count[row]
        if found > k:
            _select(keys, row, found, k)
            found = k
        for place in range(found):
            best[row, place] = _score(keys[row, place])
            who[row, place] = _LOW - (keys[row, place] & _LOW)
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
    row_group: Places,
    may_meet: NDArray[np.bool_],
    strikes: tuple[NDArray[np.int64], Places],
    row_lists: Running,
    column_lists: Running,
    k: int,
) -> None:
    """Offer every pair of a block to both its lists.

    Eight pairs of which none passes the floor of its row or column cost one comparison each way; whether a pair may meet
    is asked only of those that pass. What a pair that passes needs is unpacked and written out here: handing arrays to a
    function for each costs more than the rest.

    Parameters
    ----------
    block : (h, w) products of codes; rows and columns beyond those of the scales are padding
    first : positions of the block's first row and column
    scales : steps of the rows (h,) and of the columns (w,)
    row_group, may_meet : (h,) groups of the rows, and (groups, w) which group may meet which column
    strikes : pairs struck out as CSR by row position
    row_lists, column_lists : keys (n, 2k), count (n,) and floor (n,) of this block's ends
    """
    row_scale, column_scale = scales
    row_keys, row_count, row_floor = row_lists
    column_keys, column_count, column_floor = column_lists
    starts = strikes[0]
    columns, places = len(column_scale), row_keys.shape[1]
    limits = _limits(column_floor, column_scale)
    passes = np.zeros((columns + 7) // 8 * 8, dtype=np.uint8)
    found = np.empty(len(passes) + 1, dtype=np.int32)
    for row in range(len(row_scale)):
        step, here = row_scale[row], first[0] + row
        limit = _limit(row_floor[row], step)
        passing = _passing(block[row], column_scale, limits, limit, step, passes, found)
        has_struck = starts[here] < starts[here + 1]
        for at in found[:passing]:
            there = first[1] + at
            if not may_meet[row_group[row], at] or (has_struck and _is_struck(strikes, here, there)):
                continue
            score = np.float32(np.float32(block[row, at]) * step * column_scale[at])
            if score > row_floor[row]:
                row_keys[row, row_count[row]] = _key(score, there)
                row_count[row] += 1
                if row_count[row] == places:
                    _keep_best(row_keys, row_floor, row, k)
                    row_count[row] = k
            if score > column_floor[at]:
                column_keys[at, column_count[at]] = _key(score, here)
                column_count[at] += 1
                if column_count[at] == places:
                    _keep_best(column_keys, column_floor, at, k)
                    column_count[at] = k
                    limits[at] = _limit(column_floor[at], column_scale[at])


@compiled
def _passing(
    values: NDArray[Any],
    by: Floats,
    limits: Floats,
    limit: float,
    step: float,
    passes: NDArray[np.uint8],
    found: Places,
) -> int:
    """Write the places of a row's values that pass the floor of row or column; how many they are."""
    for at in range(len(by)):
        one = np.float32(values[at])
        passes[at] = (one * by[at] > limit) | (one * step > limits[at])
    count = 0
    for eight, some in enumerate(passes.view(np.uint64)):
        if some:
            for at in range(8 * eight, 8 * eight + 8):
                found[count] = at
                count += passes[at]
    return count


@compiled
def _limit(floor: float, step: float) -> Any:
    """A floor in steps of its own side; where all products are 0, open below a floor of 0 and shut from there on."""
    if step > 0:
        return floor / step
    return np.float32(-np.inf) if floor < 0 else np.float32(np.inf)


@compiled
def _limits(floors: Floats, steps: Floats) -> Floats:
    limits = np.empty(len(floors), dtype=np.float32)
    for at in range(len(floors)):
        limits[at] = _limit(floors[at], steps[at])
    return limits


@compiled
def gather(score: Floats, partner: Places, k: int, lists: Running) -> None:
    """Offer settled lists (n, k) to running ones."""
    keys, count, floor = lists
    for row in range(score.shape[0]):
        for at in range(score.shape[1]):
            if score[row, at] > floor[row]:
                keys[row, count[row]] = _key(score[row, at], partner[row, at])
                count[row] += 1
                if count[row] == keys.shape[1]:
                    _keep_best(keys, floor, row, k)
                    count[row] = k


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
    lists: Running,
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
    lists : one running list
    entered, products : (n,) room for the places that were passed, and by what

    Returns
    -------
    how many places were noted
    """
    keys, count, floor = lists
    noted = 0
    for row in range(len(scales)):
        if not open_[row]:
            continue
        product = np.float32(_whole_product(codes[row], asked[kind[row]])) * steps[kind[row]] * scales[row]
        if product > floor[0]:
            _push(keys, count, floor, 0, _key(product, row), k)
        if product > floors[row]:
            entered[noted], products[noted] = row, product
            noted += 1
    return noted


@compiled
def search_best(
    codes: Codes,
    scales: Floats,
    open_: NDArray[np.bool_],
    one: Codes,
    step: float,
    bonus: Floats,
    lists: Running,
    k: int,
) -> None:
    """Offer everybody who is open to one running list, by product with `one` plus a bonus."""
    keys, count, floor = lists
    for row in range(len(scales)):
        if not open_[row]:
            continue
        score = np.float32(np.float32(_whole_product(codes[row], one)) * step * scales[row] + bonus[row])
        if score > floor[0]:
            _push(keys, count, floor, 0, _key(score, row), k)

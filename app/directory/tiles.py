"""Where the states of both countries stand on a grid of tiles, all of one size: none hides behind a larger one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.taxonomy import Country, regions_of

# Roughly as on a map; a dot is an empty place.
_GRIDS = {
    Country.INDIA: """
.  .  .  JK LA .  .  .  .  .  .
.  .  PB CH HP .  .  .  .  .  .
.  .  HR DL UK .  .  SK .  AR .
.  .  RJ UP BR .  .  ML AS NL .
.  GJ MP CG JH WB .  TR MZ MN .
.  DH MH TS OD .  .  .  .  .  .
.  .  GA KA AP .  .  .  .  .  .
.  .  .  KL TN PY .  .  AN .  .
.  .  LD .  .  .  .  .  .  .  .""",
    Country.UNITED_STATES: """
AK .  .  .  .  .  .  .  .  .  ME
.  .  .  .  .  .  .  .  .  VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT .
CA UT CO NE MO KY WV VA MD DE .
.  AZ NM KS AR TN NC SC DC .  .
.  .  .  OK LA MS AL GA .  .  .
HI .  .  TX .  .  .  .  FL .  .
GU MP AS UM .  .  .  .  .  PR VI""",
}
SIDE = 40
COLUMNS, ROWS = 11, 9
# Steps of color; a state with any organization has at least the first.
STEPS = 5


@dataclass(frozen=True)
class Tile:
    """A state's place on the grid, how many it has, and how strong its color is (0 to `STEPS`)."""

    code: str
    name: str
    x: int
    y: int
    count: int
    step: int

    @property
    def letters(self) -> str:
        return self.code.partition("-")[2]


def _places(country: Country) -> dict[str, tuple[int, int]]:
    rows = [line.split() for line in _GRIDS[country].strip().splitlines()]
    return {
        f"{country}-{letters}": (column, row)
        for row, cells in enumerate(rows)
        for column, letters in enumerate(cells)
        if letters != "."
    }


PLACES = {country: _places(country) for country in _GRIDS}


def tiles(country: Country, counts: Mapping[str, int], most: int) -> list[Tile]:
    """A country's tiles, colored on one scale up to `most`, the same for both countries."""
    names = regions_of(country)
    return [
        Tile(code, names[code], x * SIDE, y * SIDE, counts.get(code, 0), step_of(counts.get(code, 0), most))
        for code, (x, y) in PLACES[country].items()
    ]


def step_of(count: int, most: int) -> int:
    """The step of color of a count: as the logarithm, since a few states have most of all."""
    if count <= 0:
        return 0
    if count >= most:
        return STEPS
    return 1 + int((STEPS - 1) * (count.bit_length() - 1) / max(1, most.bit_length() - 1))

"""Two-sided markets that do not exist: who would say yes to whom is known, and the recommender is not told.

Assumptions, all of them settings of `World`. An organization offers a few things of one field and needs a few of another; it
says yes to a counterpart more readily when that offers what it needs (most when it is the very thing, less when only a
thing of that field), when both are in one field, when the counterpart has quality, and when saying yes costs it little; a taste of
its own, which nobody can see, does the rest. Quality is in no profile: it shows only in what others decided before. A
profile says what is true with gaps and slips: some organizations have no text, some name a wrong field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ml.synthetic import FIELDS, Field

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """One kind of market: sizes, and how strongly each motive moves the log-odds of a yes.

    Attributes
    ----------
    name : as reports call it
    here, there : organizations of each side
    offers, needs : things of each organization, at most
    fields : how many fields there are; the fewer, the more counterparts each need meets, as in a larger market
    very_thing, field_only, alike : what is gained when the counterpart offers the thing needed, its field, or is of one field
    quality : standard deviation of what everybody sees in a counterpart
    cost : mean cost of a yes
    taste : standard deviation of what only this organization sees in this counterpart
    silent, slips : shares of profiles without text, and with a wrong field
    decided : past decisions of each organization, half on counterparts drawn by fame, half at random
    budget : proposals that an organization attends to
    """

    name: str
    here: int = 200
    there: int = 200
    offers: int = 3
    needs: int = 2
    fields: int = 6
    very_thing: float = 3.0
    field_only: float = 0.5
    alike: float = 1.0
    quality: float = 0.5
    cost: float = 2.5
    taste: float = 0.3
    silent: float = 0.05
    slips: float = 0.05
    decided: int = 20
    budget: int = 10


@dataclass(frozen=True, slots=True)
class Market:
    """One drawn market.

    Attributes
    ----------
    world : its settings
    organizations : frame as `Recommender.fit` takes it; the first `world.here` are Indian, the others from the US
    yes_here, yes_there : (here, there) chance that the one side, and the other, says yes to the pair
    decisions : frame with one, other (positions), is_here (who decided) and is_yes
    open : (here, there) bool, pairs not seen before
    told : (here, there) chance that both say yes, for a reader who misses nothing a profile says and knows the quality and
        cost of all: no learner can know more
    """

    world: World
    organizations: pd.DataFrame
    yes_here: Values
    yes_there: Values
    decisions: pd.DataFrame
    open: NDArray[np.bool_]
    told: Values

    @property
    def both(self) -> Values:
        """(here, there) chance that both say yes."""
        return self.yes_here * self.yes_there


@dataclass(frozen=True, slots=True)
class _Side:
    """Latent traits of n organizations: places in FIELDS, (n, things) which of a field's things, quality and cost of a yes."""

    field: NDArray[np.int64]
    things: NDArray[np.bool_]
    need_field: NDArray[np.int64]
    need_things: NDArray[np.bool_]
    quality: Values
    cost: Values


def draw(world: World, random_state: int) -> Market:
    """One market of this kind; the same for the same arguments."""
    rng = np.random.default_rng(random_state)
    here, there = _side(world, world.here, rng), _side(world, world.there, rng)
    yes_here = _chances(world, here, there, rng)
    yes_there = _chances(world, there, here, rng).T
    rows = _profiles(world, here, "IN", rng) + _profiles(world, there, "US", rng)
    decisions, is_open = _history(world, yes_here, yes_there, (here, there), rng)
    read = _Read.of(rows[: world.here]), _Read.of(rows[world.here :])
    told = _told(world, (here, there), read) * _told(world, (there, here), read[::-1]).T
    return Market(world, pd.DataFrame(rows), yes_here, yes_there, decisions, is_open, told)


def _side(world: World, n: int, rng: np.random.Generator) -> _Side:
    # Some fields are crowded: shares fall with their rank as in a Zipf law of exponent one half.
    share = np.arange(1, world.fields + 1) ** -0.5
    field, need_field = rng.choice(world.fields, (2, n), p=share / share.sum())
    return _Side(
        field,
        _some_things(field, world.offers, rng),
        need_field,
        _some_things(need_field, world.needs, rng),
        rng.normal(0, world.quality, n),
        world.cost + rng.normal(0, 0.5, n),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What profiles of one side say: the field they name, right or wrong, and whether they have no text."""

    field: NDArray[np.int64]
    silent: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: list[dict[str, object]]) -> _Read:
        place = {field.code: at for at, field in enumerate(FIELDS)}
        named = [place[str(code)] for row in rows for code in cast(list[str], row["technologies"])]
        return cls(np.array(named), np.array(["needs" not in row for row in rows]))


def _told(world: World, sides: tuple[_Side, _Side], read: tuple[_Read, _Read]) -> Values:
    """(deciding, other) chance of a yes, averaged over what silent profiles leave open; texts name a thing and so its field."""
    deciding, other = sides
    in_field = np.equal.outer(deciding.need_field, other.field)
    is_thing = in_field & (deciding.need_things.astype(float) @ other.things.T > 0)
    lucky = float(is_thing[in_field].mean()) if in_field.any() else 0.0
    mute, silent = read[0].silent[:, None], read[1].silent[None, :]
    named = np.equal.outer(deciding.need_field, read[1].field)
    field = np.where(mute, in_field.mean(), np.where(silent, named * (1 - world.slips), in_field))
    thing = np.where(mute | silent, lucky * field, is_thing)
    mine, theirs = (
        np.where(one.silent, one.field, side.field) for one, side in zip(read, sides, strict=True)
    )
    rest = world.alike * np.equal.outer(mine, theirs) + other.quality - deciding.cost[:, None]
    return np.asarray(
        thing * expit(rest + world.very_thing)
        + (field - thing) * expit(rest + world.field_only)
        + (1 - field) * expit(rest)
    )


def _some_things(field: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(n, things) which of its field's things each has: from one to `most`."""
    widest = max(len(one.things) for one in FIELDS)
    known = np.arange(widest) < np.array([len(one.things) for one in FIELDS])[field][:, None]
    luck = np.where(known, rng.random(known.shape), -1.0)
    place = (-luck).argsort(axis=1).argsort(axis=1)
    return np.asarray(known & (place < rng.integers(1, most + 1, len(field))[:, None]))


def _chances(world: World, deciding: _Side, other: _Side, rng: np.random.Generator) -> Values:
    """(deciding, other) chance that one of the first says yes to one of the second."""
    in_field = np.equal.outer(deciding.need_field, other.field)
    is_thing = in_field & (deciding.need_things.astype(float) @ other.things.T > 0)
    sum_ = world.very_thing * is_thing + world.field_only * (in_field & ~is_thing)
    sum_ = sum_ + world.alike * np.equal.outer(deciding.field, other.field)
    sum_ += other.quality - deciding.cost[:, None] + rng.normal(0, world.taste, sum_.shape)
    return np.asarray(expit(sum_))


def _profiles(world: World, side: _Side, country: str, rng: np.random.Generator) -> list[dict[str, object]]:
    return [
        _profile(world, f"{country}{at}", country, side, at, rng.random(3), int(rng.integers(world.fields)))
        for at in range(len(side.field))
    ]


def _profile(
    world: World, identifier: str, country: str, side: _Side, at: int, luck: Values, wrong: int
) -> dict[str, object]:
    field: Field = FIELDS[wrong if luck[0] < world.slips else side.field[at]]
    need = FIELDS[side.need_field[at]]
    row: dict[str, object] = {
        "id": identifier,
        "kind": "startup" if luck[1] < 0.6 else "sme",
        "country": country,
        "technologies": [field.code],
        "tags": list(field.tags[:2]),
    }
    if luck[2] >= world.silent:
        row["offers"] = _lines("We supply", field, side.things[at])
        row["needs"] = _lines("A partner for", need, side.need_things[at])
    return row


def _lines(opening: str, field: Field, has: NDArray[np.bool_]) -> str:
    places = np.flatnonzero(has) % len(field.things)
    return "\n".join(f"{opening} {field.things[place]}" for place in sorted(set(places.tolist())))


def _history(
    world: World, yes_here: Values, yes_there: Values, sides: tuple[_Side, _Side], rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Past decisions of both sides, and (here, there) the pairs nobody has seen."""
    seen = np.zeros(yes_here.shape, dtype=bool)
    parts = []
    for is_here, chance, other in ((True, yes_here, sides[1]), (False, yes_there.T, sides[0])):
        n, m = chance.shape
        famous = np.exp(other.quality) / np.exp(other.quality).sum()
        half = world.decided // 2
        shown = np.concatenate(
            [rng.choice(m, (n, half), p=famous), rng.integers(0, m, (n, world.decided - half))], axis=1
        )
        deciding, counterpart = np.repeat(np.arange(n), world.decided), shown.ravel()
        one, two = (deciding, counterpart) if is_here else (counterpart, deciding)
        seen[one, two] = True
        is_yes = rng.random(len(one)) < chance[deciding, counterpart]
        parts.append(pd.DataFrame({"one": one, "other": two, "is_here": is_here, "is_yes": is_yes}))
    return pd.concat(parts, ignore_index=True).drop_duplicates(["one", "other", "is_here"]), ~seen

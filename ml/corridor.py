"""Everybody of both countries as ranking reads them: int8 towers that grow in place, and the floors of everybody's last list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ml import evidence, kernels, scoring
from ml.candidates import Quantized
from ml.features import Features, Floats
from ml.growing import Room
from ml.kernels import Places
from ml.links import LinkIndex
from ml.profiles import KINDS
from ml.ranker import RULE, Ranker
from ml.towers import Towers

Positions = NDArray[np.intp]

# Vectors are made so many at a time: they are needed as int8 only.
_CHUNK = 50_000
# A floor known from before is lowered by this share: a vector rounds otherwise from the other side.
SLACK = np.float32(0.01)


class Lists(Protocol):
    """Where lists end: partner (n, k), score (n, k) and floor (n,); see `ml.ranking.TopK`."""

    @property
    def partner(self) -> NDArray[np.int32]: ...
    @property
    def score(self) -> Floats: ...
    @property
    def floor(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class PairScorer:
    """Exact forward, backward and score of pairs given by position."""

    features: Features
    ranker: Ranker = RULE
    links: LinkIndex | None = None

    def __call__(self, ones: Positions, others: Positions) -> tuple[Floats, Floats, Floats]:
        known, multipliers = self.known(ones, others), self.ranker.multipliers()
        forward, backward = evidence.sides(self.features, ones, others, known, multipliers)
        return forward, backward, scoring.combine(forward, backward)

    def evidence(self, ones: Positions, others: Positions) -> tuple[Floats, Floats]:
        """What each kind of evidence adds to the two sides of pairs, as the ranker weighs it; (n, evidence) each."""
        one, other, links = self.features.take(ones), self.features.take(others), self.known(ones, others)
        there, back = scoring.contributions(one, other, links), scoring.contributions(other, one, links)
        return self.ranker.weigh(there), self.ranker.weigh(back)

    def known(self, ones: Positions, others: Positions) -> Floats | None:
        """What past investments say of pairs; None when nothing was invested."""
        if self.links is None or not self.links.n_links_:
            return None
        return self.links.contributions(ones, others, self.features)


class Corridor:
    """Towers of everybody, and what their lists begin above.

    Parameters
    ----------
    scorer : exact scores of pairs, with the features of everybody
    towers : fitted

    Attributes
    ----------
    codes, scales : (n, d) int8 and (n,) float32, plain vectors of everybody
    kept : int, the length of everybody's last lists; 0 when there are none
    reach : (n,) float32, the product above which others were candidates of each one's last list; +inf where there is none
    worst : (n,) float32, the score of the last of each one's last list; 0 while a list has room
    """

    def __init__(self, scorer: PairScorer, towers: Towers) -> None:
        self.scorer, self.towers = scorer, towers
        self._room = Room()
        features, n = scorer.features, len(scorer.features)
        self.codes = np.empty((n, towers.width), dtype=np.int8)
        self.scales = np.empty(n, dtype=np.float32)
        self.forget()
        for start in range(0, n, _CHUNK):
            self.replace(
                np.arange(start, min(start + _CHUNK, n)), features.take(slice(start, start + _CHUNK))
            )

    def __len__(self) -> int:
        return len(self.scales)

    @property
    def features(self) -> Features:
        """Features of everybody."""
        return self.scorer.features

    @property
    def kind(self) -> NDArray[np.int8]:
        """(n,) places in `KINDS`."""
        return self.features.kind

    @property
    def spread(self) -> NDArray[np.float64]:
        """(n,) in [0, 1), orders ties."""
        return self.features.spread

    def vectors(self, positions: Positions) -> Floats:
        """(len(positions), d) float32, as the codes have them."""
        return self.codes[positions] * self.scales[positions, None]

    def floors(self, rows: Positions, columns: Positions, k: int) -> tuple[Floats, Floats] | None:
        """Floors of rows' and columns' candidates as known from the last lists of k of everybody; None when unknown."""
        if self.kept != k:
            return None
        known = np.where(np.isinf(self.reach), -np.inf, self.reach).astype(np.float32)
        return known[rows], known[columns]

    def keep(self, found: Sequence[tuple[Positions, Lists]], k: int) -> None:
        """Remember where the lists of everybody end."""
        self.forget()
        self.kept = k
        for positions, top in found:
            self.reach[positions] = top.floor - SLACK * np.abs(top.floor)
            self.worst[positions] = np.where(top.partner[:, -1] >= 0, top.score[:, -1], 0)

    def forget(self) -> None:
        """Keep no floors."""
        self.kept = 0
        self.reach = np.full(len(self), np.inf, dtype=np.float32)
        self.worst = np.zeros(len(self), dtype=np.float32)

    def replace(self, positions: Positions, rows: Features) -> None:
        """Take changed organizations in."""
        made = Quantized.of(self.towers.transform(rows))
        self.codes[positions], self.scales[positions] = made.codes, made.scales

    def extend(self, scorer: PairScorer, rows: Features) -> None:
        """Take new organizations in, after the others; `scorer` knows them already."""
        made = Quantized.of(self.towers.transform(rows))
        added: dict[str, NDArray[Any]] = {
            "codes": made.codes,
            "scales": made.scales,
            "reach": np.full(len(rows), np.inf, dtype=np.float32),
            "worst": np.zeros(len(rows), dtype=np.float32),
        }
        for name, values in added.items():
            setattr(self, name, self._room.extended(name, getattr(self, name), values))
        self.scorer = scorer

    def plain(self, positions: Positions) -> Quantized:
        """Vectors as they are met."""
        return Quantized(self.codes[positions], self.scales[positions])

    def toward_each_kind(self, positions: Positions) -> list[Quantized]:
        """Vectors of organizations of one country as they meet plain ones of each kind."""
        country = int(self.features.country[positions[0]])
        own = self.features.kind[positions]
        vectors = self.vectors(positions)
        return [
            Quantized.of(
                vectors
                * np.stack([self.towers.toward(kind, other, country) for kind in range(len(KINDS))])[own]
            )
            for other in range(len(KINDS))
        ]

    def search(self, position: int, open_: NDArray[np.bool_], k: int) -> tuple[Places, Floats, Places]:
        """One organization against everybody who is open to it.

        Returns
        -------
        its best k by product, their products (both -1 and -inf where fewer), and those whose candidate it would be now
        """
        sides = self.toward_each_kind(np.array([position]))
        lists = (
            np.empty((1, 2 * k), dtype=np.int64),
            np.zeros(1, dtype=np.int32),
            np.full(1, -np.inf, dtype=np.float32),
        )
        entered, products = np.empty(len(self), dtype=np.int32), np.empty(len(self), dtype=np.float32)
        count = kernels.find_best(
            self.codes,
            self.scales,
            self.features.kind,
            open_,
            np.concatenate([side.codes for side in sides]),
            np.concatenate([side.scales for side in sides]),
            self.reach,
            lists,
            k,
            entered,
            products,
        )
        best, who = np.empty((1, k), dtype=np.float32), np.empty((1, k), dtype=np.int32)
        kernels.settle(lists, k, best, who)
        return who[0], best[0], entered[:count]

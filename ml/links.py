"""What past investments say of a firm and an investor: who is active here now, what they funded, and when they come in.

Three named parts add up to the logarithm of a rate, so that they explain a rank and never fall below nothing known:
``log(1 + rate / TRACE)``, where the rate is the investor's decayed number of links in the firm's country, times how much
more than usual it funds firms like this one, times how much more it comes in at this firm's turn. Weights and half-lives
were chosen on links dated before 2016; see docs/decisions/0007.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.features import TURNS, Features, Floats
from ml.profiles import COUNTRIES, KINDS
from ml.weights import LINK_EVIDENCE

Positions = NDArray[np.intp]

# Half-lives in years and what a link of now counts by each: the recent past leads, the long run steadies.
HALF_LIVES = ((0.5, 0.5), (1.0, 0.5), (2.0, 0.5), (4.0, 0.5))
# A link anywhere is a hint that an investor is alive; half-life in years, and its worth beside one in the firm's country.
ANYWHERE = (2.0, 0.01)
# Half-life of what a portfolio and its turns tell: taste changes slower than activity.
TASTE = 6.0
# The rate that counts as a trace: what is far below it is as good as nothing.
TRACE = 0.1
# How sharply a firm looks at its nearest neighbors among funded firms: the exponent of a cosine, as written and projected.
SHARPNESS = (5.0, 3.0)
# Links a portfolio must outweigh before it says more than the average of all, by part.
DOUBT = (0.5, 2.0)
# Exponents of portfolio and turn in the rate.
PORTFOLIO_POWER, TURN_POWER = 1.5, 0.5
# The learned projection: its width, how far within-portfolio scatter is shrunk to a sphere, and the least portfolio.
_WIDTH, _SHRINK, _LEAST_PORTFOLIO = 64, 2.0, 4
_BLOCK = 256
# Pairs of a firm and an investor that are remembered at most, of two bytes each.
MOST_REMEMBERED = 400_000_000
_YEAR = 365.25


class LinkIndex(BaseEstimator):
    """Links from investors to firms, read as of one day.

    Attributes
    ----------
    n_links_ : int, first links that were learned from
    place_ : (n,) int64, row of each organization among investors with a link, -1 for others
    activity_ : (m, countries) float32, decayed number of links by country of the firm
    row_, column_, taste_ : (n_links_,) investor, firm (columns of `funded_`) and decayed worth (float32) of each link
    turn_ : (m, TURNS) float32, log of how much more than usual an investor comes in at each turn
    rounds_ : (n,) int8, rounds each organization had, `TURNS` - 1 at most
    funded_ : (f,) int64, positions of funded firms
    meanings_ : two (f, d) float32, unit vectors of funded firms, as written and projected
    center_, projection_ : (d,) and (d, w) float32, to directions in which portfolios differ
    """

    def fit(
        self,
        partnerships: pd.DataFrame | None,
        index: pd.Index,
        features: Features,
        until: object = None,
    ) -> Self:
        """Learn from links.

        Parameters
        ----------
        partnerships : frame with investor_id, company_id, date; undated links and those of unknown ends are left out
        index : ids of the n organizations
        features : theirs, aligned
        until : day from which on links are not looked at, and as of which they age; the day of the last link when None
        """
        links, now = _dated(partnerships, index, features, until)
        n, investors = len(index), np.unique(links["investor"].to_numpy(dtype=np.intp))
        self.n_links_ = len(links)
        self.place_ = np.full(n, -1, dtype=np.int64)
        self.place_[investors] = np.arange(len(investors))
        row = self.place_[links["investor"].to_numpy(dtype=np.intp)]
        company = links["company"].to_numpy(dtype=np.intp)
        age = (now - links["day"].to_numpy(dtype=np.float64)) / _YEAR
        self.activity_ = _activity(row, features.country[company], age, len(investors))
        self.funded_, column = np.unique(company, return_inverse=True)
        taste = (0.5 ** (age / TASTE)).astype(np.float32)
        self.row_, self.column_, self.taste_ = row, column, taste
        self.turn_ = _turns(row, links["before"].to_numpy(dtype=np.intp), taste, len(investors))
        self.rounds_ = np.zeros(n, dtype=np.int8)
        rounds = links.groupby("company")["rounds"].first()
        self.rounds_[rounds.index.to_numpy(dtype=np.intp)] = np.minimum(rounds, TURNS - 1)
        self._learn_meaning(features, row, column)
        return self

    def _learn_meaning(self, features: Features, row: Positions, column: Positions) -> None:
        plain = _unit(features.take(self.funded_).about)
        self.center_, self.projection_ = _discriminants(plain, row, column)
        self.meanings_ = [plain, self._projected(plain)]

    def _projected(self, plain: Floats) -> Floats:
        said = plain.any(axis=1, keepdims=True)
        return _unit(np.where(said, (plain - self.center_) @ self.projection_, 0))

    def mark(self, features: Features, positions: Positions) -> None:
        """Write what past investments say of organizations apart from any pair: into rows of `features`, in place.

        Parameters
        ----------
        features : rows of organizations
        positions : theirs among all; beyond those that were fitted for new ones
        """
        check_is_fitted(self, "place_")
        features.funding[:], features.funded[:] = 0, 0
        if not self.n_links_:
            return
        firm = np.flatnonzero(features.kind != KINDS.index("investor"))
        features.funded[firm, self._rounds(positions[firm])] = 1
        place = self._place(positions)
        known = np.flatnonzero(place >= 0)
        abroad = 1 - features.country[known].astype(np.intp)
        rate = self.activity_[place[known], abroad][:, None]
        features.funding[known] = np.log1p(rate / TRACE * np.exp(TURN_POWER * self.turn_[place[known]]))

    def contributions(self, ones: Positions, others: Positions, features: Features) -> Floats:
        """(n, 3) float32, `LINK_EVIDENCE` of pairs in which one is an investor and the other a firm; 0 for other pairs."""
        check_is_fitted(self, "place_")
        found = np.zeros((len(ones), len(LINK_EVIDENCE)), dtype=np.float32)
        money = KINDS.index("investor")
        turned = features.kind[ones] == money
        pairs = np.flatnonzero(turned != (features.kind[others] == money))
        investor = np.where(turned, ones, others)[pairs]
        company = np.where(turned, others, ones)[pairs]
        place = self._place(investor)
        pairs, company, place = pairs[place >= 0], company[place >= 0], place[place >= 0]
        if not len(pairs):
            return found
        portfolio = self._portfolio_of_pairs(company, place, features)
        rate = self.activity_[place, features.country[company]]
        found[pairs] = _parts(rate, portfolio, self.turn_[place, self._rounds(company)])
        return found

    @contextmanager
    def remembering(self, features: Features) -> Iterator[None]:
        """While this lasts, what portfolios say is looked up: worth it where most pairs of firms and investors are asked for.

        Parameters
        ----------
        features : of all organizations, which must not change meanwhile
        """
        firms = np.flatnonzero(features.kind != KINDS.index("investor"))
        if not self.n_links_ or len(firms) * len(self.activity_) > MOST_REMEMBERED:
            yield
            return
        row = np.full(len(features), -1, dtype=np.int64)
        row[firms] = np.arange(len(firms))
        table = np.empty((len(firms), len(self.activity_)), dtype=np.float16)
        for start in range(0, len(firms), _BLOCK):
            table[start : start + _BLOCK] = self._portfolio(firms[start : start + _BLOCK], features)
        self._remembered = row, table
        try:
            yield
        finally:
            del self._remembered

    def __getstate__(self) -> dict[str, Any]:
        """What is remembered for one run stays in the process that runs it."""
        return {name: value for name, value in super().__getstate__().items() if name != "_remembered"}

    def _portfolio_of_pairs(self, company: Positions, place: NDArray[np.int64], features: Features) -> Floats:
        """(n,) float32, `_portfolio` pair by pair."""
        if (remembered := getattr(self, "_remembered", None)) is not None:
            row, table = remembered
            return np.asarray(table[row[company], place], dtype=np.float32)
        firms, at = np.unique(company, return_inverse=True)
        portfolio = np.empty(len(company), dtype=np.float32)
        order = np.argsort(at, kind="stable")
        edges = np.searchsorted(at[order], np.arange(0, len(firms) + _BLOCK, _BLOCK))
        for block, (start, stop) in enumerate(pairwise(edges)):
            some = order[start:stop]
            values = self._portfolio(firms[block * _BLOCK : (block + 1) * _BLOCK], features)
            portfolio[some] = values[at[some] - block * _BLOCK, place[some]]
        return portfolio

    def _place(self, investors: Positions) -> NDArray[np.int64]:
        inside = investors < len(self.place_)
        return np.where(inside, self.place_[np.where(inside, investors, 0)], -1)

    def _rounds(self, companies: Positions) -> NDArray[np.int8]:
        inside = companies < len(self.rounds_)
        return np.where(inside, self.rounds_[np.where(inside, companies, 0)], 0)

    def _portfolio(self, companies: Positions, features: Features) -> Floats:
        """(q, m) float32, log of how much more than usual each investor funds firms like each company.

        Rounded to half precision, so that a pair says the same whether it was remembered or not.
        """
        plain = _unit(features.take(companies).about)
        shape = (len(self.activity_), len(self.funded_))
        portfolio = sparse.csr_array((self.taste_, (self.row_, self.column_)), shape=shape)
        weight, usual = portfolio.sum(axis=0), portfolio.sum(axis=1)
        itself = companies[:, None] == self.funded_[None, :]
        sum_ = np.zeros((len(companies), len(usual)), dtype=np.float32)
        for vectors, own, sharpness in zip(
            self.meanings_, (plain, self._projected(plain)), SHARPNESS, strict=True
        ):
            kernel = np.exp(np.float32(sharpness) * (own @ vectors.T))
            kernel[itself] = 0
            mean = np.maximum(kernel @ weight / max(float(weight.sum()), 1e-9), 1e-9)
            near = np.asarray((portfolio @ kernel.T).T) / mean[:, None]
            sum_ += np.log((near + DOUBT[0]) / (usual + DOUBT[0])[None, :])
        # Who says nothing is like nobody in particular.
        says = np.asarray(plain.any(axis=1))
        found = np.where(says[:, None], sum_ / len(SHARPNESS), 0)
        return np.asarray(found.astype(np.float16), dtype=np.float32)


def _dated(
    partnerships: pd.DataFrame | None, index: pd.Index, features: Features, until: object
) -> tuple[pd.DataFrame, float]:
    """First links of investors and firms with their days, rounds the firm had before and in all; and the day of now."""
    columns = ["investor", "company", "day", "before", "rounds"]
    if partnerships is None or not len(partnerships):
        return pd.DataFrame({name: np.empty(0, dtype=np.int64) for name in columns}), 0.0
    date = pd.to_datetime(partnerships["date"], errors="coerce", format="mixed").astype("datetime64[s]")
    day = (date - pd.Timestamp("1970-01-01")).dt.days.to_numpy()
    links = pd.DataFrame(
        {
            "investor": index.get_indexer(pd.Index(partnerships["investor_id"])),
            "company": index.get_indexer(pd.Index(partnerships["company_id"])),
            "day": day,
        }
    )
    links = links[(links[["investor", "company"]] >= 0).all(axis=1) & np.isfinite(day)]
    links = links[features.kind[links["investor"].to_numpy()] == KINDS.index("investor")]
    now = np.inf
    if until is not None:
        now = float((pd.Timestamp(until) - pd.Timestamp("1970-01-01")).days)  # type: ignore[arg-type]
        links = links[links["day"] < now]
    links = links.sort_values(["day", "company", "investor"], kind="stable")
    turns = links.groupby("company")["day"]
    links["before"] = turns.rank(method="dense").astype(np.int64) - 1
    links["rounds"] = turns.transform("nunique")
    links = links.drop_duplicates(["investor", "company"])
    return links.reset_index(drop=True), min(now, float(links["day"].max()) if len(links) else 0.0)


def _activity(row: Positions, country: NDArray[np.int8], age: NDArray[np.float64], m: int) -> Floats:
    """(m, countries) decayed numbers of links, those elsewhere a trace."""
    here = np.zeros((m, len(COUNTRIES)))
    for half_life, worth in HALF_LIVES:
        np.add.at(here, (row, country), worth * 0.5 ** (age / half_life))
    half_life, worth = ANYWHERE
    anywhere = np.bincount(row, weights=0.5 ** (age / half_life), minlength=m)
    return (here + worth * anywhere[:, None]).astype(np.float32)


def _turns(row: Positions, before: Positions, taste: Floats, m: int) -> Floats:
    """(m, TURNS) log of an investor's share of links at each turn over the usual share, doubted while links are few."""
    count = np.zeros((m, TURNS))
    np.add.at(count, (row, np.minimum(before, TURNS - 1)), taste)
    usual = count.sum(axis=0) / max(count.sum(), 1e-9)
    all_ = count.sum(axis=1, keepdims=True)
    return np.log((count / np.maximum(usual, 1e-3) + DOUBT[1]) / (all_ + DOUBT[1])).astype(np.float32)


def _discriminants(plain: Floats, row: Positions, column: Positions) -> tuple[Floats, Floats]:
    """Directions in which portfolios differ more than the firms within one do (Fisher 1936; shrunk, Friedman 1989)."""
    sizes = np.bincount(row)
    kept = (sizes[row] >= _LEAST_PORTFOLIO) & plain[column].any(axis=1) if len(row) else row.astype(bool)
    _, group = np.unique(row[kept], return_inverse=True)
    vectors, d = plain[column[kept]].astype(np.float64), plain.shape[1]
    if len(vectors) <= 2 * _LEAST_PORTFOLIO or group.max() == 0:
        return np.zeros(d, dtype=np.float32), np.zeros((d, 0), dtype=np.float32)
    size = np.bincount(group)
    mean = np.zeros((len(size), d))
    np.add.at(mean, group, vectors)
    inside = vectors - (mean / size[:, None])[group]
    # A mean of few is nearer to its own firms than the true one is.
    unbiased = np.minimum(size / np.maximum(size - 1, 1e-9), _LEAST_PORTFOLIO)[group]
    within = inside.T @ inside / len(inside)
    between = np.cov(vectors.T) - (inside * unbiased[:, None]).T @ inside / len(inside)
    sphere = _SHRINK * max(float(np.trace(within)) / d, 1e-9) * np.eye(d)
    values, axes = linalg.eigh(between, within + sphere)
    best = np.argsort(-values, kind="stable")[:_WIDTH]
    scaled = axes[:, best] * np.sqrt(np.maximum(values[best], 0))
    return vectors.mean(axis=0).astype(np.float32), scaled.astype(np.float32)


def _parts(rate: Floats, portfolio: Floats, turn: Floats) -> Floats:
    """What each of `LINK_EVIDENCE` adds to ``log(1 + rate / TRACE)``, on a new last axis."""
    plain = np.log1p(rate / TRACE)
    liked = np.log1p(rate / TRACE * np.exp(PORTFOLIO_POWER * portfolio))
    whole = np.log1p(rate / TRACE * np.exp(PORTFOLIO_POWER * portfolio + TURN_POWER * turn))
    return np.stack([plain, liked - plain, whole - liked], axis=-1).astype(np.float32)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)

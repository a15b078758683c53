"""The recommender: organizations in, ranked and explained partners of the other country out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, Iterable, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml import coach, persistence, ranker, scoring
from ml.corridor import Corridor, PairScorer
from ml.eligibility import Eligibility
from ml.explaining import reasons_of_pairs
from ml.features import FeatureBuilder, Features
from ml.growing import Room
from ml.honesty import own_words
from ml.links import LinkIndex
from ml.listing import frame_of, pairs_of, positions_of
from ml.profiles import COUNTRIES, Profile, read_profiles
from ml.quoting import Quoter
from ml.ranker import LearnedRanker, RuleRanker
from ml.ranking import Pairs, TopK, best_partners, few_lists, market_candidates, market_lists
from ml.reasons import Reason
from ml.returning import give_back
from ml.search import SearchIndex, Where
from ml.towers import Towers

# Raise when the same input may give another output for a reason that no setting shows.
CODE_VERSION = "3"
# What `load` makes from the rest.
_REBUILT = frozenset({"_quoter", "_corridor", "_room", "_searching"})

# So many lists are made one by one; more share the blocked product.
_FEW = 16


class Recommender(BaseEstimator):
    """Pairs organizations of two countries by fit in both directions.

    Parameters
    ----------
    n_components : int, latent topics of the texts
    max_terms : int, size of the vocabulary
    random_state : int, seed; the same input and seed give the same output

    Attributes
    ----------
    index_ : pd.Index of the known ids
    builder_ : FeatureBuilder
    features_ : Features, rows aligned with `index_`
    said_ : who said which sentence first; see `ml.honesty`
    towers_ : Towers, which find candidates
    links_ : LinkIndex, past investments
    ranker_ : RuleRanker or LearnedRanker, how much each kind of evidence counts; set None for the rule
    version_ : str, code version and digest of settings and fitted organizations; `update` leaves it unchanged
    """

    def __init__(self, n_components: int = 96, max_terms: int = 30_000, random_state: int = 0) -> None:
        self.n_components = n_components
        self.max_terms = max_terms
        self.random_state = random_state

    def fit(
        self,
        organizations: pd.DataFrame,
        partnerships: pd.DataFrame | None = None,
        decisions: pd.DataFrame | None = None,
    ) -> Self:
        """Learn the words and labels of organizations and keep their features.

        Parameters
        ----------
        organizations : frame with id, kind, country and any of the columns of `ml.profiles`; the rest may be missing
        partnerships : frame with investor_id, company_id, date: investments of the past, which count between investors and firms; see
            `ml.links`
        decisions : frame with id, candidate, decision, decided_at, weight: what was said of pairs. A ranker learned from
            them takes the rule's place if it foretells the newer ones better; see `ml.ranker`

        Raises
        ------
        ValueError
            When id, kind or country is missing or unknown, or an id comes twice.
        """
        profiles, self.said_ = own_words(read_profiles(organizations))
        self.builder_ = FeatureBuilder(self.n_components, self.max_terms, self.random_state).fit(profiles)
        self.features_ = self.builder_.transform(profiles)
        self.index_ = pd.Index(organizations["id"], name="id")
        self._profiles = profiles
        self._quoter = Quoter(self.builder_)
        self.links_ = LinkIndex().fit(partnerships, self.index_, self.features_)
        self.links_.mark(self.features_, np.arange(len(self.index_)))
        self._ranker = self._learned_from(decisions)
        self.towers_ = Towers(self.random_state).fit(self.features_, self._scorer())
        self._lay_out()
        self.version_ = f"{CODE_VERSION}-{self._digest(profiles)}"
        give_back()
        return self

    def _digest(self, profiles: Sequence[Profile]) -> str:
        digest = hashlib.blake2b(digest_size=6)
        digest.update(repr((sorted(self.get_params().items()), scoring.settings_digest())).encode())
        for profile in profiles:
            digest.update(repr(profile).encode(errors="replace"))
        return digest.hexdigest()

    def _lay_out(self) -> None:
        self._room = Room()
        self._searching: SearchIndex | None = None
        self._corridor = Corridor(self._scorer(), self.towers_)

    def _scorer(self) -> PairScorer:
        return PairScorer(self.features_, self._ranker, self.links_)

    def _learned_from(self, decisions: pd.DataFrame | None) -> RuleRanker | LearnedRanker:
        decided = ranker.read_decisions(decisions, self.index_)
        one, other = (self.features_.take(ends) for ends in (decided.one, decided.other))
        links = self.links_.contributions(decided.one, decided.other, self.features_)
        return ranker.chosen(decided, scoring.contributions(one, other, links))

    @property
    def ranker_(self) -> RuleRanker | LearnedRanker:
        return self._ranker

    @ranker_.setter
    def ranker_(self, given: RuleRanker | LearnedRanker | None) -> None:
        self._ranker = given or ranker.RULE
        # A copy of this recommender may share the corridor, and goes on ranking as it did.
        self._corridor = copy(self._corridor)
        self._corridor.scorer = self._scorer()

    def update(self, changed: pd.DataFrame) -> Self:
        """Take new and changed organizations in, with the vocabulary of the last fit.

        Raises
        ------
        ValueError
            As `fit`.
        """
        check_is_fitted(self, "index_")
        profiles, _ = own_words(read_profiles(changed), self.said_)
        rows = self.builder_.transform(profiles)
        where = self.index_.get_indexer(pd.Index(changed["id"]))
        known, new = np.flatnonzero(where >= 0), np.flatnonzero(where < 0)
        where[new] = len(self.index_) + np.arange(len(new))
        self.links_.mark(rows, where)
        self.features_.replace(where[known], rows.take(known))
        self._corridor.replace(where[known], rows.take(known))
        for at in known.tolist():
            self._profiles[where[at]] = profiles[at]
        if len(new):
            self._append(rows.take(new), [profiles[at] for at in new.tolist()])
        changed_now = [*where[known].tolist(), *range(len(self.index_) - len(new), len(self.index_))]
        if self._searching and not self._searching.change(self.features_, changed_now):
            self._searching = None
        return self

    def _append(self, rows: Features, profiles: list[Profile]) -> None:
        """Take new organizations in, after the others."""
        self.features_ = self._room.together(self.features_, rows)
        self._corridor.extend(self._scorer(), rows)
        self._profiles.extend(profiles)
        names = pd.Index([profile.id for profile in profiles], dtype=self.index_.dtype)
        self.index_ = self.index_.append(names).rename("id")

    def recommend(
        self,
        ids: Iterable[Hashable] | None = None,
        k: int = 50,
        eligible: Eligibility | None = None,
        among: Iterable[Hashable] | None = None,
    ) -> pd.DataFrame:
        """The best k partners in the other country.

        Parameters
        ----------
        ids : whose lists; None for everybody's
        k : length of a list, at most
        eligible : who may meet; None for everybody across the border
        among : the only candidates considered; None for all

        Returns
        -------
        DataFrame with id, candidate, rank (from 1), score, forward, backward (float32 in [0, 1]), by id and rank.
        Scores closer than 0.0001 are ties, which are ordered so that attention spreads evenly.

        Raises
        ------
        KeyError
            When an id is not known.
        """
        return self._frame(self._lists(ids, k, eligible, among))

    def candidate_pairs(
        self,
        k: int = 50,
        eligible: Eligibility | None = None,
        ids: Iterable[Hashable] | None = None,
        among: Iterable[Hashable] | None = None,
        looked_at: int | None = None,
    ) -> Pairs:
        """`recommend` by position, without a frame of ids: what millions of lists take little memory in.

        `looked_at` is how many candidates are scored for a list of those asked for; None for as many as is good for it.
        """
        return pairs_of(self._lists(ids, k, eligible, among, looked_at))

    def _lists(
        self,
        ids: Iterable[Hashable] | None,
        k: int,
        eligible: Eligibility | None,
        among: Iterable[Hashable] | None,
        looked_at: int | None = None,
    ) -> list[tuple[NDArray[np.intp], TopK]]:
        check_is_fitted(self, "index_")
        if k < 1:
            raise ValueError("k must be at least 1")
        positioned = eligible.on(self.index_) if eligible is not None else None
        if ids is None and among is None:
            found = market_candidates(self._corridor, k, positioned)
            return market_lists(self._corridor, k, found)
        every = np.arange(len(self.index_))
        asked = every if ids is None else np.unique(self._positions(list(ids)))
        offered = every if among is None else np.unique(self._positions(list(among)))
        if len(asked) <= _FEW:
            return few_lists(self._corridor, asked, k, positioned, offered)[0]
        lists: list[tuple[NDArray[np.intp], TopK]] = []
        for here, there in (COUNTRIES, COUNTRIES[::-1]):
            rows, columns = self._of_country(asked, here), self._of_country(offered, there)
            lists += best_partners(self._corridor, rows, columns, k, positioned, looked_at)
        return lists

    def rerank(
        self, ids: Iterable[Hashable], k: int = 50, eligible: Eligibility | None = None
    ) -> pd.DataFrame:
        """What a few changed organizations change: their own lists, and the last lists of others that they enter now.

        Parameters
        ----------
        ids : the changed organizations, after `update`
        k, eligible : as in `recommend`

        Returns
        -------
        DataFrame as from `recommend`: the lists of `ids`; and, with rank 0, an (id, candidate) for each organization whose
        list of the last `recommend` of everybody a changed one belongs in now, or has a place free. Without such a run
        there are none of the latter.

        Raises
        ------
        KeyError
            When an id is not known.
        """
        check_is_fitted(self, "index_")
        positioned = eligible.on(self.index_) if eligible is not None else None
        asked = np.unique(self._positions(list(ids)))
        lists, entered = few_lists(self._corridor, asked, k, positioned)
        others = pd.DataFrame(
            {
                "id": self.index_.take(entered.one),
                "candidate": self.index_.take(entered.other),
                "rank": np.zeros(len(entered.one), dtype=np.int32),
                "score": entered.score,
                "forward": entered.forward,
                "backward": entered.backward,
            }
        )
        return pd.concat([self._frame(lists), others], ignore_index=True)

    def score_pairs(self, ids: Sequence[Hashable], candidates: Sequence[Hashable]) -> pd.DataFrame:
        """Fit of given pairs, whether or not they may meet.

        Returns
        -------
        DataFrame with score, forward, backward (float32 in [0, 1]), one row a pair, in order.

        Raises
        ------
        KeyError
            When an id is not known.
        ValueError
            When the two are not of one length.
        """
        ones, others = self._pairs(ids, candidates)
        forward, backward, score = self._corridor.scorer(ones, others)
        return pd.DataFrame({"score": score, "forward": forward, "backward": backward})

    def search(self, text: str, k: int = 20, where: Where = None) -> pd.DataFrame:
        """Organizations that could meet a need in free words, by meaning and by the rare words and names it holds.

        Parameters
        ----------
        text : the need, in any script
        k : how many at most
        where : column of profiles -> value or values let through (a list column passes when it holds one of them), such as
            ``{"kind": ["sme", "startup"], "country": "US"}``; or a mask (n,) bool in the order of `index_`

        Returns
        -------
        DataFrame with id, score (float32 in [0, 1.1]), best first. The first search after `fit` makes the index.

        Raises
        ------
        ValueError
            When a mask has another length, profiles have no such column, or k is below 1.
        """
        check_is_fitted(self, "index_")
        if k < 1:
            raise ValueError("k must be at least 1")
        if self._searching is None:
            self._searching = SearchIndex(self.builder_, self.features_, self._profiles)
        found, score = self._searching.find(text, k, where)
        return pd.DataFrame({"id": self.index_.take(found), "score": score})

    def explain(self, id: Hashable, candidate: Hashable) -> list[Reason]:  # noqa: A002
        """Reasons of both sides of one pair, forward first; see `ml.reasons`.

        Raises
        ------
        KeyError
            When an id is not known.
        """
        return self.explain_pairs([id], [candidate])[0]

    def explain_pairs(self, ids: Sequence[Hashable], candidates: Sequence[Hashable]) -> list[list[Reason]]:
        """`explain` for many pairs; raises as `score_pairs`."""
        ones, others = self._pairs(ids, candidates)
        return reasons_of_pairs(self._corridor.scorer, self._profiles, self._quoter, ones, others)

    def coach(
        self,
        id: Hashable,  # noqa: A002
        k: int = 3,
        eligible: Eligibility | None = None,
    ) -> list[coach.Advice]:
        """The k additions to a profile, if true, that would open the most willing counterparts; see `ml.coach`.

        Raises
        ------
        KeyError
            When the id is not known.
        """
        check_is_fitted(self, "index_")
        return coach.advice(self, id, k, eligible)

    def save(
        self, path: str | os.PathLike[str], metrics: dict[str, Any] | None = None
    ) -> persistence.Manifest:
        """Write this model to one file, whole or not at all; see `ml.persistence`.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        check_is_fitted(self, "index_")
        kept = {name: value for name, value in vars(self).items() if name not in _REBUILT}
        return persistence.save(kept, path, self.version_, metrics or {})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The model that `save` wrote: it gives the same output.

        Raises
        ------
        ml.persistence.UnreadableModel
            When the file is damaged, was changed, or was written by another release.
        OSError
            When there is none.
        """
        recommender = cls()
        recommender.__dict__.update(persistence.load(path))
        recommender._quoter = Quoter(recommender.builder_)
        recommender._lay_out()
        return recommender

    def _of_country(self, positions: NDArray[np.intp], country: str) -> NDArray[np.intp]:
        return positions[self.features_.country[positions] == COUNTRIES.index(country)]

    def _pairs(self, ids: Sequence[Hashable], candidates: Sequence[Hashable]) -> tuple[Any, Any]:
        check_is_fitted(self, "index_")
        if len(ids) != len(candidates):
            raise ValueError("ids and candidates differ in length")
        return self._positions(list(ids)), self._positions(list(candidates))

    def _positions(self, ids: Sequence[Hashable]) -> NDArray[np.intp]:
        return positions_of(self.index_, ids)

    def _frame(self, lists: list[tuple[NDArray[np.intp], TopK]]) -> pd.DataFrame:
        return frame_of(self.index_, lists)

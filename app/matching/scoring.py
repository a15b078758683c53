"""The door to `ml`: organizations become frames here, and nowhere else."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from numpy.typing import NDArray

from app.later import later

if TYPE_CHECKING:
    import pandas as pd

    import ml
    from ml import Recommender as Recommender
    from ml import allocation, features, persistence, text
else:
    pd, ml = later("pandas"), later("ml")
    allocation, features = later("ml.allocation"), later("ml.features")
    persistence, text = later("ml.persistence"), later("ml.text")

log = structlog.get_logger(__name__)
CANDIDATES = 50
# Times lists are widened at most for those whom a crowd leaves out.
WIDENINGS = 6
ADVISED = 6
# Below this a pair is noise to a manager, found by reading pairs of the demo world and of imported profiles.
WORTH_A_LOOK = 0.15
# A model is fitted anew when this share of its organizations is new or changed.
REFIT_SHARE = 0.1
# So few are learned anew each time, in about a second: new words count at once.
FEW = 2000
# Steps of 1 in the vector of a need in free words.
_STEPS_ASKED = 127


def wake() -> None:
    """Import what scoring needs, so that nobody waits for it later."""
    _ = ml.Recommender


@dataclass(frozen=True)
class Rules:
    """Who may meet: a group code for each organization, which groups may meet, and pairs that may not."""

    groups: dict[int, int]
    allowed: list[list[bool]]
    excluded: Sequence[tuple[int, int]]
    capacity: dict[int, int]


@dataclass(frozen=True)
class ScoredPair:
    """A chosen pair with what `ml` says of it; `forward` is how well `candidate` serves `id`."""

    id: int
    candidate: int
    score: float
    forward: float
    backward: float
    forward_reasons: list[dict[str, Any]]
    backward_reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """The trained model in force: where its file is, what must be in it, and when it read the profiles."""

    version: str
    path: Path
    sha256: str
    profiles_at: datetime


@dataclass(frozen=True)
class Frames:
    """Where a model reads: organizations (all, or those of some ids) and past investments."""

    organizations: Callable[[Sequence[int] | None], pd.DataFrame]
    partnerships: Callable[[], pd.DataFrame]


class Model:
    """One fitted recommender a process. It remembers which state of each profile it has seen.

    Its lock lets one thread compute at a time.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._recommender: ml.Recommender | None = None
        self._owner: object = None
        # What is in force, and what of it could be read: the model whose ranker is used.
        self._chosen: Chosen | None = None
        self._ranks_as: Chosen | None = None
        self._ranker: Any = None
        self._seen: dict[int, datetime] = {}
        self._changed_since_fit = 0

    @property
    def version(self) -> str:
        """What ranks now: the trained model, or the rule as it was fitted here."""
        if self._ranks_as is not None:
            return self._ranks_as.version
        return self._recommender.version_ if self._recommender is not None else ""

    @property
    def is_trained(self) -> bool:
        """Whether it has learned from answers: only then is a fit the chance of a yes."""
        return self._ranks_as is not None

    def fresh(
        self,
        owner: object,
        profiles: Mapping[int, datetime],
        frames: Frames,
        chosen: Chosen | None = None,
        *,
        anew: bool,
    ) -> ml.Recommender:
        """The recommender of database `owner`, up to date with `profiles` (id -> when it last changed).

        It learns profiles anew when there is none, when a large share has changed, or, with `anew`, when anything has:
        two full runs over the same profiles then give the same, whatever this process has seen before. It ranks as
        `chosen` does; where that cannot be read, by the rule.
        """
        if (self._owner, self._chosen) != (owner, chosen):
            self._begin(owner, chosen, profiles)
        changed = sorted(id_ for id_, at in profiles.items() if self._seen.get(id_) != at)
        worn = self._changed_since_fit + len(changed) > REFIT_SHARE * len(profiles)
        has_news = bool(changed) or self._seen.keys() != profiles.keys()
        if self._recommender is None or worn or (has_news and (anew or len(profiles) <= FEW)):
            self._recommender = fitted(frames.organizations(None), frames.partnerships(), self._ranker)
            self._changed_since_fit = 0
        elif changed:
            self._recommender.update(frames.organizations(changed))
            self._changed_since_fit += len(changed)
        self._seen = dict(profiles)
        return self._recommender

    def _begin(self, owner: object, chosen: Chosen | None, profiles: Mapping[int, datetime]) -> None:
        """Forget what was fitted, and take over what `chosen` knows: how it ranks, and the profiles it has read."""
        self._recommender, self._seen, self._ranker, self._ranks_as = None, {}, None, None
        self._owner, self._chosen, self._changed_since_fit = owner, chosen, 0
        loaded = loaded_or_none(chosen) if chosen is not None else None
        if chosen is None or loaded is None:
            return
        self._ranker, self._ranks_as = loaded.ranker_, chosen
        if len(profiles) > FEW:
            known = set(loaded.index_.tolist())
            self._recommender = loaded
            self._seen = {
                id_: at for id_, at in profiles.items() if at <= chosen.profiles_at and id_ in known
            }


model = Model()


def fitted(organizations: pd.DataFrame, partnerships: pd.DataFrame, ranker: Any = None) -> ml.Recommender:
    """A recommender over these organizations that ranks by the rule, or as a trained `ranker` does."""
    recommender = ml.Recommender(random_state=0).fit(organizations, partnerships)
    if ranker is not None:
        recommender.ranker_ = ranker
    return recommender


def loaded_or_none(chosen: Chosen) -> ml.Recommender | None:
    """The model on disk; None, logged as an error, when it is missing, damaged or not the one that was chosen."""
    try:
        if persistence.read_manifest(chosen.path).sha256 != chosen.sha256:
            raise persistence.UnreadableModel("it is not the model that was put into force")
        return ml.Recommender.load(chosen.path)
    except (persistence.UnreadableModel, OSError) as error:
        log.exception("model unreadable, ranking by the rule", model=chosen.version, error=str(error))
        return None


def trained(
    organizations: pd.DataFrame, partnerships: pd.DataFrame, decisions: pd.DataFrame
) -> ml.Recommender:
    """A recommender that learned how to rank from `decisions`."""
    return ml.Recommender(random_state=0).fit(organizations, partnerships, decisions)


@dataclass(frozen=True)
class Meaning:
    """What each organization can give, as vectors: what is left of a model when only free words are to be answered.

    `ids` are ascending, `codes` (n, d) are theirs, `profiles_at` is when the profiles were read.
    """

    ids: NDArray[np.int64]
    codes: NDArray[np.int8]
    vectors: Any
    profiles_at: datetime

    def likeness(self, need: str) -> NDArray[np.float32]:
        """(n,) about -1 to 1: how near in meaning each is to a need in free words; 0 where the need says nothing."""
        if not len(self.ids) or not text.words(text.clean(need)):
            return np.zeros(len(self.ids), dtype=np.float32)
        counted = self.vectors.counter_.transform([text.clean(need)])
        asked = np.rint(self.vectors.vectors(counted, self.vectors.static(counted))[0] * _STEPS_ASKED)
        # Whole numbers, read as they stand: as float32 all of them would take four times their room, and longer.
        products = np.einsum(
            "ij,j->i", self.codes, asked.astype(np.int32), dtype=np.int32, casting="unsafe", optimize=False
        )
        return products.astype(np.float32) / np.float32(features.STEPS["have"] * _STEPS_ASKED)


def save_meaning(recommender: ml.Recommender, path: Path, profiles_at: datetime) -> None:
    """Write what `Meaning` needs of a model to disk, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    order = np.argsort(recommender.index_.to_numpy())
    state = {
        "ids": recommender.index_.to_numpy()[order],
        "codes": recommender.features_.have_codes[order],
        "vectors": recommender.builder_.vectors_,
    }
    persistence.save(state, path, recommender.version_, {"profiles_at": profiles_at.isoformat()})


def meaning_made_at(path: Path) -> datetime | None:
    """When the profiles in the file were read; None without a readable file."""
    try:
        return datetime.fromisoformat(persistence.read_manifest(path).metrics["profiles_at"])
    except (persistence.UnreadableModel, OSError, KeyError, ValueError):
        return None


def meaning_or_none(path: Path) -> Meaning | None:
    """What `save_meaning` wrote; None, logged as an error, when it cannot be read."""
    try:
        profiles_at = datetime.fromisoformat(persistence.read_manifest(path).metrics["profiles_at"])
        return Meaning(profiles_at=profiles_at, **persistence.load(path))
    except (persistence.UnreadableModel, OSError, KeyError, ValueError, TypeError) as error:
        log.exception("search by meaning unreadable", file=path.name, error=str(error))
        return None


def ranking_as(recommender: ml.Recommender, chosen: Chosen | None) -> ml.Recommender:
    """The same profiles, ranked as `chosen` does; by the rule without one, or when it cannot be read."""
    loaded = loaded_or_none(chosen) if chosen is not None else None
    if loaded is None:
        return by_rule(recommender)
    same = copy.copy(recommender)
    same.ranker_ = loaded.ranker_
    return same


def by_rule(recommender: ml.Recommender) -> ml.Recommender:
    """The same profiles, ranked by the rule."""
    same = copy.copy(recommender)
    same.ranker_ = None
    return same


def save(recommender: ml.Recommender, path: Path, metrics: dict[str, Any]) -> tuple[str, int]:
    """Write the model to disk, whole or not at all; gives its SHA-256 and its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return recommender.save(path, metrics).sha256, path.stat().st_size


def partners_listed(recommender: ml.Recommender, rules: Rules, asked: int, k: int) -> int:
    """How many different partners are in the best k of `asked` organizations, spread over all ids."""
    every = recommender.index_.sort_values()
    ids = every[np.unique(np.linspace(0, len(every) - 1, min(asked, len(every))).astype(int))]
    return int(recommender.recommend(ids=ids, k=k, eligible=eligibility(rules))["candidate"].nunique())


def eligibility(rules: Rules) -> ml.Eligibility:
    """`Rules` in the form `ml` obeys."""
    group = pd.Series(rules.groups, dtype="int64")
    return ml.Eligibility(group, np.array(rules.allowed, dtype=bool), rules.excluded)


def candidates_of_all(recommender: ml.Recommender, rules: Rules) -> pd.DataFrame:
    """Everybody's best partners, widened among those with room until nobody need be left out: what is shared out.

    As `ml.propose` does it, which shares out in one step; programs share out in several.
    """
    allowed = eligibility(rules)
    candidates = recommender.recommend(k=CANDIDATES, eligible=allowed)
    capacity = capacity_of(recommender, rules)
    left_out_before = len(capacity)
    for _ in range(WIDENINGS):
        promised = allocation.promise(candidates, capacity, 1, recommender.random_state)
        used = pd.concat([promised["id"], promised["candidate"]]).value_counts()
        left = capacity - used.reindex(capacity.index, fill_value=0)
        left_out, room = left.index[(left == capacity) & (left > 0)], left.index[left > 0]
        if not 0 < len(left_out) < left_out_before:
            break
        left_out_before = len(left_out)
        wider = recommender.recommend(ids=left_out, k=CANDIDATES, eligible=allowed, among=room)
        if wider.empty:
            break
        candidates = pd.concat([candidates, wider], ignore_index=True)
    return candidates


def candidates_among(
    recommender: ml.Recommender, rules: Rules, ids: Sequence[int], among: Sequence[int]
) -> pd.DataFrame:
    """The best partners of some organizations among others, as far as the recommender knows both."""
    known = recommender.index_
    asked, offered = known[known.isin(ids)], known[known.isin(among)]
    return recommender.recommend(ids=asked, k=CANDIDATES, eligible=eligibility(rules), among=offered)


def capacity_of(recommender: ml.Recommender, rules: Rules) -> pd.Series:
    """How many proposals each organization may get, of those the recommender knows."""
    capacity = pd.Series(rules.capacity, dtype="int64")
    return capacity[capacity.index.isin(recommender.index_)]


def allocated(candidates: pd.DataFrame, capacity: pd.Series, floor: int, alpha: float) -> pd.DataFrame:
    """Pairs chosen under capacities, as even as `alpha` asks, after everybody's first `floor`."""
    return ml.allocate(candidates, capacity, floor, alpha)


def worth_proposing(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs that deserve a manager's minute; a poorer one stays only where a side would be left with nothing."""
    good = pairs["score"] >= WORTH_A_LOOK
    served = set(pairs.loc[good, "id"]) | set(pairs.loc[good, "candidate"])
    kept = pairs.index[good].tolist()
    rest = pairs.loc[~good].sort_values("score", ascending=False, kind="stable")
    for row, one, other in zip(rest.index, rest["id"], rest["candidate"], strict=True):
        if one not in served or other not in served:
            served.update((one, other))
            kept.append(row)
    return pairs.loc[sorted(kept)]


def candidates_for(recommender: ml.Recommender, rules: Rules, only: Sequence[int]) -> pd.DataFrame:
    """The best partners of some organizations, capacity aside."""
    return recommender.recommend(ids=only, k=CANDIDATES, eligible=eligibility(rules))


def explained(recommender: ml.Recommender, pairs: pd.DataFrame) -> list[ScoredPair]:
    """The chosen pairs with their reasons."""
    ids, candidates = pairs["id"].tolist(), pairs["candidate"].tolist()
    reasons = recommender.explain_pairs(ids, candidates)
    numbers = zip(*(pairs[name].tolist() for name in ("score", "forward", "backward")), strict=True)
    return [
        ScoredPair(one, other, score, there, back, _side(found, "forward"), _side(found, "backward"))
        for one, other, (score, there, back), found in zip(ids, candidates, numbers, reasons, strict=True)
    ]


def _side(reasons: list[ml.Reason], side: str) -> list[dict[str, Any]]:
    return [
        {"kind": r.kind, "text_key": r.text_key, "evidence": r.evidence, "weight": r.weight}
        for r in reasons
        if r.side == side and r.kind != "rest"
    ]


def advice(recommender: ml.Recommender, rules: Rules, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What each of these organizations could add, if it is true, and how many more partners that would open.

    A few more than are shown: not every form asks for everything.
    """
    allowed = eligibility(rules)
    return {
        id_: [
            {"field": one.field, "suggestion": one.suggestion, "gained": one.gained}
            for one in recommender.coach(id_, k=ADVISED, eligible=allowed)
        ]
        for id_ in ids
    }

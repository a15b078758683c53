"""Learning from decisions: what it takes to replace the rule, what stays bounded, and what nobody can bend."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from ml import Recommender, ranker, synthetic
from ml.ranker import RULE, LearnedRanker, capped_weights, chosen, read_decisions
from ml.weights import EVIDENCE

TEXT, TAGS = EVIDENCE.index("text"), EVIDENCE.index("tags")


def sides(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Evidence in which text decides and tags say nothing, and what was decided."""
    random = np.random.default_rng(seed)
    evidence = np.zeros((n, len(EVIDENCE)), dtype=np.float32)
    evidence[:, TEXT], evidence[:, TAGS] = random.random((2, n))
    chance = -np.expm1(-2.0 * evidence[:, TEXT])
    return evidence, (random.random(n) < chance).astype(float)


def decided(said: np.ndarray, weight: np.ndarray | None = None) -> ranker.Decided:
    ends = np.zeros(len(said), dtype=np.intp)
    return ranker.Decided(ends, ends, said, np.ones(len(said)) if weight is None else weight)


def test_it_learns_what_decides() -> None:
    evidence, said = sides(2000)
    multipliers = LearnedRanker().fit(evidence, said).multipliers_
    assert multipliers[TEXT] > 1.3
    assert multipliers[TAGS] < 0.5


def test_with_few_decisions_it_stays_near_the_rule() -> None:
    evidence, said = sides(4)
    assert np.abs(LearnedRanker().fit(evidence, said).multipliers_ - 1).max() < 0.5


def test_no_evidence_can_come_to_speak_against_a_pair() -> None:
    evidence, said = sides(2000)
    assert (LearnedRanker().fit(evidence, 1 - said).multipliers_ > 0).all()


def test_weighed_evidence_keeps_its_names_and_order() -> None:
    evidence, said = sides(500)
    learned = LearnedRanker().fit(evidence, said)
    np.testing.assert_allclose(learned.weigh(evidence), evidence * learned.multipliers_, rtol=1e-6)
    assert learned.names_ == list(EVIDENCE)


def test_evidence_that_was_unknown_when_it_was_trained_counts_as_the_rule_has_it() -> None:
    evidence, said = sides(500)
    learned = LearnedRanker().fit(evidence, said)
    learned.names_, learned.multipliers_ = learned.names_[:-1], learned.multipliers_[:-1]
    weighed = learned.weigh(np.ones((1, len(EVIDENCE)), dtype=np.float32))
    assert weighed[0, -1] == 1


def test_what_foretells_newer_decisions_better_takes_the_rules_place() -> None:
    evidence, said = sides(600)
    assert isinstance(chosen(decided(said), evidence), LearnedRanker)


def test_decisions_by_chance_do_not_move_the_rule() -> None:
    """Whatever was learned from labels without meaning does not hold on the newer ones."""
    kept = 0
    for seed in range(10):
        evidence, _ = sides(400, seed)
        side = -np.expm1(-evidence.sum(axis=1))
        # As likely as the rule says, so that there is nothing to learn.
        said = (np.random.default_rng(100 + seed).random(400) < side).astype(float)
        kept += chosen(decided(said), evidence) is RULE
    assert kept >= 5


@pytest.mark.parametrize("n", [0, 10])
def test_too_few_decisions_leave_the_rule(n: int) -> None:
    evidence, said = sides(n)
    assert chosen(decided(said), evidence) is RULE


def test_decisions_of_one_sort_leave_the_rule() -> None:
    evidence, said = sides(400)
    assert chosen(decided(np.ones_like(said)), evidence) is RULE


def test_one_person_counts_for_no_more_than_a_cap() -> None:
    loud = np.zeros(1000, dtype=np.intp)
    others = np.arange(1, 101)
    capped = capped_weights(np.ones(1100), [np.concatenate([loud, others])])
    assert capped[:1000].sum() <= ranker.MOST_SAID + 1e-9
    np.testing.assert_array_equal(capped[1000:], 1)


def test_shouting_louder_moves_the_model_no_further() -> None:
    evidence, said = sides(300)
    bent = np.zeros((1, len(EVIDENCE)), dtype=np.float32)
    bent[0, TEXT] = 1

    def learned_with(shouts: int) -> float:
        x = np.concatenate([evidence, np.repeat(bent, shouts, axis=0)])
        y = np.concatenate([said, np.zeros(shouts)])
        who = np.concatenate([np.arange(1, 301), np.zeros(shouts, dtype=np.int64)])
        weight = capped_weights(np.ones(len(y)), [who])
        return float(LearnedRanker().fit(x, y, weight).multipliers_[TEXT])

    honest, loud, louder = (learned_with(shouts) for shouts in (0, 40, 4000))
    assert loud < honest
    assert louder == pytest.approx(loud, abs=0.02)


@pytest.mark.parametrize(
    ("word", "said"), [("approve", 1), ("outcome", 1), ("no", 0), ("hold", 0), (True, 1), (0.0, 0)]
)
def test_words_and_numbers_are_read(word: object, said: float) -> None:
    found = read_decisions(frame([("a", "b", word, 1.0)]), pd.Index(["a", "b"]))
    assert found.said.tolist() == [said]


def test_questions_weightless_rows_and_strangers_are_left_out() -> None:
    rows = [("a", "b", "question", 1.0), ("a", "b", "no", 0.0), ("a", "x", "no", 1.0), ("a", "b", "no", None)]
    assert len(read_decisions(frame(rows), pd.Index(["a", "b"]))) == 0


def frame(rows: list[tuple[str, str, object, float | None]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["id", "candidate", "decision", "weight"])
    return made.assign(decided_at=pd.Timestamp("2026-01-01", tz="UTC"))


def test_it_keeps_scikit_learn_conventions() -> None:
    assert clone(LearnedRanker(pull=2.0)).get_params() == {"pull": 2.0, "bounds": ranker.BOUNDS}


@pytest.fixture(scope="module")
def taught() -> tuple[Recommender, Recommender]:
    """One that learned that managers here approve what has tags in common, and one that did not."""
    organizations = synthetic.organizations(300)
    plain = Recommender().fit(organizations)
    lists = plain.recommend(k=12)
    where = [plain.index_.get_indexer(pd.Index(lists[name])) for name in ("id", "candidate")]
    from ml import scoring

    evidence = scoring.contributions(*(plain.features_.take(ends) for ends in where))
    likes = evidence[:, TAGS] > np.median(evidence[:, TAGS])
    decisions = lists.assign(
        decision=np.where(likes, "approve", "reject"),
        weight=1.0,
        decided_at=range(len(lists)),
        by=lists.index,
    )
    return plain, Recommender().fit(organizations, decisions=decisions)


def test_a_recommender_ranks_as_it_was_taught(taught: tuple[Recommender, Recommender]) -> None:
    plain, learned = taught
    assert isinstance(learned.ranker_, LearnedRanker)
    at = learned.ranker_.names_.index("tags")
    assert learned.ranker_.multipliers_[at] > np.median(learned.ranker_.multipliers_)
    assert not plain.recommend(k=5).equals(learned.recommend(k=5))


def test_taking_the_ranker_away_gives_the_rule_back_without_touching_the_first(
    taught: tuple[Recommender, Recommender],
) -> None:
    from copy import copy

    plain, learned = taught
    before = learned.recommend(k=3)
    same = copy(learned)
    same.ranker_ = None
    ids, candidates = before["id"].tolist(), before["candidate"].tolist()
    pd.testing.assert_frame_equal(same.score_pairs(ids, candidates), plain.score_pairs(ids, candidates))
    pd.testing.assert_frame_equal(learned.recommend(k=3), before)


def test_reasons_add_up_to_what_was_learned(taught: tuple[Recommender, Recommender]) -> None:
    _, learned = taught
    top = learned.recommend(k=1).iloc[0]
    reasons = [one for one in learned.explain(top["id"], top["candidate"]) if one.side == "forward"]
    evidence = sum(one.contribution for one in reasons)
    assert -np.expm1(-evidence) == pytest.approx(top["forward"], abs=1e-3)


def test_a_taught_recommender_is_saved_and_loaded(
    taught: tuple[Recommender, Recommender], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, learned = taught
    path = tmp_path_factory.mktemp("models") / "taught.model"
    learned.save(path)
    pd.testing.assert_frame_equal(Recommender.load(path).recommend(k=3), learned.recommend(k=3))

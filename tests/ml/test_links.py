"""What past investments say: recency, likeness to a portfolio and the turn at which an investor comes in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import Recommender
from ml.links import LinkIndex
from ml.weights import LINK_EVIDENCE, LINK_WEIGHT

CHIPS = "Designs power management chips and wafers for electric scooters"
MILK = "Chills and pasteurizes milk of dairy farms for cheese makers"


def firm(name: str, text: str) -> dict[str, object]:
    return {"id": name, "kind": "startup", "country": "IN", "name": name, "description": text}


def fund(name: str) -> dict[str, object]:
    return {"id": name, "kind": "investor", "country": "US", "name": name}


@pytest.fixture(scope="module")
def organizations() -> pd.DataFrame:
    rows = [firm(f"chip_{i}", f"{CHIPS} number {i}") for i in range(8)]
    rows += [firm(f"milk_{i}", f"{MILK} number {i}") for i in range(8)]
    rows += [fund(name) for name in ("chip_fund", "milk_fund", "old_fund", "never", "late_fund")]
    rows += [{"id": "course", "kind": "skill_program", "country": "US", "name": "Dairy course"}]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def partnerships() -> pd.DataFrame:
    rows = [("chip_fund", f"chip_{i}", f"2014-0{i + 1}-01") for i in range(6)]
    rows += [("milk_fund", f"milk_{i}", f"2014-0{i + 1}-02") for i in range(6)]
    rows += [("old_fund", f"chip_{i}", f"2006-0{i + 1}-01") for i in range(6)]
    rows += [("late_fund", f"{kind}_{i}", f"2014-1{i}-01") for i in range(3) for kind in ("chip", "milk")]
    return pd.DataFrame(rows, columns=["investor_id", "company_id", "date"])


@pytest.fixture(scope="module")
def known(organizations: pd.DataFrame, partnerships: pd.DataFrame) -> Recommender:
    return Recommender().fit(organizations, partnerships)


def part(known: Recommender, company: str, investor: str, name: str) -> float:
    at, other = known.index_.get_indexer(pd.Index([company, investor]))
    found = known.links_.contributions(np.array([at]), np.array([other]), known.features_)
    return float(found[0, LINK_EVIDENCE.index(name)])


def scores(known: Recommender, company: str, investors: list[str]) -> list[float]:
    return known.score_pairs([company] * len(investors), investors)["score"].tolist()


def block(links: LinkIndex, known: Recommender, firms: np.ndarray, investors: np.ndarray) -> np.ndarray:
    ones, others = np.repeat(firms, len(investors)), np.tile(investors, len(firms))
    return links.contributions(ones, others, known.features_).reshape(len(firms), len(investors), -1)


def test_an_investor_is_foreseen_for_firms_like_those_it_funded(known: Recommender) -> None:
    funds = ["chip_fund", "milk_fund"]
    assert np.argmax(scores(known, "chip_7", funds)) == 0
    assert np.argmax(scores(known, "milk_7", funds)) == 1
    assert (
        part(known, "chip_7", "chip_fund", "portfolio") > 0 > part(known, "milk_7", "chip_fund", "portfolio")
    )


def test_recent_activity_says_more_than_activity_long_ago(known: Recommender) -> None:
    assert part(known, "chip_7", "chip_fund", "activity") > 1 + part(known, "chip_7", "old_fund", "activity")


def test_who_never_invested_adds_nothing_and_stays_behind(known: Recommender) -> None:
    assert [part(known, "chip_7", "never", name) for name in LINK_EVIDENCE] == [0, 0, 0]
    assert np.argmax(scores(known, "chip_7", ["never", "old_fund", "chip_fund"])) == 2


def test_an_investor_of_later_rounds_is_foreseen_where_a_round_was_made(known: Recommender) -> None:
    assert part(known, "chip_5", "late_fund", "turn") > part(known, "chip_7", "late_fund", "turn")


def test_parts_add_up_to_no_less_than_nothing(known: Recommender) -> None:
    money = np.flatnonzero(known.features_.kind == 2)
    found = block(known.links_, known, np.arange(16), money)
    assert (found.sum(axis=2) >= -1e-5).all()
    assert (found[:, :, 0] >= 0).all()


def test_a_pair_says_the_same_seen_from_either_end(known: Recommender) -> None:
    money = np.flatnonzero(known.features_.kind == 2)
    ones, others = np.repeat(np.arange(16), len(money)), np.tile(money, 16)
    there, back = (
        known.links_.contributions(*ends, known.features_) for ends in ((ones, others), (others, ones))
    )
    np.testing.assert_array_equal(there, back)


def test_links_say_nothing_of_other_pairs(known: Recommender) -> None:
    course = known.index_.get_loc("course")
    pair = known.links_.contributions(np.array([0]), np.array([course]), known.features_)
    assert not pair.any()


def test_what_is_dated_at_the_cut_or_later_is_never_learned_from(
    organizations: pd.DataFrame, partnerships: pd.DataFrame, known: Recommender
) -> None:
    cut = "2014-04-01"
    seen = LinkIndex().fit(partnerships, known.index_, known.features_, until=cut)
    before = LinkIndex().fit(
        partnerships[partnerships["date"] < cut], known.index_, known.features_, until=cut
    )
    money = np.flatnonzero(known.features_.kind == 2)
    firms = np.arange(16)
    np.testing.assert_array_equal(block(seen, known, firms, money), block(before, known, firms, money))
    assert seen.n_links_ < known.links_.n_links_


def test_a_firms_own_link_does_not_make_its_investor_more_like_it(known: Recommender) -> None:
    """What is foreseen is another link: a firm is no neighbor of its own."""
    alone = pd.DataFrame({"investor_id": ["never"], "company_id": ["chip_0"], "date": ["2014-01-01"]})
    index = LinkIndex().fit(alone, known.index_, known.features_)
    never = known.index_.get_indexer(pd.Index(["never"]))
    own, like = block(index, known, np.array([0, 1]), never)[:, 0, 1]
    assert own < like


@pytest.mark.parametrize("partnerships", [None, pd.DataFrame(columns=["investor_id", "company_id", "date"])])
def test_without_investments_the_order_is_that_of_fit(
    organizations: pd.DataFrame, partnerships: pd.DataFrame | None
) -> None:
    plain = Recommender().fit(organizations, partnerships)
    assert not block(plain.links_, plain, np.arange(16), np.arange(16, 21)).any()
    bare = Recommender().fit(organizations)
    pd.testing.assert_frame_equal(plain.recommend(), bare.recommend())


def test_unknown_ends_and_missing_dates_are_left_out(known: Recommender) -> None:
    strange = pd.DataFrame(
        {
            "investor_id": ["nobody", "chip_fund", "chip_fund", "chip_0"],
            "company_id": ["chip_0", "nobody", "chip_1", "chip_1"],
            "date": ["2014-01-01", "2014-01-01", None, "2014-01-01"],
        }
    )
    assert LinkIndex().fit(strange, known.index_, known.features_).n_links_ == 0


def test_new_organizations_are_foreseen_by_what_they_write(
    organizations: pd.DataFrame, partnerships: pd.DataFrame
) -> None:
    grown = Recommender().fit(organizations, partnerships).update(pd.DataFrame([firm("new", CHIPS)]))
    assert np.argmax(scores(grown, "new", ["chip_fund", "milk_fund"])) == 0


def test_past_investments_add_a_weighed_share_to_both_sides_and_change_no_other_pair(
    organizations: pd.DataFrame, known: Recommender
) -> None:
    plain = Recommender().fit(organizations)
    ids, candidates = ["chip_0", "milk_0"], ["chip_fund", "never"]
    before, after = (-np.log1p(-one.score_pairs(ids, candidates)) for one in (plain, known))
    at = known.index_.get_indexer(pd.Index([*ids, *candidates]))
    said = known.links_.contributions(at[:2], at[2:], known.features_).sum(axis=1)
    assert said[0] > 0
    assert said[1] == 0
    for side in ("forward", "backward"):
        assert (after[side] - before[side]).to_numpy() == pytest.approx(LINK_WEIGHT * said, abs=1e-5)


def test_what_is_remembered_for_a_run_says_the_same(known: Recommender) -> None:
    every = np.arange(len(known.index_))
    ones, others = np.repeat(every, len(every)), np.tile(every, len(every))
    asked = known.links_.contributions(ones, others, known.features_)
    with known.links_.remembering(known.features_):
        looked_up = known.links_.contributions(ones, others, known.features_)
    np.testing.assert_array_equal(looked_up, asked)
    assert not hasattr(known.links_, "_remembered")


def test_lists_lead_to_who_invests_now_and_say_so(known: Recommender) -> None:
    found = known.recommend(ids=["chip_0"], k=1, among=["chip_fund", "never"])
    assert found["candidate"].tolist() == ["chip_fund"]
    kinds = {reason.kind for reason in known.explain("chip_0", "chip_fund")}
    assert "activity" in kinds

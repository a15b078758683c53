"""Which links a cut lets models know, which it tests, and who is asked about whom."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.questions import Asker, first_links
from ml.evaluation.reading import dated_links, past_of, read_links, read_organizations

ORGANIZATIONS = pd.DataFrame(
    [
        {"id": "chai", "kind": "startup", "country": "IN", "stage": "series-c+", "source": "late table"},
        {"id": "dosa", "kind": "startup", "country": "IN"},
        {"id": "bagel", "kind": "startup", "country": "US"},
        {"id": "mill", "kind": "sme", "country": "US"},
        {"id": "ganges", "kind": "investor", "country": "IN", "hq_source": "curated"},
        {"id": "hudson", "kind": "investor", "country": "US", "hq_source": "dataset"},
        {"id": "potomac", "kind": "investor", "country": "US", "hq_source": "curated"},
    ]
)


def links(*rows: tuple[str, str, str], **columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["investor_id", "company_id", "date"])
    return dated_links(frame.assign(**columns))


def asker(given: pd.DataFrame, most_queries: int = 100) -> Asker:
    past = past_of(ORGANIZATIONS, given, np.datetime64("2010-06-15"), 0)
    tested = first_links(past, given, np.datetime64("2011-01-01"))
    curated = ORGANIZATIONS["hq_source"].eq("curated").to_numpy()
    return Asker(past, tested, curated, most_queries)


def test_a_date_spans_what_it_may_mean():
    given = links(
        ("hudson", "chai", "2010"),
        ("hudson", "dosa", "2010-02"),
        ("hudson", "bagel", "2010-03-04"),
        ("potomac", "chai", "2010-05-01"),
        date_precision=["", "", "day", "month"],
    )
    spans = given.set_index(["investor_id", "company_id"])[["first_day", "last_day"]].astype(str)
    assert spans.loc["hudson", "chai"].tolist() == ["2010-01-01", "2010-12-31"]
    assert spans.loc["hudson", "dosa"].tolist() == ["2010-02-01", "2010-02-28"]
    assert spans.loc["hudson", "bagel"].tolist() == ["2010-03-04", "2010-03-04"]
    assert spans.loc["potomac", "chai"].tolist() == ["2010-05-01", "2010-05-31"]


def test_undated_links_and_those_of_one_accelerator_are_left_out():
    given = links(
        ("hudson", "chai", ""),
        ("hudson", "dosa", "soon"),
        ("hudson", "bagel", "2010-01-01"),
        ("potomac", "chai", "2010-01-01"),
        bench=["", "", "yc", "other"],
    )
    assert given["investor_id"].tolist() == ["potomac"]


def test_first_links_are_found_when_not_given_and_taken_when_given():
    rows = [("hudson", "chai", "2010-09-01"), ("hudson", "chai", "2010-03-01")]
    assert links(*rows)["first_pair"].tolist() == [True, False]
    assert links(*rows, first_pair=["true", "false"])["first_pair"].tolist() == [False, True]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="investor_id, date"):
        dated_links(pd.DataFrame({"company_id": ["chai"]}))


def test_links_that_straddle_the_cut_are_neither_known_nor_tested():
    given = links(
        ("hudson", "chai", "2010-06-14"),
        ("hudson", "dosa", "2010-06"),
        ("potomac", "chai", "2010"),
        ("potomac", "dosa", "2010-06-15"),
        ("ganges", "bagel", "2010-12-31"),
        ("ganges", "chai", "2011-01-01"),
    )
    asked = asker(given)
    ids = ORGANIZATIONS["id"].to_numpy()
    assert ids[asked.past.companies].tolist() == ["chai"]
    found = [(ids[row.investor], ids[row.company]) for row in asked.tested.itertuples()]
    assert found == [("potomac", "dosa"), ("ganges", "bagel")]


def test_models_do_not_see_what_was_taken_later():
    past = past_of(ORGANIZATIONS, links(("hudson", "chai", "2009-01-01")), np.datetime64("2010-01-01"), 0)
    assert not {"stage", "source", "hq_source"} & set(past.organizations.columns)
    assert past.partnerships()["company_id"].tolist() == ["chai"]


def test_links_after_the_cut_change_nothing_that_models_see():
    early = [("hudson", "chai", "2009-01-01"), ("ganges", "dosa", "2010-06-01")]
    one = links(*early, ("potomac", "dosa", "2010-08-01"))
    other = links(*early, ("hudson", "bagel", "2010-07-01"), ("ganges", "chai", "2012-01-01"))
    pasts = [past_of(ORGANIZATIONS, given, np.datetime64("2010-06-15"), 0) for given in (one, other)]
    pd.testing.assert_frame_equal(pasts[0].partnerships(), pasts[1].partnerships())
    pd.testing.assert_frame_equal(pasts[0].organizations, pasts[1].organizations)


GIVEN = (
    ("hudson", "chai", "2009-01-01"),
    ("hudson", "dosa", "2010-07-01"),
    ("potomac", "chai", "2010-08-01"),
    ("ganges", "dosa", "2010-09-01"),
)


def test_the_corridor_ranks_everybody_of_the_role_in_the_other_country():
    task = asker(links(*GIVEN)).task("company-investor", "corridor")
    ids = ORGANIZATIONS["id"].to_numpy()
    (block,) = task.blocks
    assert ids[block.queries].tolist() == ["chai", "dosa"]
    assert ids[block.candidates].tolist() == ["hudson", "potomac"]
    assert block.relevant.tolist() == [[False, True], [True, False]]
    assert block.known.tolist() == [[True, False], [False, False]]
    assert task.warm.tolist() == [True, False]
    assert task.relevant_counts().tolist() == [1, 1]
    assert task.relevant_counts(without_curated=True).tolist() == [0, 1]


def test_all_ranks_both_countries_and_kinds_without_a_link_are_no_candidates():
    task = asker(links(*GIVEN)).task("investor-company", "all")
    ids = ORGANIZATIONS["id"].to_numpy()
    (block,) = task.blocks
    assert ids[block.queries].tolist() == ["ganges", "hudson", "potomac"]
    assert ids[block.candidates].tolist() == ["chai", "dosa", "bagel"]
    assert block.relevant.sum() == 3


def test_too_many_queries_are_sampled_by_the_seed():
    first, again = (asker(links(*GIVEN), most_queries=2).task("investor-company", "all") for _ in range(2))
    assert first.n_queries == 2
    assert first.blocks[0].queries.tolist() == again.blocks[0].queries.tolist()


def test_nothing_to_foresee_is_an_empty_task():
    assert asker(links(("hudson", "chai", "2009-01-01"))).task("company-investor", "all").n_queries == 0


def test_files_are_read(tmp_path):
    (tmp_path / "o.jsonl").write_text(
        '{"id": "chai", "kind": "startup", "country": "IN"}\n\n', encoding="utf-8"
    )
    (tmp_path / "l.csv").write_text(
        "investor_id,company_id,date,first_pair\nhudson,chai,2009-01-02,true\n", encoding="utf-8"
    )
    assert read_organizations(tmp_path / "o.jsonl")["id"].tolist() == ["chai"]
    assert read_links(tmp_path / "l.csv")["first_pair"].tolist() == [True]

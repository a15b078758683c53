"""Reasons are true, quotable and add up."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from ml import Reason, Recommender, synthetic
from ml.quoting import chain_link
from ml.reasons import _QUOTE, AGAINST, MOST_PER_SIDE, PRIVATE, REST, TEXT_KEYS
from ml.value_chain import SEGMENTS
from ml.weights import EVIDENCE, weight_table


def keys(reasons: list[Reason], side: str) -> dict[str, dict]:
    return {r.text_key: r.evidence for r in reasons if r.side == side and r.kind != REST}


def test_the_need_line_meets_the_offer_line_that_answers_it_in_other_words(recommender):
    found = keys(recommender.explain("designer", "osat"), "forward")["need_offer.line"]
    assert found["need"] == "Packaging test capacity for 2,000 wafers a month"
    assert found["offer"] == "We run an OSAT test floor with spare hours"


def test_backward_says_why_i_serve_them(recommender):
    found = keys(recommender.explain("designer", "osat"), "backward")["need_offer.line"]
    assert found["need"].startswith("Power management chip design for our burn-in boards")
    assert found["offer"] == "Power management chip design"


def test_a_need_is_met_by_a_sentence_where_no_offer_is_written(corridor):
    told = corridor.assign(
        offers=None, description=corridor["description"].fillna("We run an OSAT test floor.")
    )
    found = keys(Recommender().fit(told).explain("designer", "osat"), "forward")
    assert found["need_offer.profile"]["offer"] == "We run an OSAT test floor."


def test_money_is_explained_by_thesis_stage_ticket_and_place_from_both_chairs(recommender):
    found = recommender.explain("designer", "chip_fund")
    assert {"technology.funds", "stage.funds"} <= keys(found, "forward").keys()
    assert keys(found, "forward")["stage.funds"] == {"stage": "seed", "stages": ["pre_seed", "seed"]}
    assert {"technology.fundable", "stage.fundable"} <= keys(found, "backward").keys()


def test_ticket_and_place_are_quoted_as_given():
    rows = [
        {"id": 1, "kind": "startup", "country": "IN", "stage": "seed", "technologies": ["ai"]},
        {
            "id": 2,
            "kind": "investor",
            "country": "US",
            "cheque_range": "$100K - $2M",
            "invests_in": ["Global"],
            "technologies": ["ai"],
        },
    ]
    found = keys(Recommender().fit(pd.DataFrame(rows)).explain(1, 2), "forward")
    assert found["ticket.funds"]["ticket_min"] == 10_000_000
    assert found["ticket.funds"]["ticket_max"] == 200_000_000
    assert found["ticket.funds"]["currency"] == "USD"
    assert found["place.funds"] == {"country": "IN", "countries": ["IN", "US"]}


def test_rupees_and_dollars_are_compared_in_one_currency():
    firm = {"id": 1, "kind": "startup", "country": "US", "technologies": ["ai"], "stage": "seed"}
    fund = {"kind": "investor", "country": "IN", "technologies": ["ai"], "currency": "INR"}
    near = fund | {"id": 2, "ticket_min": 1_700_000_000, "ticket_max": 8_500_000_000}
    far = fund | {"id": 3, "ticket_min": 10_000_000, "ticket_max": 20_000_000}
    recommender = Recommender().fit(pd.DataFrame([firm, near, far]))
    assert "ticket.funds" in keys(recommender.explain(1, 2), "forward")
    assert "ticket.funds" not in keys(recommender.explain(1, 3), "forward")


@pytest.fixture
def raising() -> list[Reason]:
    """A firm that tells what it raises, and an investor whose tickets and fields agree."""
    common = {"technologies": ["ai"], "tags": ["Robots"], "ticket_min": 5_000_000, "currency": "USD"}
    firm = common | {"id": 1, "kind": "startup", "country": "IN", "raising": True, "ticket_max": 6_000_000}
    fund = common | {"id": 2, "kind": "investor", "country": "US", "ticket_max": 90_000_000}
    return Recommender().fit(pd.DataFrame([firm, fund])).explain(1, 2)


def test_what_a_firm_raises_counts_and_is_told_to_nobody(raising):
    assert not {r.kind for r in raising} & {"ticket", *PRIVATE}
    assert "600000" not in repr([r.evidence for r in raising])
    backward = next(r for r in raising if r.side == "backward" and r.kind == REST)
    assert not PRIVATE & set(backward.evidence["of"])
    assert backward.contribution > 0.1


def test_skills_taught_meet_the_firm_that_runs_on_them(recommender):
    found = recommender.explain("designer", "course")
    assert "technology.teaches" in keys(found, "forward")
    assert "technology.employs" in keys(found, "backward")


def test_shared_tags_are_one_whatever_their_spelling(recommender):
    assert keys(recommender.explain("milk", "dairy"), "forward")["tags.shared"] == {"tags": ["Dairy"]}


def test_nothing_is_claimed_for_two_who_share_nothing(recommender):
    for one, other in (("designer", "dairy"), ("quiet", "silent"), ("milk", "osat")):
        assert {reason.kind for reason in recommender.explain(one, other)} <= {"kind", REST}


def test_the_kind_reason_says_who_and_where(recommender):
    found = keys(recommender.explain("quiet", "osat"), "forward")
    assert found["kind.sme"] == {"kind": "sme", "country": "US", "region_code": "US-AZ", "city": "Chandler"}


def test_a_common_word_in_two_lines_is_no_match(recommender):
    crowd = [{"id": f"t{n}", "kind": "sme", "country": "US", "offers": "test reports"} for n in range(30)]
    pair = [
        {"id": "a", "kind": "sme", "country": "IN", "needs": "Test drivers for buses"},
        {"id": "b", "kind": "sme", "country": "US", "offers": "Test kits for malaria"},
    ]
    fitted = Recommender().fit(pd.DataFrame(crowd + pair))
    assert not [reason for reason in fitted.explain("a", "b") if reason.kind == "need_offer"]


@pytest.fixture(scope="module")
def everybody() -> tuple[Recommender, pd.DataFrame, list[list[Reason]]]:
    fitted = Recommender().fit(synthetic.organizations(400, random_state=5))
    found = fitted.recommend(k=6)
    return fitted, found, fitted.explain_pairs(found["id"].tolist(), found["candidate"].tolist())


def test_reasons_are_known_json_and_few(everybody):
    for reasons in everybody[2]:
        for side in ("forward", "backward"):
            mine = [reason for reason in reasons if reason.side == side and reason.kind != REST]
            assert 1 <= len(mine) <= MOST_PER_SIDE
            weights = [reason.weight for reason in mine if reason.kind != "kind"]
            assert weights == sorted(weights, reverse=True)
        for reason in reasons:
            assert reason.text_key in (*TEXT_KEYS, REST)
            assert json.loads(json.dumps(reason.evidence)) == reason.evidence


def test_weights_of_a_side_add_up_to_it_and_contributions_to_its_evidence(everybody):
    _, found, explained = everybody
    for forward, backward, reasons in zip(found["forward"], found["backward"], explained, strict=True):
        for name, side in (("forward", forward), ("backward", backward)):
            mine = [reason for reason in reasons if reason.side == name]
            assert sum(r.weight for r in mine) == pytest.approx(side, abs=1e-5)
            assert -math.expm1(-sum(r.contribution for r in mine)) == pytest.approx(side, abs=1e-5)


def test_the_rest_comes_last_and_names_what_no_reason_tells(everybody):
    for reasons in everybody[2]:
        for side in ("forward", "backward"):
            mine = [reason for reason in reasons if reason.side == side]
            assert REST not in {reason.kind for reason in mine[:-1]}
            if mine[-1].kind == REST:
                assert set(mine[-1].evidence["of"]) <= set(EVIDENCE) - PRIVATE - {r.kind for r in mine[:-1]}


def test_every_quoted_line_technology_and_tag_stands_in_the_profiles(everybody):
    _, found, explained = everybody
    rows = synthetic.organizations(400, random_state=5).set_index("id")
    for one, other, reasons in zip(found["id"], found["candidate"], explained, strict=True):
        for reason in reasons:
            served, serving = (one, other) if reason.side == "forward" else (other, one)
            if reason.text_key == "need_offer.line":
                assert reason.evidence["need"] in rows["needs"][served]
                assert reason.evidence["offer"] in rows["offers"][serving]
            if reason.kind == "technology":
                assert set(reason.evidence["technologies"]) <= set(rows["technologies"][served]) & set(
                    rows["technologies"][serving]
                )
            if reason.kind == "tags":
                assert set(reason.evidence["tags"]) <= set(rows["tags"][serving])


def test_one_by_one_and_batched_explanations_are_the_same(everybody):
    fitted, found, explained = everybody
    for row in (0, 17, 400):
        assert fitted.explain(found["id"][row], found["candidate"][row]) == explained[row]


def test_every_kind_of_evidence_can_be_told_or_is_named_as_not_to_be_told():
    assert set(EVIDENCE) == _QUOTE.keys() | PRIVATE | AGAINST
    assert not _QUOTE.keys() & (PRIVATE | AGAINST)


def test_what_only_speaks_against_a_pair_never_adds_to_a_side():
    weights = weight_table()
    for name in AGAINST:
        assert (weights[..., EVIDENCE.index(name)] <= 0).all()
    assert (weights[..., [name not in AGAINST for name in EVIDENCE]] >= 0).all()


WAFERS = {"id": "wafers", "kind": "sme", "country": "US", "offers": "Bare silicon wafers"}
FAB = {"id": "fab", "kind": "sme", "country": "IN", "description": "A semiconductor fab: chip manufacturing."}


def explained(one: dict, other: dict) -> list[Reason]:
    world = [one, other, *synthetic.organizations(200).to_dict("records")]
    return Recommender().fit(pd.DataFrame(world)).explain(one["id"], other["id"])


def test_the_chip_chain_says_who_supplies_whom_with_what():
    found = explained(FAB, WAFERS)
    goes_in = {"input": "wafers", "product": "wafer fabrication"}
    assert keys(found, "forward")["chain.supplies"] == goes_in
    assert keys(found, "backward")["chain.buys"] == goes_in


def test_fields_of_work_that_both_profiles_are_about_are_named():
    one = {"id": 1, "kind": "startup", "country": "IN", "description": "Solar panels on rooftops of schools."}
    other = {"id": 2, "kind": "investor", "country": "US", "thesis": "Photovoltaic plants, solar energy."}
    found = explained(one, other)
    assert keys(found, "forward")["field.funds"]["fields"][0] == "solar"
    assert keys(found, "backward")["field.fundable"]["fields"][0] == "solar"


def test_a_program_is_explained_by_the_field_of_work_that_runs_on_what_it_teaches():
    firm = {
        "id": 1,
        "kind": "startup",
        "country": "IN",
        "description": "Semiconductor integrated circuit maker.",
    }
    course = {
        "id": 2,
        "kind": "skill_program",
        "country": "US",
        "name": "VLSI and analog electronic circuits",
    }
    found = explained(firm, course)
    told = keys(found, "forward")["training.teaches"]
    assert told == keys(found, "backward")["training.employs"]
    assert told["taught"] == "circuits"
    assert told["work"] in {"chips", "circuits"}


def test_nothing_links_two_who_have_nothing_to_do_with_chips():
    nothing = np.zeros(len(SEGMENTS), dtype=np.int8)
    wafers = nothing.copy()
    wafers[SEGMENTS.index("wafers")] = 127
    assert chain_link(wafers, nothing) is None
    assert chain_link(wafers, wafers) is None

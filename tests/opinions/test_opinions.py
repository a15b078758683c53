"""Opinions on a case: a scale, no anchoring, and how far colleagues agree."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.db import db
from app.desk.models import Case
from app.opinions import rubric
from app.opinions.models import Opinion


def test_alpha_is_that_of_krippendorffs_own_example_with_interval_scores() -> None:
    # Four observers, twelve units; a unit scored once says nothing (2011, section D gives 0.849).
    units = [[1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4]]
    units += [[1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3]]
    assert rubric.alpha(units) == pytest.approx(0.849, abs=0.001)


@pytest.mark.parametrize(
    ("opinions", "share"),
    [
        ([], None),
        ([{"a": 1}], None),
        ([{"a": 1}, {"a": 2}], 1.0),
        ([{"a": 1, "b": 2}, {"a": 4, "b": 2}], 0.5),
    ],
)
def test_agreement_counts_pairs_of_scores_within_one_step(opinions, share) -> None:
    assert rubric.within_one_step(opinions) == share


def test_a_program_is_scored_by_its_own_criteria_and_others_by_four_of_ours(app) -> None:
    with app.test_request_context():
        assert rubric.criteria_of(["Real", "Real", "Now"]) == ["Real", "Now"]
        assert len(rubric.criteria_of([])) == 4
    assert rubric.medians([{"a": 1}, {"a": 2}, {"a": 4, "b": 3}]) == {"a": 2.0, "b": 3.0}


def test_what_colleagues_think_shows_only_beside_ones_own(app, world) -> None:
    one, other = (world.user(Role.PROGRAM_MANAGER, name=name) for name in ("Asha One", "Ben Other"))
    program = world.program(one, other, criteria=["The need is real"])
    case = world.case(world.match(program_id=program.id))
    address = f"/review/{case.id}"
    said = {"opinion-score_0": "4", "opinion-recommends": "yes", "opinion-note": "A splendid pair"}
    first = world.sign_in(other)
    assert first.post(f"{address}/opinion", data={**said, "opinion-score_0": "5"}).status_code == 422
    assert [first.post(f"{address}/opinion", data=said).status_code for _ in range(2)] == [303, 303]
    second = world.sign_in(one)
    for page in (address, f"{address}/opinion"):
        assert "splendid" not in second.get(page).get_data(as_text=True)
    second.post(f"{address}/opinion", data={**said, "opinion-score_0": "3", "opinion-note": ""})
    card = second.get(address).get_data(as_text=True)
    assert "splendid" in card
    assert "median 3.5 of 4" in card
    with app.app_context():
        assert db.session.scalar(sa.select(Case.opinions).where(Case.id == case.id)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Opinion)) == 2

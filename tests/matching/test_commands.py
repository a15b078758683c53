"""`flask matches propose`."""

from __future__ import annotations

import re

import pytest

from app.db import db
from app.jobs import services as leases
from app.matching import proposing
from tests.matching.runs import loads, market, matches


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["matches", "propose", *arguments])


def figure(output: str, name: str) -> int:
    """The number beside a line of the summary."""
    found = re.search(rf"{name}\W+([\d,]+)", output)
    assert found, output
    return int(found.group(1).replace(",", ""))


def test_an_empty_database_gives_an_empty_summary(app) -> None:
    result = run(app)
    assert result.exit_code == 0, result.output
    assert figure(result.output, "organizations that take part") == 0
    assert figure(result.output, "new proposals") == 0


def test_one_organization_is_without_a_partner(app, world) -> None:
    world.organization()
    result = run(app)
    assert result.exit_code == 0, result.output
    assert figure(result.output, "without a feasible partner") == 1


def test_one_organization_without_anybody_can_be_asked_for(app, world) -> None:
    alone = world.organization()
    result = run(app, "--organization", str(alone.id))
    assert result.exit_code == 0, result.output
    assert figure(result.output, "without a feasible partner") == 1


def test_the_summary_says_what_was_done(app, world) -> None:
    market(world, 4)
    first = run(app)
    assert first.exit_code == 0, first.output
    assert figure(first.output, "organizations that take part") == 8
    assert figure(first.output, "with proposals") == 8
    assert figure(first.output, "new proposals") == len(matches(app))
    again = run(app)
    assert figure(again.output, "new proposals") == 0
    assert figure(again.output, "refreshed") == len(matches(app))


def test_only_the_organizations_asked_for_are_looked_at(app, world) -> None:
    india, _ = market(world, 4)
    result = run(app, "--organization", str(india[0]), "--organization", str(india[1]))
    assert result.exit_code == 0, result.output
    assert figure(result.output, "organizations that take part") == 2
    assert set(loads(app)) & set(india) == set(india[:2])


@pytest.mark.parametrize("state", [None, "draft", "paused"])
def test_an_organization_that_takes_no_part_is_named(app, world, state) -> None:
    market(world, 2)
    number = 99 if state is None else world.organization(state=state).id
    result = run(app, "--organization", str(number))
    assert result.exit_code == 1
    assert f"not part of matching: {number}." in result.output
    assert matches(app) == []


def test_a_second_process_is_told_to_wait(app, world) -> None:
    market(world, 2)
    with app.app_context():
        leases.hold(proposing.LEASE, 60)
        db.session.commit()
    result = run(app)
    assert result.exit_code == 1
    assert "being computed already" in result.output
    assert matches(app) == []


def test_a_run_that_lost_its_lease_writes_nothing_and_says_so(app, world, monkeypatch) -> None:
    market(world, 2)
    monkeypatch.setattr(leases, "renew", lambda *_: False)
    result = run(app)
    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    assert matches(app) == []


def test_a_failed_run_lets_the_next_one_in(app, world, monkeypatch) -> None:
    market(world, 2)
    with monkeypatch.context() as patch:
        patch.setattr(proposing, "write_plan", lambda _plan: 1 / 0)
        assert run(app).exit_code == 1
    assert run(app).exit_code == 0
    assert matches(app)

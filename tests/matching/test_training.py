"""The life of a model: trained, judged, put into force, put back, and found damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.jobs import services as leases
from app.jobs.engine import jobs
from app.matching import evaluating, gate, scoring, signals, training
from app.matching.models import Match, ModelState, RankingModel, Said
from tests.matching.runs import market, matches, propose, refresh
from tests.matching.said import rows, season


@pytest.fixture
def accepting(monkeypatch) -> None:
    """A gate that lets everything in, so that the shelf can be looked at."""
    monkeypatch.setattr(gate, "judge", lambda *_: gate.Verdict(True, "Better.", {"auc": 1.0}))


def folder(app) -> Path:
    return Path(app.config["SETTINGS"].model_dir)


def files(app) -> list[Path]:
    return sorted(folder(app).glob("*"))


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["matches", *arguments])


def in_force(app) -> list[str]:
    return [one.version for one in rows(app, RankingModel) if one.is_in_force]


def test_the_newest_decisions_are_held_out(app, world) -> None:
    season(world)
    with app.app_context():
        learned, held_out = training.split(signals.statements())
    assert max(one.at for one in learned) < min(one.at for one in held_out)
    assert (len(learned), len(held_out)) == (42, 18)


def test_with_few_decisions_nothing_is_trained_and_it_says_so(app, world) -> None:
    season(world, decisions=20)
    result = run(app, "train")
    assert result.exit_code == 1
    assert "Too few decisions: 20 so far" in result.output
    assert rows(app, RankingModel) == []


def test_training_writes_down_what_the_gate_said(app, world) -> None:
    season(world)
    result = run(app, "train")
    assert result.exit_code == 0, result.output
    (row,) = rows(app, RankingModel)
    assert row.why in result.output
    assert row.metrics["held_out"] == 18
    assert row.state in (ModelState.IN_FORCE, ModelState.REFUSED)
    with app.app_context():
        actions = list(db.session.scalars(sa.select(AuditEvent.action)))
    assert f"model.{row.state.value}" in actions


def test_a_model_that_gives_no_numbers_is_refused_and_leaves_no_file(app, world, monkeypatch) -> None:
    season(world)
    real = evaluating.foretold
    asked = []

    def broken(model, said):
        asked.append(model)
        return real(model, said) if len(asked) == 1 else np.full(len(said), np.nan)

    monkeypatch.setattr(evaluating, "foretold", broken)
    before = files(app)
    assert run(app, "train").exit_code == 0
    (row,) = rows(app, RankingModel)
    assert row.state is ModelState.REFUSED
    assert "not numbers" in row.why
    assert files(app) == before


def test_an_accepted_model_ranks_from_then_on(app, world, accepting) -> None:
    season(world)
    assert run(app, "train").exit_code == 0
    (row,) = rows(app, RankingModel)
    assert row.bytes == (folder(app) / row.file).stat().st_size
    propose_by_command(app)
    fresh = [match for match in matches(app) if match.model_version == row.version]
    assert fresh
    assert all(match.chance_for_india == match.fit_for_india for match in fresh)


def propose_by_command(app) -> None:
    result = run(app, "propose")
    assert result.exit_code == 0, result.output


def test_without_a_trained_model_no_chance_is_claimed(app, world) -> None:
    market(world, 3)
    propose(app)
    assert {match.chance_for_us for match in matches(app)} == {None}


def test_a_second_model_retires_the_first_which_can_be_put_back(app, world, accepting) -> None:
    season(world)
    for _ in range(2):
        assert run(app, "train").exit_code == 0
    first, second = rows(app, RankingModel)
    assert in_force(app) == [second.version]
    assert first.state is ModelState.RETIRED
    assert (folder(app) / first.file).exists()
    result = run(app, "model", "--use", first.version)
    assert result.exit_code == 0, result.output
    assert in_force(app) == [first.version]
    run(app, "model", "--use", "rule")
    assert in_force(app) == []


def test_an_unknown_model_cannot_be_used(app) -> None:
    result = run(app, "model", "--use", "nobody")
    assert result.exit_code == 1
    assert "no model nobody" in result.output


@pytest.mark.parametrize("damage", ["missing", "cut short", "another's"])
def test_a_damaged_file_lets_the_rule_rank(app, world, accepting, damage, monkeypatch) -> None:
    season(world)
    run(app, "train")
    (row,) = rows(app, RankingModel)
    path = folder(app) / row.file
    if damage == "missing":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        with app.app_context():
            db.session.get_one(RankingModel, row.id).sha256 = "0" * 64
            db.session.commit()
    monkeypatch.setattr(scoring, "model", scoring.Model())
    propose_by_command(app)
    fresh = [match for match in matches(app) if match.model_version not in ("test-1",)]
    assert fresh
    assert row.version not in {match.model_version for match in fresh}
    assert run(app, "model", "--use", row.version).exit_code == 1


def test_another_process_takes_over_a_new_model_without_a_restart(app, world, accepting) -> None:
    season(world)
    refresh(app)
    run(app, "train")
    propose_by_command(app)
    (row,) = rows(app, RankingModel)
    assert row.version in {match.model_version for match in matches(app)}


def train_by_worker(later: int = 0) -> None:
    jobs.run("matching.ask_for_training")
    clock.shift(later)
    jobs.run("matching.train")
    clock.shift(0)


def test_only_one_process_trains_at_a_time(app, world) -> None:
    season(world)
    with app.app_context():
        token = leases.hold(training.LEASE, 600)
        db.session.commit()
    result = run(app, "train")
    assert result.exit_code == 1
    assert "being trained already" in result.output
    with app.app_context():
        train_by_worker()
    assert rows(app, RankingModel) == []
    with app.app_context():
        leases.release(training.LEASE, token)
        db.session.commit()
        train_by_worker(later=60)
    assert len(rows(app, RankingModel)) == 1


def test_a_training_that_lost_its_lease_writes_nothing(app, world, monkeypatch) -> None:
    season(world)
    monkeypatch.setattr(leases, "renew", lambda *_: False)
    assert run(app, "train").exit_code == 1
    with app.app_context():
        train_by_worker()
    assert rows(app, RankingModel) == []


def test_the_worker_trains_once_a_week_and_only_when_something_was_said(app, world) -> None:
    match_ids = season(world)
    with app.app_context():
        train_by_worker()
        train_by_worker()
    assert len(rows(app, RankingModel)) == 1
    clock.shift(8 * 86400)
    with app.app_context():
        assert not training.is_due()
        signals.record(db.session.get_one(Match, match_ids[0]), Said.HOLD, 0.2)
        db.session.commit()
        assert training.is_due()


def test_the_shelf_is_listed(app, world, accepting) -> None:
    assert "No model was trained yet" in run(app, "model").output
    season(world)
    run(app, "train")
    assert "in force" in run(app, "model").output

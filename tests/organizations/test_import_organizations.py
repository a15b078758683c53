"""`flask organizations import`: what ends up in the database, and what the terminal says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.models import AuditEvent
from app.db import db
from app.organizations import imports
from app.organizations.models import Membership, Organization, OrganizationTechnology, ProfileState
from app.taxonomy import Country, Kind, Stage

STARTUP = {
    "id": "c1",
    "kind": "startup",
    "name": "Kaveri Sensors",
    "country": "IN",
    "region": "Karnataka",
    "stage": "series-a",
    "tags": ["VLSI", "drone"],
    "source": "table",
}
INVESTOR = {
    "id": "i1",
    "kind": "investor",
    "name": "Bay Fund",
    "country": "US",
    "stage": "Pre-seed, Seed",
    "cheque_range": "$1M - $5M",
    "description": "Semiconductors and chips.",
}


@pytest.fixture
def load(app, tmp_path: Path):
    """Write rows (or raw lines) to a file and import it."""

    def run(*rows, options=(), name="rows.jsonl"):
        path = tmp_path / name
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogatepass")
        return app.test_cli_runner().invoke(args=["organizations", "import", str(path), *options])

    return run


def figures(outcome) -> list[int]:
    """Read, new, changed, unchanged, refused."""
    (line,) = (line for line in outcome.stdout.splitlines() if line.startswith("│"))
    return [int(cell.replace(",", "")) for cell in line.strip("│").split("│")]


def snapshot(app):
    with app.app_context():
        tables = (Organization.__table__, OrganizationTechnology.__table__)
        return [db.session.execute(sa.select(t).order_by(*t.primary_key)).all() for t in tables]


def test_imported_organizations_are_listed_have_no_people_and_keep_their_source(app, load) -> None:
    outcome = load(STARTUP, INVESTOR)
    assert (outcome.exit_code, figures(outcome)) == (0, [2, 2, 0, 0, 0])
    with app.app_context():
        startup, investor = db.session.scalars(sa.select(Organization).order_by(Organization.external_id))
        assert startup.state is ProfileState.LISTED
        assert (startup.kind, startup.country, startup.region_code) == (Kind.STARTUP, Country.INDIA, "IN-KA")
        assert (startup.stage, startup.source) == (Stage.SERIES_A, "table")
        assert list(startup.technologies) == ["drones", "semiconductors"]
        assert (investor.ticket_min, investor.ticket_max, investor.ticket_currency) == (
            10**8,
            5 * 10**8,
            "USD",
        )
        assert (investor.stages, investor.thesis) == (["pre_seed", "seed"], "Semiconductors and chips.")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 0


def test_a_second_run_changes_nothing(app, load) -> None:
    load(STARTUP, INVESTOR)
    before = snapshot(app)
    clock.shift(3600)
    assert figures(load(STARTUP, INVESTOR)) == [2, 0, 0, 2, 0]
    assert snapshot(app) == before


def test_only_what_differs_is_changed_and_marked_as_changed(app, load) -> None:
    load(STARTUP, INVESTOR)
    (kaveri, bay), _ = snapshot(app)
    clock.shift(3600)
    assert figures(load({**STARTUP, "name": "Kaveri", "tags": ["drone", "solar"]}, INVESTOR)) == [
        2,
        0,
        1,
        1,
        0,
    ]
    (changed, same), technologies = snapshot(app)
    assert (same, changed.id, changed.created_at) == (bay, kaveri.id, kaveri.created_at)
    assert changed.name == "Kaveri"
    assert changed.profile_changed_at > kaveri.profile_changed_at
    assert changed.version == kaveri.version + 1
    assert {row.technology for row in technologies if row.organization_id == changed.id} == {
        "clean_energy",
        "drones",
    }


def test_a_row_is_the_whole_profile_so_what_it_leaves_out_becomes_empty(app, load) -> None:
    load({**STARTUP, "city": "Mysuru", "is_raising": True})
    load(STARTUP)
    (row,), _ = snapshot(app)
    assert row.city is None
    assert row.is_raising is True, "exports are silent on raising money, so its absence says nothing"


def test_a_paused_organization_stays_paused(app, load) -> None:
    load(STARTUP)
    with app.app_context():
        db.session.scalars(sa.select(Organization)).one().state = ProfileState.PAUSED
        db.session.commit()
    assert figures(load({**STARTUP, "name": "Kaveri"})) == [1, 0, 1, 0, 0]
    (row,), _ = snapshot(app)
    assert row.state is ProfileState.PAUSED


def test_refused_rows_do_not_stop_the_others_and_are_told_with_line_and_column(load, tmp_path) -> None:
    outcome = load(
        STARTUP,
        {**STARTUP, "id": "c2", "country": "FR", "founded_year": 10},
        "{broken",
        {**STARTUP, "id": "c3", "name": "a\ud800"},
        "=SUM(A1)",
        {**STARTUP, "id": "c4"},
        options=("--errors", str(tmp_path / "errors.csv")),
    )
    assert (outcome.exit_code, figures(outcome)) == (0, [6, 2, 0, 0, 4])
    assert "Refused line 2, country: must be IN or US" in outcome.stderr
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "field", "reason", "row"]
    assert [row[:2] for row in rows[1:]] == [
        ["2", "country"],
        ["2", "founded_year"],
        ["3", ""],
        ["4", "name"],
        ["5", ""],
    ]
    assert rows[-1][3] == "'=SUM(A1)"


def test_only_the_first_refusals_are_shown(load) -> None:
    outcome = load(STARTUP, *(["{broken"] * 9))
    assert outcome.stderr.count("Refused line") == 5
    assert "--errors FILE lists them all" in outcome.stderr


def test_an_id_twice_in_a_file_is_refused_with_the_first_line(load) -> None:
    outcome = load(STARTUP, {**STARTUP, "name": "Other"})
    assert figures(outcome) == [2, 1, 0, 0, 1]
    assert "line 2, id: stands on line 1 already" in outcome.stderr


def test_exit_code_is_two_when_every_row_is_refused(load) -> None:
    assert load("{broken").exit_code == 2


@pytest.mark.parametrize("content", [None, b"\xff\xfei\0d\0", b"\x89PNG\r\n\x1a\n\0\0\xff\n"])
def test_a_file_that_cannot_be_read_gives_one_line_and_exit_code_one(app, tmp_path, content) -> None:
    path = tmp_path / "rows.csv"
    if content:
        path.write_bytes(content)
    outcome = app.test_cli_runner().invoke(args=["organizations", "import", str(path)])
    assert outcome.exit_code == 1
    assert len(outcome.stderr.splitlines()) == 1
    assert outcome.stderr.startswith("Error: ")


def test_a_folder_is_not_a_file(app, tmp_path) -> None:
    outcome = app.test_cli_runner().invoke(args=["organizations", "import", str(tmp_path)])
    assert (outcome.exit_code, "cannot be read" in outcome.stderr) == (1, True)


def test_an_errors_file_that_cannot_be_written_is_told_before_anything_is_loaded(app, load, tmp_path) -> None:
    outcome = load(STARTUP, options=("--errors", str(tmp_path / "no" / "errors.csv")))
    assert outcome.exit_code == 1
    assert snapshot(app) == [[], []]


def test_a_dry_run_reports_the_same_and_writes_nothing(app, load) -> None:
    load(STARTUP)
    before = snapshot(app)
    rows = ({**STARTUP, "name": "Kaveri"}, INVESTOR, "{broken")
    dry = load(*rows, options=("--dry-run",))
    assert "nothing was written" in dry.stdout
    assert snapshot(app) == before
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 1
    assert figures(dry) == figures(load(*rows)) == [3, 1, 1, 0, 1]


def test_each_run_leaves_one_audit_event_with_its_counts(app, load) -> None:
    load(STARTUP, INVESTOR, "{broken")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent)).one()
        assert (event.action, event.subject_type, event.subject_id) == (
            "organizations.imported",
            "file",
            "rows.jsonl",
        )
        assert event.detail == {
            "read": 3,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "refused": 1,
            "complete": True,
        }


def test_a_run_that_dies_halfway_is_completed_by_the_next_without_doubles(app, load, monkeypatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    rows = [{**STARTUP, "id": f"c{number}"} for number in range(8)]
    real, calls = imports._insert, []

    def dies_at_second(profiles, now):
        real(profiles, now)
        calls.append(profiles)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(imports, "_insert", dies_at_second)
    assert load(*rows).exit_code == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 3
        assert db.session.scalars(sa.select(AuditEvent)).one().detail["complete"] is False
    monkeypatch.setattr(imports, "_insert", real)
    assert figures(load(*rows)) == [8, 5, 0, 3, 0]


def test_a_file_does_not_overwrite_what_an_organizations_own_people_keep(app, world, load) -> None:
    world.organization(owner=world.user(), external_id="c1", name="Our own words")
    outcome = load(STARTUP)
    assert (outcome.exit_code, figures(outcome)) == (2, [1, 0, 0, 0, 1])
    assert "kept up to date by its own people" in outcome.stderr
    (row,), _ = snapshot(app)
    assert row.name == "Our own words"


def test_the_country_of_an_organization_cannot_change(app, load) -> None:
    load(STARTUP)
    outcome = load({**STARTUP, "country": "US"})
    assert "country: cannot change" in outcome.stderr


def test_source_is_for_rows_that_name_none(app, load) -> None:
    load(STARTUP, {**INVESTOR}, options=("--source", "partner list"))
    (startup, investor), _ = snapshot(app)
    assert (startup.source, investor.source) == ("table", "partner list")


def test_csv_files_load_as_well(app, load) -> None:
    outcome = load(
        "ID;Name;Kind;Country;Tags",
        'c1;"Kaveri; Sensors";Startup;India;VLSI|drone',
        name="rows.csv",
    )
    assert figures(outcome) == [1, 1, 0, 0, 0]
    (row,), technologies = snapshot(app)
    assert (row.name, row.tags) == ("Kaveri; Sensors", ["VLSI", "drone"])
    assert [each.technology for each in technologies] == ["drones", "semiconductors"]


def test_columns_nobody_knows_are_named_and_left_out(load) -> None:
    outcome = load({**STARTUP, "state": "draft", "version": 9, "role": "administrator"})
    assert "left out: 'role', 'state', 'version'" in outcome.stdout
    assert figures(outcome) == [1, 1, 0, 0, 0]


def test_no_progress_bar_is_drawn_when_nobody_watches(load) -> None:
    assert load(STARTUP).stderr == ""


def test_very_long_rows_come_in_smaller_batches(app, load, monkeypatch) -> None:
    monkeypatch.setattr(imports, "MOST_CHARACTERS", 50_000)
    rows = [{**STARTUP, "id": f"c{number}", "description": "d" * 19_000} for number in range(7)]
    sizes = []
    real = imports._insert
    monkeypatch.setattr(
        imports, "_insert", lambda profiles, now: (sizes.append(len(profiles)), real(profiles, now))
    )
    assert figures(load(*rows)) == [7, 7, 0, 0, 0]
    assert sizes == [3, 3, 1]

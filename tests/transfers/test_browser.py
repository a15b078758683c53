"""Sending a file through the browser: columns, trial, import, refused rows to put right, and whose it is."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.db import db
from app.jobs.engine import jobs
from app.organizations import sheets
from app.organizations.models import Organization
from app.transfers import columns, views
from app.transfers.models import ImportChunk, ImportRun, RunState

TABLE = [
    ["Ref", "Company Name", "Type", "Nation", "Web site", "Employes", "Nobody knows"],
    ["1", "Alpha नमस्ते", "startup", "India", "alpha.example", "12", "x"],
    ["2", "=Beta", "investor", "US", "", "", ""],
    ["3", "Gamma", "sme", "Atlantis", "", "many", ""],
]
GUESSED = ["id", "name", "kind", "country", "website", "team_size", ""]


def as_file(form: str, table=TABLE) -> bytes:
    if form == "xlsx":
        with sheets.written(table[0], table[1:]) as file:
            return file.read()
    if form == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(table)
        return text.getvalue().encode()
    return b"".join(json.dumps(dict(zip(table[0], row, strict=True))).encode() + b"\n" for row in table[1:])


@pytest.fixture
def manager(world):
    return world.user(Role.PROGRAM_MANAGER)


@pytest.fixture
def browser(world, manager):
    return world.sign_in(manager)


def send(browser, content: bytes, name: str):
    return browser.post("/imports", data={"file": (io.BytesIO(content), name)})


def sent(browser, content: bytes, name: str) -> str:
    """Send a file that is taken; gives the address of its page."""
    answer = send(browser, content, name)
    assert answer.status_code == 303, answer.text
    return answer.location


def choose(browser, page: str, names=GUESSED, **fixed: str):
    chosen = {f"column-{number}": name for number, name in enumerate(names)}
    return browser.post(f"{page}/columns", data={**chosen, **fixed})


def run_jobs(app) -> None:
    with app.app_context():
        jobs.run("transfers.work")


def the_run(app) -> ImportRun:
    with app.app_context():
        return db.session.scalars(sa.select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_a_file_is_tried_then_imported_and_what_was_refused_is_put_right(app, browser, form) -> None:
    page = sent(browser, as_file(form), f"table.{form}")
    run = the_run(app)
    names = [name.lower() for name in run.header]
    shown = browser.get(page).text
    assert "Alpha नमस्ते" in shown
    assert [run.mapping[name] for name in run.header] == GUESSED, names

    assert choose(browser, page).status_code == 303
    run_jobs(app)
    run = the_run(app)
    assert (run.state, run.read_rows, run.new_rows, run.refused_rows) == (RunState.CHECKED, 3, 2, 1)
    assert "nothing is written yet" in browser.get(page).text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 0

    assert browser.post(f"{page}/start").status_code == 303
    run_jobs(app)
    run = the_run(app)
    assert (run.state, run.new_rows, run.refused_rows) == (RunState.DONE, 2, 1)
    with app.app_context():
        found = dict(db.session.execute(sa.select(Organization.name, Organization.team_size)).all())
        assert found == {"Alpha नमस्ते": 12, "=Beta": None}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportChunk)) == 0

    refused = browser.get(f"{page}/refused.csv").text
    (row,) = csv.DictReader(io.StringIO(refused.removeprefix("\ufeff"), newline=""))
    assert row["reason"].startswith(f"{run.header[3]} must be IN or US; {run.header[5]} must be a whole")
    mended = refused.replace("Atlantis", "IN").replace("many", "40")
    again = sent(browser, mended.encode(), "mended.csv")
    choose(browser, again, [*GUESSED, "", "", "", ""])
    run_jobs(app)
    assert (the_run(app).new_rows, the_run(app).refused_rows) == (1, 0)


def test_a_choice_of_columns_that_cannot_be_is_said_and_keeps_nothing(app, browser) -> None:
    page = sent(browser, as_file("csv"), "table.csv")
    answer = choose(browser, page, ["name", "name", "", "country", "", "", "sudo"])
    assert answer.status_code == 422
    assert "Two columns of the file are chosen for “Name”" in answer.text
    assert "No column is chosen for “Kind”" in answer.text
    assert the_run(app).state is RunState.UPLOADED
    table = [["id", "name"], ["1", "Alpha"]]
    other = sent(browser, as_file("csv", table), "short.csv")
    answer = choose(browser, other, ["id", "name"], **{"fixed-kind": "sme", "fixed-country": "IN"})
    assert answer.status_code == 303
    run_jobs(app)
    assert the_run(app).new_rows == 1


def test_a_canceled_run_writes_nothing_more(app, browser) -> None:
    page = sent(browser, as_file("csv"), "table.csv")
    choose(browser, page)
    assert browser.post(f"{page}/cancel").status_code == 303
    run_jobs(app)
    assert (the_run(app).state, the_run(app).read_rows) == (RunState.CANCELED, 0)
    assert browser.post(f"{page}/start").status_code == 409
    assert browser.post(f"{page}/cancel").status_code == 409


def test_a_run_belongs_to_whoever_sent_the_file(world, browser) -> None:
    page = sent(browser, as_file("csv"), "table.csv")
    other = world.sign_in(world.user(Role.PROGRAM_MANAGER))
    for address in (page, f"{page}/refused.csv"):
        assert other.get(address).status_code == 404
    for address in (f"{page}/columns", f"{page}/start", f"{page}/cancel"):
        assert other.post(address).status_code == 404
    assert world.sign_in(world.user(Role.ADMINISTRATOR)).get(page).status_code == 200


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    return target.getvalue()


def far_cell() -> bytes:
    with sheets.written(["id"], [["1"]]) as file, zipfile.ZipFile(file) as old:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in old.namelist():
                text = old.read(name).replace(b'r="A2"', b'r="XFD1048576"')
                archive.writestr(name, text)
    return target.getvalue()


BAD_FILES = [
    ("a.csv", b"", "No rows can be read"),
    ("a.csv", b"id,name\n", "No rows can be read"),
    ("a.csv", "id,näme\n1,b\n".encode("utf-16"), "UTF-16"),
    ("a.csv", b"id,n\xe4me\n1,b\n", "UTF-8"),
    ("a.csv", b'"id,name\n1,b\n', "CSV header"),
    ("a.csv", b"id,\0name\n1,b\n", "UTF-8"),
    ("a.pdf", b"%PDF", "Send a CSV, XLSX or JSON Lines file."),
    ("a.xls", b"\xd0\xcf\x11\xe0", "Save the workbook as XLSX or CSV"),
    ("a.xlsx", b"PK\x03\x04 broken", "no XLSX workbook"),
    ("a.xlsx", b"id,name", "no XLSX workbook"),
    ("a.csv", bomb(), "too large once unpacked"),
    ("a.xlsx", far_cell(), "too wide or too long"),
    ("a.jsonl", b"[1, 2]\n", "No rows can be read"),
]


@pytest.mark.parametrize(("name", "content", "said"), BAD_FILES, ids=range(len(BAD_FILES)))
def test_a_file_that_cannot_be_taken_is_answered_beside_its_field(app, browser, name, content, said) -> None:
    answer = send(browser, content, name)
    assert answer.status_code == 422
    assert said in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportRun)) == 0


def test_a_file_over_the_limit_is_told_the_limit(browser, monkeypatch) -> None:
    monkeypatch.setattr(views, "MOST_BYTES", 100_000)
    answer = send(browser, b"x" * 200_000, "a.csv")
    assert answer.status_code == 413
    assert "larger than 64 MB" in answer.text


def test_what_is_exported_is_imported_again_without_a_change(app, world, browser) -> None:
    world.organization(name="=1+1 👩‍🔬", needs="one\ntwo", technologies=["ai"])
    world.organization(name="नमस्ते \u200fשלום", summary='a "b", c')
    for form in ("csv", "xlsx", "jsonl"):
        content = browser.get(f"/imports/export.{form}").data
        with app.app_context():
            db.session.execute(sa.update(Organization).values(external_id=None))
            db.session.commit()
        page = sent(browser, content, f"all.{form}")
        run = the_run(app)
        assert [run.mapping[name] for name in run.header] == run.header
        choose(browser, page, run.header)
        run_jobs(app)
        assert the_run(app).refused_rows == 0
    assert browser.get("/imports/export.pdf").status_code == 404


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("organisation_name", "name"),
        ("State", "region"),
        ("websites", "website"),
        ("headcount", "team_size"),
        ("ticket_max", "ticket_max"),
        ("zzz", ""),
        ("line", ""),
        ("reason", ""),
    ],
)
def test_columns_are_guessed_by_name_synonym_and_likeness(name, ours) -> None:
    assert columns.guessed([name]) == {name: ours}


def test_none_of_our_columns_is_guessed_twice() -> None:
    assert columns.guessed(["company", "name", "firm"]) == {"company": "", "name": "name", "firm": ""}

"""`flask partnerships import`: past links between organizations that are here."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.db import db
from app.organizations.models import Partnership
from app.taxonomy import Country, Kind
from tests.organizations.test_import_organizations import figures


@pytest.fixture
def load(app, world, tmp_path):
    """Import lines under the header of the columns, with one investor (i1) and two companies (c1, c2) here."""
    world.organization(Country.UNITED_STATES, Kind.INVESTOR, external_id="i1")
    for name in ("c1", "c2"):
        world.organization(external_id=name)

    def run(*lines, options=()):
        path = tmp_path / "links.csv"
        path.write_text("\n".join(["investor_id,company_id,date,round", *lines]), encoding="utf-8")
        return app.test_cli_runner().invoke(args=["partnerships", "import", str(path), *options])

    return run


def count(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Partnership))


def test_links_are_loaded_once_however_often_the_file_is(app, load) -> None:
    lines = ("i1,c1,2015-03-01,seed", "i1,c1,2016-07,a", "i1,c2,,a", "i1,c2,,b")
    assert figures(load(*lines)) == [4, 3, 0, 1, 0]
    assert figures(load(*lines)) == [4, 0, 0, 4, 0]
    assert count(app) == 3
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.number)).all()
        assert [(event.action, event.detail["new"]) for event in events] == [
            ("partnerships.imported", 3),
            ("partnerships.imported", 0),
        ]


def test_unknown_organizations_are_row_errors_and_the_rest_is_loaded(app, load) -> None:
    outcome = load("i9,c9,2015,x", "c1,c2,2015,x", "i1,i1,2015,x", "i1,c1,2015-02-30,x", "i1,c1,2015,x")
    assert (outcome.exit_code, figures(outcome)) == (0, [5, 1, 0, 0, 4])
    assert "line 2, investor_id: 'i9' is not an organization here" in outcome.stderr
    assert "line 2, company_id: 'c9' is not an organization here" in outcome.stderr
    assert "line 3, investor_id: is not an investor" in outcome.stderr
    assert "line 4, company_id: is the investor itself" in outcome.stderr
    assert "line 5, date:" in outcome.stderr


def test_a_dry_run_writes_nothing(app, load) -> None:
    assert figures(load("i1,c1,2015,x", options=("--dry-run",))) == [1, 1, 0, 0, 0]
    assert count(app) == 0

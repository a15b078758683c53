"""How long pages of the review desk take: ``python -m tests.load.queue --database URL [--cases 100000]``.

Fills an empty database with made-up cases, unless it has them already, and asks in this process for the queue, a card and
the next card after a decision, beside a page that reads next to nothing. Prints median, 95th percentile and queries of each.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts.models import Role, User
from app.db import db
from app.desk.models import Case, CaseKind, CaseState
from app.desk.sla import due_after
from app.matching.models import Match, MatchState
from app.organizations.models import Organization, OrganizationTechnology, ProfileState
from app.programs.models import Program
from app.taxonomy import Country, Kind
from tests.conftest import build_app
from tests.world import REASON, World

CHUNK = 5_000
MANAGER = "queue@example.org"
FILTERS = ("", "?order=best", "?order=opinions", "?kind=pair&late=1", "?country=IN&organization=sme")


def fill(app: Flask, cases: int) -> None:
    """Organizations, matches and their cases, by statements on tables."""
    world = World(app)
    manager = world.user(Role.PROGRAM_MANAGER, email=MANAGER)
    programs = [world.program(manager).id for _ in range(4)] + [world.program().id]
    # A conflict, so that its clause has something to leave out.
    world.organization(Country.INDIA, owner=manager)
    chance = random.Random(7)  # a sample, no secret
    with app.app_context():
        india, us = (_organizations(country, chance) for country in Country)
        pairs = sorted({(chance.choice(india), chance.choice(us)) for _ in range(int(cases * 1.4))})
        chance.shuffle(pairs)
        _insert(Match, [_match(pair, programs, chance) for pair in pairs[:cases]])
        rows = db.session.execute(
            sa.select(Match.id, Match.india_id, Match.us_id, Match.program_id, Match.proposed_at, Match.score)
        )
        _insert(Case, [_case(*row) for row in rows])
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            # What the server's own daemon does within a minute: reads of an index alone need it.
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM (ANALYZE)"))


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        db.session.execute(sa.insert(model.__table__), rows[start : start + CHUNK])


def _organizations(country: Country, chance: random.Random, number: int = 1_500) -> list[int]:
    region = "IN-KA" if country is Country.INDIA else "US-CA"
    now = clock.now()
    rows = [
        {
            "name": f"Made-up {country.value} {at}",
            "name_key": f"made up {country.value} {at}",
            "kind": chance.choice(list(Kind)),
            "country": country,
            "state": ProfileState.LISTED,
            "region_code": region,
            "summary": "Chip packaging and test for small series.",
            "needs": "Wafer supply for sensor chips\nProbe cards",
            "offers": "Packaging and test of sensor chips",
            "created_at": now,
            "profile_changed_at": now,
        }
        for at in range(number)
    ]
    defaults = {
        column.name: column.default.arg
        for column in Organization.__table__.columns
        if column.default is not None and column.default.is_scalar
    }
    texts = {
        column.name: "" if isinstance(column.type, sa.String) else []
        for column in Organization.__table__.columns
        if not column.nullable and column.name not in defaults and column.name != "id"
    }
    _insert(Organization, [{**texts, **defaults, **row} for row in rows])
    made = Organization.name.startswith(f"Made-up {country.value}")
    ids = list(db.session.scalars(sa.select(Organization.id).where(made)))
    _insert(OrganizationTechnology, [{"organization_id": id_, "technology": "semiconductors"} for id_ in ids])
    return ids


def _match(pair: tuple[int, int], programs: list[int], chance: random.Random) -> dict[str, Any]:
    proposed = clock.now() - timedelta(hours=chance.randrange(24 * 30))
    score = chance.random()
    return {
        "india_id": pair[0],
        "us_id": pair[1],
        "program_id": chance.choice([*programs, None]),
        "state": MatchState.PROPOSED,
        "score": score,
        "fit_for_india": score,
        "fit_for_us": score,
        "reasons": {"india": [REASON], "us": [REASON]},
        "model_version": "load-1",
        "proposed_at": proposed,
        "due_at": proposed + timedelta(days=2),
        "version": 1,
    }


def _case(
    match_id: int, india: int, us: int, program: int | None, proposed: Any, score: float
) -> dict[str, Any]:
    return {
        "kind": CaseKind.PAIR,
        "state": CaseState.OPEN,
        "match_id": match_id,
        "one_id": india,
        "other_id": us,
        "program_id": program,
        "value": score,
        "opened_at": proposed,
        "due_at": due_after(proposed, CaseKind.PAIR),
        "opinions": match_id % 3,
        "wanted_opinions": 0,
        "version": 1,
    }


@contextmanager
def counting(app: Flask) -> Iterator[list[int]]:
    """Count the statements inside."""
    seen: list[int] = []
    with app.app_context():
        engine = db.engine

    def note(*_ignored: Any) -> None:
        seen.append(1)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def measure(app: Flask, name: str, ask: Callable[[int], Any], times: int) -> None:
    """Ask so many times and print how long it took."""
    took, queries = [], 0
    for at in range(times + 3):
        with counting(app) as seen:
            began = time.perf_counter()
            answer = ask(at)
            elapsed = time.perf_counter() - began
        assert answer.status_code in {200, 303}, (name, answer.status)
        if at >= 3:
            took.append(elapsed * 1000)
            queries = max(queries, len(seen))
    worst = statistics.quantiles(took, n=20)[-1]
    print(f"{name:34} {statistics.median(took):8.1f} ms {worst:8.1f} ms {queries:4} queries", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty or already filled database")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    app = build_app(asked.database, Path(tempfile.mkdtemp()))
    with app.app_context():
        is_filled = db.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0
    if not is_filled:
        fill(app, asked.cases)
    run(app, asked.times)


def run(app: Flask, times: int) -> None:
    """Sign the manager in and measure each page."""
    with app.app_context():
        manager = db.session.scalars(sa.select(User).where(User.email == MANAGER)).one()
        opened = db.session.scalar(
            sa.select(sa.func.count()).select_from(Case).where(Case.state == CaseState.OPEN)
        )
        program = db.session.scalar(sa.select(sa.func.min(Program.id)))
        db.session.expunge_all()
    browser = World(app).sign_in(manager)
    print(f"{opened} open cases\n{'page':34} {'median':>11} {'p95':>11}")
    measure(app, "bare page (/account/sign-ins)", lambda _: browser.get("/account/sign-ins"), times)
    for query in (*FILTERS, f"?program={program}"):
        measure(app, f"queue {query}", lambda _, query=query: browser.get(f"/review{query}"), times)
    listed = browser.get("/review?order=best").text
    ids = [int(found) for found in re.findall(r'href="/review/(\d+)', listed)]
    measure(app, "card", lambda at: browser.get(f"/review/{ids[at % len(ids)]}"), times)
    page = browser.get(f"/review/{ids[0]}")
    place = {"at": page}

    def decide(_at: int) -> Any:
        text = place["at"].text
        address = re.search(r'action="(/review/\d+/hold[^"]*)', text)
        version = re.search(r'name="version" value="(\d+)"', text)
        assert address is not None
        assert version is not None
        until = (clock.now().date() + timedelta(days=5)).isoformat()
        sent = {"version": version.group(1), "until": until}
        place["at"] = browser.post(address.group(1), data=sent, headers={"HX-Request": "true"})
        return place["at"]

    measure(app, "decide, next card", decide, times)


if __name__ == "__main__":
    main()

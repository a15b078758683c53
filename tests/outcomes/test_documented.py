"""The queries of docs/ledger.md, read from the page and run, give what the pages show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import clock
from app.db import UtcDateTime, db
from app.hurdles import queries as hurdles
from app.hurdles.models import HurdleKind, HurdleStage, HurdleState
from app.introductions.models import Introduction
from app.outcomes import queries
from app.outcomes.models import MilestoneKind, MilestoneState, OutcomeCheck, Progress, ValueBand
from app.taxonomy import Country

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


def documented(about: str) -> sa.TextClause:
    """The one query of the page with these words in it."""
    found = [text for text in re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL) if about in text]
    assert len(found) == 1, about
    moments = [sa.bindparam(name, type_=UtcDateTime()) for name in re.findall(r"[^:]:(\w+)", found[0])]
    return sa.text(found[0].rstrip().removesuffix(";")).bindparams(*moments)


def rows(about: str, **given: datetime) -> list[tuple]:
    return [tuple(row) for row in db.session.execute(documented(about), given)]


@pytest.fixture
def ledger(world):
    """Thirty milestones of all states and bands on three pairs, one of which both have answered for."""
    person, answered = world.user(), clock.now()
    for number in range(3):
        match = world.match()
        world.add(Introduction(match_id=match.id, at=clock.now() - timedelta(days=(95, 120, 10)[number])))
        for side in (match.india_id, match.us_id)[: 2 - number % 2]:
            common = {"match_id": match.id, "by_id": person.id, "at": clock.now()}
            world.add(OutcomeCheck(organization_id=side, day=90, says=Progress.UNDER_WAY, **common))
        states, bands = cycle(MilestoneState), cycle([*ValueBand, None])
        for day, kind in enumerate([*MilestoneKind, *list(MilestoneKind)[:number]]):
            state, band = next(states), next(bands)
            is_answered = state in (MilestoneState.CONFIRMED, MilestoneState.DISPUTED)
            world.milestone(
                match,
                world.organization(),
                person,
                kind=kind,
                reached_on=clock.now().date() - timedelta(days=day),
                state=state,
                answered_at=answered if is_answered else None,
                value_band=band,
                currency="USD" if band else None,
            )


def test_the_ledger_is_what_its_queries_give(app, ledger) -> None:
    with app.app_context():
        counted = {(kind, state): number for kind, state, number in rows("GROUP BY kind, state")}
        shown = {
            (row.kind.value, state): number
            for row in queries.ledger()
            for state, number in (
                ("confirmed", row.confirmed),
                ("stated", row.one_side),
                ("disputed", row.disputed),
            )
            if number
        }
        assert counted == shown
        worth = [(currency, band.value, number) for currency, band, number in queries.worth()]
        assert sorted(rows("value_band IS NOT NULL")) == sorted(worth)
        before = clock.now() - timedelta(days=90)
        assert rows("FROM introduction", before=before) == [queries.introductions_asked()] == [(2, 1)]


def test_the_table_of_hurdles_is_what_its_queries_give(app, world) -> None:
    person = world.user()
    partners = {country: world.organization(country.other) for country in Country}
    stages = cycle(HurdleStage)
    for country, kind, number in (
        (Country.INDIA, HurdleKind.VISA, 12),
        (Country.INDIA, HurdleKind.TAX, 4),
        (Country.UNITED_STATES, HurdleKind.VISA, 6),
    ):
        for _ in range(number):
            firm = world.organization(country)
            ends = (firm, partners[country]) if country is Country.INDIA else (partners[country], firm)
            kept = {"state": HurdleState.KEPT, "curated_at": LONG_AGO, "at": LONG_AGO}
            stage = HurdleStage.TALKS if kind is HurdleKind.VISA else next(stages)
            world.hurdle(world.match(*ends), firm, person, kind=kind, stage=stage, **kept)
    with app.app_context():
        quarter = hurdles.quarter_of(clock.now())
        shown = hurdles.published()
        told = sorted((cell.kind.value, cell.country.value, cell.at_least) for cell in shown)
        assert sorted(rows("AS at_least", quarter=quarter)) == told
        assert [number for *_cell, number in told] == [10, 5]
        last = {(kind, country): stage for kind, country, stage in rows("hurdle.stage\n", quarter=quarter)}
        assert last == {(cell.kind.value, cell.country.value): cell.most_at for cell in shown if cell.most_at}

"""Column types that both databases agree on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.accounts.models import User
from app.db import UtcDateTime, db
from app.organizations.models import Organization
from app.taxonomy import Stage

ENDS = {"min_value": datetime(1900, 1, 1), "max_value": datetime(9000, 1, 1)}


def test_a_moment_without_a_zone_cannot_be_stored(app, world) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        world.user(created_at=datetime(2026, 11, 22, 9, 0))


def test_a_moment_without_a_zone_cannot_be_compared(app) -> None:
    with app.app_context(), pytest.raises(sa.exc.StatementError, match="without a zone"):
        db.session.scalars(sa.select(User).where(User.created_at < datetime(2026, 11, 22))).all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.datetimes(**ENDS, timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_moments_come_back_as_the_same_instant_in_utc(app, moment) -> None:
    with app.app_context():
        bound = sa.literal(moment, UtcDateTime())
        back = db.session.scalar(sa.select(bound))
    assert back == moment
    assert back.utcoffset() == timedelta(0)


def test_moments_from_two_zones_are_ordered_by_instant(app, world) -> None:
    later = world.user(created_at=datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("America/New_York")))
    sooner = world.user(created_at=datetime(2026, 11, 22, 14, 0, tzinfo=ZoneInfo("Asia/Kolkata")))
    with app.app_context():
        found = db.session.scalars(sa.select(User.id).order_by(User.created_at)).all()
    assert list(found) == [sooner.id, later.id]


def test_vocabularies_are_stored_by_value_and_checked_by_the_database(app, world) -> None:
    saved = world.organization(stage=Stage.PRE_SEED)
    with app.app_context():
        stored = db.session.execute(sa.text("SELECT stage FROM organization")).scalar_one()
        assert stored == "pre_seed"
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text(f"UPDATE organization SET stage = 'huge' WHERE id = {saved.id}"))
        db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organization SET founded_year = 99",
        "UPDATE organization SET ticket_min = 2, ticket_max = 1",
        "UPDATE organization SET level = 9",
        "UPDATE organization SET seats = -1",
    ],
)
def test_impossible_values_are_refused_by_the_database_too(app, world, statement) -> None:
    world.organization()
    with app.app_context():
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text(statement))
        db.session.rollback()


def test_changing_an_organization_somebody_else_changed_is_noticed(app, world) -> None:
    saved = world.organization()
    with app.app_context():
        mine = db.session.get_one(Organization, saved.id)
        db.session.execute(sa.text("UPDATE organization SET version = version + 1"))
        mine.name = "Mine"
        mine.profile_changed_at = clock.now()
        with pytest.raises(sa.orm.exc.StaleDataError):
            db.session.flush()
        db.session.rollback()

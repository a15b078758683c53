"""The ground everything stands on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

import config
from app.accounts.models import User
from app.audit import services as audit
from app.db import db


def test_production_refuses_to_start_with_the_default_key() -> None:
    with pytest.raises(config.SettingsError, match="SECRET_KEY"):
        config.from_environment({"SANGAM_ENV": "production", "BASE_URL": "https://sangam.example"})


def test_a_number_setting_that_is_no_number_is_named() -> None:
    with pytest.raises(config.SettingsError, match="PROPOSALS_PER_ORGANIZATION"):
        config.from_environment({"PROPOSALS_PER_ORGANIZATION": "many"})


def test_moments_come_back_aware_in_utc(app, world) -> None:
    user = world.user(created_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    with app.app_context():
        assert db.session.get_one(User, user.id).created_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_audit_events_can_be_neither_changed_nor_deleted(app) -> None:
    with app.app_context():
        audit.record("thing.changed", ("thing", 1))
        db.session.commit()
        for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
            with pytest.raises(sa.exc.DBAPIError, match="never changed or deleted"):
                db.session.execute(sa.text(statement))
            db.session.rollback()


def test_a_foreign_host_header_is_refused(client) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400

"""Who was just here: whoever signed in, or did something that is on record."""

from __future__ import annotations

from datetime import timedelta

from app import clock
from app.audit import services as audit
from app.db import db
from app.digests import queries


def test_who_did_something_was_here_without_signing_in_again_and_nobody_else(app, world, at):
    busy, earlier, idle = world.user(), world.user(), world.user()
    with app.app_context():
        at("2026-11-14T09:00")
        audit.record("letter.wished", ("user", earlier.id), by=earlier.id)
        at("2026-11-16T08:00")
        audit.record("letter.wished", ("user", busy.id), by=busy.id)
        # What others do to a person is no sign of that person.
        audit.record("letter.wished", ("user", idle.id), by=busy.id)
        db.session.commit()
        at("2026-11-16T09:00")
        since = clock.now() - timedelta(days=1)
        assert queries.here_since([busy, earlier, idle], since) == {busy.id}

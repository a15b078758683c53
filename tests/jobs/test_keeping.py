"""A lease is renewed while its holder computes."""

from __future__ import annotations

import threading

from app.db import db
from app.jobs import keeping
from app.jobs import services as leases


def test_a_lease_is_renewed_until_the_block_ends(app, monkeypatch) -> None:
    seen: list[tuple[str, str]] = []
    twice = threading.Event()

    def renew(name: str, token: str, seconds: float) -> bool:
        seen.append((name, token))
        if len(seen) == 2:
            twice.set()
        return True

    monkeypatch.setattr(leases, "renew", renew)
    with app.app_context():
        token = leases.hold("long", 0.03)
        db.session.commit()
        with keeping.kept("long", token, 0.03):
            assert twice.wait(20)
    count = len(seen)
    assert set(seen) == {("long", token)}
    assert not any(thread.name == "keeps long" for thread in threading.enumerate())
    assert len(seen) == count


def test_a_database_that_is_away_for_a_moment_does_not_end_the_keeping(app, monkeypatch) -> None:
    calls: list[int] = []
    again = threading.Event()

    def renew(*_: object) -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("away")
        again.set()
        return True

    monkeypatch.setattr(leases, "renew", renew)
    with app.app_context(), keeping.kept("long", "token", 0.03):
        assert again.wait(20)

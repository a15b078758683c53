"""What tests of accounts share: letters in the outbox, and the links in them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from app.accounts import passwords
from app.audit.models import AuditEvent
from app.db import db
from app.outbox.models import Email
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of the same kind that cost nothing; one test turns the real ones on."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def letters(app: Flask) -> Callable[..., list[Email]]:
    """The mails that wait, oldest first; of one address if given."""

    def read(address: str | None = None) -> list[Email]:
        with app.app_context():
            query = sa.select(Email).order_by(Email.id)
            found = db.session.scalars(query if address is None else query.where(Email.to_address == address))
            rows = list(found)
            db.session.expunge_all()
        return rows

    return read


@pytest.fixture
def actions(app: Flask) -> Callable[[], list[str]]:
    """What the audit chain says happened, in order."""

    def read() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.number)))

    return read


def link_in(letter: Email) -> str:
    """The path of the link with a token in a letter."""
    found = re.search(r"http://localhost(/(?:confirm|reset|confirm-email)/[\w-]+)", letter.text)
    assert found, letter.text
    return found[1]


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": user.email, "password": password}, **more)


def is_signed_in(client) -> bool:
    return client.get("/account").status_code == 200

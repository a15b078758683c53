"""Write the weekly letters: one a person and week, never empty, never twice."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.accounts.models import User
from app.db import db
from app.digests import emails, queries
from app.digests.models import Digest, DigestState
from app.outbox import services as outbox
from app.outbox.rendering import Mail

BATCH = 200


@dataclass(frozen=True)
class Letter:
    """What a person gets for a week; no mail when there is nothing to tell."""

    user_id: int
    address: str
    week: str
    mail: Mail | None


def letters_due(now: datetime.datetime, limit: int = BATCH) -> list[Letter]:
    """Compose the next letters whose hour has come. Reads only."""
    return _compose(queries.people_due(now, limit), now)


def letters_of_week(
    week: str, zones: Sequence[str], now: datetime.datetime, *, after: int = 0, limit: int = BATCH
) -> list[Letter]:
    """Compose the next letters of `week`, by person, whatever the hour. Reads only."""
    people = queries.people_without(week, zones, after, limit)
    return _compose([(week, user) for user in people], now)


def _compose(people: Iterable[tuple[str, User]], now: datetime.datetime) -> list[Letter]:
    return [
        Letter(content.user.id, content.user.email, content.week, emails.weekly(content) if content else None)
        for content in queries.contents_of(people, now)
    ]


def enqueue(letters: Sequence[Letter]) -> int:
    """Settle these people's weeks and let their mails wait in the outbox; gives the number of mails.

    The row of the week comes first: who already has it was served by another scheduler and is passed over.
    """
    ours = _claim(letters)
    sending = [letter for letter in letters if letter.mail and (letter.user_id, letter.week) in ours]
    for letter in sending:
        if letter.mail is not None:
            outbox.enqueue(letter.mail)
    return len(sending)


def _claim(letters: Sequence[Letter]) -> set[tuple[int, str]]:
    if not letters:
        return set()
    now = clock.now()
    rows = [
        {
            "user_id": letter.user_id,
            "week": letter.week,
            "state": DigestState.ENQUEUED if letter.mail else DigestState.NOTHING,
            "at": now,
        }
        for letter in sorted(letters, key=lambda letter: letter.user_id)
    ]
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Digest).values(rows).on_conflict_do_nothing(index_elements=["user_id", "week"])
    claimed = db.session.execute(statement.returning(Digest.user_id, Digest.week))
    return {(row.user_id, row.week) for row in claimed}


def enqueue_due(now: datetime.datetime) -> int:
    """Write the next letters whose hour has come, in the caller's transaction; gives how many people were settled."""
    letters = letters_due(now)
    enqueue(letters)
    return len(letters)

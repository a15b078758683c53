"""Write the weekly letters: one a person and week, never empty, never twice."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.accounts.models import User
from app.claims import services as claims
from app.db import db
from app.digests import emails, queries
from app.digests.models import Digest, DigestState
from app.digests.queries import Content
from app.directory import services as directory
from app.outbox import services as outbox
from app.outbox.rendering import Mail

log = structlog.get_logger(__name__)
BATCH = 100
# Who signed in so lately gets no letter that tells only what they have seen.
JUST_HERE = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Letter:
    """What a person gets for a week: a mail, or none when there is nothing to tell."""

    user_id: int
    week: str
    mail: Mail | None = None
    # Until when it tells what is new in saved searches.
    tells_until: datetime.datetime | None = None
    # The claim it asks about.
    asks_of: int | None = None
    # Could not be composed: the week stays open, and the next round tries again.
    is_broken: bool = False


def letters_due(now: datetime.datetime, after: int = 0, folder: Path | None = None) -> list[Letter]:
    """Compose the next letters whose hour has come, of people with ids above `after`. Reads only."""
    by_week: dict[str, list[User]] = {}
    for due in queries.people_due(now, after, BATCH):
        by_week.setdefault(due.week, []).append(due.user)
    letters = [letter for week, users in by_week.items() for letter in _compose(week, users, now, folder)]
    return sorted(letters, key=lambda letter: letter.user_id)


def letters_of_week(
    week: str, now: datetime.datetime, after: int = 0, folder: Path | None = None
) -> list[Letter]:
    """Compose the next letters of `week`, whatever the hour. Reads only."""
    return _compose(week, queries.people_without(week, after, BATCH), now, folder)


def _compose(week: str, users: Sequence[User], now: datetime.datetime, folder: Path | None) -> list[Letter]:
    if not users:
        return []
    here = queries.here_since(users, now - JUST_HERE)
    contents = queries.contents_of(week, users, now, folder)
    return [_letter(content, now, was_here=content.user.id in here) for content in contents]


def _letter(content: Content, now: datetime.datetime, *, was_here: bool) -> Letter:
    is_worth_it = bool(content) and not (was_here and content.is_known)
    try:
        mail = emails.weekly(content) if is_worth_it else None
    except Exception:
        # One letter that cannot be written must not keep everybody else's back.
        log.exception("letter not composed", user_id=content.user.id, week=content.week)
        return Letter(content.user.id, content.week, is_broken=True)
    asks_of = content.question.claim.id if mail and content.question else None
    return Letter(content.user.id, content.week, mail, now if mail and content.news else None, asks_of)


def enqueue(letters: Sequence[Letter]) -> int:
    """Settle these people's weeks and let their mails wait in the outbox; gives the number of mails.

    The row of the week comes first: who already has it was served by another scheduler and is passed over.
    """
    ours = _claim([letter for letter in letters if not letter.is_broken])
    mails = [letter.mail for letter in letters if letter.mail and (letter.user_id, letter.week) in ours]
    for mail in mails:
        outbox.enqueue(mail)
    for letter in letters:
        if letter.tells_until and (letter.user_id, letter.week) in ours:
            directory.note_told(letter.user_id, letter.tells_until)
    asked = {letter.asks_of for letter in letters if letter.asks_of and (letter.user_id, letter.week) in ours}
    if asked:
        claims.note_asked(sorted(asked))
    return len(mails)


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

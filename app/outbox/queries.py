"""Reads of the outbox, and of the folder that development mail is written to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from app import clock
from app.db import db
from app.errors import NotFound
from app.outbox.models import Bounce, BounceKind, Email, MailCategory, MailState, Suppression

URGENCY = {
    MailCategory.ACCOUNT: 0,
    MailCategory.INTRODUCTION: 1,
    MailCategory.MATCH: 2,
    MailCategory.DIGEST: 3,
}
UNSENT = (MailState.WAITING, MailState.SENDING)
PAGE = 50
LARGEST_ID = 2**31 - 1
_KIND = re.compile(r"[a-z]{1,40}\.[a-z_]{1,40}")
_FILE_NAME = re.compile(r"[0-9A-Za-z-]{1,80}\.eml")
_PARSED = policy.default.clone(raise_on_defect=False)


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Waiting and its time has come, or leased by a worker that has not been heard of since."""
    waiting = sa.and_(Email.state == MailState.WAITING, Email.next_attempt_at <= now)
    abandoned = sa.and_(Email.state == MailState.SENDING, Email.leased_until <= now)
    return sa.or_(waiting, abandoned)


def due(now: datetime) -> sa.Select[int]:
    """Ids of mails to send now, in the order to send them."""
    urgency = sa.case(URGENCY, value=Email.category)
    return sa.select(Email.id).where(is_due(now)).order_by(urgency, Email.id)


def mail_under(key: str) -> Email | None:
    """The mail written for an occasion, whatever became of it."""
    return db.session.scalars(sa.select(Email).where(Email.key == key)).one_or_none()


def message_id_of(key: str) -> str | None:
    """The Message-ID of the mail written for an occasion, for a mail that carries it on; None when there is none."""
    return db.session.scalar(sa.select(Email.message_id).where(Email.key == key))


def mail_with(message_id: str) -> Email | None:
    """The mail that carries a Message-ID."""
    return db.session.scalars(sa.select(Email).where(Email.message_id == message_id)).one_or_none()


def soft_bounces(address: str, since: datetime) -> int:
    """How many mails to an address came back for a reason that may pass."""
    query = sa.select(sa.func.count()).where(
        Bounce.address == address.lower(), Bounce.kind == BounceKind.SOFT, Bounce.at >= since
    )
    return db.session.scalar(query) or 0


def has_due(now: datetime) -> bool:
    """Whether any mail is to be sent now."""
    return db.session.scalar(sa.select(sa.exists().where(is_due(now)))) or False


def is_suppressed(address: str, category: MailCategory | None = None) -> bool:
    """Whether nothing of a category is sent to the address any more.

    Who complained still gets the account mail that they ask for, such as the one to choose a new password.
    """
    found = suppression_of(address)
    if found is not None and found.kind is BounceKind.COMPLAINT:
        return category is not MailCategory.ACCOUNT
    return found is not None


def suppression_of(address: str) -> Suppression | None:
    """Why nothing is sent to an address, if nothing is."""
    query = sa.select(Suppression).where(Suppression.address == address.lower())
    return db.session.scalars(query).one_or_none()


def suppression_or_404(suppression_id: int) -> Suppression:
    """Raises `NotFound` for one that is lifted already, or never was."""
    found = db.session.get(Suppression, suppression_id)
    if found is None:
        raise NotFound
    return found


def suppressions(before: int | None = None, limit: int = PAGE) -> Sequence[Suppression]:
    """A page of the addresses that nothing is sent to, newest first; `before` is the last id of the page before."""
    query = sa.select(Suppression).order_by(Suppression.id.desc()).limit(limit)
    if before is not None and 0 < before <= LARGEST_ID:
        query = query.where(Suppression.id < before)
    return db.session.scalars(query).all()


def failed_mails(key: str | None = None) -> Sequence[Email]:
    """Mails that were given up; only the one under `key` if given."""
    query = sa.select(Email).where(Email.state == MailState.FAILED).order_by(Email.id)
    return db.session.scalars(query if key is None else query.where(Email.key == key)).all()


def counts_by_state() -> dict[MailState, int]:
    """How many mails are in each state."""
    rows = db.session.execute(sa.select(Email.state, sa.func.count()).group_by(Email.state))
    counted = {row[0]: row[1] for row in rows}
    return {state: counted.get(state, 0) for state in MailState}


def oldest_unsent_seconds() -> int:
    """For how long the oldest mail has waited to be sent; 0 when none waits."""
    # What is held back for a while does not wait for us.
    is_ripe = sa.or_(
        Email.state == MailState.SENDING, Email.attempts > 0, Email.next_attempt_at <= clock.now()
    )
    query = sa.select(sa.func.min(Email.created_at)).where(Email.state.in_(UNSENT), is_ripe)
    since = db.session.scalar(query)
    return int((clock.now() - since).total_seconds()) if since else 0


@dataclass(frozen=True)
class WrittenMail:
    """A mail file of the development outbox."""

    name: str
    headers: dict[str, str]
    text: str = ""
    html: str = ""

    @property
    def sent_at(self) -> datetime | None:
        return cast("datetime | None", getattr(self.headers.get("Date"), "datetime", None))


def written_mails(folder: Path, before: str | None = None) -> list[WrittenMail]:
    """A page of mail files, newest first; `before` is the last name of the page before."""
    names = sorted((p.name for p in folder.glob("*.eml") if _FILE_NAME.fullmatch(p.name)), reverse=True)
    shown = [name for name in names if before is None or name < before][:PAGE]
    return [_heading(folder / name) for name in shown]


def written_mail(folder: Path, name: str) -> WrittenMail | None:
    """One mail file; None when there is none of that name, or the name is no plain file name."""
    path = folder / name
    if not _FILE_NAME.fullmatch(name) or not path.is_file():
        return None
    letter = BytesParser(policy=_PARSED).parsebytes(path.read_bytes())
    parts = {kind: letter.get_body((kind,)) for kind in ("plain", "html")}
    bodies = {kind: str(part.get_content()) if part else "" for kind, part in parts.items()}
    return WrittenMail(name, dict(letter.items()), bodies["plain"], bodies["html"])


def kinds_of_mail(folder: Path) -> list[str]:
    """The kinds that a letter is written down of, by feature and name."""
    return sorted(path.stem for path in folder.glob("*.html") if _KIND.fullmatch(path.stem))


def kind_of_mail(folder: Path, name: str) -> WrittenMail | None:
    """How a letter of one kind looks; None for a kind that none is written down of."""
    if name not in kinds_of_mail(folder):
        return None
    text, html = ((folder / f"{name}.{form}").read_text("utf-8") for form in ("txt", "html"))
    return WrittenMail(name, {}, text, html)


def _heading(path: Path) -> WrittenMail:
    with path.open("rb") as file:
        return WrittenMail(path.name, dict(BytesHeaderParser(policy=_PARSED).parse(file).items()))

"""Put mail into the outbox in the caller's transaction, and keep account of its delivery.

A worker leases rows before it sends them. Whatever it reports afterwards counts only while its lease token still
stands on the row: a worker that hung and was overtaken changes nothing. `app.outbox.delivery` calls these.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.errors import NotFound
from app.outbox import queries
from app.outbox.models import Bounce, BounceKind, Email, MailState, Suppression
from app.outbox.rendering import Mail

MAX_ATTEMPTS = 10
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
MOST_SOFT_BOUNCES = 3
SOFT_WINDOW = timedelta(days=30)
# A letter is needed no longer once its links have ended; who got what when stays.
BODIES_KEPT = timedelta(days=90)
BODIES_AT_ONCE = 500
_random = random.SystemRandom()
_held_until: ContextVar[datetime | None] = ContextVar("held_until", default=None)


@contextmanager
def held_until(moment: datetime) -> Iterator[None]:
    """Let no mail that is enqueued inside leave before `moment`, whoever writes it: what is done can still be undone."""
    token = _held_until.set(moment)
    try:
        yield
    finally:
        _held_until.reset(token)


def enqueue(mail: Mail, *, not_before: datetime | None = None) -> Email:
    """Let `mail` wait for the worker; a second mail under the same key is not added."""
    if waiting := queries.mail_under(mail.key):
        return waiting
    now = clock.now()
    email = Email(
        key=mail.key,
        category=mail.category,
        user_id=mail.user_id,
        to_address=mail.to_address,
        to_name=mail.to_name,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        unsubscribe_url=mail.unsubscribe_url,
        is_secret=mail.is_secret,
        calendar=mail.calendar,
        reply_to=mail.reply_to,
        in_reply_to=mail.in_reply_to,
        list_id=mail.list_id,
        message_id=mail.message_id,
        next_attempt_at=max(now, not_before or now, _held_until.get() or now),
        created_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(email)
    except sa.exc.IntegrityError:
        # Somebody wrote it between our look and our insert.
        if waiting := queries.mail_under(mail.key):
            return waiting
        raise
    return email


def claim_due(limit: int, lease: timedelta) -> tuple[str, list[int]]:
    """Lease up to `limit` due rows under a new token; most urgent kind first, then oldest."""
    token, now = secrets.token_urlsafe(24), clock.now()
    ids = list(db.session.scalars(queries.due(now).limit(limit).with_for_update(skip_locked=True)))
    claimed = (
        sa.update(Email)
        .where(Email.id.in_(ids), queries.is_due(now))
        .values(state=MailState.SENDING, lease_token=token, leased_until=now + lease)
        .returning(Email.id)
        .execution_options(synchronize_session=False)
    )
    taken = set(db.session.scalars(claimed))
    return token, [id_ for id_ in ids if id_ in taken]


def begin(email_id: int, token: str, lease: timedelta) -> Email | None:
    """Count an attempt and lease the row anew for it; None when the row is no longer ours or not to be sent."""
    email = _held(email_id, token)
    if email is None:
        return None
    if queries.is_suppressed(email.to_address, email.category):
        mark_suppressed(email_id, token)
        return None
    if email.attempts >= MAX_ATTEMPTS:
        # It was begun ten times and nobody lived to tell: sending it kills the worker.
        mark_failed(email_id, token, email.last_error or "every attempt broke off")
        return None
    email.attempts += 1
    email.leased_until = clock.now() + lease
    db.session.flush()
    return email


def mark_sent(email_id: int, token: str) -> bool:
    """The server took it. A mail with a secret link loses its body."""
    email = _held(email_id, token)
    if email is None:
        return False
    email.sent_at, email.last_error = clock.now(), None
    _settle(email, MailState.SENT)
    return True


def mark_retry(email_id: int, token: str, error: str) -> bool:
    """Not now: wait, longer each time; after `MAX_ATTEMPTS` the mail has failed."""
    email = _held(email_id, token)
    if email is None:
        return False
    if email.attempts >= MAX_ATTEMPTS:
        return mark_failed(email_id, token, error)
    email.last_error = error
    email.next_attempt_at = clock.now() + delay_after(email.attempts)
    _settle(email, MailState.WAITING)
    return True


def mark_failed(email_id: int, token: str, error: str) -> bool:
    """Given up, until a person says `flask outbox retry`."""
    email = _held(email_id, token)
    if email is None:
        return False
    email.last_error = error
    _settle(email, MailState.FAILED)
    audit.record("mail.failed", ("email", email_id), detail={"attempts": email.attempts})
    return True


def mark_bounced(email_id: int, token: str, error: str) -> bool:
    """The server knows no such recipient: nothing is sent to that address any more."""
    email = _held(email_id, token)
    if email is None:
        return False
    email.last_error = error
    _settle(email, MailState.BOUNCED)
    _note(email, BounceKind.HARD, error)
    audit.record("mail.bounced", ("email", email_id))
    return True


def note_bounce(email: Email, kind: BounceKind, words: str) -> None:
    """A mail that was handed over came back, or was complained of. Told twice it counts once.

    An address that does not exist is suppressed at once, one with a full mailbox after `MOST_SOFT_BOUNCES`.
    """
    if not _note(email, kind, words):
        return
    if kind is BounceKind.HARD and email.state is MailState.SENT:
        email.state, email.last_error = MailState.BOUNCED, words[:400]
    action = "mail.complained" if kind is BounceKind.COMPLAINT else "mail.bounced"
    audit.record(action, ("email", email.id), detail={"kind": kind.value})
    db.session.flush()


def lift(suppression: Suppression, by: int | None) -> None:
    """Send to an address again; what it bounced before is forgotten."""
    address = suppression.address
    db.session.execute(sa.delete(Bounce).where(Bounce.address == address))
    db.session.delete(suppression)
    audit.record("suppression.lifted", ("suppression", suppression.id), by=by)
    db.session.flush()


def _note(email: Email, kind: BounceKind, words: str) -> bool:
    """Keep a bounce, and suppress the address where that is due; False for one that is known."""
    now, address = clock.now(), email.to_address.lower()
    bounce = Bounce(email_id=email.id, address=address, kind=kind, words=words[:400], at=now)
    try:
        with db.session.begin_nested():
            db.session.add(bounce)
    except sa.exc.IntegrityError:
        return False
    if kind is BounceKind.SOFT and queries.soft_bounces(address, now - SOFT_WINDOW) < MOST_SOFT_BOUNCES:
        return True
    _suppress(address, kind, words)
    return True


def _suppress(address: str, kind: BounceKind, reason: str) -> None:
    found = queries.suppression_of(address)
    if found is None:
        try:
            with db.session.begin_nested():
                db.session.add(Suppression(address=address, kind=kind, reason=reason[:250], at=clock.now()))
        except sa.exc.IntegrityError:
            # Another worker was told the same at this moment.
            return
    elif found.kind is BounceKind.COMPLAINT and kind is BounceKind.HARD:
        # It does not exist any more: not even account mail arrives.
        found.kind, found.reason = kind, reason[:250]


def mark_suppressed(email_id: int, token: str) -> bool:
    """Its address bounced before: not sent."""
    email = _held(email_id, token)
    if email is None:
        return False
    _settle(email, MailState.SUPPRESSED)
    audit.record("mail.suppressed", ("email", email_id))
    return True


def give_back(email_ids: list[int], token: str) -> None:
    """Let rows that were leased and not begun wait for the next worker."""
    for email_id in email_ids:
        if email := _held(email_id, token):
            _settle(email, MailState.WAITING)


def retry(email: Email) -> None:
    """Let a failed mail wait again, as if it were new."""
    email.state, email.attempts, email.next_attempt_at = MailState.WAITING, 0, clock.now()
    audit.record("mail.retried", ("email", email.id))


def retry_failed(key: str | None = None) -> int:
    """Retry the failed mail under `key`, or all failed ones; how many.

    Raises `NotFound` when no failed mail has that key.
    """
    failed = queries.failed_mails(key)
    if key is not None and not failed:
        raise NotFound(f"No failed mail has the key {key}.")
    for email in failed:
        retry(email)
    return len(failed)


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, with jitter, between one minute and four hours."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2**attempts)
    return longest * _random.uniform(0.5, 1.0)


def _held(email_id: int, token: str) -> Email | None:
    """The row, locked, if it is still leased under `token`."""
    query = (
        sa.select(Email)
        .where(Email.id == email_id, Email.lease_token == token, Email.state == MailState.SENDING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one_or_none()


def _settle(email: Email, state: MailState) -> None:
    email.state, email.lease_token, email.leased_until = state, None, None
    if email.is_secret and state in {MailState.SENT, MailState.BOUNCED, MailState.SUPPRESSED}:
        email.text = email.html = ""
    db.session.flush()


def forget_bodies() -> int:
    """Empty the bodies of mails that were settled long ago, some at a time; how many."""
    old = (
        sa.select(Email.id)
        .where(
            Email.state.in_((MailState.SENT, MailState.FAILED, MailState.BOUNCED, MailState.SUPPRESSED)),
            Email.next_attempt_at < clock.now() - BODIES_KEPT,
            sa.or_(Email.html != "", Email.text != ""),
        )
        .limit(BODIES_AT_ONCE)
    )
    ids = list(db.session.scalars(old))
    emptied = sa.update(Email).where(Email.id.in_(ids)).values(text="", html="", calendar="")
    if ids:
        db.session.execute(emptied, execution_options={"synchronize_session": False})
    return len(ids)

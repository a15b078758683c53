"""Hand waiting mail over, one by one: claim, commit; send; mark, commit.

Neither service nor view: it is an edge towards the mail server, so it may commit, and does so around each mail
because no transaction may stay open while a server makes up its mind.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from flask import current_app

from app import clock
from app.db import db, reading
from app.jobs.engine import jobs
from app.outbox import queries, services, signing
from app.outbox.envelope import bounce_address
from app.outbox.message import message
from app.outbox.models import Email
from app.outbox.transport import Answer, Parcel, Transport, Unreachable, Verdict, open_transport
from config import Settings, SettingsError

log = structlog.get_logger(__name__)
BATCH = 20
LONGEST_PAUSE = 5.0


@dataclass
class Outage:
    """What this process knows of a mail server that does not answer, so that it asks and logs in measure."""

    failures: int = 0
    since: float = 0.0
    ask_again_at: float = field(default=0.0)

    @property
    def is_pausing(self) -> bool:
        return time.monotonic() < self.ask_again_at

    def began(self, error: Unreachable) -> None:
        now = time.monotonic()
        if not self.failures:
            self.since = now
            log.error("mail server away, mails wait", error=str(error))
        self.failures += 1
        self.ask_again_at = now + min(LONGEST_PAUSE, 0.5 * 2**self.failures)

    def ended(self) -> None:
        if self.failures:
            log.info("mail server back", seconds=round(time.monotonic() - self.since))
        self.failures, self.ask_again_at = 0, 0.0


def deliver_due(limit: int | None = None) -> Counter[str]:
    """Send what is due until nothing is, `limit` is reached or the worker stops; counts by outcome."""
    counts: Counter[str] = Counter()
    outage = current_app.extensions.setdefault("mail_outage", Outage())
    if outage.is_pausing or not _is_anything_due():
        return counts
    try:
        transport = _open(current_app.config["SETTINGS"])
    except Unreachable as error:
        outage.began(error)
        return counts
    outage.ended()
    try:
        while not jobs.stopping.is_set() and (limit is None or counts.total() < limit):
            size = BATCH if limit is None else min(BATCH, limit - counts.total())
            if not _deliver_batch(transport, size, counts):
                break
    except Unreachable as error:
        outage.began(error)
    finally:
        transport.close()
    return counts


def _open(settings: Settings) -> Transport:
    """Raises `Unreachable` also for a key that cannot sign: unsigned, all of it would be taken for spam."""
    try:
        signing.signer_for(settings)
    except SettingsError as error:
        raise Unreachable(str(error)) from error
    return open_transport(settings.mail_url)


def _is_anything_due() -> bool:
    with reading():
        found = queries.has_due(clock.now())
        db.session.rollback()
    return found


def _lease() -> timedelta:
    return timedelta(seconds=current_app.config["SETTINGS"].outbox_lease_seconds)


def _deliver_batch(transport: Transport, size: int, counts: Counter[str]) -> bool:
    """Claim and send up to `size` mails; False when none was due. What is not begun is given back."""
    token, waiting = services.claim_due(size, _lease())
    db.session.commit()
    found = bool(waiting)
    try:
        while waiting and not jobs.stopping.is_set():
            transport.prepare()
            counts[_deliver_one(transport, waiting.pop(0), token)] += 1
    finally:
        if waiting:
            db.session.rollback()
            services.give_back(waiting, token)
            db.session.commit()
    return found


def _deliver_one(transport: Transport, email_id: int, token: str) -> str:
    """Send one leased mail and write down what became of it."""
    email = services.begin(email_id, token, _lease())
    if email is None:
        db.session.commit()
        return "not sent"
    try:
        parcel = _parcel(email)
    except ValueError as error:
        services.mark_failed(email_id, token, f"no message can be made of it: {error}")
        db.session.commit()
        return "failed"
    db.session.commit()
    outcome = _mark(email_id, token, transport.send(parcel))
    db.session.commit()
    return outcome


def _parcel(email: Email) -> Parcel:
    """The mail as it goes: signed, and with an envelope that tells what comes back. Raises `ValueError` for what cannot be a message."""
    settings: Settings = current_app.config["SETTINGS"]
    raw = message(email, settings.mail_from, settings.mail_host).as_bytes()
    signer = signing.signer_for(settings)
    return Parcel(
        raw=signer.sign(raw) if signer else raw,
        sender=bounce_address(email.id, current_app.config["SECRET_KEY"], settings.mail_host),
        recipient=email.to_address,
        name=f"{email.created_at:%Y%m%d-%H%M%S}-{email.id:08d}",
    )


def _mark(email_id: int, token: str, answer: Answer) -> str:
    if answer.verdict is Verdict.ACCEPTED:
        marked, outcome = services.mark_sent(email_id, token), "sent"
    elif answer.verdict is Verdict.LATER:
        marked, outcome = services.mark_retry(email_id, token, answer.words), "later"
    elif answer.verdict is Verdict.REFUSED:
        marked, outcome = services.mark_failed(email_id, token, answer.words), "failed"
    else:
        marked, outcome = services.mark_bounced(email_id, token, answer.words), "bounced"
    if not marked:
        log.warning("mail overtaken by another worker", email=email_id)
    return outcome if marked else "overtaken"

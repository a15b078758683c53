"""Take mail in, and settle what it says about our own mail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from app import clock
from app.accounts import services as accounts
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.inbound import queries
from app.inbound.models import InboundMail, InboundState
from app.inbound.parsing import Letter
from app.inbound.reports import Report
from app.outbox import envelope
from app.outbox import queries as outbox
from app.outbox import services as outbox_services
from app.outbox.models import BounceKind, Email, MailCategory

MOST_AN_HOUR = 30
MOST_AN_HOUR_IN_ALL = 5000
MOST_HOPS = 40
KEPT = timedelta(days=90)
_WISH = {
    MailCategory.DIGEST: "digest",
    MailCategory.MATCH: "match",
    MailCategory.INTRODUCTION: "contact",
}


class TooMany(RuleBroken):
    """More mail than anybody writes: the sender's server is to keep it and try again."""


@dataclass(frozen=True)
class House:
    """What tells our own addresses and mails from others'."""

    domain: str
    secret: str
    # The local part of MAIL_FROM, which takes nothing but bounces.
    sender: str = ""


def take_in(letter: Letter, envelope_from: str, local_part: str, house: House) -> InboundMail:
    """Keep a mail that came to `local_part`, and settle it if it reports on a mail of ours.

    Raises `TooMany` when more come than anybody writes.
    """
    hour_ago = clock.now() - timedelta(hours=1)
    if queries.count_to(local_part, hour_ago) >= MOST_AN_HOUR:
        raise TooMany("too much mail to this address, try again later")
    if queries.count_since(hour_ago) >= MOST_AN_HOUR_IN_ALL:
        raise TooMany("too much mail, try again later")
    mail = _row(letter, envelope_from, local_part)
    if not _add(mail):
        mail.fingerprint = None
        db.session.add(mail)
        db.session.flush()
        mark_refused(mail, "it came before")
    elif why := _loop(letter, house):
        mark_refused(mail, why)
    elif (about := _about(letter, local_part, house)) is not None:
        _settle(mail, letter.report, about)
    elif why := _fault(letter, envelope_from):
        mark_refused(mail, why)
    return mail


def mark_taken(mail: InboundMail) -> None:
    """What it was for has it now; the text need not lie here any longer."""
    mail.state, mail.taken_at, mail.text = InboundState.TAKEN, clock.now(), ""
    audit.record("mail.taken", ("inbound_mail", mail.id))
    db.session.flush()


def mark_refused(mail: InboundMail, why: str) -> None:
    """Nothing is done with it, and a person can see why."""
    mail.state, mail.taken_at, mail.refused_because = InboundState.REFUSED, clock.now(), why[:250]
    audit.record("mail.refused", ("inbound_mail", mail.id), detail={"because": why[:250]})
    db.session.flush()


def forget_old() -> int:
    """Delete what came long ago and was settled, or is nobody's to settle; how many."""
    is_old = InboundMail.received_at < clock.now() - KEPT
    waits = sa.and_(InboundMail.state == InboundState.NEW, InboundMail.to_address.startswith("thread+"))
    query = sa.delete(InboundMail).where(is_old, ~waits)
    return len(db.session.scalars(query.returning(InboundMail.id)).all())


def _row(letter: Letter, envelope_from: str, local_part: str) -> InboundMail:
    return InboundMail(
        received_at=clock.now(),
        message_id=letter.message_id,
        fingerprint=_fingerprint(letter, local_part),
        envelope_from=envelope_from[:320],
        from_address=letter.from_address,
        to_address=local_part[:64],
        subject=letter.subject,
        text=letter.text,
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        files=letter.files,
        is_automatic=letter.is_automatic or not envelope_from,
        spf=letter.verdicts.get("spf", ""),
        dkim=letter.verdicts.get("dkim", ""),
        dmarc=letter.verdicts.get("dmarc", ""),
        state=InboundState.NEW,
    )


def _fingerprint(letter: Letter, local_part: str) -> str:
    """The same for every copy of a mail to one address. Without a Message-ID, its words stand for it."""
    own = letter.message_id or "\0".join([letter.from_address, letter.date, letter.subject, letter.text])
    return hashlib.sha256(f"{local_part.lower()}\0{own}".encode()).hexdigest()


def _add(mail: InboundMail) -> bool:
    """Whether it is the first of its kind; a copy that comes at the same moment is not."""
    try:
        with db.session.begin_nested():
            db.session.add(mail)
    except sa.exc.IntegrityError:
        return False
    return True


def _loop(letter: Letter, house: House) -> str:
    if house.domain in letter.loop_marks:
        return "a mail of ours that came back to us"
    if letter.hops > MOST_HOPS:
        return "it went through too many servers"
    if letter.message_id and outbox.mail_with(letter.message_id) is not None:
        return "a mail of ours that came back to us"
    return ""


def _about(letter: Letter, local_part: str, house: House) -> Email | None:
    """The mail of ours that came back or is complained of, by the address it came to or by what is sent along."""
    if (email_id := envelope.bounced_id(local_part, house.secret)) is not None:
        return db.session.get(Email, email_id)
    if letter.report is not None and letter.report.message_id:
        return outbox.mail_with(letter.report.message_id)
    return None


def _fault(letter: Letter, envelope_from: str) -> str:
    """Why no person can have meant this for us to read; empty when one can."""
    if letter.fault:
        return letter.fault
    if letter.is_automatic or not envelope_from:
        return "written by a program, not by a person"
    if not letter.from_address:
        return "no sender, or several"
    return ""


def _settle(mail: InboundMail, report: Report | None, email: Email) -> None:
    """Write down that `email` came back or is complained of. An answer of an absent person to it is no bounce."""
    mail.email_id = email.id
    if report is None or report.kind is None:
        return mark_refused(
            mail,
            "no bounce, though it came to the address for them" if report is None else "not yet given up",
        )
    mail.state = InboundState.COMPLAINT if report.kind is BounceKind.COMPLAINT else InboundState.BOUNCE
    mail.taken_at, mail.text = clock.now(), ""
    db.session.flush()
    outbox_services.note_bounce(email, report.kind, report.words)
    if report.kind is BounceKind.COMPLAINT:
        _stop(email)
    return None


def _stop(email: Email) -> None:
    """Who complains of a kind of mail gets no more of it."""
    wish = _WISH.get(email.category)
    user = db.session.get(User, email.user_id) if wish and email.user_id else None
    if wish and user is not None:
        accounts.set_wish(user, wish, wanted=False)

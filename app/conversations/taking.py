"""From a mail that came in to a message: who may, what is new in it, and what to tell who is not heard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DBAPIError

from app import clock
from app.accounts.models import User
from app.conversations import cutting, emails, services, team_queries, teams, tokens
from app.conversations.models import Message, Thread
from app.db import db
from app.errors import NotFound, RuleBroken
from app.inbound import queries as inbound
from app.inbound import services as inbox
from app.inbound.models import InboundMail
from app.introductions import queries as introductions
from app.outbox import services as outbox

log = structlog.get_logger(__name__)
PREFIX = "thread+"
_OTHER_ADDRESS = _(
    "A mail came from an address that is not yours in Sangam. Answer from the address our letters go to, or write on the page."
)
NOTHING_NEW = _("There was nothing new in your mail beside what it quotes. Please write on the page.")
_NOT_OPEN = _("You can no longer write in this conversation.")


class Refused(Exception):
    """A mail that is not posted: why, for administrators; and what to tell the person, if anything."""

    def __init__(self, why: str, told: object = None) -> None:
        super().__init__(why)
        self.why, self.told = why, told


def take_next(secret: str) -> bool:
    """Post or refuse the next mail to a conversation; False when there is none."""
    mails = inbound.waiting(PREFIX, 1)
    for mail in mails:
        _take(mail, secret)
    return bool(mails)


def _take(mail: InboundMail, secret: str) -> None:
    ids = tokens.read(mail.to_address, secret)
    thread = db.session.get(Thread, ids[0]) if ids else None
    user = db.session.get(User, ids[1]) if ids else None
    if thread is None or user is None or not user.is_active:
        return inbox.mark_refused(mail, "not an address that we gave out")
    try:
        with db.session.begin_nested():
            _post(mail, thread, user)
    except DBAPIError:
        # The database is away or busy: the mail waits.
        raise
    except Refused as refused:
        inbox.mark_refused(mail, refused.why)
        if refused.told is not None:
            day = clock.now().astimezone(user.zone).date().isoformat()
            outbox.enqueue(emails.not_taken(thread, user, refused.told, day))
        return None
    except Exception:
        # One mail that cannot be posted must not keep all later ones back.
        log.exception("mail not posted", inbound_mail_id=mail.id)
        return inbox.mark_refused(mail, "an error, which the log tells")
    return inbox.mark_taken(mail)


def _post(mail: InboundMail, thread: Thread, user: User) -> None:
    """Raises `Refused`."""
    if mail.from_address != user.email.lower():
        raise Refused("the sender is not whom the address was given to", _OTHER_ADDRESS)
    if mail.dmarc == "fail" or (mail.dmarc != "pass" and mail.dkim == "fail" and mail.spf != "pass"):
        raise Refused("the sender's own domain says that it is forged")
    say = _way_in(user, thread)
    text = cutting.cut(mail.text)
    if not text:
        raise Refused("nothing new beside what it quotes", NOTHING_NEW)
    try:
        say(user, text, inbound_mail_id=mail.id, dropped_files=mail.files)
    except RuleBroken as broken:
        raise Refused(str(broken)[:200], str(broken)) from broken


def _way_in(user: User, thread: Thread) -> Callable[..., Message]:
    """How this person says something in a thread. Raises `Refused`."""
    try:
        if thread.match_id is None:
            seat = team_queries.seat_of(user, thread.id, lock=True)
            is_open, say = seat.is_joined and seat.can_answer, partial(teams.post, seat)
        else:
            side = introductions.side_of(user, thread.match_id)
            is_open, say = side.introduction is not None and side.can_answer, partial(services.post, side)
    except NotFound:
        raise Refused("no longer one of its organizations", _NOT_OPEN) from None
    if not is_open:
        raise Refused("may not write for the organization", _NOT_OPEN)
    return say

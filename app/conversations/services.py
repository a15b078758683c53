"""Write, read, close the door, report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.conversations import emails, parting, queries, report_queries
from app.conversations.models import (
    LONGEST,
    Block,
    Message,
    ReportedMessage,
    Thread,
    ThreadMember,
    ThreadReader,
)
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.grievances import services as grievances
from app.grievances.models import AbuseReason
from app.introductions.sides import Side
from app.organizations.models import Organization
from app.outbox import services as outbox

MOST_AN_HOUR = 60


class ConversationClosed(RuleBroken):
    """One of the two organizations has closed the conversation."""


class NotSayable(RuleBroken):
    """Nothing to say, more than a message holds, or more messages than anybody writes."""


def thread_of(side: Side) -> Thread:
    """The thread of an introduced pair, made when it is first needed; at the same moment by two, it is still one."""
    found = queries.thread_by(side.match.id)
    if found is not None:
        return found
    match = side.match
    made = Thread(match_id=match.id, made_at=clock.now())
    made.members = [ThreadMember(organization_id=end) for end in (match.india_id, match.us_id)]
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        other = queries.thread_by(match.id)
        if other is None:
            raise
        return other
    audit.record("conversation.opened", ("thread", made.id), detail={"match": match.id})
    return made


def post(
    side: Side,
    by: User,
    text: str,
    *,
    form_key: str | None = None,
    inbound_mail_id: int | None = None,
    dropped_files: int = 0,
) -> Message:
    """Say something to the other side, whose people get it by mail. The same form posts once.

    Raises `NotSayable`, `ConversationClosed`, and `Forbidden` for who only reads.
    """
    _require_seat(side)
    thread = thread_of(side)
    # Whoever closes the conversation waits for this, or this for them.
    queries.thread_by(side.match.id, lock=True)
    if form_key and (before := queries.posted_under(thread, by, form_key)):
        return before
    _require_open(side)
    message = write(
        thread,
        side.organization,
        by,
        text,
        form_key=form_key,
        inbound_mail_id=inbound_mail_id,
        dropped_files=dropped_files,
    )
    for mail in emails.posted(message, side):
        outbox.enqueue(mail)
    return message


def write(thread: Thread, organization: Organization, by: User, text: str, **origin: Any) -> Message:
    """Put a message into a thread, for those who have seen to it that it may be there and that others hear of it.

    `origin` is `form_key`, `inbound_mail_id` and `dropped_files` of the message. Raises `NotSayable`.
    """
    _require_sayable(by, text)
    message = Message(
        thread_id=thread.id,
        author_id=by.id,
        organization_id=organization.id,
        text=text,
        at=clock.now(),
        **origin,
    )
    db.session.add(message)
    db.session.flush()
    audit.record("conversation.posted", ("message", message.id), by=by.id, detail={"thread": thread.id})
    mark_read(thread, by, message.id)
    return message


def _require_seat(side: Side) -> None:
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization write; you may read."))


def _require_open(side: Side) -> None:
    if queries.is_closed(side.match):
        raise ConversationClosed(_("This conversation is closed. Nothing more can be written in it."))


def _require_sayable(by: User, text: str) -> None:
    if not text.strip():
        raise NotSayable(_("Write your message."))
    if len(text) > LONGEST:
        raise NotSayable(_("Use at most %(most)s characters.", most=LONGEST))
    if queries.count_by(by, clock.now() - timedelta(hours=1)) >= MOST_AN_HOUR:
        raise NotSayable(_("You have written many messages within an hour. Please wait a little."))


def mark_read(thread: Thread, by: User, until: int) -> None:
    """This person has seen everything up to a message; never less than before."""
    query = sa.select(ThreadReader).where(ThreadReader.thread_id == thread.id, ThreadReader.user_id == by.id)
    reader = db.session.scalars(query).one_or_none()
    if reader is None:
        try:
            with db.session.begin_nested():
                db.session.add(ThreadReader(thread_id=thread.id, user_id=by.id, read_id=until))
        except IntegrityError:
            reader = db.session.scalars(query).one()
    if reader is not None and reader.read_id < until:
        reader.read_id = until
        db.session.flush()


def block(side: Side, by: User) -> None:
    """Close the door to the other side: no messages and no new meetings, both ways. Closing it twice changes nothing."""
    _require_seat(side)
    queries.thread_by(side.match.id, lock=True)
    own, other = side.organization.id, side.match.partner_of(side.organization).id
    if queries.block_by(own, other) is not None:
        return
    made = Block(organization_id=own, blocked_id=other, by_id=by.id, at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return
    audit.record("conversation.closed", ("match", side.match.id), by=by.id, detail={"organization": own})
    parting.part(own, other, by)


def unblock(side: Side, by: User) -> None:
    """Open it again, as far as this side is concerned."""
    _require_seat(side)
    found = queries.block_by(side.organization.id, side.match.partner_of(side.organization).id)
    if found is None:
        return
    db.session.delete(found)
    db.session.flush()
    about = {"organization": side.organization.id}
    audit.record("conversation.reopened", ("match", side.match.id), by=by.id, detail=about)


def report(message: Message, by: User, reason: AbuseReason, text: str) -> None:
    """Say that a message is not right: a program manager reads it with the report."""
    quoted = f"{text}\n\n“{message.text[:LONGEST]}”"
    grievance = grievances.report(message.organization, by, reason, quoted)
    try:
        with db.session.begin_nested():
            made = ReportedMessage(
                message_id=message.id, by_id=by.id, grievance_id=grievance.id, at=clock.now()
            )
            db.session.add(made)
    except IntegrityError:
        return
    audit.record("conversation.reported", ("message", message.id), by=by.id)


def read_reported(grievance_id: int, manager: User) -> list[report_queries.Reported]:
    """What a manager reads of a conversation to judge a report; that they did stays in the audit. Raises `NotFound`."""
    found = report_queries.reported_for(manager, grievance_id)
    seen = {"messages": [message.id for one in found for message in one.around]}
    audit.record("conversation.reported_read", ("grievance", grievance_id), by=manager.id, detail=seen)
    return found

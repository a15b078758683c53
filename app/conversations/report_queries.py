"""Reads of reported messages: all that managers ever see of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.conversations.models import Message, ReportedMessage, ThreadMember
from app.db import db
from app.errors import NotFound
from app.grievances.models import Grievance, GrievanceState
from app.organizations.queries import LARGEST_ID

# Messages before and after a reported one that are read with it.
NEIGHBORS = 2


@dataclass(frozen=True)
class Reported:
    """A message that somebody reported, with what was written just before and after it."""

    message: Message
    around: Sequence[Message]


def has_reported(grievance_id: int) -> bool:
    """Whether a complaint is about messages, and still waits."""
    return db.session.scalar(sa.select(sa.exists(_reported(grievance_id)))) is True


def reported_for(manager: User, grievance_id: int) -> list[Reported]:
    """What a waiting complaint is about. Raises `NotFound`, also when a conflict of interest hides it."""
    query = (
        _reported(min(grievance_id, LARGEST_ID))
        .where(Message.thread_id.not_in(_threads_hidden_from(manager)))
        .order_by(Message.id)
    )
    found = db.session.scalars(query).all()
    if not found:
        raise NotFound
    return [Reported(message, _around(message)) for message in found]


def _reported(grievance_id: int) -> sa.Select[Message]:
    return (
        sa.select(Message)
        .join(ReportedMessage, ReportedMessage.message_id == Message.id)
        .join(Grievance, Grievance.id == ReportedMessage.grievance_id)
        .where(Grievance.id == grievance_id, Grievance.state == GrievanceState.WAITING)
    )


def _threads_hidden_from(manager: User) -> sa.Select[int]:
    """Of a pair or a team in which any organization is one this manager has an interest in."""
    hidden = conflicts.hidden_from(manager.id)
    return sa.select(ThreadMember.thread_id).where(ThreadMember.organization_id.in_(hidden))


def _around(message: Message) -> list[Message]:
    """The message and its neighbors, oldest first: enough to understand it, and not the whole conversation."""
    of = sa.select(Message).where(Message.thread_id == message.thread_id)
    of = of.options(joinedload(Message.author), joinedload(Message.organization))
    before = of.where(Message.id < message.id).order_by(Message.id.desc()).limit(NEIGHBORS)
    after = of.where(Message.id > message.id).order_by(Message.id).limit(NEIGHBORS)
    return [*reversed(db.session.scalars(before).all()), message, *db.session.scalars(after)]

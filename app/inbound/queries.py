"""Reads of the mail that came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.db import db
from app.inbound.models import InboundMail, InboundState


def waiting(prefix: str, limit: int) -> Sequence[InboundMail]:
    """Mail to the addresses that start with `prefix` which nobody has taken yet, oldest first, locked for the caller."""
    query = (
        sa.select(InboundMail)
        .where(
            InboundMail.state == InboundState.NEW,
            InboundMail.to_address.startswith(prefix, autoescape=True),
        )
        .order_by(InboundMail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(query).all()


def has_waiting(prefix: str) -> bool:
    """Whether `waiting` would give anything; takes no lock."""
    query = sa.select(InboundMail.id).where(
        InboundMail.state == InboundState.NEW, InboundMail.to_address.startswith(prefix, autoescape=True)
    )
    return db.session.scalar(query.limit(1)) is not None


def count_to(local_part: str, since: datetime) -> int:
    """How many mails came to one address."""
    query = sa.select(sa.func.count()).where(
        InboundMail.to_address == local_part, InboundMail.received_at >= since
    )
    return db.session.scalar(query) or 0


def count_since(since: datetime) -> int:
    """How many mails came in at all."""
    return db.session.scalar(sa.select(sa.func.count()).where(InboundMail.received_at >= since)) or 0

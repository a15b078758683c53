"""The audit chain: what happened, who did it, each row sealed with the hash of the row before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, json_object


class AuditEvent(Base):
    """One thing that happened. Rows are never changed or deleted: triggers in the database forbid it."""

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_subject", "subject_type", "subject_id"),)

    # Numbered by the chain's head and not by a sequence, so that a missing row shows.
    number: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    # No foreign key: the trail outlives the person's account.
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(60), index=True)
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[str] = mapped_column(sa.String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    def seal(self) -> str:
        """SHA-256 over this event's fields and the hash of the event before it."""
        fields = [
            self.number,
            self.at.isoformat(),
            self.actor_id,
            self.action,
            self.subject_type,
            self.subject_id,
            self.detail,
            self.previous_hash,
        ]
        text = json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class AuditHead(Base):
    """The end of the chain: one row, locked while an event is added, so that the chain never forks."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    number: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default="0" * 64)

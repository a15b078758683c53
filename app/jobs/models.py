"""What the worker tells of itself, and who holds a task that only one may do at a time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Worker(Base):
    """A worker process and when it was last seen alive."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Lease(Base):
    """A named task held by one holder until a moment; afterwards anyone may take it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(40))
    until: Mapped[datetime]

"""What was answered to requests that may be repeated."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class KeptAnswer(Base):
    """The answer to a request that carried an idempotency key: the same request gets it again."""

    __tablename__ = "kept_answer"
    # Of two requests with one key at once, one is first.
    __table_args__ = (sa.UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(sa.ForeignKey("api_token.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(200))
    # Of method, address and body: another request under the same key is a mistake.
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(sa.Text)
    location: Mapped[str] = mapped_column(sa.String(300))
    etag: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(index=True)

"""Texts in the other language."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column


class TextColumns:
    """A Hindi text beside the English one, where the organization gives it; empty where it does not."""

    name_hi: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    summary_hi: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    description_hi: Mapped[str] = mapped_column(sa.Text, default="", server_default="")

    def hindi_texts(self) -> list[str]:
        """All it says in Hindi, as search and matching read it."""
        return [text for text in (self.name_hi, self.summary_hi, self.description_hi) if text]

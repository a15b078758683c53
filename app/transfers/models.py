"""Import runs: a file of organizations on its way into the database, and what became of its rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice, json_list, json_object


class RunState(StrEnum):
    """Where a run stands. In `CHECKING` (the dry run) and `RUNNING` a worker is, or will soon be, at it."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


WORKING = (RunState.CHECKING, RunState.RUNNING)


class ImportRun(Base):
    """One uploaded file. The counts are also its position: a worker that takes over skips `read_rows` rows."""

    __tablename__ = "import_run"
    __table_args__ = (
        sa.CheckConstraint("read_rows >= refused_rows", name="rows"),
        sa.Index("ix_import_run_queue", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[RunState] = mapped_column(choice(RunState, "state"), default=RunState.UPLOADED)
    # The file's columns in their order, and its first rows by column, for the page that maps them.
    header: Mapped[list[str]] = mapped_column(json_list(), default=list)
    preview: Mapped[list[dict[str, Any]]] = mapped_column(json_list(), default=list)
    # Our column by the file's column; "" leaves a column out. `fixed` holds values for columns the file lacks.
    mapping: Mapped[dict[str, str]] = mapped_column(json_object(), default=dict)
    fixed: Mapped[dict[str, str]] = mapped_column(json_object(), default=dict)
    total_rows: Mapped[int | None]
    read_rows: Mapped[int] = mapped_column(default=0)
    new_rows: Mapped[int] = mapped_column(default=0)
    changed_rows: Mapped[int] = mapped_column(default=0)
    unchanged_rows: Mapped[int] = mapped_column(default=0)
    refused_rows: Mapped[int] = mapped_column(default=0)
    # Counted by the job since 0026; stays until no older code runs.
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def may_be_mapped(self) -> bool:
        return self.state in {RunState.UPLOADED, RunState.CHECKED}

    @property
    def may_be_canceled(self) -> bool:
        return self.state not in {RunState.DONE, RunState.FAILED, RunState.CANCELED}


class ImportChunk(Base):
    """A piece of an uploaded file: in the database, so that a worker on any machine can read it."""

    __tablename__ = "import_chunk"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ImportRefusal(Base):
    """A row that was not taken: as it was given, with (field, reason) for each thing wrong with it."""

    __tablename__ = "import_refusal"

    run_id: Mapped[int] = mapped_column(sa.ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reasons: Mapped[list[list[str]]] = mapped_column(json_list(), default=list)
    # By the file's column; empty when the row could not be taken apart, and `raw` is all there is.
    cells: Mapped[dict[str, Any]] = mapped_column(json_object(), default=dict)
    raw: Mapped[str] = mapped_column(sa.Text, default="")

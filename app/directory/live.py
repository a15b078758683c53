"""The directory's snapshot in this process, kept true to the database; see docs/decisions/0012-the-directory-in-memory.md.

Each request asks two indexes whether anything has changed. What has is read, and nothing else; once in a while, and when
too much has changed, everything is read anew beside the requests.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import Session

from app.db import db
from app.db import reading as without_lock
from app.directory import reading, snapshot_files
from app.directory.reading import Mark
from app.directory.snapshot import Snapshot
from app.matching import scoring
from app.store import services as store

log = structlog.get_logger(__name__)
# So many are read anew at once whenever one has changed.
FEW = 300
# The words of more are indexed beside the requests, which ask the database meanwhile.
INDEXED_AT_ONCE = 3000
# Past so many changes everything is read anew.
MOST_CHANGED = 2000
# A transaction may commit a moment later than the time it wrote down.
OVERLAP = timedelta(seconds=60)
# Dates pass without anybody writing: everything is read anew at least so often.
RENEWED_SECONDS = 1800
# A refresh that takes longer is not made at each request.
QUICK_SECONDS = 0.2
PAUSE_SECONDS = 1.0
# Counting all takes at most this part of the time.
COUNT_PAUSES = 100
MEANING_FILE = "directory.meaning"
LOOKS_SECONDS = 10


class Live:
    """One database's snapshot. Readers get a whole one, whatever is being read meanwhile."""

    def __init__(
        self,
        engine: sa.Engine,
        context: Callable[[], AbstractContextManager[object]],
        file: Path | None = None,
    ) -> None:
        # Without a file nothing is written and everything is read.
        self._engine, self._context, self._file = engine, context, file
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._mark = Mark(None, 0)
        self._read_at = self._quiet_until = self._count_at = 0.0
        self._beside: threading.Thread | None = None
        self._is_awake = self._is_file_ours = False
        # What was just read and is not indexed yet.
        self._fresh: tuple[Snapshot, Mark] | None = None

    @property
    def is_read(self) -> bool:
        """Whether requests that need it need not wait; so too where nobody has asked yet that it be read."""
        return self._snapshot is not None or not self._is_awake

    def snapshot(self) -> Snapshot:
        """What is listed now, or at most seconds ago under a flood of changes; a process's first call waits."""
        known = self._snapshot
        if known is not None and time.monotonic() < self._quiet_until:
            return known
        # Who finds somebody else at it takes what there is.
        if not self._lock.acquire(blocking=known is None):
            return known or self.snapshot()
        try:
            return self._refresh()
        finally:
            self._lock.release()

    def indexed(self) -> Snapshot:
        """`snapshot` with its words indexed, however long that takes: for the worker and the terminal."""
        found = self.snapshot()
        self._index_fresh()
        found.texts.index()
        return found

    def wake(self) -> None:
        """Begin to read beside what this process does now, unless that was done."""
        if self._snapshot is None:
            self._is_awake = True
            self._start(self._warm)

    def _refresh(self) -> Snapshot:
        began = time.monotonic()
        with without_lock(), Session(self._engine) as session:
            now = reading.mark(session)
            found = self._brought_up(now, session)
        took = time.monotonic() - began
        self._quiet_until = 0.0 if took < QUICK_SECONDS else time.monotonic() + max(PAUSE_SECONDS, took)
        if time.monotonic() > self._read_at + RENEWED_SECONDS:
            self._start(self._read_anew)
        return found

    def _brought_up(self, now: Mark, session: Session) -> Snapshot:
        if self._snapshot is None and self._file is not None:
            self._take_file(self._file, session)
        known, before = self._snapshot, self._mark
        if known is not None and now == before:
            return known
        if known is None or known.count <= FEW or before.latest is None or now.is_before(before):
            return self._read_all(now, session)
        moments = reading.changed_since(session, before.latest - OVERLAP, MOST_CHANGED)
        told = reading.told_since(session, before.event, MOST_CHANGED)
        # Of the minute that is looked at twice, who was taken in already is not read again.
        ids = known.unlike(moments) | told
        if len(ids) + known.worn > MOST_CHANGED:
            self._start(self._read_anew)
            self._quiet_until = time.monotonic() + PAUSE_SECONDS
            return known
        listed = reading.entries_of(session, ids) if ids else []
        gone = ids - {entry.id for entry in listed}
        if listed or len(known.slots_of(np.array([*gone], dtype=np.int64))):
            self._snapshot = known = known.changed(listed, gone)
        self._mark = now
        if not self._is_whole(known, session):
            # Somebody came or left and told no log.
            self._start(self._read_anew)
        return known

    def _is_whole(self, known: Snapshot, session: Session) -> bool:
        """Whether as many are listed as the database says; not asked again before long, where counting takes long."""
        began = time.monotonic()
        if began < self._count_at:
            return True
        is_whole = known.count == reading.count(session)
        self._count_at = time.monotonic() + COUNT_PAUSES * (time.monotonic() - began)
        return is_whole

    def _read_all(self, now: Mark, session: Session) -> Snapshot:
        found = Snapshot.of(reading.entries(session))
        if found.count <= INDEXED_AT_ONCE:
            found.texts.index()
        self._snapshot, self._mark, self._read_at = found, now, time.monotonic()
        if not found.texts.is_indexed:
            self._fresh = found, now
            self._start(self._index_fresh)
        return found

    def _index_fresh(self) -> None:
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            self._index(*fresh)

    def _index(self, found: Snapshot, mark: Mark) -> None:
        """Index the words of what was just read, and let processes to come have all of it."""
        read_at = time.time()
        found.texts.index()
        if self._file is None or found.count <= INDEXED_AT_ONCE:
            return
        if self._is_file_ours and read_at < snapshot_files.read_at(self._file) + RENEWED_SECONDS / 2:
            # Another process has just written it.
            return
        with without_lock(), Session(self._engine) as session:
            seal = reading.seal_of(session, mark.event)
        if seal is not None:
            snapshot_files.write(self._file, found, mark, seal, read_at)
            self._is_file_ours = True

    def _take_file(self, file: Path, session: Session) -> None:
        """Begin with what another process has written, if it is of this database."""
        written = snapshot_files.read(file, lambda event: reading.seal_of(session, event))
        if written is not None:
            self._is_file_ours = True
            self._snapshot, self._mark = written.snapshot, written.mark
            self._read_at = time.monotonic() - (time.time() - written.read_at)

    def _read_anew(self) -> None:
        """The same beside the requests: until it is done they read what there was."""
        with without_lock(), Session(self._engine) as session:
            now = reading.mark(session)
            found = Snapshot.of(reading.entries(session))
        self._index(found, now)
        with self._lock:
            self._snapshot, self._mark, self._read_at = found, now, time.monotonic()

    def _warm(self) -> None:
        alone = snapshot_files.one_at_a_time(self._file) if self._file is not None else nullcontext()
        with alone:
            self.snapshot()
            self._index_fresh()

    def _start(self, work: Callable[[], object]) -> None:
        """Do this in a thread, unless one is at work: what it leaves undone is seen at the next refresh."""
        if self._beside is None or not self._beside.is_alive():
            self._beside = threading.Thread(target=self._quietly, args=(work,), daemon=True, name="directory")
            self._beside.start()

    def _quietly(self, work: Callable[[], object]) -> None:
        """A database that is away now is there at the next try; nobody waits for this thread."""
        try:
            with self._context():
                work()
        except Exception:
            log.exception("directory not read")


class Meanings:
    """The file of meanings in this process, read beside the requests whenever the worker has written another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: scoring.Meaning | None = None
        self._seen: float | None = None
        self._look_at = 0.0
        self._lock = threading.Lock()

    def meaning(self) -> scoring.Meaning | None:
        """What there is now; None until a first file is read, and then words alone answer."""
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            self._look_at = time.monotonic() + LOOKS_SECONDS
            if store.has_store(self._path) or self._is_another():
                threading.Thread(target=self._read, daemon=True, name="meaning").start()
            else:
                self._lock.release()
        return self._found

    def read(self) -> scoring.Meaning | None:
        """The file as it is now, however long that takes: for the worker and the terminal."""
        store.fetch(self._path)
        if self._is_another():
            written = _written_at(self._path)
            self._found, self._seen = scoring.meaning_or_none(self._path), written
        return self._found

    def _is_another(self) -> bool:
        written = _written_at(self._path)
        return written is not None and written != self._seen

    def _read(self) -> None:
        try:
            store.fetch(self._path)
            if self._is_another():
                written = _written_at(self._path)
                self._found, self._seen = scoring.meaning_or_none(self._path) or self._found, written
        finally:
            self._lock.release()


def _written_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


_lives: dict[sa.Engine, Live] = {}
_meanings: dict[Path, Meanings] = {}


def of_database() -> Live:
    """The directory of the database in use."""
    engine = db.engine
    if engine not in _lives:
        file = Path(current_app.config["SETTINGS"].model_dir) / snapshot_files.NAME
        _lives.setdefault(engine, Live(engine, current_app.app_context, file))
    return _lives[engine]


def is_read() -> bool:
    """Whether this process has the directory, or nobody wants it."""
    live = _lives.get(db.engine)
    return live is None or live.is_read


def wake() -> None:
    """Begin to read what the directory needs beside what this process does now, unless that was done."""
    of_database().wake()
    meanings(Path(current_app.config["SETTINGS"].model_dir)).meaning()


def meanings(folder: Path) -> Meanings:
    """What was learned of meanings and written to the folder of models."""
    path = folder / MEANING_FILE
    return _meanings.get(path) or _meanings.setdefault(path, Meanings(path))

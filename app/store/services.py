"""A folder of files and what stands behind it, so that a file written on one machine is read on all: STORE_URL.

`database:` keeps the files in the database, in the transaction of whoever writes one; `file:///a/folder` in a folder that all
machines see. Without either the folder itself is all there is. What was fetched stays in the folder until the store has another.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
import structlog

from app import clock
from app.db import db, reading
from app.store.models import StoredFile, StoredPiece

log = structlog.get_logger(__name__)
PIECE = 1024 * 1024
_Receive = Callable[[bytes], object]


class Store(Protocol):
    """Where files lie that several machines read."""

    def keep(self, path: Path, sha256: str) -> None:
        """Take the file in under its name, in the place of an older one."""

    def sha256_of(self, name: str) -> str | None:
        """Checksum of the file there; None when there is none."""

    def give(self, name: str, receive: _Receive) -> None:
        """Hand the file over piece by piece."""


class InDatabase:
    """Reads with a connection of its own, so that nobody's transaction is touched."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, path: Path, sha256: str) -> None:
        db.session.execute(sa.delete(StoredFile).where(StoredFile.name == path.name))
        stored = StoredFile(name=path.name, sha256=sha256, size=path.stat().st_size, stored_at=clock.now())
        db.session.add(stored)
        db.session.flush()
        with path.open("rb") as file:
            for number, piece in enumerate(_pieces(file.read)):
                row = {"file_id": stored.id, "number": number, "content": piece}
                db.session.execute(sa.insert(StoredPiece), [row])

    def sha256_of(self, name: str) -> str | None:
        with reading(), self._engine.connect() as connection:
            return connection.scalar(sa.select(StoredFile.sha256).where(StoredFile.name == name))

    def give(self, name: str, receive: _Receive) -> None:
        number = 0
        with reading(), self._engine.connect() as connection:
            while (piece := connection.scalar(_piece(name, number))) is not None:
                receive(piece)
                number += 1


def _piece(name: str, number: int) -> sa.Select[bytes]:
    pieces = sa.select(StoredPiece.content).join(StoredFile, StoredFile.id == StoredPiece.file_id)
    return pieces.where(StoredFile.name == name, StoredPiece.number == number)


class InFolder:
    """A checksum lies beside each file, and is written last."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, path: Path, sha256: str) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        with _written(self._root / path.name) as file, path.open("rb") as source:
            shutil.copyfileobj(source, file)
        with _written(self._sum(path.name)) as file:
            file.write(sha256.encode())

    def sha256_of(self, name: str) -> str | None:
        try:
            return self._sum(name).read_text()
        except FileNotFoundError:
            return None

    def give(self, name: str, receive: _Receive) -> None:
        with (self._root / name).open("rb") as file:
            for piece in _pieces(file.read):
                receive(piece)

    def _sum(self, name: str) -> Path:
        return self._root / f"{name}.sha256"


_stores: dict[Path, Store] = {}
# Checksums of files in folders, by when and how large they were written.
_known: dict[Path, tuple[tuple[int, int], str]] = {}


def connect(folder: Path, url: str, engine: sa.Engine) -> None:
    """Let STORE_URL stand behind the folder. Raises `ValueError` for one that cannot."""
    _stores.pop(folder, None)
    if url == "database:":
        _stores[folder] = InDatabase(engine)
    elif url.startswith("file:///"):
        _stores[folder] = InFolder(Path(url.removeprefix("file://")))
    elif url:
        raise ValueError("STORE_URL must be database: or start with file:///.")


def has_store(path: Path) -> bool:
    """Whether other machines may have written another file of this name."""
    return path.parent in _stores


def put(path: Path) -> None:
    """Let the other machines have the file. The database takes it in the caller's transaction."""
    if (store := _stores.get(path.parent)) is not None:
        store.keep(path, _sha256(path) or "")


def fetch(path: Path) -> None:
    """Bring the file into its folder when the store has another one; a store that is away or damaged changes nothing."""
    if (store := _stores.get(path.parent)) is None:
        return
    try:
        wanted = store.sha256_of(path.name)
        if wanted is not None and wanted != _sha256(path):
            _take(store, path, wanted)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        log.warning("store away", file=path.name, error=str(error)[:300])


def _take(store: Store, path: Path, wanted: str) -> None:
    seen = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _written(path) as file:

        def receive(piece: bytes) -> None:
            seen.update(piece)
            file.write(piece)

        store.give(path.name, receive)
        if seen.hexdigest() != wanted:
            # It is being written anew at this moment, or is damaged; what lay there stays.
            raise OSError("the file in the store is not whole")


def _sha256(path: Path) -> str | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    written = (stat.st_mtime_ns, stat.st_size)
    if path not in _known or _known[path][0] != written:
        with path.open("rb") as file:
            _known[path] = (written, hashlib.file_digest(file, "sha256").hexdigest())
    return _known[path][1]


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(PIECE):
        yield piece


@contextmanager
def _written(target: Path) -> Iterator[tempfile._TemporaryFileWrapper[bytes]]:
    """A new file that takes the place of `target` when the block ends well."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise

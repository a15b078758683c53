"""A snapshot in a file beside the models: a process that starts reads it in a moment, and the database only for what changed since.

The file is of one database and of the code that wrote it; anybody else's is passed over, and everything is read as ever.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
import structlog

from app.directory import reading, snapshot, wish, words
from app.directory.reading import Mark
from app.directory.snapshot import Labels, Snapshot, Texts
from app.directory.words import Words

log = structlog.get_logger(__name__)
NAME = "directory.snapshot"
# An older file is of another day: dates have passed, and much has changed.
MOST_SECONDS = 86_400
# While one process reads everything others on this machine wait for its file, but not forever.
WAIT_SECONDS = 600
_ARRAYS = ("ids", "alive", "listed_at", "changed_at", "length", "order")
# Rules that decide what stands in it: other rules, another file.
_RULES = tuple(Path(str(module.__file__)) for module in (reading, snapshot, wish, words))


@dataclass(frozen=True)
class Written:
    """What a file holds, and when it was read from the database, in seconds since 1970."""

    snapshot: Snapshot
    mark: Mark
    read_at: float


def write(path: Path, found: Snapshot, mark: Mark, seal: str, read_at: float) -> None:
    """Write a snapshot that is indexed and has not changed since it was read, whole or not at all.

    `seal` is the hash of the audit trail's event in `mark`: no other database has it.
    """
    if found.texts.words is None:
        return
    plain = {name: getattr(found, name) for name in _ARRAYS}
    plain |= {f"words.{name}": array for name, array in found.texts.words.arrays().items()}
    plain |= {f"slots.{facet}": labels.slots for facet, labels in found.labels.items()}
    plain |= {f"codes.{facet}": labels.codes for facet, labels in found.labels.items()}
    told = {
        "rules": _rules(),
        "seal": seal,
        "event": mark.event,
        "latest": mark.latest.isoformat() if mark.latest else None,
        "read_at": read_at,
        "values": {facet: labels.values for facet, labels in found.labels.items()},
        "names": found.names,
        "other_names": found.other_names,
    }
    plain["told"] = np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)
    try:
        with _new(path) as file:
            np.savez(file, allow_pickle=False, **plain)
    except OSError as error:
        # A full disk, a folder of somebody else's: this process has what it needs.
        log.warning("directory's file not written", error=str(error)[:300])


def read(path: Path, seal_of: Any) -> Written | None:
    """What a file of this database and these rules holds; `seal_of` gives the hash of an event by its number."""
    try:
        with path.open("rb") as whole, np.load(whole, allow_pickle=False) as file:
            told = json.loads(file["told"].tobytes())
            if not _is_ours(told, seal_of):
                return None
            return _restored({name: file[name] for name in file.files}, told)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        log.warning("directory's file unreadable", error=str(error)[:300])
        return None


def read_at(path: Path) -> float:
    """When the file was written, in seconds since 1970; 0 where there is none."""
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process on this machine read everything, so that the others find its file; where none can lie, each reads."""
    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = held.enter_context(path.with_name(f".{path.name}.lock").open("ab"))
            until = time.monotonic() + WAIT_SECONDS
            while not _taken(file) and time.monotonic() < until:
                time.sleep(0.1)
        except OSError as error:
            log.warning("directory's file cannot be locked", error=str(error)[:300])
        yield


def _taken(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_ours(told: dict[str, Any], seal_of: Any) -> bool:
    is_young = 0 <= time.time() - told["read_at"] < MOST_SECONDS
    return is_young and told["rules"] == _rules() and told["seal"] == seal_of(told["event"])


def _restored(plain: dict[str, Any], told: dict[str, Any]) -> Written:
    index = {name.removeprefix("words."): array for name, array in plain.items() if name.startswith("words.")}
    labels = {
        facet: Labels(values, plain[f"slots.{facet}"], plain[f"codes.{facet}"])
        for facet, values in told["values"].items()
    }
    found = Snapshot(
        **{name: plain[name] for name in _ARRAYS},
        names=told["names"],
        other_names=told["other_names"],
        labels=labels,
        texts=Texts.of_words(Words.restored(index)),
        later={},
    )
    latest = datetime.fromisoformat(told["latest"]) if told["latest"] else None
    return Written(found, Mark(latest, told["event"]), told["read_at"])


def _rules() -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in _RULES)).hexdigest()


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)

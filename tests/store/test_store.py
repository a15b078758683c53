"""A file that one machine writes is read on the others, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.matching import live
from app.matching.models import RankingModel
from app.store import services as store
from app.store.models import StoredPiece
from config import Settings, SettingsError

LARGE = bytes(range(256)) * 6_000


@pytest.fixture(params=["database:", "file:"])
def machines(app, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """The folders of two machines with one store behind both."""
    url = request.param if request.param == "database:" else f"file://{tmp_path}/shared"
    folders = (tmp_path / "one", tmp_path / "other")
    with app.app_context():
        for folder in folders:
            folder.mkdir()
            store.connect(folder, url, db.engine)
    return folders


def put(app, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with app.app_context():
        store.put(path)
        db.session.commit()


def test_what_one_machine_puts_the_other_fetches_and_fetches_again_when_it_changes(app, machines) -> None:
    one, other = machines
    store.fetch(other / "a.model")
    assert not (other / "a.model").exists()
    for content in (LARGE, b"shorter"):
        put(app, one / "a.model", content)
        store.fetch(other / "a.model")
        assert (other / "a.model").read_bytes() == content
    assert [path.name for path in other.iterdir()] == ["a.model"]


def test_a_damaged_file_is_not_taken(app, machines, tmp_path) -> None:
    one, other = machines
    put(app, one / "a.model", b"first")
    store.fetch(other / "a.model")
    put(app, one / "a.model", LARGE)
    if (tmp_path / "shared").exists():
        (tmp_path / "shared" / "a.model").write_bytes(LARGE[:-1])
    else:
        with app.app_context():
            db.session.scalars(
                sa.select(StoredPiece).where(StoredPiece.number == 1)
            ).one().content = b"damaged"
            db.session.commit()
    store.fetch(other / "a.model")
    assert (other / "a.model").read_bytes() == b"first"


def test_the_model_in_force_is_at_hand_on_every_machine(app, machines) -> None:
    one, other = machines
    put(app, one / "1.model", b"a model")
    now = clock.now()
    with app.app_context():
        row = RankingModel(
            version="1", why="", created_at=now, profiles_at=now, learned_until=now, metrics={}
        )
        row.file, row.sha256, row.bytes, row.is_in_force = "1.model", "", 7, True
        db.session.add(row)
        db.session.commit()
        chosen = live.chosen(other)
    assert chosen
    assert chosen.path.read_bytes() == b"a model"


def test_a_folder_without_a_store_is_all_there_is(app, tmp_path) -> None:
    put(app, tmp_path / "a.model", b"a")
    with app.app_context():
        assert db.session.query(StoredPiece).count() == 0
    store.fetch(tmp_path / "b.model")
    assert not store.has_store(tmp_path / "b.model")


def test_a_store_that_cannot_be_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="STORE_URL"):
        Settings(store_url="s3://bucket").check()

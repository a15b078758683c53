"""Two organizations that were introduced some time ago, and what their people do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.db import db
from app.introductions.models import Introduction
from tests.introductions.pair import Pair, make_pair
from tests.world import World


@dataclass
class Introduced:
    """The pair, introduced forty days ago."""

    pair: Pair
    app: Flask

    @property
    def url(self) -> str:
        return f"/matches/{self.pair.match.id}/outcomes"

    def state(self, kind: str = "pilot", days_ago: int = 3, **typed: Any) -> Any:
        """What Asha's statement answers."""
        day = clock.now().date() - timedelta(days=days_ago)
        sent = {"kind": kind, "reached_on": day.isoformat(), "evidence": "word", "value_band": "", **typed}
        return self.pair.browser(self.pair.asha).post(self.url, data=sent)

    def rows(self, model: Any) -> list[Any]:
        with self.app.app_context():
            found = db.session.scalars(sa.select(model).order_by(model.id)).all()
            db.session.expunge_all()
            return list(found)


@pytest.fixture
def introduced(app: Flask, world: World) -> Iterator[Introduced]:
    pair = make_pair(world)
    world.add(Introduction(match_id=pair.match.id, at=clock.now() - timedelta(days=40)))
    yield Introduced(pair, app)
    clock.shift(0)

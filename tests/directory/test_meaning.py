"""Search by meaning: from the recommender's vectors, written by the worker and read by the pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.db import db
from app.directory import finding, live, queries
from app.directory.wish import Wish
from app.jobs.engine import jobs
from app.matching import scoring


@pytest.fixture
def learned(app, world) -> Path:
    """A folder in which the worker has written what a dozen organizations mean."""
    texts = {
        "Clear": "Membranes that clean drinking water for villages",
        "Arms": "Robot arms that weld car bodies",
        "Sun": "Photovoltaic roofs and inverters",
        "Cells": "Lithium battery packs for scooters",
    }
    for name, text in texts.items():
        world.organization(name=name, summary=text, offers=text, needs="", technologies=[])
    for number in range(8):
        world.organization(name=f"Other {number}", summary="Accounting for shops", offers="", needs="")
    with app.app_context():
        jobs.run("directory.learn")
    return Path(app.config["SETTINGS"].model_dir)


def test_other_words_of_the_same_meaning_are_found_and_it_is_said(app, client, learned) -> None:
    with app.app_context():
        found = queries.found_at_leisure(Wish(text="electric vehicle batteries"), learned)
        names = [one.name for one in queries.page(found).organizations]
    assert names == ["Cells"]
    assert "Near in meaning" in client.get("/organizations?q=electric+vehicle+batteries").text


def test_who_changed_since_is_found_by_words_only(app, world, learned) -> None:
    from app import clock
    from app.organizations.models import Organization

    with app.app_context():
        for row in db.session.query(Organization).filter_by(name="Clear"):
            row.summary = row.offers = "Accounting"
            row.profile_changed_at = clock.now()
        db.session.commit()
        found = queries.found_at_leisure(Wish(text="drinking water"), learned)
        assert "Clear" not in [one.name for one in queries.page(found).organizations]


def test_a_damaged_file_leaves_the_search_by_words(tmp_path) -> None:
    path = tmp_path / live.MEANING_FILE
    path.write_bytes(b"nothing of the kind")
    assert scoring.meaning_or_none(path) is None
    assert scoring.meaning_made_at(path) is None
    assert live.Meanings(path).read() is None


def test_what_is_near_is_worked_out_once_for_each_meaning_and_words_within_its_room() -> None:
    asked: list[tuple[int, str]] = []

    @dataclass(frozen=True, eq=False)
    class Counting:
        number: int

        def likeness(self, need: str) -> np.ndarray:
            asked.append((self.number, need))
            return np.zeros(10, dtype=np.float32)

    known, old, new = finding.Likenesses(most_bytes=80), Counting(1), Counting(2)
    for meaning, need in ((old, "a"), (old, "a"), (new, "a"), (new, "b"), (new, "a"), (new, "c"), (new, "b")):
        known.of(meaning, need)
    assert asked == [(1, "a"), (2, "a"), (2, "b"), (2, "c"), (2, "b")]

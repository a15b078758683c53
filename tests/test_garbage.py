"""Garbage is collected beside what a process does, in the order of Python's own generations."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app import garbage
from app.db.sessions import Session


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def by_hand() -> Iterator[None]:
    """Only what a test collects is collected, and nothing stays frozen."""
    gc.collect()
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def knots(count: int) -> list[weakref.ref[Knot]]:
    return [weakref.ref(Knot()) for _ in range(count)]


def test_cycles_are_collected_once_there_are_enough_new_objects() -> None:
    collector = garbage.Collector(now=0)
    left = knots(garbage.YOUNG)
    assert collector.step(now=1) == 0
    assert not any(knot() for knot in left)
    assert collector.step(now=1) is None


def test_older_ones_are_collected_after_so_many_collections_of_the_youngest() -> None:
    collector = garbage.Collector(now=0)
    for _ in range(garbage.MIDDLE):
        gc.collect(0)
    assert collector.step(now=1) == 1


def test_everything_is_collected_once_a_minute_and_what_outlives_it_is_looked_at_again_in_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "FULLS_TO_ALL", 2)
    monkeypatch.setattr(garbage.time, "monotonic", lambda: 0)
    collector = garbage.Collector(now=0)
    tied = Knot()
    late = weakref.ref(tied)
    assert collector.step(now=garbage.FULL_SECONDS) == 2
    assert gc.get_freeze_count() > 0
    del tied
    gc.collect()
    assert late() is not None
    assert collector.step(now=2 * garbage.FULL_SECONDS) == 2
    assert late() is None


def test_a_session_holds_its_objects_until_it_is_closed() -> None:
    base = orm.declarative_base()
    thing = type("Thing", (base,), {"__tablename__": "thing", "id": sa.Column(sa.Integer, primary_key=True)})
    engine = sa.create_engine("sqlite://")
    base.metadata.create_all(engine)
    session, alive = Session(engine), set()
    session.add_all([thing(id=1), thing(id=2)])
    session.commit()
    for number in (1, 2):
        found = session.get(thing, number)
        found.itself = found
    del found

    def collected(_session: Session, one: object) -> None:
        gc.collect()
        alive.add(one and one.id)

    sa.event.listen(session, "persistent_to_detached", collected)
    session.close()
    assert alive == {1, 2}

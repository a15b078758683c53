"""Figures over everything: read at once where that is cheap, kept where it is not."""

from app.insights import keeping
from app.insights.keeping import Kept


class Clock:
    """A clock that reading moves on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.readings = 0

    def monotonic(self) -> float:
        return self.now

    def reading_of(self, seconds: float) -> Kept[int]:
        def read() -> int:
            self.now += seconds
            self.readings += 1
            return self.readings

        return Kept(read)


def test_what_is_quick_to_read_is_never_kept(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    told = clock.reading_of(0.001)
    assert [told.value(), told.value()] == [1, 2]


def test_what_took_long_is_kept_a_hundred_times_as_long(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    told = clock.reading_of(0.5)
    assert told.value() == 1
    clock.now += 49
    assert told.value() == 1
    clock.now += 2
    assert told.value() == 2


def test_nothing_is_kept_longer_than_five_minutes(monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    told = clock.reading_of(60)
    told.value()
    clock.now += 301
    assert told.value() == 2

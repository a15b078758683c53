"""What a week at the desk was like, for the managers' letter."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.accounts.models import User
from app.desk.models import CaseKind
from app.digests.desk_rows import MOST_BEST, Part, Row, rows_of


@dataclass(frozen=True)
class Named:
    """A case by the names of its sides."""

    id: int
    one: str
    other: str | None
    due_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Late:
    """Late cases of one reader, or of nobody, in one program."""

    owner: str
    program: str
    count: int


@dataclass(frozen=True)
class OneSided:
    """A pair of which one side said yes and the other nothing yet."""

    said_yes: str
    silent: str
    days: int
    # The case to open, when there is one.
    case_id: int | None


@dataclass(frozen=True)
class Promise:
    """Last week against what was promised."""

    decided: int = 0
    in_time: int = 0
    median_days: float = 0.0
    ninth_days: float = 0.0


@dataclass(frozen=True)
class Reach:
    """Whom the approvals of last week reached."""

    organizations: int = 0
    first_timers: int = 0
    regions: int = 0


@dataclass(frozen=True)
class DeskWeek:
    """All parts, read for one person; others with the same programs and conflicts share them."""

    late: Sequence[Late] = ()
    hot: Sequence[tuple[str, int]] = ()
    one_sided: Sequence[OneSided] = ()
    escalated: Sequence[tuple[int, str, str]] = ()
    promise: Promise = field(default_factory=Promise)
    reach: Reach = field(default_factory=Reach)

    def __bool__(self) -> bool:
        return bool(self.late or self.hot or self.one_sided or self.escalated or self.promise.decided)


@dataclass(frozen=True)
class ManagerPart:
    """What a week holds for a program manager or administrator."""

    open: int = 0
    late: int = 0
    decided: int = 0
    oldest: Sequence[Named] = ()
    best: Sequence[Named] = ()
    appeals: int = 0
    reports: int = 0
    week: DeskWeek = field(default_factory=DeskWeek)

    def __bool__(self) -> bool:
        return self.open > 0 or bool(self.week)


def part_of(user: User, now: datetime.datetime) -> ManagerPart:
    """The week until `now`, as this person may know it: one query."""
    rows = rows_of(user, now)
    counts = {row.one: (row.number, row.more) for row in rows[Part.COUNT]}
    oldest = [Named(row.id, row.one, row.other, row.at) for row in _by_time(rows[Part.OLDEST])]
    told = {line.id for line in oldest}
    best = sorted(rows[Part.BEST], key=lambda row: (row.worth, row.id), reverse=True)
    week = _week(rows, now)
    return ManagerPart(
        open=sum(count for count, _late in counts.values()),
        late=sum(late for _count, late in counts.values()),
        decided=max(*(row.number for row in rows[Part.DECIDED]), week.promise.decided),
        oldest=oldest,
        best=[Named(row.id, row.one, row.other) for row in best if row.id not in told][:MOST_BEST],
        appeals=counts.get(CaseKind.APPEAL.value, (0, 0))[0],
        reports=counts.get(CaseKind.ABUSE.value, (0, 0))[0],
        week=week,
    )


def _week(rows: Mapping[Part, Sequence[Row]], now: datetime.datetime) -> DeskWeek:
    late = sorted(rows[Part.LATE], key=lambda row: (-row.number, row.other or "", row.one or ""))
    hot = sorted(rows[Part.HOT], key=lambda row: (-row.number, row.id))
    one_sided = sorted(rows[Part.ONE_SIDED], key=lambda row: (row.at, row.more))
    return DeskWeek(
        late=[Late(row.one or "", row.other or "", row.number) for row in late],
        hot=[(row.one, row.number) for row in hot],
        one_sided=[OneSided(row.one, row.other, (now - row.at).days, row.id) for row in one_sided],
        escalated=[(row.id, row.one, row.other or "") for row in _by_time(rows[Part.ESCALATED])],
        promise=_promise(rows[Part.PROMISE]),
        reach=next((Reach(row.number, row.more, row.id) for row in rows[Part.REACH] if row.number), Reach()),
    )


def _by_time(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.at, row.id))


def _promise(rows: Sequence[Row]) -> Promise:
    if not rows:
        return Promise()
    placed = sorted(rows, key=lambda row: row.id)
    median, ninth = (
        round((row.at - row.until).total_seconds() / 86_400, 1) for row in (placed[0], placed[-1])
    )
    return Promise(placed[0].number, placed[0].more, median, ninth)

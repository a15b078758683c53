"""All that a manager's letter reads, in one statement. Every arm has the one clause that says whose cases a person may know of."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import UtcDateTime, db
from app.db.ages import DaysBetween
from app.desk import queries as desk
from app.desk.cards.risks import OVERLOADED
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.introductions.models import Answer, AnswerChoice
from app.matching.models import OPEN_STATES, Match, MatchState, ReviewDecision
from app.organizations.models import Organization
from app.programs import queries as programs
from app.programs.models import Program

A_WEEK = timedelta(days=7)
MOST = 5
MOST_BEST = 10


# Made once: an alias knows all columns of its table, which takes longer to make than to ask for.
_ONE, _OTHER = aliased(Organization), aliased(Organization)
_ANSWER, _CASE = aliased(Answer), aliased(Case)


class Part(StrEnum):
    """What a row tells."""

    COUNT = "count"
    OLDEST = "oldest"
    BEST = "best"
    LATE = "late"
    ESCALATED = "escalated"
    HOT = "hot"
    ONE_SIDED = "one_sided"
    PROMISE = "promise"
    REACH = "reach"
    DECIDED = "decided"


class Row(NamedTuple):
    """Whatever a part needs of: an id, two names, two numbers, two moments and a worth."""

    id: int
    one: str
    other: str
    number: int
    more: int
    at: Any
    until: Any
    worth: float


_COLUMNS: dict[str, Any] = {
    "id": sa.Integer(),
    "one": sa.Text(),
    "other": sa.Text(),
    "number": sa.Integer(),
    "more": sa.Integer(),
    "at": UtcDateTime(),
    "until": UtcDateTime(),
    "worth": sa.Float(),
}


def rows_of(user: User, now: datetime.datetime) -> defaultdict[Part, list[Row]]:
    """What this person may know of, by part; in no order."""
    week = _Week(user, now)
    found: defaultdict[Part, list[Row]] = defaultdict(list)
    for part, *values in db.session.execute(sa.union_all(*week.arms())):
        found[Part(part)].append(Row(*values))
    return found


def _row(part: Part, **of: Any) -> sa.Select[Any]:
    """A row with these values and nothing else."""
    values = (
        sa.type_coerce(of[name], kind) if name in of else sa.cast(sa.null(), kind)
        for name, kind in _COLUMNS.items()
    )
    labels = (value.label(name) for value, name in zip(values, _COLUMNS, strict=True))
    return sa.select(sa.literal(part.value, sa.Text).label("part"), *labels)


def _first(query: sa.Select[Any], most: int) -> sa.Select[Any]:
    """The first rows in the order of a query, as an arm: only a query of its own may be ordered and cut."""
    return sa.select(query.limit(most).subquery())


class _Week:
    """The arms for one person."""

    def __init__(self, user: User, now: datetime.datetime) -> None:
        self.user, self.now = user, now
        # Who may know of the same shares this reading; repeats are for one person alone.
        self.cases = sa.and_(desk.visible(user), Case.for_user_id.is_(None))
        self.matches = sa.and_(
            programs.in_scope(user, Match.program_id, Match.india_id, Match.us_id),
            conflicts.not_hidden(user.id, Match.india_id, Match.us_id),
        )

    def arms(self) -> Iterator[sa.Select[Any]]:
        yield self._counts()
        yield from self._lines()
        yield self._late()
        yield self._hot()
        yield self._one_sided()
        yield self._promise()
        yield self._reach()
        yield self._decided_without_case()

    def _counts(self) -> sa.Select[Any]:
        late = sa.func.count().filter(Case.due_at < self.now)
        row = _row(Part.COUNT, one=Case.kind, number=sa.func.count(), more=late)
        return row.where(Case.state == CaseState.OPEN, self.cases).group_by(Case.kind)

    def _lines(self) -> Iterator[sa.Select[Any]]:
        """Cases by name: those that are late longest, the best pairs, and what was brought before the leads."""
        late, escalated = Case.due_at < self.now, Case.escalated_at.is_not(None)
        oldest = self._named(Part.OLDEST, at=Case.due_at).where(late)
        yield _first(oldest.order_by(Case.due_at, Case.id), MOST)
        best = self._named(Part.BEST, worth=Case.value).where(Case.kind == CaseKind.PAIR)
        # What is told as late is not told again as good.
        yield _first(best.order_by(Case.value.desc(), Case.id.desc()), MOST_BEST + MOST)
        brought = self._named(Part.ESCALATED, at=Case.escalated_at).where(escalated)
        yield _first(brought.order_by(Case.escalated_at, Case.id), MOST)

    def _named(self, part: Part, **more: Any) -> sa.Select[Any]:
        row = _row(part, id=Case.id, one=_ONE.name, other=_OTHER.name, **more)
        named = (
            row.select_from(Case)
            .join(_ONE, _ONE.id == Case.one_id)
            .outerjoin(_OTHER, _OTHER.id == Case.other_id)
        )
        return named.where(Case.state == CaseState.OPEN, self.cases)

    def _late(self) -> sa.Select[Any]:
        """Late cases by reader, or nobody, and program."""
        reads = sa.and_(User.id == Case.claimed_by_id, Case.claimed_until > self.now)
        name = sa.func.coalesce(sa.func.nullif(User.name, ""), User.email)
        number = sa.func.count()
        query = (
            _row(Part.LATE, one=name, other=Program.name, number=number)
            .select_from(Case)
            .outerjoin(User, reads)
            .outerjoin(Program, Program.id == Case.program_id)
            .where(Case.state == CaseState.OPEN, Case.due_at < self.now, self.cases)
            .group_by(User.id, User.name, User.email, Program.id, Program.name)
        )
        return _first(query.order_by(number.desc(), Program.name, User.name), MOST)

    def _hot(self) -> sa.Select[Any]:
        """Organizations that are asked for more at once than anybody answers."""
        states = Match.state.in_((*OPEN_STATES, MatchState.APPROVED))
        # An organization stands on one side. Who has few matches at all is not looked at closer: an index alone tells that.
        sides = [
            sa.select(side.label("id")).where(
                side.in_(sa.select(side).where(states).group_by(side).having(sa.func.count() > OVERLOADED)),
                states,
                Match.is_going(),
                self.matches,
            )
            for side in (Match.india_id, Match.us_id)
        ]
        every, number = sa.union_all(*sides).subquery(), sa.func.count()
        query = (
            _row(Part.HOT, id=Organization.id, one=Organization.name, number=number)
            .join(every, every.c.id == Organization.id)
            .group_by(Organization.id, Organization.name)
            .having(number > OVERLOADED)
        )
        return _first(query.order_by(number.desc(), Organization.id), MOST)

    def _one_sided(self) -> sa.Select[Any]:
        """Pairs of which one side said yes, and the other nothing yet, with the case to open when there is one."""
        partner = sa.case((Match.india_id == Answer.organization_id, Match.us_id), else_=Match.india_id)
        known = sa.select(sa.func.max(_CASE.id)).where(_CASE.match_id == Match.id, _CASE.repeats_id.is_(None))
        case_id = known.correlate(Match).scalar_subquery()
        answered = sa.exists().where(
            _ANSWER.match_id == Match.id, _ANSWER.organization_id != Answer.organization_id
        )
        query = (
            _row(Part.ONE_SIDED, id=case_id, one=_ONE.name, other=_OTHER.name, more=Match.id, at=Answer.at)
            .select_from(Answer)
            .join(Match, Match.id == Answer.match_id)
            .join(_ONE, _ONE.id == Answer.organization_id)
            .join(_OTHER, _OTHER.id == partner)
            .where(Answer.says == AnswerChoice.YES, Match.state == MatchState.APPROVED)
            .where(Match.is_going(), ~answered, self.matches)
        )
        return _first(query.order_by(Answer.at, Match.id), MOST)

    def _decided(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """Decisions of the week."""
        return (
            query.select_from(Decision)
            .join(Case, Case.id == Decision.case_id)
            .join(Release, Release.id == Decision.release_id)
            .where(Decision.state == DecisionState.RELEASED, Release.at > self.now - A_WEEK)
            .where(Case.repeats_id.is_(None), self.cases)
        )

    def _promise(self) -> sa.Select[Any]:
        """The decision that took as long as half of them at most, and that for nine in ten, with how many were in time."""
        place = sa.func.row_number().over(order_by=DaysBetween(Case.opened_at, Release.at)).label("place")
        in_time = sa.func.sum(sa.case((Release.at <= Case.due_at, 1), else_=0)).over().label("in_time")
        every = sa.func.count().over().label("every")
        moments = Case.opened_at.label("opened_at"), Release.at.label("at")
        of = self._decided(sa.select(*moments, place, every, in_time)).subquery().c
        row = _row(Part.PROMISE, id=of.place, number=of.every, more=of.in_time, at=of.at, until=of.opened_at)
        return row.where(of.place.in_([of.every * tenths // 10 + 1 for tenths in (5, 9)]))

    def _reach(self) -> sa.Select[Any]:
        """Organizations whose pair was approved, for how many it was the first, and from how many states they are."""
        ends: Any = sa.select(Match.india_id, Match.us_id)
        approved = self._decided(ends).join(Match, Match.id == Case.match_id)
        pairs = approved.where(Case.kind == CaseKind.PAIR, Decision.action == Action.APPROVE).cte()
        ids = sa.union(sa.select(pairs.c.india_id.label("id")), sa.select(pairs.c.us_id)).subquery()
        # A list of them all, and no question about each.
        known = [
            sa.select(end).where(
                Match.state == MatchState.APPROVED,
                Match.decided_at <= self.now - A_WEEK,
                end.in_(sa.select(ids.c.id)),
            )
            for end in (Match.india_id, Match.us_id)
        ]
        new = sa.func.count().filter(Organization.id.not_in(sa.union(*known)))
        regions = sa.func.count(sa.distinct(Organization.region_code))
        row = _row(Part.REACH, id=regions, number=sa.func.count(), more=new)
        return row.select_from(Organization).join(ids, ids.c.id == Organization.id)

    def _decided_without_case(self) -> sa.Select[Any]:
        """All that managers decided in a week: of decisions without a case, as old ones are, this number alone knows."""
        return (
            _row(Part.DECIDED, number=sa.func.count())
            .select_from(ReviewDecision)
            .join(Match, Match.id == ReviewDecision.match_id)
            .where(
                programs.in_scope(self.user, Match.program_id),
                conflicts.not_hidden(self.user.id, Match.india_id, Match.us_id),
                ReviewDecision.at >= self.now - A_WEEK,
            )
        )

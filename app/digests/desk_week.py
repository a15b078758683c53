"""What a week at the desk was like, for the managers' letter. Every read has the one clause that says whose cases a person may know of."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk import queries as desk
from app.desk.cards.risks import OVERLOADED
from app.desk.models import Action, Case, CaseKind, CaseState, Decision, DecisionState, Release
from app.introductions.models import Answer, AnswerChoice
from app.matching.models import OPEN_STATES, Match, MatchState
from app.organizations.models import Organization
from app.programs import queries as programs
from app.programs.models import Program

A_WEEK = timedelta(days=7)
MOST = 5


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


def week_of(user: User, now: datetime.datetime) -> DeskWeek:
    """The week until `now`, as this person may know it."""
    return DeskWeek(
        late=_late(user, now),
        hot=_hot(user),
        one_sided=_one_sided(user, now),
        escalated=_escalated(user),
        promise=_promise(user, now),
        reach=_reach(user, now),
    )


def _late(user: User, now: datetime.datetime) -> list[Late]:
    reads = sa.and_(User.id == Case.claimed_by_id, Case.claimed_until > now)
    number = sa.func.count()
    query = (
        sa.select(User.name, User.email, Program.name, number)
        .select_from(Case)
        .outerjoin(User, reads)
        .outerjoin(Program, Program.id == Case.program_id)
        .where(Case.state == CaseState.OPEN, Case.due_at < now, desk.visible(user))
        .group_by(User.id, User.name, User.email, Program.id, Program.name)
        .order_by(number.desc(), Program.name, User.name)
        .limit(MOST)
    )
    return [
        Late(name or email or "", program or "", n) for name, email, program, n in db.session.execute(query)
    ]


def _matches(user: User) -> sa.ColumnElement[bool]:
    return sa.and_(
        programs.in_scope(user, Match.program_id, Match.india_id, Match.us_id),
        conflicts.not_hidden(user.id, Match.india_id, Match.us_id),
    )


def _hot(user: User) -> list[tuple[str, int]]:
    """Organizations that are asked for more at once than anybody answers."""
    states = (*OPEN_STATES, MatchState.APPROVED)
    sides = [
        sa.select(side.label("id")).where(Match.state.in_(states), Match.is_going(), _matches(user))
        for side in (Match.india_id, Match.us_id)
    ]
    every = sa.union_all(*sides).subquery()
    number = sa.func.count()
    query = (
        sa.select(Organization.name, number)
        .join(every, every.c.id == Organization.id)
        .group_by(Organization.id, Organization.name)
        .having(number > OVERLOADED)
        .order_by(number.desc(), Organization.id)
        .limit(MOST)
    )
    return [(name, count) for name, count in db.session.execute(query)]


def _one_sided(user: User, now: datetime.datetime) -> list[OneSided]:
    other, case = aliased(Answer), aliased(Case)
    yes, silent = aliased(Organization), aliased(Organization)
    partner = sa.case((Match.india_id == Answer.organization_id, Match.us_id), else_=Match.india_id)
    known = sa.select(sa.func.max(case.id)).where(case.match_id == Match.id, case.repeats_id.is_(None))
    query = (
        sa.select(yes.name, silent.name, Answer.at, known.correlate(Match).scalar_subquery())
        .join(Match, Match.id == Answer.match_id)
        .join(yes, yes.id == Answer.organization_id)
        .join(silent, silent.id == partner)
        .where(
            Answer.says == AnswerChoice.YES,
            Match.state == MatchState.APPROVED,
            Match.is_going(),
            ~sa.exists().where(other.match_id == Match.id, other.organization_id != Answer.organization_id),
            _matches(user),
        )
        .order_by(Answer.at, Match.id)
        .limit(MOST)
    )
    return [OneSided(one, two, (now - at).days, id_) for one, two, at, id_ in db.session.execute(query)]


def _escalated(user: User) -> list[tuple[int, str, str]]:
    """(case, one, other) of what was brought before the leads, longest ago first."""
    one, other = aliased(Organization), aliased(Organization)
    query = (
        sa.select(Case.id, one.name, sa.func.coalesce(other.name, ""))
        .join(one, one.id == Case.one_id)
        .outerjoin(other, other.id == Case.other_id)
        .where(Case.state == CaseState.OPEN, Case.escalated_at.is_not(None), desk.visible(user))
        .order_by(Case.escalated_at, Case.id)
        .limit(MOST)
    )
    return [(id_, name, partner) for id_, name, partner in db.session.execute(query)]


def _decided(user: User, now: datetime.datetime) -> list[sa.ColumnElement[bool]]:
    return [
        Decision.state == DecisionState.RELEASED,
        Release.at > now - A_WEEK,
        Case.repeats_id.is_(None),
        desk.visible(user),
    ]


def _promise(user: User, now: datetime.datetime) -> Promise:
    query = (
        sa.select(Case.opened_at, Case.due_at, Release.at)
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .join(Release, Release.id == Decision.release_id)
        .where(*_decided(user, now))
    )
    rows = db.session.execute(query).all()
    ages = sorted((at - opened).total_seconds() / 86_400 for opened, _due, at in rows)
    if not ages:
        return Promise()
    return Promise(
        decided=len(ages),
        in_time=sum(at <= due for _opened, due, at in rows),
        median_days=_share_of(ages, 0.5),
        ninth_days=_share_of(ages, 0.9),
    )


def _share_of(ages: Sequence[float], share: float) -> float:
    return round(ages[min(len(ages) - 1, int(len(ages) * share))], 1)


def _reach(user: User, now: datetime.datetime) -> Reach:
    """Organizations whose pair was approved, and for how many of them it was the first."""
    query = (
        sa.select(Match.india_id, Match.us_id)
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .join(Release, Release.id == Decision.release_id)
        .join(Match, Match.id == Case.match_id)
        .where(*_decided(user, now), Case.kind == CaseKind.PAIR, Decision.action == Action.APPROVE)
    )
    ids = {id_ for pair in db.session.execute(query) for id_ in pair}
    if not ids:
        return Reach()
    earlier: Any = sa.and_(
        Match.state == MatchState.APPROVED,
        Match.decided_at <= now - A_WEEK,
        sa.or_(Match.india_id == Organization.id, Match.us_id == Organization.id),
    )
    new = sa.func.count().filter(~sa.exists().where(earlier).correlate(Organization))
    regions = sa.func.count(sa.distinct(Organization.region_code))
    first, places = db.session.execute(sa.select(new, regions).where(Organization.id.in_(ids))).one()
    return Reach(len(ids), first, places)

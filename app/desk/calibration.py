"""How managers judge beside each other: for a lead all of their programs, for a manager their own line alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.models import Role, User
from app.conflicts import queries as conflicts
from app.db import db
from app.desk.models import Action, Case, Decision, DecisionState
from app.opinions import rubric
from app.opinions.models import Opinion
from app.programs.models import ManagerRole, ProgramManager

LOOKS_BACK = timedelta(days=90)
# Fewer than this say little.
FEW = 20
FEW_REPEATS = 5


@dataclass(frozen=True)
class Line:
    """One manager's figures; None where there is nothing to count."""

    user: User
    decisions: int
    approved: float | None
    score: float | None
    repeats: int
    otherwise: int
    agreement: float | None
    shared: int
    speed: timedelta | None

    @property
    def is_few(self) -> bool:
        return self.decisions < FEW

    @property
    def drift(self) -> float | None:
        """Share of blind repeats that were decided otherwise than the first time."""
        return self.otherwise / self.repeats if self.repeats else None

    @property
    def is_drift_of_few(self) -> bool:
        return self.repeats < FEW_REPEATS


@dataclass(frozen=True)
class Calibration:
    """All lines this person may read, and the agreement of all who gave opinions."""

    lines: list[Line]
    criteria: list[tuple[str, float, int]]
    alpha: float | None
    shared: int
    leads: bool


def calibration_for(reader: User) -> Calibration:
    """Nothing of cases that the reader has a conflict with, nor of programs they do not lead."""
    leads = _leads_any(reader)
    decided, repeated = _decided(reader, leads), _repeated(reader, leads)
    said = _said(reader, leads)
    people = _people(
        {by for by, *_rest in decided} | {by for by, *_rest in repeated} | {by for _case, by, _scores in said}
    )
    own = [one for one in people if leads or one.id == reader.id]
    lines = [_line(one, decided, repeated, said) for one in own]
    units = list(_units(said).values())
    return Calibration(
        lines=sorted(lines, key=lambda line: (-line.decisions, line.user.display_name)),
        criteria=_criteria(said if leads else [row for row in said if row[1] == reader.id]),
        alpha=rubric.alpha(units) if leads else None,
        shared=sum(len(values) > 1 for values in units) if leads else 0,
        leads=leads,
    )


def _leads_any(reader: User) -> bool:
    if reader.has_role(Role.ADMINISTRATOR):
        return True
    return bool(db.session.scalar(sa.select(sa.exists().where(*_leading(reader)))))


def _leading(reader: User) -> Sequence[sa.ColumnElement[bool]]:
    return ProgramManager.user_id == reader.id, ProgramManager.role == ManagerRole.LEAD


def _known(reader: User, leads: bool, by: Any) -> sa.ColumnElement[bool]:
    """Own work, and that in programs the reader leads; never of a case they have a conflict with."""
    clear = conflicts.not_hidden(reader.id, Case.one_id, Case.other_id)
    if reader.has_role(Role.ADMINISTRATOR):
        return clear
    own = [by == reader.id]
    if leads:
        own.append(Case.program_id.in_(sa.select(ProgramManager.program_id).where(*_leading(reader))))
    return sa.and_(clear, sa.or_(*own))


def _decided(reader: User, leads: bool) -> Sequence[Any]:
    """(by, action, decided at, opened at) of what was released, without repeats."""
    query = (
        sa.select(Decision.by_id, Decision.action, Decision.at, Case.opened_at)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Decision.state == DecisionState.RELEASED,
            Decision.at >= clock.now() - LOOKS_BACK,
            Case.repeats_id.is_(None),
            _known(reader, leads, Decision.by_id),
        )
    )
    return db.session.execute(query).all()


def _repeated(reader: User, leads: bool) -> Sequence[Any]:
    """(by, first action, second action) of blind repeats."""
    first = aliased(Decision)
    query = (
        sa.select(Decision.by_id, first.action, Decision.action)
        .join(Case, Case.id == Decision.case_id)
        .join(first, sa.and_(first.case_id == Case.repeats_id, first.by_id == Decision.by_id))
        .where(
            Decision.state == DecisionState.RELEASED,
            first.state == DecisionState.RELEASED,
            first.id == _last_word(first),
            _known(reader, leads, Decision.by_id),
        )
    )
    return db.session.execute(query).all()


def _last_word(first: Any) -> sa.ScalarSelect[int]:
    other = aliased(Decision)
    query = sa.select(sa.func.max(other.id)).where(
        other.case_id == first.case_id, other.state == DecisionState.RELEASED
    )
    return query.correlate(first).scalar_subquery()


def _said(reader: User, leads: bool) -> Sequence[Any]:
    """(case, by, scores) of opinions. In one's own line those of colleagues on the same cases count too."""
    mine = Opinion.case_id.in_(sa.select(Opinion.case_id).where(Opinion.by_id == reader.id))
    clear = conflicts.not_hidden(reader.id, Case.one_id, Case.other_id)
    known = _known(reader, leads, Opinion.by_id) if leads else sa.and_(mine, clear)
    query = (
        sa.select(Opinion.case_id, Opinion.by_id, Opinion.scores)
        .join(Case, Case.id == Opinion.case_id)
        .where(Opinion.at >= clock.now() - LOOKS_BACK, known)
    )
    return db.session.execute(query).all()


def _people(ids: set[int]) -> Sequence[User]:
    return db.session.scalars(sa.select(User).where(User.id.in_(ids)).order_by(User.id)).all()


def _line(user: User, decided: Sequence[Any], repeated: Sequence[Any], said: Sequence[Any]) -> Line:
    own = [row for row in decided if row[0] == user.id]
    twice = [row for row in repeated if row[0] == user.id]
    scores = [score for _case, by, given in said if by == user.id for score in given.values()]
    near, pairs = _beside_colleagues(user.id, said)
    return Line(
        user=user,
        decisions=len(own),
        approved=sum(row[1] is Action.APPROVE for row in own) / len(own) if own else None,
        score=float(median(scores)) if scores else None,
        repeats=len(twice),
        otherwise=sum(first is not second for _by, first, second in twice),
        agreement=near / pairs if pairs else None,
        shared=pairs,
        speed=_median_span(at - opened for _by, _action, at, opened in own),
    )


def _beside_colleagues(user_id: int, said: Sequence[Any]) -> tuple[int, int]:
    """(within one step, of so many) pairs of a score of this person with one of a colleague for the same thing."""
    near = pairs = 0
    mine = {(case, text): score for case, by, given in said if by == user_id for text, score in given.items()}
    for case, by, given in said:
        for text, score in given.items():
            if by != user_id and (case, text) in mine:
                pairs += 1
                near += abs(score - mine[case, text]) <= 1
    return near, pairs


def _units(said: Sequence[Any]) -> dict[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for case, _by, given in said:
        for text, score in given.items():
            found[case, text].append(score)
    return found


def _criteria(said: Sequence[Any]) -> list[tuple[str, float, int]]:
    """(criterion, median score, how many scores), most scored first."""
    given = [scores for _case, _by, scores in said]
    number: dict[str, int] = defaultdict(int)
    for scores in given:
        for text in scores:
            number[text] += 1
    found = [(rubric.words_of(text), middle, number[text]) for text, middle in rubric.medians(given).items()]
    return sorted(found, key=lambda one: (-one[2], one[0]))


def _median_span(spans: Iterable[timedelta]) -> timedelta | None:
    seconds = [span.total_seconds() for span in spans]
    return timedelta(seconds=median(seconds)) if seconds else None

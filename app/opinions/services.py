"""Give an opinion on a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.opinions import queries, rubric
from app.opinions.models import Opinion, Recommendation

# Cases are the desk's, which stands above; only their count is written here, in the same transaction.
_cases = sa.table("review_case", sa.column("id", sa.Integer), sa.column("opinions", sa.Integer))


def give(
    case_id: int,
    by: User,
    scores: Mapping[str, int],
    recommends: Recommendation,
    note: str = "",
    *,
    criteria: Sequence[str] | None = None,
) -> Opinion:
    """Say what one thinks of a case; saying it again replaces what one said. Raises `RuleBroken`.

    Parameters
    ----------
    criteria : what has to be scored, each once; whatever was scored when not given
    """
    _require_scored(scores, criteria)
    opinion = queries.opinion_of(case_id, by.id) or _new(case_id, by)
    opinion.scores, opinion.recommends = dict(scores), recommends
    opinion.note, opinion.at = note, clock.now()
    db.session.flush()
    _count(case_id)
    detail = {"case": case_id, "recommends": recommends.value}
    audit.record("opinion.given", ("opinion", opinion.id), by=by.id, detail=detail)
    return opinion


def _require_scored(scores: Mapping[str, int], criteria: Sequence[str] | None) -> None:
    is_on_scale = all(rubric.LEAST <= score <= rubric.MOST for score in scores.values())
    if not scores or not is_on_scale or (criteria is not None and set(scores) != set(criteria)):
        raise RuleBroken(_("Score every criterion from 1 to 4."))


def _new(case_id: int, by: User) -> Opinion:
    made = Opinion(case_id=case_id, by_id=by.id, scores={}, recommends=Recommendation.UNSURE, at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        # The same person, in another window.
        found = queries.opinion_of(case_id, by.id)
        if found is None:
            raise
        return found
    return made


def _count(case_id: int) -> None:
    number = sa.select(sa.func.count()).where(Opinion.case_id == case_id).scalar_subquery()
    db.session.execute(sa.update(_cases).where(_cases.c.id == case_id).values(opinions=number))

"""One decision for many cases at once, with what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.db import db
from app.desk import queries, refusals, staging
from app.desk.models import Action, Case, CaseKind, Decision
from app.desk.staging import Terms
from app.errors import AlreadyDecided, RuleBroken


@dataclass(frozen=True)
class Result:
    """What became of one case of a selection."""

    case: Case
    decision: Decision | None
    why: str = ""

    @property
    def is_staged(self) -> bool:
        return self.decision is not None


def decide(by: User, chosen: Mapping[int, int], terms: Terms) -> list[Result]:
    """Stage the same decision on each case, in the order of ids; `chosen` has the version that was seen, by case.

    Cases this person may not know of are left out, as if they did not exist.
    """
    query = sa.select(Case).where(Case.id.in_(chosen), queries.visible(by)).order_by(Case.id)
    cases = db.session.scalars(query.options(joinedload(Case.program))).all()
    return [_one(case, by, terms, chosen[case.id]) for case in cases]


def _one(case: Case, by: User, terms: Terms, version: int) -> Result:
    fitting = _fitted(case, terms)
    if fitting is None:
        return Result(case, None, _("This cannot be decided that way."))
    try:
        return Result(case, staging.stage(case, by, fitting, version=version))
    except AlreadyDecided as decided:
        return Result(case, None, str(decided))
    except RuleBroken as broken:
        return Result(case, None, str(broken))


def _fitted(case: Case, terms: Terms) -> Terms | None:
    """The decision as this case takes it: with a criterion of its program, and a reason of its kind."""
    if terms.action not in staging.KNOWN[case.kind]:
        return None
    if case.kind is CaseKind.MERGE and terms.action is Action.APPROVE:
        # Which profile goes on is looked at one by one.
        return None
    criteria = case.program.criteria if case.program else []
    criterion = terms.criterion if terms.criterion in criteria else next(iter(criteria), "")
    reasons = refusals.BY_KIND[case.kind]
    if terms.action is Action.REJECT and reasons and terms.reason_code not in reasons:
        return replace(terms, criterion=criterion, reason_code="other")
    return replace(terms, criterion=criterion, reason_code=terms.reason_code if reasons else "")

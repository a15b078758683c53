"""The card of two profiles that may be one organization."""

from __future__ import annotations

from dataclasses import dataclass

from app.accounts.models import User
from app.db import db
from app.desk import words
from app.desk.models import Case
from app.organizations import comparing
from app.organizations.comparing import Row
from app.organizations.models import Duplicate, Organization


@dataclass(frozen=True)
class MergeCard:
    """Both profiles side by side, what tells them apart first."""

    template = "desk/cards/merge.html"
    beside = "merge"
    case: Case
    duplicate: Duplicate
    profiles: tuple[Organization, Organization]
    verifications: tuple[str, str]
    rows: list[Row]
    alike: int


def card_of(case: Case, _reader: User) -> MergeCard:
    duplicate = db.session.get_one(Duplicate, case.duplicate_id)
    left, right = (db.session.get_one(Organization, id_) for id_ in (duplicate.one_id, duplicate.other_id))
    rows = comparing.rows_of(left, right)
    return MergeCard(
        case=case,
        duplicate=duplicate,
        profiles=(left, right),
        verifications=(str(words.LEVELS[left.verification]), str(words.LEVELS[right.verification])),
        rows=sorted(rows, key=lambda row: not row.differs),
        alike=sum(not row.differs for row in rows),
    )

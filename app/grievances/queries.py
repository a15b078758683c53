"""Reads of appeals and reports."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.accounts.models import User
from app.db import db
from app.errors import NotFound
from app.grievances.models import Grievance, GrievanceKind, GrievanceState
from app.organizations.queries import LARGEST_ID


def appeals_of(organization_id: int) -> Sequence[Grievance]:
    """What an organization appealed against, newest first; never what was said of it."""
    query = sa.select(Grievance).where(
        Grievance.organization_id == organization_id, Grievance.kind == GrievanceKind.APPEAL
    )
    return db.session.scalars(query.order_by(Grievance.id.desc())).all()


def appeal_of(organization_id: int, grievance_id: int) -> Grievance:
    """One appeal of an organization; raises `NotFound`."""
    query = sa.select(Grievance).where(
        Grievance.id == grievance_id,
        Grievance.organization_id == organization_id,
        Grievance.kind == GrievanceKind.APPEAL,
    )
    found = db.session.scalars(query).one_or_none() if 0 < grievance_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def open_report(by: User, organization_id: int) -> Grievance | None:
    """What this person reported of an organization and nobody has answered yet."""
    query = sa.select(Grievance).where(
        Grievance.by_id == by.id,
        Grievance.organization_id == organization_id,
        Grievance.kind == GrievanceKind.ABUSE,
        Grievance.state == GrievanceState.WAITING,
    )
    return db.session.scalars(query).one_or_none()

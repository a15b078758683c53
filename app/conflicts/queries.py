"""What a person may not judge. Computed at every read, so that a new fact or declaration hides at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.models import User
from app.conflicts.models import HIDES_AFTER_END, Basis, Conflict
from app.db import db
from app.organizations.models import Membership, Organization, Partnership


def hidden_from(user_id: int) -> sa.Select[int]:
    """Ids of organizations this person may see no case of; to be used inside another statement."""
    own = _with_merged(
        sa.union(_memberships(user_id), _same_domain(user_id), _declared(user_id, Basis.EMPLOYMENT))
    )
    found = sa.union(own, *_investments(own), _colleagues(user_id), _declared(user_id))
    return _with_merged(found)


def not_hidden(user_id: int, *columns: Any) -> sa.ColumnElement[bool]:
    """That none of these columns has the id of a hidden organization; an empty column hides nothing."""
    hidden = hidden_from(user_id)
    return sa.and_(*(sa.or_(column.is_(None), column.not_in(hidden)) for column in columns))


def is_hidden(user_id: int, organization_ids: Sequence[int]) -> bool:
    """Whether any of these organizations is hidden from the person."""
    hidden = hidden_from(user_id).subquery()
    query = sa.select(sa.exists().where(hidden.c.id.in_(organization_ids)))
    return bool(db.session.scalar(query))


def _memberships(user_id: int) -> sa.Select[int]:
    """Organizations the person is in, as an adviser too."""
    return sa.select(Membership.organization_id.label("id")).where(Membership.user_id == user_id)


def _same_domain(user_id: int) -> sa.Select[int]:
    """Organizations with the web domain in which the person has their mail."""
    query = sa.select(Organization.id.label("id")).join(User, User.mail_domain == Organization.domain)
    return query.where(User.id == user_id)


def _colleagues(user_id: int) -> sa.Select[int]:
    """Organizations of people with a confirmed address at the same employer."""
    reader, colleague = aliased(User), aliased(User)
    return (
        sa.select(Membership.organization_id.label("id"))
        .join(colleague, colleague.id == Membership.user_id)
        .join(reader, reader.mail_domain == colleague.mail_domain)
        .where(reader.id == user_id, colleague.confirmed_at.is_not(None))
    )


def _declared(user_id: int, *bases: Basis) -> sa.Select[int]:
    """Organizations the person named, of these bases or any, until a year after the end."""
    ended = sa.or_(Conflict.ended_at.is_(None), Conflict.ended_at > clock.now() - HIDES_AFTER_END)
    query = sa.select(Conflict.organization_id.label("id")).where(Conflict.user_id == user_id, ended)
    return query.where(Conflict.basis.in_(bases)) if bases else query


def _investments(own: sa.Select[int]) -> tuple[sa.Select[int], sa.Select[int]]:
    """What these organizations invested in, and who invested in them."""
    return (
        sa.select(Partnership.company_id.label("id")).where(Partnership.investor_id.in_(own)),
        sa.select(Partnership.investor_id.label("id")).where(Partnership.company_id.in_(own)),
    )


def _with_merged(ids: sa.CompoundSelect[Any]) -> sa.Select[int]:
    """These organizations, and every profile merged with one of them: up to the profile that goes on, then down."""
    start = ids.subquery()
    up = sa.select(start.c.id.label("id")).cte(recursive=True)
    kept = sa.select(Organization.merged_into_id).join(up, up.c.id == Organization.id)
    up = up.union(kept.where(Organization.merged_into_id.is_not(None)))
    down = sa.select(up.c.id.label("id")).cte(recursive=True)
    down = down.union(sa.select(Organization.id).join(down, Organization.merged_into_id == down.c.id))
    return sa.select(down.c.id)

"""What a person may not judge. Computed at every read, so that a new fact or declaration hides at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.models import User
from app.conflicts.models import HIDES_AFTER_END, STATEMENT_LASTS, Basis, Conflict, ConflictStatement
from app.db import UtcDateTime, db
from app.errors import NotFound
from app.organizations import naming
from app.organizations import queries as organizations
from app.organizations.models import LISTED_STATES, Membership, Organization, Partnership

LARGEST_ID = 2**31 - 1
MOST_SEARCHED = 20
MOST_SHOWN = 300


class Tie(StrEnum):
    """How a conflict was found without anybody declaring it, closest first."""

    MEMBER = "member"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    INVESTED = "invested"
    INVESTOR = "investor"
    MERGED = "merged"


@dataclass(frozen=True)
class Found:
    """An organization that is hidden from a person by itself, and why."""

    organization: Organization
    tie: Tie


@lru_cache(maxsize=1_000)
def hidden_from(user_id: int) -> sa.Select[int]:
    """Ids of organizations this person may see no case of; to be used inside another statement.

    What is kept is the statement, which takes longer to build than to run, never what it finds.
    """
    own = _own(user_id)
    found = sa.union(own, *_investments(own), _colleagues(user_id), _declared(user_id))
    return _with_merged(found)


def not_hidden(user_id: int, *columns: Any) -> sa.ColumnElement[bool]:
    """That none of these columns has the id of a hidden organization; an empty column hides nothing."""
    hidden = hidden_from(user_id)
    return sa.and_(*(sa.or_(column.is_(None), column.not_in(hidden)) for column in columns))


def is_hidden(user_id: int, organization_ids: Collection[int]) -> bool:
    """Whether any of these organizations is hidden from the person."""
    hidden = hidden_from(user_id).subquery()
    query = sa.select(sa.exists().where(hidden.c.id.in_(organization_ids)))
    return bool(db.session.scalar(query))


def organization_to_judge(user: User, organization_id: int) -> Organization:
    """An organization of the directory that this person may judge; raises `NotFound`, hidden or not there."""
    open_to_all = sa.or_(Organization.state.in_(LISTED_STATES), Organization.merged_into_id.is_not(None))
    query = sa.select(Organization).where(
        Organization.id == organization_id, open_to_all, not_hidden(user.id, Organization.id)
    )
    found = db.session.scalars(query).one_or_none() if 0 < organization_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    organizations.require_living(found)
    return found


def _own(user_id: int) -> sa.Select[int]:
    """Organizations the person belongs to, whose investments concern them too."""
    employment = _declared(user_id, Basis.EMPLOYMENT)
    return _with_merged(sa.union(_memberships(user_id), _same_domain(user_id), employment))


def hidden_ids(user_id: int) -> frozenset[int]:
    """The ids themselves: who shares a reading must have the same ones."""
    return frozenset(db.session.scalars(hidden_from(user_id)))


def hidden_ids_of(user_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same for several people; all of those who are tied to nobody by one query."""
    has_seat = sa.exists().where(Membership.user_id == User.id)
    has_declared = sa.exists().where(Conflict.user_id == User.id)
    tied = sa.or_(User.mail_domain.is_not(None), has_seat, has_declared)
    some = db.session.scalars(sa.select(User.id).where(User.id.in_(user_ids), tied))
    return dict.fromkeys(user_ids, frozenset()) | {user_id: hidden_ids(user_id) for user_id in some.all()}


def _memberships(user_id: int) -> sa.Select[int]:
    """Organizations the person is in, as an adviser too."""
    return sa.select(Membership.organization_id.label("id")).where(Membership.user_id == user_id)


def _same_domain(user_id: int) -> sa.Select[int]:
    """Organizations with the web domain in which the person has their mail."""
    query = sa.select(Organization.id.label("id")).join(User, User.mail_domain == Organization.domain)
    return query.where(User.id == user_id)


def _colleagues(user_id: int) -> sa.Select[int]:
    """Organizations of people with a confirmed address at the same employer."""
    colleague = aliased(User)
    domain = sa.select(User.mail_domain).where(User.id == user_id).scalar_subquery()
    return (
        sa.select(Membership.organization_id.label("id"))
        .join(colleague, colleague.id == Membership.user_id)
        # Asked once: who has no employer costs no look at anybody else, however few employers there are.
        .where(domain.is_not(None), colleague.mail_domain == domain, colleague.confirmed_at.is_not(None))
    )


def _declared(user_id: int, *bases: Basis) -> sa.Select[int]:
    """Organizations the person named, of these bases or any, until a year after the end."""
    # Asked for when the statement runs.
    since = sa.bindparam(None, callable_=lambda: clock.now() - HIDES_AFTER_END, type_=UtcDateTime())
    hides = sa.or_(Conflict.ended_at.is_(None), Conflict.ended_at > since)
    query = sa.select(Conflict.organization_id.label("id")).where(Conflict.user_id == user_id, hides)
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


def statement_of(user_id: int) -> datetime | None:
    """When the person last gave their word; None when that is a year ago or never was."""
    query = sa.select(sa.func.max(ConflictStatement.given_at)).where(
        ConflictStatement.user_id == user_id, ConflictStatement.given_at > clock.now() - STATEMENT_LASTS
    )
    return db.session.scalar(query)


def declarations_of(user_id: int) -> Sequence[Conflict]:
    """What a person declared, those that hold first."""
    query = sa.select(Conflict).where(Conflict.user_id == user_id)
    newest = (Conflict.ended_at.is_not(None), Conflict.declared_at.desc(), Conflict.id.desc())
    return db.session.scalars(query.order_by(*newest).limit(MOST_SHOWN)).all()


def declaration_of(user_id: int, conflict_id: int) -> Conflict:
    """One of the person's own declarations; raises `NotFound`."""
    query = sa.select(Conflict).where(Conflict.id == conflict_id, Conflict.user_id == user_id)
    found = db.session.scalars(query).one_or_none() if 0 < conflict_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def holding(user_id: int, basis: Basis) -> set[int]:
    """Organizations the person has declared on this basis and not ended."""
    query = sa.select(Conflict.organization_id).where(
        Conflict.user_id == user_id, Conflict.basis == basis, Conflict.ended_at.is_(None)
    )
    return set(db.session.scalars(query))


def listed_named(text: str) -> Sequence[Organization]:
    """Organizations of the directory with these words in their name, shortest name first."""
    key = naming.name_key(text)
    if not key:
        return []
    query = sa.select(Organization).where(
        Organization.state.in_(LISTED_STATES), Organization.name_key.contains(key, autoescape=True)
    )
    nearest = (sa.func.length(Organization.name_key), Organization.name_key, Organization.id)
    return db.session.scalars(query.order_by(*nearest).limit(MOST_SEARCHED)).all()


def listed_by_id(ids: Collection[int]) -> Sequence[Organization]:
    """These organizations of the directory; raises `NotFound` when one is not in it."""
    query = sa.select(Organization).where(Organization.id.in_(ids), Organization.state.in_(LISTED_STATES))
    found = db.session.scalars(query.order_by(Organization.id)).all()
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def found_for(user_id: int) -> list[Found]:
    """What is hidden from a person though they declared nothing, with the closest tie, by name.

    Only what the person may know of anyway: organizations in the directory, and their own.
    """
    ties = _ties(user_id)
    own = {id_ for id_, tie in ties.items() if tie is Tie.MEMBER}
    known = sa.or_(Organization.state.in_(LISTED_STATES), Organization.id.in_(own))
    query = sa.select(Organization).where(
        Organization.id.in_(hidden_from(user_id)), known, Organization.id.not_in(_declared(user_id))
    )
    shown = db.session.scalars(query.order_by(Organization.name, Organization.id).limit(MOST_SHOWN))
    return [Found(one, ties.get(one.id, Tie.MERGED)) for one in shown]


def _ties(user_id: int) -> dict[int, Tie]:
    own = _own(user_id)
    invested, investors = _investments(own)
    parts = {
        Tie.MEMBER: _memberships(user_id),
        Tie.EMPLOYER: _same_domain(user_id),
        Tie.COLLEAGUE: _colleagues(user_id),
        Tie.INVESTED: invested,
        Tie.INVESTOR: investors,
    }
    found: dict[int, Tie] = {}
    for tie, part in parts.items():
        for id_ in db.session.scalars(part):
            found.setdefault(id_, tie)
    return found

"""Reads about organizations that may be there twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.audit.models import AuditEvent
from app.db import db
from app.organizations import likeness, naming, pairing
from app.organizations.likeness import Face, Reason
from app.organizations.models import (
    LISTED_STATES,
    Duplicate,
    DuplicateState,
    Identifier,
    Membership,
    Merge,
    Organization,
    ProfileState,
)
from app.organizations.naming import keys_of
from app.taxonomy import Country, Kind

__all__ = ["keys_of"]

# What is compared: the rest was refused, or another profile goes on in its place.
_LIVING = Organization.state.not_in((ProfileState.REFUSED, ProfileState.MERGED))
_FACE = (
    Organization.id,
    Organization.kind,
    Organization.country,
    Organization.name,
    Organization.name_key,
    Organization.domain,
    Organization.region_code,
    Organization.city,
    Organization.founded_year,
)
SCANNED = "duplicates.scanned"
# A newcomer has given a name and little more, so less is asked before they are warned.
_WARN_FROM = 0.55
_MOST_WARNED = 5
_MOST_COMPARED = 1_000
_PREFIX = 3


@dataclass(frozen=True)
class Candidate:
    """A profile that may be what somebody is about to register again."""

    organization: Organization
    reasons: tuple[Reason, ...]
    is_own: bool


@dataclass(frozen=True)
class Warnings:
    """What a newcomer is told: profiles they may read, and whether there is a draft that they may not."""

    candidates: list[Candidate]
    has_hidden: bool

    def __bool__(self) -> bool:
        return bool(self.candidates) or self.has_hidden


def faces() -> list[Face]:
    """What is compared, of every profile that could be merged."""
    rows = db.session.execute(sa.select(*_FACE).where(_LIVING).order_by(Organization.id))
    return [Face(*row) for row in rows]


def sharing_identifiers() -> set[tuple[int, int]]:
    """Pairs of organizations that state one number of one register."""
    one, other = sa.orm.aliased(Identifier), sa.orm.aliased(Identifier)
    query = sa.select(one.organization_id, other.organization_id).join(
        other,
        sa.and_(
            one.scheme == other.scheme,
            one.value == other.value,
            one.organization_id < other.organization_id,
        ),
    )
    return {(low, high) for low, high in db.session.execute(query)}


def last_scan_at() -> datetime | None:
    """When everything was last compared."""
    return db.session.scalar(sa.select(sa.func.max(AuditEvent.at)).where(AuditEvent.action == SCANNED))


def changed_since(moment: datetime) -> set[int]:
    """Organizations whose profile, name, address or numbers may have changed since."""
    changed = sa.select(Organization.id).where(Organization.profile_changed_at >= moment, _LIVING)
    told = sa.select(AuditEvent.subject_id).where(
        AuditEvent.subject_type == "organization",
        AuditEvent.at >= moment.replace(microsecond=0),
        AuditEvent.action.in_(("organization.saved", "organization.identifier_stated")),
    )
    return {*db.session.scalars(changed), *map(int, db.session.scalars(told))}


def known_pairs() -> dict[tuple[int, int], tuple[int, DuplicateState]]:
    """Every suspicion there is, by its pair."""
    rows = db.session.execute(sa.select(Duplicate.one_id, Duplicate.other_id, Duplicate.id, Duplicate.state))
    return {(one, other): (id_, state) for one, other, id_, state in rows}


def known_pairs_of(organization_id: int) -> set[tuple[int, int]]:
    """Pairs with one organization that were suspected before."""
    query = sa.select(Duplicate.one_id, Duplicate.other_id).where(
        sa.or_(Duplicate.one_id == organization_id, Duplicate.other_id == organization_id)
    )
    return {(one, other) for one, other in db.session.execute(query)}


def organizations_by_id(ids: Collection[int]) -> dict[int, Organization]:
    query = sa.select(Organization).where(Organization.id.in_(set(ids)))
    return {one.id: one for one in db.session.scalars(query)}


def merge_of(duplicate: Duplicate) -> Merge | None:
    """The merge of a pair that still holds."""
    pair = (duplicate.one_id, duplicate.other_id)
    query = sa.select(Merge).where(
        Merge.kept_id.in_(pair), Merge.absorbed_id.in_(pair), Merge.undone_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def merges_into(organization_id: int) -> Sequence[Merge]:
    """What a profile took in and still holds, oldest first."""
    query = sa.select(Merge).where(Merge.kept_id == organization_id, Merge.undone_at.is_(None))
    return db.session.scalars(query.order_by(Merge.id)).all()


def warnings_for(user: User, kind: Kind, name: str, country: Country, website: str | None) -> Warnings:
    """Profiles that look like what `user` is about to register; of others' drafts no more than that one is there."""
    new = Face(0, kind, country, name, naming.name_key(name), naming.domain_of(website))
    own = set(db.session.scalars(sa.select(Membership.organization_id).where(Membership.user_id == user.id)))
    found: list[tuple[float, int, tuple[Reason, ...]]] = []
    has_hidden = False
    rows = db.session.execute(_comparable(new)).all()
    if sum(row.domain == new.domain for row in rows) > pairing.MOST_IN_A_BLOCK:
        new = replace(new, domain=None)
    for row in rows:
        alike = likeness.likeness(new, Face(*row[:-1]))
        shares_domain = new.domain is not None and row.domain == new.domain and not new.is_course
        if alike.score < _WARN_FROM and not shares_domain:
            continue
        if row.state in LISTED_STATES or row.id in own:
            found.append((alike.score, row.id, alike.reasons))
        else:
            has_hidden = has_hidden or shares_domain
    found = sorted(found, reverse=True)[:_MOST_WARNED]
    profiles = organizations_by_id([id_ for _, id_, _ in found])
    return Warnings([Candidate(profiles[id_], reasons, id_ in own) for _, id_, reasons in found], has_hidden)


def _comparable(new: Face) -> sa.Executable:
    """Profiles whose name begins alike or whose address is the same."""
    same = [Organization.name_key == new.name_key]
    if new.domain:
        same.append(Organization.domain == new.domain)
    begins = Organization.name_key.startswith(new.name_key[:_PREFIX], autoescape=True)
    nearest = sa.case((sa.or_(*same), 0), else_=1)
    return (
        sa.select(*_FACE, Organization.state)
        .where(Organization.country == new.country, _LIVING, sa.or_(*same, begins))
        .order_by(nearest, sa.func.abs(sa.func.length(Organization.name_key) - len(new.name_key)))
        .limit(_MOST_COMPARED)
    )


def others_stating(organization_id: int, identifier: Identifier) -> list[int]:
    """Living organizations beside this one that state the same number."""
    query = (
        sa.select(Identifier.organization_id)
        .join(Organization, Organization.id == Identifier.organization_id)
        .where(
            Identifier.scheme == identifier.scheme,
            Identifier.value == identifier.value,
            Identifier.organization_id != organization_id,
            _LIVING,
        )
        .order_by(Identifier.organization_id)
        .limit(_MOST_WARNED)
    )
    return list(db.session.scalars(query))


def is_scan_due() -> bool:
    """Whether the last scan is a day old, almost: the task that asks does so every hour."""
    last = last_scan_at()
    return last is None or (clock.now() - last).total_seconds() > 20 * 3600

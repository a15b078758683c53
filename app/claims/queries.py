"""Reads of claims and verifications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app import clock
from app.accounts.models import Role, User
from app.claims import fading
from app.claims.models import Claim, Subject, VerificationStep
from app.conflicts import queries as conflicts
from app.db import db
from app.errors import NotFound
from app.organizations import queries as organizations
from app.organizations.models import LISTED_STATES, Membership, Organization, Verification

VERIFIERS = (Role.PROGRAM_MANAGER, Role.ADMINISTRATOR)
PAGE_SIZE = 50
MOST = 200
LARGEST_ID = organizations.LARGEST_ID
# Letters come once a week; the zones of an organization's people lie within a day.
ASKED_AGAIN_AFTER = timedelta(days=6)


def reader_of(user: User, organization_id: int) -> tuple[Organization, Membership | None]:
    """An organization and this reader's place in it (None for a verifier); raises `NotFound` for everybody else."""
    membership = organizations.membership_of(user, organization_id)
    if membership is not None:
        organizations.require_living(membership.organization)
        return membership.organization, membership
    if not user.has_role(*VERIFIERS):
        raise NotFound
    return conflicts.organization_to_judge(user, organization_id), None


def claims_of(organization_id: int) -> Sequence[Claim]:
    """What an organization claims now, by subject."""
    query = _held().where(Claim.organization_id == organization_id)
    return db.session.scalars(query.order_by(Claim.subject, Claim.id).limit(MOST)).all()


def claim_of(organization_id: int, claim_id: int) -> Claim:
    """A claim that this organization holds up; raises `NotFound`."""
    query = _held().where(Claim.organization_id == organization_id, Claim.id == claim_id)
    found = db.session.scalars(query).one_or_none() if claim_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def to_verify(user: User, after: int = 0) -> Sequence[tuple[Claim, Organization]]:
    """Claims with evidence that nobody has looked at, of organizations this verifier may judge, oldest first."""
    query = (
        sa.select(Claim, Organization)
        .join(Organization, Organization.id == Claim.organization_id)
        .where(
            Claim.withdrawn_at.is_(None),
            Claim.verified_at.is_(None),
            Claim.evidence != "",
            Claim.id > after,
            Organization.state.in_(LISTED_STATES),
            conflicts.not_hidden(user.id, Organization.id),
        )
        .order_by(Claim.id)
        .limit(PAGE_SIZE)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def verification_of(organization: Organization) -> Verification:
    """The strongest level that holds."""
    return strongest(step.level for step in steps_of(organization.id))


def steps_of(organization_id: int) -> Sequence[VerificationStep]:
    """Levels that hold, strongest first, each with who and when."""
    query = sa.select(VerificationStep).where(
        VerificationStep.organization_id == organization_id, VerificationStep.ended_at.is_(None)
    )
    rank = list(Verification)
    return sorted(db.session.scalars(query), key=lambda step: (-rank.index(step.level), step.at, step.id))


def strongest(levels: Iterable[Verification]) -> Verification:
    """The last of the levels in their order; unverified when there is none."""
    found = set(levels)
    return next((level for level in reversed(list(Verification)) if level in found), Verification.UNVERIFIED)


def people_by_id(ids: Collection[int | None]) -> dict[int, User]:
    """Who stated and verified."""
    known = [id_ for id_ in ids if id_ is not None]
    return {user.id: user for user in db.session.scalars(sa.select(User).where(User.id.in_(known)))}


def faded_certificates(ids: Sequence[int] | None = None) -> dict[int, set[str]]:
    """Certificates on which matching should rest no more, by organization: too old, or valid no longer."""
    now = clock.now()
    oldest = now - fading.HALF_LIVES[Subject.CERTIFICATE] * fading.HALF_LIVES_UNTIL_LEAST
    query = _held().where(
        Claim.subject == Subject.CERTIFICATE,
        sa.or_(Claim.confirmed_at <= oldest, Claim.valid_until < now.date()),
    )
    if ids is not None:
        query = query.where(Claim.organization_id.in_(ids))
    found: dict[int, set[str]] = defaultdict(set)
    for claim in db.session.scalars(query):
        if not fading.counts(claim, now):
            found[claim.organization_id].add(claim.value)
    return found


@dataclass(frozen=True)
class Question:
    """A claim to ask about, and whose it is."""

    claim: Claim
    organization: Organization


def questions_among(
    seats: Iterable[Membership], claims: Iterable[Claim], now: datetime
) -> dict[int, Question]:
    """For each person at most one claim they may answer for: the one that counts least, one a week and organization.

    Among places and claims that were read already; of claims, those that `may_matter` are enough.
    """
    worst = _worst_by_organization(claims, now)
    found: dict[int, Question] = {}
    for seat in seats:
        if not (seat.can_edit and seat.organization.is_listed):
            continue
        claim, known = worst.get(seat.organization_id), found.get(seat.user_id)
        if claim and (known is None or _urgency(claim, now) < _urgency(known.claim, now)):
            found[seat.user_id] = Question(claim, seat.organization)
    return found


def may_matter(now: datetime) -> sa.ColumnElement[bool]:
    """Held claims that may be worth a question, or that were asked about this week; all others say nothing to either."""
    ends_soon = Claim.valid_until < (now + fading.ASKED_BEFORE_END).date()
    asked = Claim.asked_at > now - ASKED_AGAIN_AFTER
    is_old = Claim.confirmed_at < now - min(fading.HALF_LIVES.values()) / 2
    return sa.and_(Claim.withdrawn_at.is_(None), sa.or_(is_old, ends_soon, asked))


def _worst_by_organization(claims: Iterable[Claim], now: datetime) -> dict[int, Claim]:
    """The claim most worth a question, of organizations that were not asked this week."""
    found: dict[int, Claim] = {}
    resting: set[int] = set()
    for claim in claims:
        id_, known = claim.organization_id, found.get(claim.organization_id)
        if claim.asked_at is not None and claim.asked_at > now - ASKED_AGAIN_AFTER:
            resting.add(id_)
        if fading.is_worth_asking(claim, now) and (
            known is None or _urgency(claim, now) < _urgency(known, now)
        ):
            found[id_] = claim
    return {id_: claim for id_, claim in found.items() if id_ not in resting}


def _urgency(claim: Claim, now: datetime) -> tuple[float, int]:
    return fading.weight(claim, now), claim.id


def _held() -> sa.Select[Claim]:
    return sa.select(Claim).where(Claim.withdrawn_at.is_(None))

"""What changes claims."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.claims import queries, stating
from app.claims.models import Claim, Proof, Source, Subject
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.organizations import queries as organizations
from app.organizations import services as profiles
from app.organizations.models import Organization

# The form of the profile asks for the others.
STATED_HERE = (Subject.TRL, Subject.CAPACITY)
MOST = 40


class Answer(StrEnum):
    """What somebody says when asked whether a claim is still true."""

    YES = "yes"
    NO_LONGER = "no_longer"
    CHANGED = "changed"


class AlreadyClaimed(RuleBroken):
    """The organization claims this already, or has claimed enough."""


def catch_up(organization: Organization) -> None:
    """Read the claims of one profile now, without waiting for the worker."""
    _lock(organization.id)
    stating.read([organization.id])


def state(organization: Organization, subject: Subject, value: str, by: User) -> Claim:
    """Claim what the profile's form does not ask for; raises `AlreadyClaimed`. A new maturity replaces the old one."""
    _lock(organization.id)
    held = [one for one in queries.claims_of(organization.id) if one.subject is subject]
    if any(one.value == value for one in held) or len(held) >= MOST:
        raise AlreadyClaimed(_("This is stated already."))
    now = clock.now()
    if subject is Subject.TRL:
        for one in held:
            one.withdrawn_at = now
        db.session.flush()
    claim = Claim(
        organization_id=organization.id,
        subject=subject,
        value=value,
        source=Source.SELF,
        stated_by_id=by.id,
        stated_at=now,
        confirmed_at=now,
    )
    db.session.add(claim)
    db.session.flush()
    _record("stated", claim, by)
    return claim


def show_evidence(claim: Claim, source: Source, evidence: str, valid_until: date | None, by: User) -> None:
    """Say what the claim rests on. What a verifier saw before was something else, so it no longer stands."""
    claim.source, claim.evidence, claim.valid_until = source, evidence, valid_until
    claim.stated_by_id, claim.confirmed_at = by.id, clock.now()
    claim.proof = claim.verified_by_id = claim.verified_at = None
    claim.verification_note = ""
    db.session.flush()
    _record("evidence_shown", claim, by)


def verify(claim: Claim, proof: Proof, by: User, note: str) -> None:
    """Say that proof was seen; raises `Forbidden` for the organization's own people."""
    if organizations.membership_of(by, claim.organization_id) is not None:
        raise Forbidden
    claim.proof, claim.verified_by_id, claim.verified_at = proof, by.id, clock.now()
    claim.verification_note, claim.confirmed_at = note, clock.now()
    db.session.flush()
    _record("verified", claim, by, {"proof": proof.value})


def withdraw(claim: Claim, by: User) -> None:
    """Take a claim back, and out of the profile where the profile says it."""
    _take_out(claim, by)
    claim.withdrawn_at = clock.now()
    db.session.flush()
    _record("withdrawn", claim, by)


def still_true(claim: Claim, by: User) -> None:
    """Count it anew from now."""
    claim.confirmed_at = clock.now()
    db.session.flush()
    _record("still_true", claim, by)


def answer(claim: Claim, said: Answer, by: User) -> None:
    """Take an answer to the weekly question."""
    if said is Answer.YES:
        still_true(claim, by)
    elif said is Answer.NO_LONGER:
        withdraw(claim, by)
    else:
        _record("changed", claim, by)


def note_asked(ids: list[int]) -> None:
    """These claims are asked about in this week's letters. Their version stays: the links in the letters carry it."""
    asked = sa.update(Claim).where(Claim.id.in_(ids)).values(asked_at=clock.now(), version=Claim.version)
    db.session.execute(asked.execution_options(synchronize_session=False))
    audit.record_many("claim.asked", [("claim", id_) for id_ in sorted(ids)])


def _take_out(claim: Claim, by: User) -> None:
    organization = db.session.get_one(Organization, claim.organization_id)
    values = _without(claim, organization)
    if values:
        profiles.save_profile(organization, values, by)


def _without(claim: Claim, organization: Organization) -> dict[str, Any]:
    """What the profile says once the claim is gone; nothing where it says something else already."""
    if (claim.subject, claim.value) not in stating.statements_in(organization):
        return {}
    if claim.subject is Subject.CERTIFICATE:
        return {"certifications": [one for one in organization.certifications if one.strip() != claim.value]}
    if claim.subject is Subject.TICKET:
        return {"ticket_min": None, "ticket_max": None, "ticket_currency": None}
    return {"seats": None} if claim.subject is Subject.SEATS else {"size_class": None}


def _lock(organization_id: int) -> None:
    db.session.execute(sa.select(Organization.id).where(Organization.id == organization_id).with_for_update())


def _record(action: str, claim: Claim, by: User, detail: dict[str, Any] | None = None) -> None:
    about = {"claim": claim.id, "subject": claim.subject.value, **(detail or {})}
    audit.record(
        f"organization.claim_{action}", ("organization", claim.organization_id), by=by.id, detail=about
    )

"""How far an organization was verified: levels found from facts, and levels that a manager saw.

A service like `services`. The strongest level that holds is kept in `organization.verification`, for everybody to read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.accounts import addresses
from app.accounts.models import User
from app.audit import services as audit
from app.claims import queries
from app.claims.models import VerificationStep
from app.db import db
from app.errors import Forbidden, NotFound, RuleBroken
from app.organizations import queries as organizations
from app.organizations.models import Identifier, Membership, Organization, Verification

BATCH = 5000
BY_PEOPLE = (Verification.DOCUMENT_SEEN, Verification.CONFIRMED)
Held = dict[tuple[int, Verification], tuple[int | None, datetime]]


class AlreadyVerified(RuleBroken):
    """This level holds already."""


def is_of_domain(email: str, domain: str | None) -> bool:
    """Whether an address lies in an organization's own web domain."""
    return domain is not None and addresses.employer_domain(email) == domain


def verify(organization: Organization, level: Verification, by: User, note: str) -> VerificationStep:
    """Say as a manager what was seen; raises `Forbidden` for the organization's own people, and `AlreadyVerified`."""
    if level not in BY_PEOPLE or organizations.membership_of(by, organization.id) is not None:
        raise Forbidden
    _lock(organization.id)
    if any(step.level is level and not step.is_found for step in queries.steps_of(organization.id)):
        raise AlreadyVerified(_("Somebody has said this of the organization already."))
    step = VerificationStep(
        organization_id=organization.id, level=level, by_id=by.id, at=clock.now(), note=note, is_found=False
    )
    db.session.add(step)
    db.session.flush()
    _keep_strongest([organization.id])
    audit.record(
        "organization.verified", ("organization", organization.id), by=by.id, detail={"level": level.value}
    )
    return step


def end(organization: Organization, step_id: int, by: User) -> None:
    """Take back what a manager said; raises `NotFound` for what is not there or was found from facts."""
    _lock(organization.id)
    found = [one for one in queries.steps_of(organization.id) if one.id == step_id and not one.is_found]
    if not found:
        raise NotFound
    if organizations.membership_of(by, organization.id) is not None:
        raise Forbidden
    found[0].ended_at = clock.now()
    db.session.flush()
    _keep_strongest([organization.id])
    detail = {"level": found[0].level.value}
    audit.record(
        "organization.verification_ended", ("organization", organization.id), by=by.id, detail=detail
    )


def _lock(organization_id: int) -> None:
    db.session.execute(sa.select(Organization.id).where(Organization.id == organization_id).with_for_update())


def difference(most: int = BATCH) -> tuple[Held, list[int]]:
    """(levels that facts show and nobody noted, ids of noted ones whose facts are gone), `most` of each.

    Reads only, four queries. SQLite takes about 32,000 values in one statement.
    """
    shown = _by_mail() | _by_numbers()
    noted = {
        (row.organization_id, row.level): row.id
        for row in db.session.execute(
            sa.select(VerificationStep.id, VerificationStep.organization_id, VerificationStep.level).where(
                VerificationStep.is_found, VerificationStep.ended_at.is_(None)
            )
        )
    }
    missing = {key: shown[key] for key in sorted(shown.keys() - noted.keys())[:most]}
    return missing, sorted(id_ for key, id_ in noted.items() if key not in shown)[:most]


def _by_mail() -> Held:
    """Organizations with an active person whose confirmed address lies in their web domain."""
    query = (
        sa.select(
            Organization.id, Organization.domain, User.id.label("user_id"), User.email, User.confirmed_at
        )
        .join(Membership, Membership.organization_id == Organization.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Organization.domain.is_not(None),
            User.confirmed_at.is_not(None),
            User.deactivated_at.is_(None),
        )
        .order_by(Organization.id, User.id.desc())
    )
    now = clock.now()
    return {
        (row.id, Verification.EMAIL_DOMAIN): (row.user_id, now)
        for row in db.session.execute(query)
        if is_of_domain(row.email, row.domain)
    }


def _by_numbers() -> Held:
    """Organizations with a register number, which has the right form, and those with one that somebody confirmed."""
    rows = db.session.execute(
        sa.select(
            Identifier.organization_id,
            Identifier.added_at,
            Identifier.confirmed_by_id,
            Identifier.confirmed_at,
        ).order_by(Identifier.id.desc())
    ).all()
    found: Held = {(row.organization_id, Verification.FORMAT): (None, row.added_at) for row in rows}
    return found | {
        (row.organization_id, Verification.CONFIRMED): (row.confirmed_by_id, row.confirmed_at)
        for row in rows
        if row.confirmed_at is not None
    }


def write(missing: Held, gone: Collection[int]) -> int:
    """Note what was found, end what is gone, and keep the strongest; gives the number of organizations. Few statements."""
    touched = {organization_id for organization_id, _level in missing}
    ended = (
        sa.update(VerificationStep)
        .where(VerificationStep.id.in_(gone), VerificationStep.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(VerificationStep.organization_id)
        .execution_options(synchronize_session=False)
    )
    touched |= set(db.session.scalars(ended)) if gone else set()
    if not touched:
        return 0
    if missing:
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        # Another worker may have found the same.
        db.session.execute(
            insert(VerificationStep).on_conflict_do_nothing(), [_found(*one) for one in missing.items()]
        )
    _keep_strongest(touched)
    audit.record_many("organization.verification_found", [("organization", id_) for id_ in sorted(touched)])
    return len(touched)


def _found(key: tuple[int, Verification], by_and_at: tuple[int | None, datetime]) -> dict[str, Any]:
    (organization_id, level), (by_id, at) = key, by_and_at
    return {
        "organization_id": organization_id,
        "level": level,
        "is_found": True,
        "by_id": by_id,
        "at": at,
        "note": "",
    }


def _keep_strongest(ids: Collection[int]) -> None:
    """Write the strongest level into the organizations; their version stays, so that nobody's open form is overtaken."""
    query = sa.select(VerificationStep.organization_id, VerificationStep.level).where(
        VerificationStep.organization_id.in_(ids), VerificationStep.ended_at.is_(None)
    )
    levels: dict[int, list[Verification]] = defaultdict(list)
    for organization_id, level in db.session.execute(query):
        levels[organization_id].append(level)
    by_level: dict[Verification, list[int]] = defaultdict(list)
    for id_ in ids:
        by_level[queries.strongest(levels[id_])].append(id_)
    for level, those in by_level.items():
        table = sa.table("organization", sa.column("id"), sa.column("verification"))
        change = sa.update(table).where(table.c.id.in_(those)).values(verification=level.value)
        db.session.execute(change)
    for known in list(db.session.identity_map.values()):
        if isinstance(known, Organization) and known.id in ids:
            db.session.expire(known, ["verification"])

"""Read claims out of profiles: what people enter in the form, they state.

A service like `services`. Organizations lie below claims and know nothing of them, so claims pull: the worker reads the
profiles that changed since their last reading, many at once, and a save on the page of claims reads its own first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.audit import services as audit
from app.claims.models import LONGEST_VALUE, Claim, ProfileReading, Source, Subject
from app.db import db
from app.organizations.models import Organization, ProfileState

BATCH = 1000
# Read out of the profile, each with the field that asks for it; the others are stated on the page of claims.
FIELDS = {
    Subject.CERTIFICATE: "certifications",
    Subject.TICKET: "ticket_min",
    Subject.SEATS: "seats",
    Subject.SIZE: "size_class",
}
_COLUMNS = (
    Organization.id,
    Organization.profile_changed_at,
    Organization.certifications,
    Organization.ticket_min,
    Organization.ticket_max,
    Organization.ticket_currency,
    Organization.seats,
    Organization.size_class,
)
Stated = set[tuple[Subject, str]]


def statements_in(profile: Any) -> Stated:
    """(subject, value) of all that a profile claims."""
    found = {
        (Subject.CERTIFICATE, text[:LONGEST_VALUE])
        for one in profile.certifications or ()
        if (text := one.strip())
    }
    if profile.ticket_currency and (profile.ticket_min is not None or profile.ticket_max is not None):
        ends = ["-" if one is None else str(one) for one in (profile.ticket_min, profile.ticket_max)]
        found.add((Subject.TICKET, " ".join([*ends, profile.ticket_currency])))
    if profile.seats is not None:
        found.add((Subject.SEATS, str(profile.seats)))
    if profile.size_class is not None:
        found.add((Subject.SIZE, profile.size_class.value))
    return found


def unread(limit: int = BATCH) -> list[int]:
    """Organizations whose profile changed since their claims were read, longest waiting first."""
    query = (
        sa.select(Organization.id)
        .outerjoin(ProfileReading, ProfileReading.organization_id == Organization.id)
        .where(
            Organization.state != ProfileState.MERGED,
            sa.or_(
                ProfileReading.organization_id.is_(None),
                ProfileReading.profile_changed_at != Organization.profile_changed_at,
            ),
        )
        .order_by(Organization.profile_changed_at, Organization.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def read(ids: Sequence[int]) -> int:
    """Bring the claims of these organizations up to their profiles; gives how many began or ended. Few statements."""
    # Locked, so that an older reading cannot come in after a newer one.
    locked = sa.select(*_COLUMNS).where(Organization.id.in_(ids)).order_by(Organization.id).with_for_update()
    profiles = db.session.execute(locked).all()
    held: dict[int, dict[tuple[Subject, str], int]] = defaultdict(dict)
    query = sa.select(Claim.id, Claim.organization_id, Claim.subject, Claim.value)
    query = query.where(
        Claim.organization_id.in_(ids), Claim.subject.in_(FIELDS), Claim.withdrawn_at.is_(None)
    )
    for row in db.session.execute(query):
        held[row.organization_id][row.subject, row.value] = row.id
    begun: list[dict[str, Any]] = []
    ended: list[int] = []
    for profile in profiles:
        stated, known = statements_in(profile), held[profile.id]
        begun += [_row(profile, *one) for one in sorted(stated - known.keys())]
        ended += [id_ for one, id_ in known.items() if one not in stated]
    _write(begun, ended)
    _note([{"organization_id": one.id, "profile_changed_at": one.profile_changed_at} for one in profiles])
    if begun or ended:
        detail = {"organizations": len(profiles), "begun": len(begun), "ended": len(ended)}
        audit.record("claim.read", ("claim", "profiles"), detail=detail)
    return len(begun) + len(ended)


def _row(profile: Any, subject: Subject, value: str) -> dict[str, Any]:
    at: datetime = profile.profile_changed_at
    return {
        "organization_id": profile.id,
        "subject": subject,
        "value": value,
        "source": Source.SELF,
        "evidence": "",
        "stated_at": at,
        "verification_note": "",
        "confirmed_at": at,
        "version": 1,
    }


def _write(begun: list[dict[str, Any]], ended: list[int]) -> None:
    if ended:
        db.session.execute(
            sa.update(Claim)
            .where(Claim.id.in_(ended), Claim.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now(), version=Claim.version + 1)
            .execution_options(synchronize_session=False)
        )
    if begun:
        # Whoever reads the same profile at the same time states the same.
        db.session.execute(_insert(Claim).on_conflict_do_nothing(), begun)


def _note(readings: list[dict[str, Any]]) -> None:
    if not readings:
        return
    insert = _insert(ProfileReading)
    known = {"profile_changed_at": insert.excluded.profile_changed_at}
    db.session.execute(insert.on_conflict_do_update(index_elements=["organization_id"], set_=known), readings)


def _insert(table: Any) -> Any:
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)

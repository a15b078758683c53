"""Where people sit, with what is stored about their organizations: one query for many people."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload

from app.claims import queries as claims
from app.claims.models import Claim
from app.db import db
from app.matching.models import Advice
from app.organizations.models import Membership, Organization


@dataclass(frozen=True)
class Seats:
    """Memberships of some people, and of their organizations the stored advice and the claims that may be asked about."""

    members: list[Membership] = field(default_factory=list)
    advice: dict[int, Advice] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    @property
    def organization_ids(self) -> set[int]:
        return {seat.organization_id for seat in self.members}

    def by_person(self, user_ids: Collection[int]) -> dict[int, list[Membership]]:
        found: dict[int, list[Membership]] = {id_: [] for id_ in user_ids}
        for seat in self.members:
            found[seat.user_id].append(seat)
        return found


def seats_of(user_ids: Collection[int], now: datetime.datetime) -> Seats:
    """Without technologies, which come with those of the partners; people are known already."""
    own = Membership.organization_id
    query = (
        sa.select(Membership, Advice, Claim)
        .outerjoin(Advice, Advice.organization_id == own)
        .outerjoin(Claim, sa.and_(Claim.organization_id == own, claims.may_matter(now)))
        .where(Membership.user_id.in_(user_ids))
        .options(
            joinedload(Membership.organization).lazyload(Organization.technology_rows),
            lazyload(Membership.user),
        )
        .order_by(Membership.id)
    )
    rows = [(seat, advice, claim) for seat, advice, claim in db.session.execute(query)]
    return Seats(
        members=list(dict.fromkeys(seat for seat, _advice, _claim in rows)),
        advice={advice.organization_id: advice for _seat, advice, _claim in rows if advice},
        claims=list(dict.fromkeys(claim for _seat, _advice, claim in rows if claim)),
    )

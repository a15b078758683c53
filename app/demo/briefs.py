"""What a few illustrative organizations say of their needs and offers beyond one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app import clock
from app.accounts.models import User
from app.db import db
from app.organizations import briefs
from app.organizations.models import Aspect, Brief, Membership, Organization, Weight
from app.taxonomy import Kind
from app.taxonomy.exchange import CooperationType, MoneyFlow, PartnershipKind

_FIRMS = (Weight.MUST, (Kind.SME.value,))
_CHIPS = (Weight.MUST, ("semiconductors",))


@dataclass(frozen=True)
class Said:
    """More about the need or offer of that line."""

    name: str
    line: str
    cooperation: CooperationType
    money_flow: MoneyFlow
    detail: str = ""
    wishes: dict[Aspect, tuple[Weight, tuple[str, ...]]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


SAID = (
    Said(
        "Kaveri Chip Packaging",
        "Packaging and test of sensor chips, lots from 500 pieces",
        CooperationType.BUSINESS,
        MoneyFlow.WE_ARE_PAID,
        "Flip-chip and wafer-level packages, first samples four weeks after the wafers arrive.",
        more={
            "technologies": ["semiconductors"],
            "segment": "packaging.flip_chip",
            "trl": 9,
            "partnership_kinds": [PartnershipKind.SUPPLY.value, PartnershipKind.CONTRACT_MANUFACTURING.value],
        },
    ),
    Said(
        "Kaveri Chip Packaging",
        "US chip designers with small series to package",
        CooperationType.BUSINESS,
        MoneyFlow.WE_ARE_PAID,
        wishes={Aspect.TECHNOLOGY: _CHIPS, Aspect.STATE: (Weight.PREFER, ("US-AZ", "US-CA"))},
        more={"valid_until": 300},
    ),
    Said(
        "Mesa Sensor Circuits",
        "Packaging and test of sensor chips in small lots",
        CooperationType.BUSINESS,
        MoneyFlow.WE_PAY,
        "About 20,000 pressure sensors a year, in lots of 1,000.",
        wishes={Aspect.TECHNOLOGY: _CHIPS, Aspect.TRL: (Weight.MUST, ("7",))},
        more={"segment": "packaging.test", "valid_until": 240},
    ),
    Said(
        "Ohio Valley Water Works Supply",
        "Pumps for water treatment plants",
        CooperationType.BUSINESS,
        MoneyFlow.WE_PAY,
        wishes={Aspect.KIND: _FIRMS, Aspect.CERTIFICATION: (Weight.PREFER, ("ISO 9001",))},
    ),
    Said(
        "Ohio Valley Water Works Supply",
        "Assembly partner in India",
        CooperationType.BUSINESS,
        MoneyFlow.SHARED,
        wishes={Aspect.KIND: _FIRMS},
        more={"partnership_kinds": [PartnershipKind.JOINT_VENTURE.value], "valid_until": 365},
    ),
    Said(
        "Ohio Valley Water Works Supply",
        "Water treatment technology for assembly in India",
        CooperationType.TECHNOLOGY,
        MoneyFlow.WE_ARE_PAID,
        wishes={Aspect.KIND: _FIRMS},
        more={"trl": 9, "partnership_kinds": [PartnershipKind.LICENSE.value]},
    ),
    Said(
        "Saguaro Semiconductor Ventures",
        "Indian packaging and design startups",
        CooperationType.CAPITAL,
        MoneyFlow.WE_PAY,
        wishes={Aspect.STAGE: (Weight.PREFER, ("seed", "series_a"))},
    ),
)


def load(organizations: Iterable[Organization]) -> None:
    """Make records of all lines, and say more of some, as their owners would."""
    by_name = {one.name: one for one in organizations}
    briefs.sync_many(one.id for one in by_name.values())
    for said in SAID:
        organization = by_name[said.name]
        query = sa.select(Brief).where(Brief.organization_id == organization.id, Brief.title == said.line)
        brief = db.session.scalars(query).one()
        seen = brief.version
        briefs.save(
            organization, brief, _values(said, brief), said.wishes, seen=seen, by=_owner(organization)
        )


def _values(said: Said, brief: Brief) -> dict[str, Any]:
    more = dict(said.more)
    if days := more.pop("valid_until", None):
        more["valid_until"] = clock.now().date() + timedelta(days=days)
    own = {"side": brief.side, "title": said.line, "detail": said.detail}
    return {**own, "cooperation": said.cooperation, "money_flow": said.money_flow, **more}


def _owner(organization: Organization) -> User:
    query = sa.select(User).join(Membership, Membership.user_id == User.id)
    return db.session.scalars(query.where(Membership.organization_id == organization.id)).first()  # type: ignore[return-value]

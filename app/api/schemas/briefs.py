"""Needs and offers, and what each wishes of a partner."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from app.api.schemas.base import In, Out
from app.organizations.models import Aspect, Side, Weight
from app.taxonomy.exchange import CooperationType, IpStatus, MoneyFlow, PartnershipKind


class WishIn(In):
    """What the partner should have: any of `values`, as a must or a preference."""

    aspect: Aspect
    weight: Weight
    values: list[str]


class BriefIn(In):
    """A new need or offer."""

    side: Side
    title: str
    detail: str = ""
    money_flow: MoneyFlow | None = None
    cooperation: CooperationType | None = None
    technologies: list[str] = Field(default_factory=list)
    segment: str | None = None
    trl: int | None = None
    ip_status: IpStatus | None = None
    partnership_kinds: list[PartnershipKind] = Field(default_factory=list)
    valid_until: date | None = None
    wishes: list[WishIn] = Field(default_factory=list)


class BriefChange(In):
    """What is to change; what is left out stays. Null and an empty list make a field empty."""

    side: Side | None = None
    title: str | None = None
    detail: str | None = None
    money_flow: MoneyFlow | None = None
    cooperation: CooperationType | None = None
    technologies: list[str] | None = None
    segment: str | None = None
    trl: int | None = None
    ip_status: IpStatus | None = None
    partnership_kinds: list[PartnershipKind] | None = None
    valid_until: date | None = None
    wishes: list[WishIn] | None = None


class WishOut(Out):
    aspect: Aspect
    weight: Weight
    values: list[str]


class BriefOut(Out):
    """A need or offer. Its ETag is the version that a change has to name in If-Match."""

    id: int
    side: Side
    title: str
    detail: str
    money_flow: MoneyFlow | None
    cooperation: CooperationType | None
    technologies: list[str]
    segment: str | None
    trl: int | None
    ip_status: IpStatus | None
    partnership_kinds: list[str]
    valid_until: date | None
    wishes: list[WishOut]


class BriefsOut(Out):
    """What holds now, and for its own people what has run out."""

    needs: list[BriefOut]
    offers: list[BriefOut]
    expired: list[BriefOut]

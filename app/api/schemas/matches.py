"""Matches as one of their two organizations sees them."""

from __future__ import annotations

from datetime import date, datetime

from app.api.schemas.base import In, Out
from app.introductions.models import AnswerChoice, NoReason
from app.introductions.sides import Standing
from app.taxonomy import Country, Kind


class PartnerOut(Out):
    """The other organization: structured facts, and its name and contact once both said yes."""

    kind: Kind
    country: Country
    place: str
    title: str
    technologies: list[str]
    stage: str
    size: str
    needs: list[str]
    offers: list[str]
    is_illustrative: bool
    profile_changed_on: date
    organization_id: int | None
    name: str | None
    website: str | None
    contact_name: str | None
    contact_email: str | None


class AnswerOut(Out):
    """What this organization answered."""

    says: AnswerChoice
    until: date | None
    at: datetime


class MatchOut(Out):
    """One match, seen from the organization in the address."""

    id: int
    standing: Standing
    band: str
    why_us: list[str]
    why_them: list[str]
    partner: PartnerOut
    answer: AnswerOut | None
    introduced_at: datetime | None
    can_answer: bool


class MatchesOut(Out):
    matches: list[MatchOut]


class AnswerIn(In):
    """Yes; not now, with a day to come back; or no, with a reason that program managers alone read."""

    says: AnswerChoice
    until: date | None = None
    reason: NoReason | None = None
    note: str = ""

"""Organizations, in the words of the import file."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from app.api.schemas.base import In, Out
from app.organizations.identifiers import Scheme
from app.organizations.models import MemberRole, ProfileState, Verification
from app.organizations.schemas import MOST_SUMMARY
from app.taxonomy import (
    Country,
    Instrument,
    InvestorType,
    Kind,
    LeadRole,
    Recognition,
    RecognitionStage,
    Sector,
    SizeClass,
    Stage,
    TrainingMode,
)


class _Profile(Out):
    """What everybody may read. Amounts are in minor units."""

    id: int
    kind: Kind
    country: Country
    name: str
    is_illustrative: bool
    verification: Verification
    profile_changed_on: date
    region_code: str | None
    city: str | None
    website: str | None
    founded_year: int | None
    team_size: int | None
    summary: str
    description: str
    name_hi: str
    summary_hi: str
    description_hi: str
    technologies: list[str]
    stage: Stage | None
    recognition: Recognition | None
    recognition_stage: RecognitionStage | None
    sector: Sector | None
    size_class: SizeClass | None
    size_claimed_on: date | None
    nic_code: str | None
    naics_code: str | None
    capabilities: str
    certifications: list[str]
    level: float | None
    training_mode: TrainingMode | None
    seats: int | None
    skills: list[str]
    intake: str | None
    intake_dates: list[str]
    occupation: str | None
    hours: int | None
    credits: float | None
    languages: list[str]
    fee_amount: int | None
    fee_currency: str | None
    completion_rate: int | None
    placement_rate: int | None
    graduates: int | None
    outcomes_year: int | None
    investor_type: InvestorType | None
    stages: list[str]
    ticket_min: int | None
    ticket_sweet: int | None
    ticket_max: int | None
    currency: str | None = Field(validation_alias="ticket_currency")
    thesis: str
    invests_in: list[str]
    instruments: list[str]
    exclusions: str
    cheques_a_year: int | None
    decision_weeks: int | None
    lead_role: LeadRole | None
    open_until: date | None


class RegisterOut(Out):
    """That a number of a register was stated, never which."""

    name: str
    is_confirmed: bool


class RaiseOut(Out):
    """Terms of a raise, for its own people and those who own a listed investor."""

    is_raising: bool | None
    amount: int | None = Field(validation_alias="raise_amount")
    currency: str | None = Field(validation_alias="raise_currency")
    instrument: Instrument | None = Field(validation_alias="raise_instrument")
    closes_on: date | None = Field(validation_alias="raise_closes_on")


class OrganizationOut(_Profile):
    """A profile as this reader may see it. `role` and `state` are there for its own people."""

    needs: list[str]
    offers: list[str]
    registers: list[RegisterOut]
    raise_terms: RaiseOut | None
    role: MemberRole | None
    state: ProfileState | None


class MyOrganization(Out):
    """One of my organizations, and what its profile still lacks."""

    id: int
    name: str
    kind: Kind
    country: Country
    state: ProfileState
    role: MemberRole
    gaps: list[str]


class MineOut(Out):
    organizations: list[MyOrganization]


class OrganizationIn(In):
    """A new draft. `is_another` says that those which look alike were looked at, and it is none of them."""

    kind: Kind
    country: Country
    name: str
    website: str | None = None
    is_another: bool = False


class ProfileChange(In):
    """What is to change; what is left out stays, and null makes a field empty."""

    name: str | None = None
    region_code: str | None = None
    city: str | None = None
    website: str | None = None
    founded_year: int | None = None
    team_size: int | None = None
    summary: str | None = Field(None, max_length=MOST_SUMMARY)
    description: str | None = None
    name_hi: str | None = None
    summary_hi: str | None = None
    description_hi: str | None = None
    technologies: list[str] | None = None
    stage: Stage | None = None
    is_raising: bool | None = None
    recognition: Recognition | None = None
    recognition_stage: RecognitionStage | None = None
    sector: Sector | None = None
    size_class: SizeClass | None = None
    size_claimed_on: str | None = None
    nic_code: str | None = None
    naics_code: str | None = None
    capabilities: str | None = None
    certifications: list[str] | None = None
    level: float | None = None
    training_mode: TrainingMode | None = None
    seats: int | None = None
    skills: list[str] | None = None
    intake: str | None = None
    intake_dates: list[str] | None = None
    occupation: str | None = None
    hours: int | None = None
    credits: float | None = None
    languages: list[str] | None = None
    fee_amount: int | None = None
    fee_currency: str | None = None
    completion_rate: int | None = None
    placement_rate: int | None = None
    graduates: int | None = None
    outcomes_year: int | None = None
    investor_type: InvestorType | None = None
    stages: list[Stage] | None = None
    ticket_min: int | None = None
    ticket_sweet: int | None = None
    ticket_max: int | None = None
    currency: str | None = None
    thesis: str | None = None
    invests_in: list[str] | None = None
    instruments: list[Instrument] | None = None
    exclusions: str | None = None
    cheques_a_year: int | None = None
    decision_weeks: int | None = None
    lead_role: LeadRole | None = None
    open_until: str | None = None


class SubmissionIn(In):
    """A word to the program manager, for example what was changed since the profile was returned."""

    note: str = ""


class IdentifierIn(In):
    """A register's number."""

    scheme: Scheme
    value: str


class IdentifierOut(Out):
    """A register's number: whole for owners and verifiers, masked for editors and viewers."""

    id: int
    scheme: Scheme
    value: str
    added_at: datetime
    confirmed_at: datetime | None


class IdentifiersOut(Out):
    identifiers: list[IdentifierOut]

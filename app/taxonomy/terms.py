"""Kinds, stages and the other short lists, each with the label a person reads."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _

from app.taxonomy import exchange, kinds


class Kind(StrEnum):
    """What an organization is."""

    STARTUP = "startup"
    SME = "sme"
    SKILL_PROGRAM = "skill_program"
    INVESTOR = "investor"


class Stage(StrEnum):
    """How far a startup's funding has come."""

    BOOTSTRAPPED = "bootstrapped"
    GRANT = "grant"
    PRE_SEED = "pre_seed"
    SEED = "seed"
    SERIES_A = "series_a"
    SERIES_B = "series_b"
    SERIES_C = "series_c"
    GROWTH = "growth"
    LISTED = "listed"


class InvestorType(StrEnum):
    """Who invests."""

    ANGEL = "angel"
    ANGEL_GROUP = "angel_group"
    MICRO_VC = "micro_vc"
    VC = "vc"
    CVC = "cvc"
    FAMILY_OFFICE = "family_office"
    ACCELERATOR = "accelerator"
    VENTURE_DEBT = "venture_debt"
    IMPACT = "impact"
    STRATEGIC = "strategic"
    DFI = "dfi"
    GOVERNMENT = "government"


class SizeClass(StrEnum):
    """The size an SME states of itself; thresholds differ in the two countries."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"


class TrainingMode(StrEnum):
    """How a skill program teaches."""

    ON_SITE = "on_site"
    ONLINE = "online"
    BLENDED = "blended"
    APPRENTICESHIP = "apprenticeship"


class Sector(StrEnum):
    """What an SME earns its living with."""

    ELECTRONICS = "electronics"
    MACHINERY = "machinery"
    CHEMICALS = "chemicals"
    METALS = "metals"
    AUTOMOTIVE = "automotive"
    AEROSPACE = "aerospace"
    HEALTH = "health"
    ENERGY = "energy"
    ENVIRONMENT = "environment"
    SOFTWARE = "software"
    TELECOM = "telecom"
    AGRICULTURE = "agriculture"
    TEXTILES = "textiles"
    LOGISTICS = "logistics"
    TOURISM = "tourism"
    PROFESSIONAL_SERVICES = "professional_services"
    OTHER = "other"


CERTIFICATIONS = [
    "ISO 9001",
    "ISO 13485",
    "ISO 14001",
    "ISO 14644",
    "ISO 22000",
    "ISO 26262",
    "ISO/IEC 17025",
    "ISO/IEC 27001",
    "IATF 16949",
    "AS9100",
    "AEC-Q100",
    "IPC-A-610",
    "SEMI S2",
    "BIS ISI mark",
    "BIS CRS",
    "UL listing",
    "FCC",
    "CE marking",
    "FDA 510(k)",
    "GMP",
    "SOC 2",
]

_LABELS: dict[StrEnum, Any] = {
    **exchange.LABELS,
    **kinds.LABELS,
    Kind.STARTUP: _("Startup"),
    Kind.SME: _("SME"),
    Kind.SKILL_PROGRAM: _("Skill program"),
    Kind.INVESTOR: _("Investor"),
    Stage.BOOTSTRAPPED: _("Bootstrapped"),
    Stage.GRANT: _("Grant funded"),
    Stage.PRE_SEED: _("Pre-seed"),
    Stage.SEED: _("Seed"),
    Stage.SERIES_A: _("Series A"),
    Stage.SERIES_B: _("Series B"),
    Stage.SERIES_C: _("Series C and later"),
    Stage.GROWTH: _("Growth"),
    Stage.LISTED: _("Listed"),
    InvestorType.ANGEL: _("Angel"),
    InvestorType.ANGEL_GROUP: _("Angel group or syndicate"),
    InvestorType.MICRO_VC: _("Micro venture fund"),
    InvestorType.VC: _("Venture capital"),
    InvestorType.CVC: _("Corporate venture"),
    InvestorType.FAMILY_OFFICE: _("Family office"),
    InvestorType.ACCELERATOR: _("Accelerator"),
    InvestorType.VENTURE_DEBT: _("Venture debt"),
    InvestorType.IMPACT: _("Impact fund"),
    InvestorType.STRATEGIC: _("Strategic investor"),
    InvestorType.DFI: _("Development finance institution"),
    InvestorType.GOVERNMENT: _("Government grant maker"),
    SizeClass.MICRO: _("Micro"),
    SizeClass.SMALL: _("Small"),
    SizeClass.MEDIUM: _("Medium"),
    TrainingMode.ON_SITE: _("On site"),
    TrainingMode.ONLINE: _("Online"),
    TrainingMode.BLENDED: _("Blended"),
    TrainingMode.APPRENTICESHIP: _("Apprenticeship"),
    Sector.ELECTRONICS: _("Electronics and semiconductors"),
    Sector.MACHINERY: _("Machinery and equipment"),
    Sector.CHEMICALS: _("Chemicals and materials"),
    Sector.METALS: _("Metals and fabrication"),
    Sector.AUTOMOTIVE: _("Automotive"),
    Sector.AEROSPACE: _("Aerospace and defense"),
    Sector.HEALTH: _("Health and pharmaceuticals"),
    Sector.ENERGY: _("Energy"),
    Sector.ENVIRONMENT: _("Water, waste and environment"),
    Sector.SOFTWARE: _("Software and IT services"),
    Sector.TELECOM: _("Telecommunications"),
    Sector.AGRICULTURE: _("Agriculture and food"),
    Sector.TEXTILES: _("Textiles"),
    Sector.LOGISTICS: _("Logistics"),
    Sector.TOURISM: _("Travel and tourism"),
    Sector.PROFESSIONAL_SERVICES: _("Professional services"),
    Sector.OTHER: _("Other"),
}


def label(term: StrEnum | None) -> Any:
    """The (lazy) text a person reads for a term; empty for None."""
    return "" if term is None else _LABELS[term]


def labels(terms: Iterable[StrEnum]) -> list[tuple[str, Any]]:
    """(value, label) pairs, as form choices want them."""
    return [(term.value, _LABELS[term]) for term in terms]

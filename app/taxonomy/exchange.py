"""What organizations want of each other: the sort of cooperation, the way money flows, rights, and form."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _


class CooperationType(StrEnum):
    """What a need or an offer is about."""

    BUSINESS = "business"
    TECHNOLOGY = "technology"
    RESEARCH = "research"
    CAPITAL = "capital"
    TALENT = "talent"
    STANDARDS = "standards"
    PILOT_SITE = "pilot_site"
    DISTRIBUTION = "distribution"


class MoneyFlow(StrEnum):
    """Who pays, seen from the organization that writes the need or offer."""

    WE_PAY = "we_pay"
    WE_ARE_PAID = "we_are_paid"
    SHARED = "shared"
    NONE = "none"


class IpStatus(StrEnum):
    """How far rights in a technology are secured."""

    NONE = "none"
    KNOW_HOW = "know_how"
    PATENT_FILED = "patent_filed"
    PATENT_GRANTED = "patent_granted"
    COPYRIGHT = "copyright"
    LICENSED_IN = "licensed_in"
    OPEN_SOURCE = "open_source"


class PartnershipKind(StrEnum):
    """The form a partnership may take."""

    SUPPLY = "supply"
    LICENSE = "license"
    JOINT_DEVELOPMENT = "joint_development"
    JOINT_VENTURE = "joint_venture"
    PILOT = "pilot"
    DISTRIBUTION = "distribution"
    CONTRACT_MANUFACTURING = "contract_manufacturing"
    INVESTMENT = "investment"
    TRAINING = "training"
    RESEARCH_PROJECT = "research_project"


LABELS: dict[StrEnum, Any] = {
    CooperationType.BUSINESS: _("Business: buying and selling"),
    CooperationType.TECHNOLOGY: _("Technology to use or license"),
    CooperationType.RESEARCH: _("Research and development"),
    CooperationType.CAPITAL: _("Capital"),
    CooperationType.TALENT: _("Talent and skills"),
    CooperationType.STANDARDS: _("Help with standards and approvals"),
    CooperationType.PILOT_SITE: _("A site for a pilot"),
    CooperationType.DISTRIBUTION: _("Distribution and market access"),
    MoneyFlow.WE_PAY: _("We pay the partner"),
    MoneyFlow.WE_ARE_PAID: _("The partner pays us"),
    MoneyFlow.SHARED: _("Both put money in"),
    MoneyFlow.NONE: _("No money changes hands"),
    IpStatus.NONE: _("No rights involved"),
    IpStatus.KNOW_HOW: _("Secret know-how"),
    IpStatus.PATENT_FILED: _("Patent applied for"),
    IpStatus.PATENT_GRANTED: _("Patent granted"),
    IpStatus.COPYRIGHT: _("Copyright or design right"),
    IpStatus.LICENSED_IN: _("Licensed from somebody else"),
    IpStatus.OPEN_SOURCE: _("Open source"),
    PartnershipKind.SUPPLY: _("Supply"),
    PartnershipKind.LICENSE: _("License"),
    PartnershipKind.JOINT_DEVELOPMENT: _("Joint development"),
    PartnershipKind.JOINT_VENTURE: _("Joint venture"),
    PartnershipKind.PILOT: _("Pilot"),
    PartnershipKind.DISTRIBUTION: _("Distribution partnership"),
    PartnershipKind.CONTRACT_MANUFACTURING: _("Contract manufacturing"),
    PartnershipKind.INVESTMENT: _("Investment"),
    PartnershipKind.TRAINING: _("Training"),
    PartnershipKind.RESEARCH_PROJECT: _("Research project"),
}

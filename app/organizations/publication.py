"""What a profile must say before it is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app import clock
from app.organizations.models import Organization
from app.taxonomy import Country, InvestorType, Kind, Recognition, thresholds


@dataclass(frozen=True)
class Gap:
    """Something missing: the form's step and field where it is asked, and what to do."""

    step: str
    field: str
    message: Any


def gaps_of(organization: Organization) -> list[Gap]:
    """What still stands between a profile and the directory, in the order of the form."""
    return list(_gaps(organization))


def _gaps(organization: Organization) -> Iterator[Gap]:
    if not organization.name.strip():
        yield Gap("basics", "name", _("Give the name of the organization."))
    if not organization.region_code:
        yield Gap("basics", "region_code", _("Choose the state or territory."))
    if not (organization.summary or organization.offers or organization.thesis):
        yield Gap("work", "summary", _("Say in a sentence or two what the organization does."))
    if not organization.technologies:
        yield Gap("work", "technologies", _("Choose at least one technology area."))
    if organization.kind is Kind.INVESTOR:
        yield from _gaps_of_investor(organization)
    if not (organization.need_lines() or organization.offer_lines()):
        yield Gap("exchange", "needs", _("Name at least one need or one offer."))


def _gaps_of_investor(organization: Organization) -> Iterator[Gap]:
    if not organization.stages:
        yield Gap("details", "stages", _("Choose the stages you invest at."))
    if not organization.invests_in:
        yield Gap("details", "invests_in", _("Choose where you invest."))


def silent_on(organization: Organization) -> list[Any]:
    """Empty fields that matching reads first, in words; nothing is scored here."""
    asked = [
        (_("needs"), organization.need_lines()),
        (_("offers"), organization.offer_lines()),
        (_("technologies"), organization.technologies),
        (_("summary"), organization.summary),
    ]
    return [words for words, value in asked if not value]


def doubts_of(organization: Organization) -> list[Any]:
    """Answers that do not go with what the rules say, as questions; nothing is refused for them."""
    return list(_doubts(organization))


def _doubts(organization: Organization) -> Iterator[Any]:
    recognition = organization.recognition
    if organization.kind is Kind.STARTUP and recognition not in {None, Recognition.NONE}:
        limits = thresholds.RECOGNITION_LIMITS[recognition]
        year, founded, turnover = clock.now().year, organization.founded_year, organization.turnover
        if founded is not None and not thresholds.is_young_enough(recognition, founded, year):
            yield _(
                "Founded in %(year)s: such a recognition ends after %(most)s years. Is it still valid?",
                year=founded,
                most=limits.most_years,
            )
        if turnover is not None and not thresholds.is_small_enough(recognition, turnover):
            yield _(
                "Such a recognition ends above a turnover of ₹%(most)s crore in any year. Is it still valid?",
                most=limits.most_turnover // thresholds.CRORE,
            )
    if organization.kind is Kind.INVESTOR and organization.country is Country.INDIA:
        yield from _doubts_of_ticket(organization)


def _doubts_of_ticket(organization: Organization) -> Iterator[Any]:
    is_fund = organization.investor_type is InvestorType.ANGEL_GROUP and organization.ticket_currency == "INR"
    stated = (organization.ticket_min, organization.ticket_sweet, organization.ticket_max)
    if is_fund and not all(thresholds.is_angel_ticket(one) for one in stated if one is not None):
        yield _(
            "A registered angel fund puts ₹10 lakh to ₹25 crore into one company. Is the ticket right, if you are one?"
        )

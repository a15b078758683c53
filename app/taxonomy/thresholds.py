"""Limits set by law and frameworks, as pure functions. Money is in minor units (paise, cents).

The sources are named beside each; laws change, so what these say is shown as a question, never as a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.taxonomy.kinds import Recognition
from app.taxonomy.terms import SizeClass

LAKH = 10**5 * 100
CRORE = 10**7 * 100
HOURS_A_CREDIT = 30


@dataclass(frozen=True)
class RecognitionLimits:
    """The oldest and the largest a recognized startup may be."""

    most_years: int
    most_turnover: int


# India's definition of a startup as notified by DPIIT, in force since 4 February 2026: turnover in any year.
RECOGNITION_LIMITS = {
    Recognition.STARTUP: RecognitionLimits(10, 200 * CRORE),
    Recognition.DEEP_TECH: RecognitionLimits(20, 300 * CRORE),
}
# S.O. 1364(E) of 21 March 2025, in force since 1 April 2025: (class, investment in plant and equipment, turnover).
_MSME = (
    (SizeClass.MICRO, 25 * CRORE // 10, 10 * CRORE),
    (SizeClass.SMALL, 25 * CRORE, 100 * CRORE),
    (SizeClass.MEDIUM, 125 * CRORE, 500 * CRORE),
)
# SEBI's rules for angel funds of September 2025: what they may put into one company.
ANGEL_FUND_TICKET = (10 * LAKH, 25 * CRORE)


def is_young_enough(recognition: Recognition, founded_year: int, year: int) -> bool:
    """Whether a startup's age still allows a recognition; only years are known, so the last one counts whole."""
    limits = RECOGNITION_LIMITS.get(recognition)
    return limits is None or year - founded_year <= limits.most_years


def is_small_enough(recognition: Recognition, turnover: int) -> bool:
    """Whether the largest turnover of any year still allows a recognition."""
    limits = RECOGNITION_LIMITS.get(recognition)
    return limits is None or turnover <= limits.most_turnover


def msme_class(investment: int, turnover: int) -> SizeClass | None:
    """The class of an Indian firm: both limits must hold, crossing either moves it up; None beyond medium."""
    for size, most_investment, most_turnover in _MSME:
        if investment <= most_investment and turnover <= most_turnover:
            return size
    return None


def is_angel_ticket(minor: int) -> bool:
    """Whether an Indian angel fund may put this amount into one company."""
    low, high = ANGEL_FUND_TICKET
    return low <= minor <= high


def is_nsqf_level(level: Decimal) -> bool:
    """Levels 1 to 8 in half steps (NSQF as notified on 6 June 2023)."""
    return Decimal(1) <= level <= Decimal(8) and level * 2 == int(level * 2)


def credits_of(hours: int) -> Decimal:
    """NSQF credits of notional hours, 30 hours each, to one decimal."""
    return (Decimal(hours) / HOURS_A_CREDIT).quantize(Decimal("0.1"), ROUND_HALF_UP)

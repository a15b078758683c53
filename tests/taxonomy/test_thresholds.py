"""Limits of law: values just inside pass, values just outside do not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.taxonomy import Recognition, SizeClass, thresholds
from app.taxonomy.thresholds import CRORE, LAKH


@pytest.mark.parametrize(
    ("recognition", "founded", "is_fine"),
    [
        (Recognition.STARTUP, 2016, True),
        (Recognition.STARTUP, 2015, False),
        (Recognition.DEEP_TECH, 2006, True),
        (Recognition.DEEP_TECH, 2005, False),
        (Recognition.NONE, 1900, True),
    ],
)
def test_a_recognition_ends_with_age(recognition, founded, is_fine) -> None:
    assert thresholds.is_young_enough(recognition, founded, 2026) is is_fine


@pytest.mark.parametrize(
    ("recognition", "turnover", "is_fine"),
    [
        (Recognition.STARTUP, 200 * CRORE, True),
        (Recognition.STARTUP, 200 * CRORE + 1, False),
        (Recognition.DEEP_TECH, 300 * CRORE, True),
        (Recognition.DEEP_TECH, 300 * CRORE + 1, False),
    ],
)
def test_a_recognition_ends_with_turnover(recognition, turnover, is_fine) -> None:
    assert thresholds.is_small_enough(recognition, turnover) is is_fine


@pytest.mark.parametrize(
    ("investment", "turnover", "size"),
    [
        (0, 0, SizeClass.MICRO),
        (250 * LAKH, 10 * CRORE, SizeClass.MICRO),
        (250 * LAKH + 1, 10 * CRORE, SizeClass.SMALL),
        (250 * LAKH, 10 * CRORE + 1, SizeClass.SMALL),
        (25 * CRORE, 100 * CRORE, SizeClass.SMALL),
        (25 * CRORE + 1, 1, SizeClass.MEDIUM),
        (1, 100 * CRORE + 1, SizeClass.MEDIUM),
        (125 * CRORE, 500 * CRORE, SizeClass.MEDIUM),
        (125 * CRORE + 1, 1, None),
        (1, 500 * CRORE + 1, None),
    ],
)
def test_crossing_either_limit_moves_an_indian_firm_up(investment, turnover, size) -> None:
    assert thresholds.msme_class(investment, turnover) is size


@pytest.mark.parametrize(
    ("amount", "is_fine"),
    [(10 * LAKH, True), (10 * LAKH - 1, False), (25 * CRORE, True), (25 * CRORE + 1, False)],
)
def test_an_angel_fund_has_a_smallest_and_a_largest_ticket(amount, is_fine) -> None:
    assert thresholds.is_angel_ticket(amount) is is_fine


@pytest.mark.parametrize(
    ("level", "is_one"),
    [("1", True), ("2.5", True), ("8", True), ("0.5", False), ("8.5", False), ("4.2", False)],
)
def test_levels_of_skill_go_by_halves(level, is_one) -> None:
    assert thresholds.is_nsqf_level(Decimal(level)) is is_one


@pytest.mark.parametrize(("hours", "points"), [(30, "1.0"), (1200, "40.0"), (100, "3.3"), (0, "0.0")])
def test_thirty_hours_are_one_credit(hours, points) -> None:
    assert thresholds.credits_of(hours) == Decimal(points)

"""How claims age: each subject by its half-life, proof slower, ended and withdrawn ones not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.claims import fading
from app.claims.models import Claim, Proof, Subject

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def claim(subject: Subject = Subject.CERTIFICATE, age: int = 0, **fields) -> Claim:
    said = NOW - timedelta(days=age)
    return Claim(subject=subject, value="ISO 9001", stated_at=said, confirmed_at=said, **fields)


@pytest.mark.parametrize("subject", Subject)
def test_a_claim_counts_half_after_its_half_life_and_least_after_two(subject: Subject) -> None:
    days = fading.HALF_LIVES[subject].days
    assert fading.weight(claim(subject), NOW) == 1
    assert fading.weight(claim(subject, days), NOW) == pytest.approx(0.5)
    assert fading.counts(claim(subject, 2 * days - 1), NOW)
    assert not fading.counts(claim(subject, 2 * days), NOW)


def test_proof_makes_a_claim_last_twice_as_long() -> None:
    proven = claim(Subject.TICKET, 360, verified_at=NOW, proof=Proof.CONFIRMED)
    assert fading.weight(proven, NOW) == pytest.approx(0.5)
    assert fading.weight(claim(Subject.TICKET, 360), NOW) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("until", "holds"), [(date(2026, 11, 21), False), (date(2026, 11, 22), True), (None, True)]
)
def test_a_claim_holds_through_its_last_day(until: date | None, holds: bool) -> None:
    assert fading.counts(claim(valid_until=until), NOW) is holds


def test_a_withdrawn_claim_and_one_said_in_the_future_have_a_weight_too() -> None:
    assert fading.weight(claim(withdrawn_at=NOW), NOW) == 0
    assert fading.weight(claim(age=-5), NOW) == 1


@pytest.mark.parametrize(
    ("age", "fields", "asked"),
    [
        (10, {}, False),
        (182, {}, False),
        (183, {}, True),
        (183, {"verified_at": NOW}, False),
        (10, {"valid_until": date(2027, 1, 15)}, True),
        (10, {"valid_until": date(2027, 3, 1)}, False),
        (900, {"withdrawn_at": NOW}, False),
    ],
)
def test_what_is_old_or_ends_soon_is_worth_a_question(age: int, fields: dict, asked: bool) -> None:
    assert fading.is_worth_asking(claim(age=age, **fields), NOW) is asked

"""How much a claim still counts: facts go out of date, some sooner than others.

Weight of a claim: ``2 ** (-age / half_life)``, with the age in days since somebody last said that it is true. A half-life
counts double where a verifier saw proof. Nothing is left of a claim that was withdrawn or whose validity has ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.claims.models import Claim, Subject

# Certificates are audited once a year; classes and maturity move with yearly accounts and plans; a fund's ticket and a
# program's seats change with every closing and every intake.
HALF_LIVES: dict[Subject, timedelta] = {
    Subject.CERTIFICATE: timedelta(days=365),
    Subject.TRL: timedelta(days=365),
    Subject.SIZE: timedelta(days=365),
    Subject.CAPACITY: timedelta(days=270),
    Subject.TICKET: timedelta(days=180),
    Subject.SEATS: timedelta(days=180),
}
PROVEN = 2
# Below it, two half-lives on, a claim is no reason to propose anybody.
LEAST = 0.25
HALF_LIVES_UNTIL_LEAST = 2
# Worth a question from here on: half a half-life, or two months before its validity ends.
ASKED_BELOW = 2**-0.5
ASKED_BEFORE_END = timedelta(days=60)
RECENT = timedelta(days=180)


def half_life(claim: Claim) -> timedelta:
    """After so long a claim counts half."""
    return HALF_LIVES[claim.subject] * (PROVEN if claim.verified_at else 1)


def weight(claim: Claim, now: datetime) -> float:
    """From 1, said just now, towards 0; exactly 0 when it holds no more."""
    if claim.withdrawn_at is not None or has_ended(claim, now):
        return 0.0
    age = max(now - claim.confirmed_at, timedelta(0))
    return float(2 ** -(age / half_life(claim)))


def has_ended(claim: Claim, now: datetime) -> bool:
    """The day until which it was valid has passed."""
    return claim.valid_until is not None and claim.valid_until < now.date()


def counts(claim: Claim, now: datetime) -> bool:
    """Whether matching may still rest on it."""
    return weight(claim, now) > LEAST


def is_worth_asking(claim: Claim, now: datetime) -> bool:
    """Old enough, or close enough to its end, to ask whether it is still true."""
    ends_soon = claim.valid_until is not None and claim.valid_until < (now + ASKED_BEFORE_END).date()
    return claim.withdrawn_at is None and (ends_soon or weight(claim, now) < ASKED_BELOW)

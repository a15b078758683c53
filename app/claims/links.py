"""Addresses in letters that ask whether a claim is still true: signed, for one person and one state of the claim.

They name their own end, judged by our clock. Opening one shows the question; only a button answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock, links
from app.accounts.models import User
from app.claims.models import Claim

GOOD_FOR = timedelta(days=28)
_PURPOSE = "claims.still-true"


@dataclass(frozen=True)
class Question:
    """What a link asks, and whom."""

    claim_id: int
    version: int
    user_id: int


def address_of(claim: Claim, user: User) -> str:
    """Where this person answers for this claim, without signing in."""
    ends = int((clock.now() + GOOD_FOR).timestamp())
    token = _serializer().dumps([claim.id, claim.version, user.id, ends])
    return links.absolute("claims.still_true", token=token)


def question_in(token: str) -> Question | None:
    """What a link asks; None when it is not ours or has ended."""
    try:
        claim_id, version, user_id, ends = _serializer().loads(token)
    except (BadSignature, ValueError):
        return None
    return Question(claim_id, version, user_id) if clock.now().timestamp() < ends else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_PURPOSE)

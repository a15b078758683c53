"""Links in letters that do one thing, for one person, without signing in.

A link is signed under a salt of its own and carries who, what and about what, and nothing else: it opens no session and
no other page. A new unsubscribe key makes all of a person's links dead, as the end of their account does.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from app import clock, links
from app.accounts.models import User
from app.db import db
from app.errors import RuleBroken

GOOD_FOR = timedelta(days=30)
# Addresses under which no session is opened.
PREFIX = "/act/"
_PURPOSE = "accounts.acting"


class Act(StrEnum):
    """What can be done from a letter."""

    YES = "yes"
    NOT_NOW = "not_now"
    NO = "no"
    STILL_TRUE = "still_true"
    HELD = "held"
    NO_SHOW = "no_show"
    REACHED = "reached"
    NOT_YET = "not_yet"
    PAUSE = "pause"


@dataclass(frozen=True)
class Errand:
    """What a link does, for whom, about what, and when its letter was written."""

    user: User
    act: Act
    subject_id: int
    organization_id: int | None
    made_at: datetime


class LinkDead(RuleBroken):
    """A link that does nothing any more, or never did; `errand` where it was once one of ours."""

    status = 410

    def __init__(self, message: str, errand: Errand | None = None) -> None:
        super().__init__(message)
        self.errand = errand


class _Signer(TimestampSigner):
    """Judged by our clock, which tests and trial runs can move."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def act_url(user: User, act: Act, subject_id: int, organization_id: int | None = None) -> str:
    """The address behind which this person does this one thing."""
    told = [user.id, act.value, subject_id, organization_id or 0, _mark(user)]
    return links.absolute("acts.show", token=_serializer().dumps(told))


def acts_of(user: User) -> Callable[..., str]:
    """The same for templates: `act("yes", match.id, organization.id)`."""
    return lambda act, subject_id, organization_id=None: act_url(user, Act(act), subject_id, organization_id)


def answers_to(user: User, match_id: int, organization_id: int) -> list[tuple[str, str]]:
    """What can be said to a match from a letter, as (address, label); called while it is rendered, in the reader's language."""
    labels = {Act.YES: _("Yes"), Act.NOT_NOW: _("Not now"), Act.NO: _("No")}
    return [(act_url(user, act, match_id, organization_id), label) for act, label in labels.items()]


def errand_of(token: str) -> Errand:
    """What a link is for. Raises `LinkDead` for what is not ours, too old, or of somebody who may not act."""
    try:
        told, made_at = _serializer().loads(token, return_timestamp=True)
        user_id, act, subject_id, organization_id, mark = told
        user = db.session.get(User, user_id)
    except (BadData, ValueError, TypeError):
        raise LinkDead(_("The address is not complete, or it is not one of ours.")) from None
    if user is None:
        raise LinkDead(_("The address is not complete, or it is not one of ours."))
    errand = Errand(user, Act(act), subject_id, organization_id or None, _aware(made_at))
    if clock.now() - errand.made_at > GOOD_FOR:
        raise LinkDead(_("The letter is more than 30 days old, so its links have ended."), errand)
    if not user.is_active or not hmac.compare_digest(str(mark), _mark(user)):
        raise LinkDead(_("The links of this letter have ended."))
    return errand


def _mark(user: User) -> str:
    """So much of the key's hash that a link of before its renewal is told apart; the link itself is signed."""
    return hashlib.sha256(f"{_PURPOSE}:{user.unsubscribe_key}".encode()).hexdigest()[:10]


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=_PURPOSE, signer=_Signer)

"""Cases in the words a manager reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_timedelta, lazy_gettext
from flask_babel import gettext as _

from app import clock
from app.desk import refusals
from app.desk.models import Action, CaseKind
from app.desk.wish import Order
from app.grievances.models import AbuseReason
from app.organizations.models import Verification
from app.web import day

KINDS: dict[CaseKind, Any] = {
    CaseKind.LISTING: lazy_gettext("New listing"),
    CaseKind.RESUBMISSION: lazy_gettext("Changed listing"),
    CaseKind.PAIR: lazy_gettext("Pair"),
    CaseKind.MERGE: lazy_gettext("Possible duplicate"),
    CaseKind.APPEAL: lazy_gettext("Appeal"),
    CaseKind.ABUSE: lazy_gettext("Report of abuse"),
}
ORDERS: dict[Order, Any] = {
    Order.DUE: lazy_gettext("Due first"),
    Order.BEST: lazy_gettext("Best first"),
    Order.OPINIONS: lazy_gettext("Fewest opinions first"),
}
LEVELS: dict[Verification, Any] = {
    Verification.UNVERIFIED: lazy_gettext("Not verified"),
    Verification.EMAIL_DOMAIN: lazy_gettext("E-mail domain confirmed"),
    Verification.FORMAT: lazy_gettext("Number has the right form"),
    Verification.DOCUMENT_SEEN: lazy_gettext("Document seen"),
    Verification.CONFIRMED: lazy_gettext("Confirmed"),
}
# A merge is approved, and two profiles are kept apart.
_VERBS: dict[tuple[CaseKind | None, Action], Any] = {
    (None, Action.APPROVE): lazy_gettext("Approve"),
    (None, Action.HOLD): lazy_gettext("Hold"),
    (None, Action.ASK): lazy_gettext("Ask"),
    (None, Action.SWAP): lazy_gettext("Swap"),
    (None, Action.REJECT): lazy_gettext("Reject"),
    (None, Action.REFER): lazy_gettext("Refer"),
    (CaseKind.MERGE, Action.APPROVE): lazy_gettext("Merge"),
    (CaseKind.MERGE, Action.REJECT): lazy_gettext("Keep apart"),
    (CaseKind.APPEAL, Action.APPROVE): lazy_gettext("Uphold"),
    (CaseKind.APPEAL, Action.REJECT): lazy_gettext("Dismiss"),
    (CaseKind.ABUSE, Action.APPROVE): lazy_gettext("Uphold"),
    (CaseKind.ABUSE, Action.REJECT): lazy_gettext("Dismiss"),
}
_DONE: dict[Action, Any] = {
    Action.APPROVE: lazy_gettext("approved"),
    Action.HOLD: lazy_gettext("put on hold"),
    Action.ASK: lazy_gettext("asked for more"),
    Action.SWAP: lazy_gettext("swapped the partner"),
    Action.REJECT: lazy_gettext("rejected"),
    Action.REFER: lazy_gettext("referred to another program"),
}
_ABUSE: dict[AbuseReason, Any] = {
    AbuseReason.FALSE_STATEMENT: lazy_gettext("a false statement"),
    AbuseReason.IMPERSONATION: lazy_gettext("it is somebody else"),
    AbuseReason.SPAM: lazy_gettext("unwanted mail"),
    AbuseReason.HARASSMENT: lazy_gettext("harassment"),
    AbuseReason.UNLAWFUL: lazy_gettext("something unlawful"),
    AbuseReason.OTHER: lazy_gettext("something else"),
}
KEYS = {
    Action.APPROVE: "a",
    Action.HOLD: "h",
    Action.ASK: "q",
    Action.REJECT: "r",
    Action.SWAP: "s",
    Action.REFER: "f",
}


def verb(action: Action, kind: CaseKind | None = None) -> str:
    """What the button of a decision says."""
    return str(_VERBS.get((kind, action), _VERBS[None, action]))


def done(action: Action) -> str:
    """What somebody did, in words."""
    return str(_DONE[action])


def due(case: Any) -> str:
    """When a decision is due, or since when it is late."""
    if case.waits_until is not None:
        return _("waits until %(day)s", day=day(case.waits_until))
    left = case.due_at - clock.now()
    if left < timedelta(0):
        return _("late by %(time)s", time=format_timedelta(-left))
    return _("due %(when)s", when=format_timedelta(left, add_direction=True))


def age(span: timedelta | None) -> str:
    """A length of time in one rough number."""
    return str(format_timedelta(span)) if span is not None else ""


def ago(moment: datetime) -> str:
    """In words while it is recent, then the day."""
    span = clock.now() - moment
    if span >= timedelta(days=30):
        return day(moment)
    if span < timedelta(minutes=1):
        return _("just now")
    return str(format_timedelta(-span, add_direction=True))


def since(moment: datetime) -> str:
    """How long it is since a moment, in one rough number."""
    return age(clock.now() - moment)


def value(number: float, kind: CaseKind) -> str:
    """In how many of ten such pairs both sides say yes."""
    return _("%(count)s in 10", count=round(number * 10)) if kind is CaseKind.PAIR else "–"


def abuse(reason: AbuseReason | None) -> str:
    """What a report says is wrong."""
    return str(_ABUSE[reason]) if reason is not None else ""


FILTERS: dict[str, Any] = {
    "abuse_words": abuse,
    "ago": ago,
    "reason_words": lambda code: refusals.BY_KIND[CaseKind.PAIR][code].label,
    "case_age": age,
    "case_done": lambda action: done(Action(action)),
    "case_due": due,
    "case_kind": lambda kind: KINDS[CaseKind(kind)],
    "case_order": lambda order: ORDERS[Order(order)],
    "case_since": since,
    "case_value": value,
    "case_verb": lambda action, kind=None: verb(Action(action), kind),
}

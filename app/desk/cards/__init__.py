"""What a manager reads of a case before deciding: one card for each kind of it, nothing to scroll."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.accounts.models import User
from app.desk.cards import complaint, listing, merge, pair
from app.desk.models import Case, CaseKind

_CARDS: dict[CaseKind, Callable[[Case, User], Any]] = {
    CaseKind.PAIR: pair.card_of,
    CaseKind.LISTING: listing.card_of,
    CaseKind.RESUBMISSION: listing.card_of,
    CaseKind.MERGE: merge.card_of,
    CaseKind.APPEAL: complaint.card_of,
    CaseKind.ABUSE: complaint.card_of,
}


def card_of(case: Case, reader: User) -> Any:
    """The card of a case. What it says of others is as `reader` may see it."""
    return _CARDS[case.kind](case, reader)

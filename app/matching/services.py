"""What managers decide about a match."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.matching import attention, emails, proposing, queries, signals
from app.matching.models import (
    Match,
    MatchState,
    RejectReason,
    ReviewAction,
    ReviewDecision,
)
from app.outbox import services as outbox

_STATE_AFTER = {
    ReviewAction.APPROVE: MatchState.APPROVED,
    ReviewAction.REJECT: MatchState.REJECTED,
    ReviewAction.HOLD: MatchState.HELD,
    ReviewAction.ASK_MORE: MatchState.INFO_REQUESTED,
}


def approve(
    match: Match,
    by: User,
    *,
    version: int,
    note: str = "",
    letter: str = "",
    opens_at: datetime | None = None,
) -> None:
    """Let both sides hear of each other, as teasers: at once, or at `opens_at`; `letter` is what they read from the manager.

    Raises `AlreadyDecided`, and `RuleBroken` when a side has paused.
    """
    _require_no_pause(match)
    if not (match.india.is_matchable and match.us.is_matchable):
        raise RuleBroken(_("One of the two has paused its profile. Hold the match until it is back."))
    if _decide(match, ReviewAction.APPROVE, by, version, note=note):
        match.opens_at = opens_at or match.decided_at
        db.session.flush()
        for mail in emails.proposals(match, letter):
            outbox.enqueue(mail, not_before=match.opens_at)


def _require_no_pause(match: Match) -> None:
    for organization_id, day in attention.paused_until((match.india_id, match.us_id)).items():
        name = match.india.name if organization_id == match.india_id else match.us.name
        raise RuleBroken(
            _(
                "%(name)s takes no new requests until %(day)s. Hold the match until then.",
                name=name,
                day=format_date(day, "d MMM y"),
            )
        )


def reject(match: Match, by: User, reason: RejectReason, *, version: int, note: str = "") -> None:
    """The pair shall not meet. Raises `AlreadyDecided`."""
    _decide(match, ReviewAction.REJECT, by, version, note=note, reason=reason)


def hold(match: Match, by: User, until: date, *, version: int, note: str = "") -> None:
    """Look at it again on a day. Raises `AlreadyDecided`."""
    if _decide(match, ReviewAction.HOLD, by, version, note=note):
        match.hold_until = until
        db.session.flush()


def reopen(match: Match, by: User) -> None:
    """Let a pair that was turned down wait for a decision again, as after an appeal; one that moved on is left."""
    db.session.refresh(match, with_for_update=True)
    if match.state is not MatchState.REJECTED:
        return
    match.state, match.decided_at, match.decided_by_id = MatchState.PROPOSED, None, None
    match.opens_at, match.proposed_at = None, clock.now()
    match.due_at = proposing.due_after(match.proposed_at)
    db.session.flush()
    audit.record("match.reopened", ("match", match.id), by=by.id, detail={"version": match.version})


def ask_more(
    match: Match,
    by: User,
    note: str,
    *,
    version: int,
    sides: Iterable[str] = ("india", "us"),
    comment: str = "",
) -> None:
    """Ask the people of one or both sides a question. Raises `AlreadyDecided`."""
    if _decide(match, ReviewAction.ASK_MORE, by, version, note=comment or note):
        for mail in emails.questions(match, note, sides):
            outbox.enqueue(mail)


def _decide(
    match: Match,
    action: ReviewAction,
    by: User,
    version: int,
    *,
    note: str,
    reason: RejectReason | None = None,
) -> bool:
    """Write a decision if the match is as the manager saw it; False when this very decision is there already."""
    if match.version != version or not match.is_open:
        return _settle_with_winner(match, action, by)
    match.state = _STATE_AFTER[action]
    match.hold_until = None
    match.decided_at, match.decided_by_id = clock.now(), by.id
    match_id = match.id
    try:
        db.session.flush()
    except StaleDataError:
        # Another manager committed between our read and our write.
        db.session.rollback()
        return _settle_with_winner(queries.match_now(match_id), action, by)
    decision = ReviewDecision(
        match_id=match.id, action=action, reason_code=reason, note=note, by_id=by.id, at=clock.now()
    )
    db.session.add(decision)
    signals.record_review(match, action, reason, by.id)
    audit.record(
        f"match.{match.state.value}", ("match", match.id), by=by.id, detail={"version": match.version}
    )
    return True


def _settle_with_winner(match: Match, action: ReviewAction, by: User) -> bool:
    """A repeated press of one's own button is no conflict; anything else names who was first."""
    last = queries.last_decision(match.id)
    if (
        last is not None
        and last.by_id == by.id
        and last.action is action
        and match.state is _STATE_AFTER[action]
    ):
        return False
    if last is None:
        raise RuleBroken(_("This match was computed anew while you had it open. Look at it again."))
    raise AlreadyDecided(
        _("%(name)s was first: %(action)s.", name=last.by.display_name, action=action_words(last.action)),
        winner=last.by.display_name,
        action=last.action.value,
    )


def action_words(action: ReviewAction) -> str:
    """What a manager did, in words."""
    return {
        ReviewAction.APPROVE: _("approved"),
        ReviewAction.REJECT: _("rejected"),
        ReviewAction.HOLD: _("put on hold"),
        ReviewAction.ASK_MORE: _("asked for more"),
    }[action]

"""How a match ends before both said yes, and the lock under which answers and ends come one after the other."""

from __future__ import annotations

import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.db import db
from app.errors import RuleBroken
from app.introductions.sides import Side
from app.matching.models import EndReason, Match, MatchEnd


class MatchClosed(RuleBroken):
    """The match takes no answers, or no more of them."""


def lock(match_id: int) -> Match:
    """The match with its row locked, read anew."""
    query = sa.select(Match).where(Match.id == match_id).with_for_update()
    match = db.session.scalars(query.execution_options(populate_existing=True)).one()
    # How it stood before the lock may be old by now.
    db.session.expire(match, ["end"])
    return match


def end(
    match: Match,
    why: EndReason,
    *,
    organization_id: int | None = None,
    by_id: int | None = None,
    at: datetime.datetime | None = None,
) -> None:
    """End a locked match; whoever calls this writes down what happened."""
    match.end = MatchEnd(why=why, ended_at=at or clock.now(), by_id=by_id, organization_id=organization_id)
    db.session.flush()


def is_ended_by(match: Match, side: Side, why: EndReason) -> bool:
    """Whether this side ended the match in this way."""
    found = match.end
    return found is not None and found.why is why and found.organization_id == side.organization.id


def require_open(match: Match, side: Side) -> None:
    """Refuse what comes too early or too late; a side that said no is told so by its own answer."""
    if not match.is_told:
        raise MatchClosed(_("The program managers have not approved this match, so it cannot be answered."))
    if match.end is not None and not is_ended_by(match, side, EndReason.DECLINED):
        raise MatchClosed(_ended(match, side))


def _ended(match: Match, side: Side) -> str:
    if match.end is not None and match.end.why is EndReason.EXPIRED:
        return _("The time to answer this match is over. Your next matches are not affected.")
    if is_ended_by(match, side, EndReason.WITHDRAWN):
        return _("Your organization took its yes back, so this match is closed.")
    return _("The other side will not go ahead this time, so there is nothing to answer.")

"""Give one side of a proposed pair another partner. A service like `services`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import RuleBroken
from app.matching import attention, eligibility, musts, proposing, services
from app.matching.models import OPEN_STATES, Match, MatchState, RejectReason
from app.matching.program_rules import quotas_left
from app.organizations.models import Organization
from app.taxonomy import Country

_SETTLED = (MatchState.HELD, MatchState.INFO_REQUESTED, MatchState.APPROVED)
BY_HAND = "by hand"


class NotSwappable(RuleBroken):
    """This partner cannot take the place."""


def swap(
    match: Match,
    newcomer: Organization,
    by: User,
    *,
    cap: int,
    letter: str = "",
    note: str = "",
    opens_at: datetime | None = None,
) -> Match:
    """Close the pair without fault and approve the side that stays with `newcomer`; gives that match.

    Raises `NotSwappable` when the two may not meet, were decided on, or the newcomer has no room left under `cap`.
    """
    stays = match.side(newcomer.country.other)
    if newcomer.id == match.side(newcomer.country).id:
        raise NotSwappable(_("This partner is in the pair already. Choose another one."))
    if not (stays.is_matchable and newcomer.is_matchable):
        raise NotSwappable(_("One of the two does not take part in matching at present."))
    instead = _match_of(stays, newcomer)
    if instead is not None and not instead.is_open and instead.state is not MatchState.STALE:
        raise NotSwappable(_("This pair was decided already."))
    _require_room(match, instead, newcomer, cap)
    if instead is None:
        instead = _proposed(match, stays, newcomer)
    elif instead.state is MatchState.STALE:
        instead.state = MatchState.PROPOSED
    services.reject(match, by, RejectReason.SWAPPED, version=match.version, note=note)
    db.session.flush()
    services.approve(instead, by, version=instead.version, note=note, letter=letter, opens_at=opens_at)
    return instead


def _match_of(one: Organization, other: Organization) -> Match | None:
    india, us = (one, other) if one.country is Country.INDIA else (other, one)
    query = sa.select(Match).where(Match.india_id == india.id, Match.us_id == us.id).with_for_update(of=Match)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _require_room(match: Match, instead: Match | None, newcomer: Organization, cap: int) -> None:
    """A newcomer with as many settled matches as it may have gets no more."""
    is_counted = instead is not None and instead.state in _SETTLED
    if not is_counted and attention.room_now(cap, [newcomer.id]).get(newcomer.id, cap) == 0:
        raise NotSwappable(_("%(name)s takes no new requests at present.", name=newcomer.name))
    taken = sa.select(sa.func.count()).where(
        sa.or_(Match.india_id == newcomer.id, Match.us_id == newcomer.id),
        Match.state.in_(_SETTLED),
        Match.is_going(),
        Match.id != (instead.id if instead else 0),
    )
    if (db.session.scalar(taken) or 0) >= cap:
        raise NotSwappable(_("%(name)s has as many matches as it may have.", name=newcomer.name))
    program_id = instead.program_id if instead else match.program_id
    if program_id is None or (instead is not None and instead.state in OPEN_STATES):
        return
    if quotas_left(program_id, [newcomer.id])[newcomer.id] == 0:
        raise NotSwappable(
            _("%(name)s has as many matches in this program as it may have.", name=newcomer.name)
        )


def _proposed(match: Match, stays: Organization, newcomer: Organization) -> Match:
    """A new match, by a manager's hand: nothing is known of how well the two fit."""
    if not _may_meet(stays, newcomer):
        raise NotSwappable(_("These two may not meet: one of them insists on something the other has not."))
    india, us = (stays, newcomer) if stays.country is Country.INDIA else (newcomer, stays)
    now = clock.now()
    made = Match(
        india=india,
        us=us,
        program_id=match.program_id,
        state=MatchState.PROPOSED,
        score=0.0,
        fit_for_india=0.0,
        fit_for_us=0.0,
        model_version=BY_HAND,
        proposed_at=now,
        due_at=proposing.due_after(now),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _may_meet(one: Organization, other: Organization) -> bool:
    if not eligibility.may_meet((one.country, one.kind), (other.country, other.kind)):
        return False
    may = musts.narrowed({one.id: 0, other.id: 1}, [[False, True], [True, False]])
    is_allowed = may.allowed[may.groups[one.id]][may.groups[other.id]]
    return is_allowed and not {(one.id, other.id), (other.id, one.id)} & set(may.excluded)

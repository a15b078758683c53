"""Reads of introductions: matches as one of their two organizations sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, lazyload

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import Forbidden, NotFound
from app.introductions.models import Answer, Introduction
from app.introductions.sides import Side, Standing, expires_at, standing_of
from app.matching import attention
from app.matching.models import OPEN_STATES, Match, MatchState, Refresh
from app.organizations import queries as organizations
from app.organizations.models import MemberRole, Membership, Organization, ProfileState
from app.organizations.queries import LARGEST_ID

MOST_IN_REVIEW = 10
# Standings in which time to answer runs.
_WAITING = (Standing.TO_ANSWER, Standing.SAID_YES, Standing.NOT_NOW)
_RANK = {MemberRole.OWNER: 0, MemberRole.EDITOR: 1}


def sides_for(memberships: Iterable[Membership]) -> list[Side]:
    """Every match these memberships may see, best first; in review only the best few an organization."""
    members = list(memberships)
    ids = {m.organization_id for m in members}
    told = (
        sa.select(Match.id).where(end.in_(ids), Match.told_by(clock.now()))
        for end in (Match.india_id, Match.us_id)
    )
    shown = sa.union_all(*told, _best_in_review(ids, MOST_IN_REVIEW))
    return _sides(db.session.scalars(_with_sides(sa.select(Match)).where(Match.id.in_(shown))), members)


def approved_sides_for(memberships: Iterable[Membership]) -> list[Side]:
    """The approved matches among them: those that were answered or wait for an answer."""
    members = list(memberships)
    return _sides(approved_matches({m.organization_id for m in members}), members)


def sides_read(
    matches: Iterable[Match],
    members: Sequence[Membership],
    said: dict[tuple[int, int], Answer],
    introduced: dict[int, Introduction],
) -> list[Side]:
    """Sides of matches that were read together with their answers and introductions, without whom to write to; best first."""
    return [
        _side(match, member, said, introduced.get(match.id), []) for match, member in _seats(matches, members)
    ]


def _sides(matches: Iterable[Match], members: Sequence[Membership]) -> list[Side]:
    return _seen_from(_seats(matches, members))


def _seats(matches: Iterable[Match], members: Sequence[Membership]) -> list[tuple[Match, Membership]]:
    """Each match from the place of every member of its two organizations."""
    seats: dict[int, list[Membership]] = {}
    for member in members:
        seats.setdefault(member.organization_id, []).append(member)
    best_first = sorted({m.id: m for m in matches}.values(), key=lambda m: (-m.score, m.id))
    return [
        (match, member)
        for match in best_first
        for end in (match.india_id, match.us_id)
        for member in seats.get(end, [])
    ]


def _seen_from(seats: Sequence[tuple[Match, Membership]]) -> list[Side]:
    said = answers_of({match.id for match, _ in seats})
    introduced = {i.match_id: i for i in _introductions_by({match.id for match, _ in seats})}
    known = [_partner_id(match, member) for match, member in seats if match.id in introduced]
    contacts = answerers_of(known)
    return [
        _side(match, member, said, introduced.get(match.id), contacts.get(_partner_id(match, member), []))
        for match, member in seats
    ]


def _partner_id(match: Match, membership: Membership) -> int:
    return match.us_id if membership.organization_id == match.india_id else match.india_id


def _side(
    match: Match,
    membership: Membership,
    said: dict[tuple[int, int], Answer],
    introduction: Introduction | None,
    contacts: list[User],
) -> Side:
    mine = said.get((match.id, membership.organization_id))
    theirs = said.get((match.id, _partner_id(match, membership)))
    # A day that was asked for begins where the person is.
    today = clock.now().astimezone(membership.user.zone).date()
    standing = standing_of(match, mine, theirs, today)
    return Side(
        match=match,
        member=membership,
        standing=standing,
        mine=mine,
        introduction=introduction,
        contact=contacts[0] if introduction and contacts else None,
        expires_at=expires_at(match, (mine, theirs)) if standing in _WAITING else None,
    )


def approved_matches(organization_ids: Collection[int]) -> Sequence[Match]:
    """Matches of these organizations that managers approved, and told them of."""
    return db.session.scalars(_with_sides(_of(organization_ids)).where(Match.told_by(clock.now()))).all()


def in_review(organization_ids: Collection[int], most: int = MOST_IN_REVIEW) -> Sequence[Match]:
    """The best matches of each organization that are still with the managers."""
    best = _best_in_review(organization_ids, most)
    return db.session.scalars(_with_sides(sa.select(Match)).where(Match.id.in_(best))).all()


def _best_in_review(organization_ids: Collection[int], most: int) -> sa.Select[int]:
    ends = sa.union_all(
        *(
            sa.select(Match.id, end.label("organization_id"), Match.score).where(
                end.in_(organization_ids), _is_in_review()
            )
            for end in (Match.india_id, Match.us_id)
        )
    ).subquery()
    place = sa.func.row_number().over(
        partition_by=ends.c.organization_id, order_by=(ends.c.score.desc(), ends.c.id)
    )
    ranked = sa.select(ends.c.id, place.label("place")).subquery()
    return sa.select(ranked.c.id).where(ranked.c.place <= most)


def _is_in_review() -> sa.ColumnElement[bool]:
    """Still with the managers, as far as its sides know: approved ones are until they are told."""
    approved = Match.state == MatchState.APPROVED
    return sa.or_(Match.state.in_(OPEN_STATES), sa.and_(approved, Match.opens_at > clock.now()))


def _of(organization_ids: Collection[int]) -> sa.Select[Match]:
    return sa.select(Match).where(
        sa.or_(Match.india_id.in_(organization_ids), Match.us_id.in_(organization_ids))
    )


def _with_sides(query: sa.Select[Match]) -> sa.Select[Match]:
    return query.options(joinedload(Match.india), joinedload(Match.us), joinedload(Match.end))


def answers_of(match_ids: Iterable[int], *, fresh: bool = False) -> dict[tuple[int, int], Answer]:
    """Present answers by (match, organization); `fresh` reads again what the session knows already."""
    query = sa.select(Answer).where(Answer.match_id.in_(list(match_ids)))
    rows = db.session.scalars(query.execution_options(populate_existing=fresh))
    return {(answer.match_id, answer.organization_id): answer for answer in rows}


def introductions_of(organization_ids: Collection[int]) -> Sequence[Introduction]:
    """Introductions of these organizations, newest first."""
    query = sa.select(Introduction).join(Introduction.match)
    ours = sa.or_(Match.india_id.in_(organization_ids), Match.us_id.in_(organization_ids))
    return db.session.scalars(query.where(ours).order_by(Introduction.at.desc(), Introduction.id)).all()


def _introductions_by(match_ids: Collection[int]) -> Sequence[Introduction]:
    return db.session.scalars(sa.select(Introduction).where(Introduction.match_id.in_(match_ids))).all()


def sides_of(user: User) -> list[Side]:
    """Every match this person may see through their organizations."""
    return sides_for(organizations.memberships_of(user))


def open_answers_for(user: User) -> list[Side]:
    """Approved matches that wait for an answer this person may give."""
    return [s for s in sides_of(user) if s.standing is Standing.TO_ANSWER and s.can_answer]


@dataclass(frozen=True)
class Expiring:
    """A match that a person may still answer, and that ends soon."""

    side: Side
    expires_at: datetime


def expiring_for(users: Iterable[User], until: datetime) -> dict[int, list[Expiring]]:
    """By user id, matches that wait for an answer this person may give and end by `until`, the first to end first."""
    found: dict[int, list[Expiring]] = {user.id: [] for user in users}
    seats = sa.select(Membership).where(Membership.user_id.in_(found))
    for side in approved_sides_for(db.session.scalars(seats).all()):
        waits = side.standing is Standing.TO_ANSWER and side.can_answer
        if waits and side.expires_at is not None and side.expires_at <= until:
            found[side.member.user_id].append(Expiring(side, side.expires_at))
    for expiring in found.values():
        expiring.sort(key=lambda one: (one.expires_at, one.side.match.id))
    return found


def side_of(user: User, match_id: int, organization_id: int | None = None) -> Side:
    """One match as this person's organization sees it; raises `NotFound` for everyone else.

    Who is in both organizations says which one; without it, the one they may answer for comes first.
    """
    seats = [m for m in organizations.memberships_of(user) if organization_id in (None, m.organization_id)]
    shown = sa.and_(Match.id == match_id, Match.state.in_((*OPEN_STATES, MatchState.APPROVED)))
    # Others' matches are found as little as those that do not exist, by the same statement.
    query = _with_sides(_of([seat.organization_id for seat in seats])).where(shown)
    # Their own technologies are known already; the partner's are read where somebody asks for them.
    ends = [joinedload(end).lazyload(Organization.technology_rows) for end in (Match.india, Match.us)]
    query = query.options(*ends)
    match = db.session.scalars(query).one_or_none() if 0 < match_id <= LARGEST_ID else None
    if match is None:
        raise NotFound
    mine = [seat for seat in seats if seat.organization_id in (match.india_id, match.us_id)]
    sides = _seen_from([(match, membership) for membership in mine])
    return min(sides, key=lambda s: (not s.can_answer, s.standing is not Standing.TO_ANSWER))


def own_matches(user: User) -> sa.CompoundSelect[int]:
    """Ids of the matches of this person's organizations, so that what hangs on others' is found as little as what is not."""
    # Two look-ups in indexes; as one condition with "or" it is a walk through all matches.
    return sa.union(
        *(
            sa.select(Match.id)
            .join(Membership, Membership.organization_id == end)
            .where(Membership.user_id == user.id)
            for end in (Match.india_id, Match.us_id)
        )
    )


def side_to_answer(user: User, match_id: int, organization_id: int | None = None) -> Side:
    """The same for who answers; people of the organization who only read get `Forbidden`."""
    side = side_of(user, match_id, organization_id)
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization answer; you may read."))
    return side


def other_seat(user: User, side: Side) -> Organization | None:
    """The partner, when this person also sits there: they answer for each organization on its own."""
    partner = side.match.partner_of(side.organization)
    return partner if organizations.membership_of(user, partner.id) else None


def answerers_of(organization_ids: Collection[int]) -> dict[int, list[User]]:
    """Active owners and editors of each organization, owners first."""
    query = (
        sa.select(Membership)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.role.in_((MemberRole.OWNER, MemberRole.EDITOR)),
        )
        .options(lazyload(Membership.organization))
    )
    found: dict[int, list[User]] = {organization_id: [] for organization_id in organization_ids}
    for row in sorted(db.session.scalars(query), key=lambda m: (_RANK[m.role], m.id)):
        if row.user.is_active:
            found[row.organization_id].append(row.user)
    return found


class Waiting(StrEnum):
    """Why a person has no match yet, and so what they can do."""

    NO_ORGANIZATION = "no_organization"
    NOT_PUBLISHED = "not_published"
    PAUSED = "paused"
    # It takes no new requests for a while; what is there goes on.
    RESTING = "resting"
    NOT_COMPUTED = "not_computed"
    NOTHING_FITS = "nothing_fits"


def why_none(memberships: Sequence[Membership]) -> Waiting:
    """The first thing that stands between these memberships and a match."""
    if not memberships:
        return Waiting.NO_ORGANIZATION
    states = {m.organization.state for m in memberships}
    if ProfileState.LISTED not in states:
        return Waiting.PAUSED if ProfileState.PAUSED in states else Waiting.NOT_PUBLISHED
    ids = [m.organization_id for m in memberships]
    if len(attention.paused_until(ids)) == len(set(ids)):
        return Waiting.RESTING
    fresh = (
        sa.select(Refresh.organization_id)
        .join(Organization, Organization.id == Refresh.organization_id)
        .where(Refresh.organization_id.in_(ids), Refresh.refreshed_at >= Organization.profile_changed_at)
        .limit(1)
    )
    return Waiting.NOTHING_FITS if db.session.scalar(fresh) else Waiting.NOT_COMPUTED

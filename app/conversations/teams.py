"""Rules of teams: threads of three or four organizations; see docs/decisions/0034-team-threads.md."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.conversations import emails, queries, services, team_queries
from app.conversations.models import LONGEST_TITLE, Message, Seating, Thread, ThreadMember
from app.conversations.team_queries import Seat
from app.db import db
from app.errors import Forbidden, RuleBroken
from app.organizations.models import Membership, Organization
from app.outbox import services as outbox

# With the one who begins; two are a pair.
FEWEST, MOST = 3, 4
MOST_BEGUN = 10


class NotATeam(RuleBroken):
    """A team that cannot be, or cannot be joined."""


def start(member: Membership, title: str, partner_ids: Collection[int], by: User) -> Thread:
    """Begin a team with two or three of those one was introduced to; the same title and partners is the same team.

    Raises `NotATeam`, and `Forbidden` for who only reads.
    """
    organization = member.organization
    _require_writer(member.can_edit)
    partners = _chosen(organization, partner_ids)
    if not FEWEST <= len(partners) + 1 <= MOST:
        raise NotATeam(_("Choose two or three partners: a team has three or four organizations."))
    if not 0 < len(title) <= LONGEST_TITLE:
        raise NotATeam(_("Name what this is about, in at most %(most)s characters.", most=LONGEST_TITLE))
    # One at a time, so that a form that is sent twice begins one team.
    team_queries.hold(organization)
    begun = team_queries.begun_by(organization)
    wanted = {organization.id, *(partner.id for partner in partners)}
    for known in begun:
        if known.title == title and {place.organization_id for place in known.members} == wanted:
            return known
    if len(begun) >= MOST_BEGUN:
        raise NotATeam(_("You have begun many teams. Leave one that is over, and begin this one then."))
    return _begin(organization, title, partners, by)


def _begin(organization: Organization, title: str, partners: list[Organization], by: User) -> Thread:
    thread = Thread(title=title, made_at=clock.now())
    thread.members = [ThreadMember(organization_id=organization.id, is_starter=True)]
    db.session.add(thread)
    db.session.flush()
    audit.record("team.begun", ("thread", thread.id), by=by.id, detail={"organization": organization.id})
    for partner in partners:
        _invite(thread, organization, partner, by)
    return thread


def invite(seat: Seat, partner_id: int, by: User) -> None:
    """Ask one more in, up to four. Raises `NotATeam` and `Forbidden`."""
    _require_writer(seat.can_answer and seat.place.is_starter)
    [partner] = _chosen(seat.organization, [partner_id])
    if len(team_queries.places_of(seat.thread)) >= MOST:
        raise NotATeam(_("A team has at most four organizations."))
    if team_queries.place_in(seat.thread, partner.id) is not None:
        raise NotATeam(_("%(name)s was asked before.", name=partner.name))
    _invite(seat.thread, seat.organization, partner, by)


def _chosen(organization: Organization, partner_ids: Collection[int]) -> list[Organization]:
    if organization.suspended_at is not None:
        raise NotATeam(_("While your organization is suspended it cannot begin a team."))
    known = {one.id: one for one in team_queries.partners_of(organization)}
    if not set(partner_ids) <= known.keys():
        raise NotATeam(_("Choose among the partners you were introduced to."))
    return [known[id_] for id_ in dict.fromkeys(partner_ids)]


def _invite(thread: Thread, starter: Organization, partner: Organization, by: User) -> None:
    db.session.add(ThreadMember(thread_id=thread.id, organization_id=partner.id, state=Seating.INVITED))
    db.session.flush()
    audit.record("team.invited", ("thread", thread.id), by=by.id, detail={"organization": partner.id})
    for mail in emails.invited(thread, starter, partner):
        outbox.enqueue(mail)


def join(seat: Seat, by: User) -> None:
    """Take the place one was asked to take: from now on names are open both ways. Joining twice changes nothing.

    Raises `NotATeam`, also when a door is closed between this organization and one of those who are in.
    """
    _require_writer(seat.can_answer)
    if seat.is_joined:
        return
    others = [place.organization_id for place in team_queries.joined_beside(seat)]
    if team_queries.is_blocked_from(seat.organization.id, others) or seat.organization.suspended_at:
        raise NotATeam(_("You cannot join this team."))
    _move(seat, Seating.JOINED, by)


def refuse(seat: Seat, by: User) -> None:
    """Do not join, for good; nobody is told why, and the team is gone from one's pages."""
    _require_writer(seat.can_answer)
    if not seat.is_joined:
        _move(seat, Seating.REFUSED, by)


def leave(seat: Seat, by: User) -> None:
    """Go, for good. What one wrote stays with the others."""
    _require_writer(seat.can_answer)
    if seat.is_joined:
        _move(seat, Seating.LEFT, by)


def _move(seat: Seat, state: Seating, by: User) -> None:
    seat.place.state = state
    db.session.flush()
    about = {"organization": seat.organization.id}
    audit.record(f"team.{state.value}", ("thread", seat.thread.id), by=by.id, detail=about)


def post(
    seat: Seat,
    by: User,
    text: str,
    *,
    form_key: str | None = None,
    inbound_mail_id: int | None = None,
    dropped_files: int = 0,
) -> Message:
    """Say something to all who have joined, whose people get it by mail; `seat` must be locked. The same form posts once.

    Raises `services.NotSayable`, `services.ConversationClosed`, and `Forbidden` for who only reads.
    """
    _require_writer(seat.can_answer)
    if form_key and (before := queries.posted_under(seat.thread, by, form_key)):
        return before
    if not seat.is_joined or seat.organization.suspended_at is not None:
        raise services.ConversationClosed(_("You cannot write in this team now."))
    others = [one for one in team_queries.joined_beside(seat) if one.organization.suspended_at is None]
    if not others:
        raise services.ConversationClosed(_("Nobody else is in this team now. Nothing can be written in it."))
    message = services.write(
        seat.thread,
        seat.organization,
        by,
        text,
        form_key=form_key,
        inbound_mail_id=inbound_mail_id,
        dropped_files=dropped_files,
    )
    for mail in emails.posted_in_team(message, seat, [place.organization_id for place in others]):
        outbox.enqueue(mail)
    return message


def _require_writer(may: bool) -> None:
    if not may:
        raise Forbidden(_("Owners and editors of the organization write; you may read."))

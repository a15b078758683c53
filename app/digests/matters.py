"""What a link in a letter is about, and how that stands: what was done meanwhile, by whomever, or why it is too late."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app import clock
from app.accounts.acting import Act, Errand, LinkDead
from app.accounts.models import User
from app.audit.models import AuditEvent
from app.claims.models import Claim
from app.db import db
from app.digests import wishes
from app.errors import Forbidden, NotFound
from app.introductions import line_queries
from app.introductions import queries as introductions
from app.introductions.models import Answer, AnswerChoice
from app.introductions.sides import Side, Standing
from app.meetings import queries as meetings
from app.meetings.models import Attendance, Meeting, MeetingState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.outcomes import queries as outcomes
from app.outcomes.models import OutcomeCheck
from app.outcomes.wording import PROGRESS
from app.web import day, moment


@dataclass(frozen=True)
class Matter:
    """What a link is about, as far as its person may see it."""

    errand: Errand
    side: Side | None = None
    meeting: Meeting | None = None
    claim: Claim | None = None
    organization: Organization | None = None
    # What a yes sends to the other side about one's own.
    line: str = ""
    # After how many days an outcome is asked for.
    days: int = 0
    # What was done, by whom and when, or why it is too late; empty while the act is open.
    settled: tuple[str, ...] = ()


def look(errand: Errand) -> Matter:
    """What a link is about. Raises `LinkDead` where its person may no longer see it or act on it."""
    try:
        return _LOOKS[errand.act](errand)
    except Forbidden as forbidden:
        raise LinkDead(str(forbidden), errand) from None
    except NotFound:
        raise LinkDead(_("What this link was about is no longer open to you."), errand) from None


def _match(errand: Errand) -> Matter:
    side = introductions.side_to_answer(errand.user, errand.subject_id, errand.organization_id)
    line = line_queries.lines_for(side).ours if errand.act is Act.YES else ""
    settled = tuple(_answered(side, errand))
    return Matter(errand, side=side, organization=side.organization, line=line, settled=settled)


def _answered(side: Side, errand: Errand) -> list[str]:
    """Why there is nothing to answer; empty while there is."""
    if side.standing is Standing.TO_ANSWER:
        return []
    if side.standing is Standing.NOT_NOW and errand.act is not Act.NOT_NOW:
        return []
    said = [_said(side.mine, errand.user)] if side.mine else []
    if side.standing is Standing.INTRODUCED:
        return [*said, _("Both sides said yes, and you are introduced to %(name)s.", name=side.title)]
    return [*said, *_ending(side)]


def _ending(side: Side) -> list[str]:
    if side.standing is Standing.SAID_YES:
        return [_("The other side has not answered yet. You are told as soon as both said yes.")]
    if side.standing is Standing.IN_REVIEW:
        return [_("The program managers have not approved this match, so it cannot be answered.")]
    if side.standing is Standing.CLOSED:
        return [_("The other side will not go ahead this time, so there is nothing to answer.")]
    if side.standing is Standing.EXPIRED:
        return [_("The time to answer this match is over. Your next matches are not affected.")]
    if side.standing is Standing.WITHDRAWN:
        return [_("Your organization took its yes back, so this match is closed.")]
    return []


def _said(answer: Answer, reader: User) -> str:
    person, at = answer.by.display_name, moment(answer.at, reader.time_zone)
    if answer.says is AnswerChoice.YES:
        return _("%(person)s said yes on %(moment)s.", person=person, moment=at)
    if answer.says is AnswerChoice.NO:
        return _(
            "%(person)s said no on %(moment)s. The other side is not told why.", person=person, moment=at
        )
    return _(
        "%(person)s said “not now” on %(moment)s. We ask you again on %(day)s.",
        person=person,
        moment=at,
        day=day(answer.until),
    )


def _meeting(errand: Errand) -> Matter:
    meeting, side = meetings.meeting_for(errand.user, errand.subject_id)
    guest = meeting.guest(errand.user.id)
    if guest is None:
        raise NotFound
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization answer; you may read."))
    settled: tuple[str, ...] = ()
    if guest.says:
        at = moment(guest.said_at, errand.user.time_zone)
        settled = (_reported(guest.says, errand.user.display_name, at),)
    elif meeting.state is MeetingState.CANCELLED:
        settled = (_("This meeting was called off."),)
    elif not meeting.is_over(clock.now()):
        settled = (_("Say how it went once the meeting is over."),)
    return Matter(errand, side=side, meeting=meeting, organization=side.organization, settled=settled)


def _reported(says: Attendance, person: str, at: str) -> str:
    if says is Attendance.HELD:
        return _("%(person)s said on %(moment)s that it took place.", person=person, moment=at)
    return _("%(person)s said on %(moment)s that they did not come.", person=person, moment=at)


def _outcome(errand: Errand) -> Matter:
    side = outcomes.side_of(errand.user, errand.subject_id, errand.organization_id)
    if not side.can_answer:
        raise Forbidden(_("Owners and editors of the organization answer; you may read."))
    last = db.session.execute(
        sa.select(OutcomeCheck, User)
        .join(User, User.id == OutcomeCheck.by_id)
        .where(OutcomeCheck.match_id == side.match.id, OutcomeCheck.organization_id == side.organization.id)
        .order_by(OutcomeCheck.at.desc(), OutcomeCheck.id.desc())
        .limit(1)
    ).one_or_none()
    asked = outcomes.question_for(side)
    settled = ""
    if last and (asked is None or last[0].at >= errand.made_at):
        at, says = moment(last[0].at, errand.user.time_zone), PROGRESS[last[0].says]
        person = last[1].display_name
        settled = _("%(person)s answered on %(moment)s: %(answer)s.", person=person, moment=at, answer=says)
    elif asked is None:
        settled = _("Nobody has asked this yet.")
    told = (settled,) if settled else ()
    return Matter(errand, side=side, organization=side.organization, days=asked or 0, settled=told)


def _claim(errand: Errand) -> Matter:
    claim = db.session.get(Claim, errand.subject_id)
    if claim is None:
        raise NotFound
    organization = organizations.editable_by(errand.user, claim.organization_id)
    settled: tuple[str, ...] = ()
    if claim.withdrawn_at is not None:
        settled = (_("It was taken out of the profile on %(day)s.", day=day(claim.withdrawn_at)),)
    elif claim.confirmed_at >= errand.made_at:
        settled = (_confirmed(claim, errand),)
    return Matter(errand, claim=claim, organization=organization, settled=settled)


def _confirmed(claim: Claim, errand: Errand) -> str:
    at = moment(claim.confirmed_at, errand.user.time_zone)
    by = _confirmed_by(claim, errand.made_at)
    if by is None:
        return _("It was looked at again on %(moment)s.", moment=at)
    return _("%(person)s said on %(moment)s that it is still true.", person=by.display_name, moment=at)


def _confirmed_by(claim: Claim, since: datetime.datetime) -> User | None:
    query = sa.select(AuditEvent).where(
        AuditEvent.subject_type == "organization",
        AuditEvent.subject_id == str(claim.organization_id),
        AuditEvent.action == "organization.claim_still_true",
        AuditEvent.at >= since,
    )
    found = db.session.scalars(query.order_by(AuditEvent.number.desc())).all()
    by = next((one.actor_id for one in found if one.detail.get("claim") == claim.id), None)
    return db.session.get(User, by) if by else None


def _pause(errand: Errand) -> Matter:
    if errand.subject_id != errand.user.id:
        raise NotFound
    until = wishes.wish_of(errand.user).paused_until
    told = (_("No weekly letter comes to you before %(day)s.", day=day(until)),) if until else ()
    return Matter(errand, settled=told)


_LOOKS: dict[Act, Callable[[Errand], Matter]] = {
    Act.YES: _match,
    Act.NOT_NOW: _match,
    Act.NO: _match,
    Act.STILL_TRUE: _claim,
    Act.HELD: _meeting,
    Act.NO_SHOW: _meeting,
    Act.REACHED: _outcome,
    Act.NOT_YET: _outcome,
    Act.PAUSE: _pause,
}

"""How organizations come into a program's cohort: apply, be invited, be accepted, wait, leave. A service like `services`.

The program's row is locked first in each of these, so that two who decide at once never fill one place twice.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.organizations.models import Organization
from app.outbox import services as outbox
from app.programs import cohort_queries, emails, services
from app.programs.models import DeclineReason, Participation, ParticipationState, Program

_LIVING = {
    ParticipationState.APPLIED,
    ParticipationState.INVITED,
    ParticipationState.ACCEPTED,
    ParticipationState.WAITLISTED,
}
_STANDS = {
    ParticipationState.APPLIED: lazy_gettext("This organization has applied already."),
    ParticipationState.INVITED: lazy_gettext("This organization is invited: it can say yes or no."),
    ParticipationState.ACCEPTED: lazy_gettext("This organization is in the program already."),
    ParticipationState.WAITLISTED: lazy_gettext("This organization is on the waiting list already."),
    ParticipationState.DECLINED: lazy_gettext("A program manager has decided on this organization."),
}


class NotCovered(RuleBroken):
    """The program is for other countries, kinds or technologies."""


class PlacesTaken(RuleBroken):
    """The cohort is full, or its last place waits for the other country."""


def apply(program: Program, organization: Organization, by: User, answer: str = "") -> Participation:
    """Ask to be taken. Raises `NotCovered`, and `RuleBroken` when none are taken now or it stands already."""
    services.lock(program)
    if not program.takes_applications:
        raise RuleBroken(_("This program takes no applications now."))
    require_covered(program, organization)
    return _begin(program, organization, ParticipationState.APPLIED, by, answer)


def invite(program: Program, organization: Organization, by: User) -> Participation:
    """Ask an organization to take part; its people say yes or no. Raises as `apply`."""
    services.lock(program)
    if program.is_draft or not program.is_open or not program.has_cohort:
        raise RuleBroken(_("Invitations go out while the program is open and has a cohort."))
    require_covered(program, organization)
    found = _begin(program, organization, ParticipationState.INVITED, by)
    _tell(found, emails.invited)
    return found


def say_yes(found: Participation, by: User) -> None:
    """An invited organization comes; with all places taken it waits."""
    services.lock(found.program)
    _require(found, {ParticipationState.INVITED})
    takes = why_full(found.program, found.organization) is None
    _move(found, ParticipationState.ACCEPTED if takes else ParticipationState.WAITLISTED, by)


def withdraw(found: Participation, by: User) -> None:
    """An organization steps back, or says no to an invitation."""
    services.lock(found.program)
    _require(found, _LIVING)
    _move(found, ParticipationState.WITHDRAWN, by)


def accept(found: Participation, by: User, *, version: int) -> None:
    """Take an organization into the cohort. Raises `PlacesTaken`, `AlreadyDecided`."""
    _decide(found, {ParticipationState.APPLIED, ParticipationState.WAITLISTED}, version)
    if full := why_full(found.program, found.organization):
        raise PlacesTaken(full)
    _move(found, ParticipationState.ACCEPTED, by)
    _tell(found, emails.accepted)


def waitlist(found: Participation, by: User, *, version: int) -> None:
    """Let an organization wait for a place. Raises `AlreadyDecided`."""
    _decide(found, {ParticipationState.APPLIED}, version)
    _move(found, ParticipationState.WAITLISTED, by)
    _tell(found, emails.waitlisted)


def decline(found: Participation, by: User, reason: DeclineReason, *, version: int, note: str = "") -> None:
    """Turn an organization down, or take its place away, with a reason it reads. Raises `AlreadyDecided`."""
    _decide(found, _LIVING, version)
    found.reason_code, found.note = reason, note
    _move(found, ParticipationState.DECLINED, by)
    _tell(found, emails.declined)


def require_covered(program: Program, organization: Organization) -> None:
    """Raise `NotCovered` with the rule that keeps this organization out."""
    if not organization.is_listed:
        raise NotCovered(_("Only organizations of the directory take part."))
    if program.countries and organization.country not in program.countries:
        raise NotCovered(_("This program takes organizations of the other country."))
    if program.kinds and organization.kind not in program.kinds:
        raise NotCovered(_("This program is for other kinds of organizations."))
    if program.technologies and not set(program.technologies).intersection(organization.technologies):
        raise NotCovered(_("This program is for other technologies."))


def why_full(program: Program, organization: Organization) -> str | None:
    """Why this organization finds no place now; None when there is one."""
    if program.places is None:
        return None
    taken = cohort_queries.places_taken(program)
    if sum(taken.values()) >= program.places:
        return _("All %(number)d places are taken.", number=program.places)
    is_last = sum(taken.values()) == program.places - 1
    if program.needs_both_countries and is_last and not taken.get(organization.country.other, 0):
        return _("The last place is kept for the other country, which has none yet.")
    return None


def _begin(
    program: Program, organization: Organization, state: ParticipationState, by: User, answer: str = ""
) -> Participation:
    found = cohort_queries.participation_of(program, organization)
    again = {ParticipationState.WITHDRAWN}
    if state is ParticipationState.INVITED:
        again.add(ParticipationState.DECLINED)
    if found is not None and found.state not in again:
        raise RuleBroken(_STANDS[found.state])
    if found is None:
        found = Participation(program=program, organization=organization, state=state, asked_at=clock.now())
        db.session.add(found)
    found.state, found.asked_at, found.asked_by_id, found.answer = state, clock.now(), by.id, answer
    found.decided_by_id, found.decided_at, found.reason_code, found.note = None, None, None, ""
    db.session.flush()
    _record(found, by)
    return found


def _decide(found: Participation, states: set[ParticipationState], version: int) -> None:
    services.lock(found.program)
    db.session.refresh(found)
    if found.version != version or found.state not in states:
        raise _overtaken(found)


def _require(found: Participation, states: set[ParticipationState]) -> None:
    db.session.refresh(found)
    if found.state not in states:
        raise RuleBroken(_("This was settled in the meantime. Look at the present state."))


def _overtaken(found: Participation) -> RuleBroken:
    if found.decided_by is None:
        return RuleBroken(_("The organization changed this after you opened the page. Look at it again."))
    person = found.decided_by.display_name
    message = _("%(person)s was quicker. Your decision was not taken.", person=person)
    return AlreadyDecided(message, person, found.state.value)


def _move(found: Participation, state: ParticipationState, by: User) -> None:
    if ParticipationState.ACCEPTED in {found.state, state}:
        services.note_change(found.program)
    found.state, found.decided_by_id, found.decided_at = state, by.id, clock.now()
    db.session.flush()
    _record(found, by)


def _tell(found: Participation, letter: emails.Letter) -> None:
    for mail in emails.to_people(found, letter):
        outbox.enqueue(mail)


def _record(found: Participation, by: User) -> None:
    about: dict[str, Any] = {"program": found.program_id, "organization": found.organization_id}
    if found.reason_code:
        about["reason"] = found.reason_code.value
    audit.record(f"participation.{found.state.value}", ("participation", found.id), by=by.id, detail=about)

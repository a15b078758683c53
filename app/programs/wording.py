"""Programs in the words people read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from app.programs.models import CohortRule, DeclineReason, ManagerRole, ParticipationState, ProgramKind

KINDS = {
    ProgramKind.STANDING: _("Standing program"),
    ProgramKind.MISSION: _("Mission"),
    ProgramKind.COHORT: _("Cohort"),
    ProgramKind.OPEN_CALL: _("Open call"),
    ProgramKind.ROUND_TABLE: _("Round table"),
}
COHORT_RULES = {
    CohortRule.EVERYBODY: _("Everybody who fits, with everybody who fits. There are no applications."),
    CohortRule.COHORT_WITH_ALL: _("Its cohort, with everybody who fits: a mission and its hosts."),
    CohortRule.COHORT_ONLY: _("Its cohort among itself: a round table."),
}
STATES = {
    ParticipationState.APPLIED: _("Applied"),
    ParticipationState.INVITED: _("Invited"),
    ParticipationState.ACCEPTED: _("In the program"),
    ParticipationState.WAITLISTED: _("On the waiting list"),
    ParticipationState.DECLINED: _("Not taken"),
    ParticipationState.WITHDRAWN: _("Stepped back"),
}
ROLES = {ManagerRole.LEAD: _("Lead"), ManagerRole.MANAGER: _("Manager")}
# For managers, who choose; below, what the organization reads.
REASONS = {
    DeclineReason.NOT_COVERED: _("Outside what the program covers"),
    DeclineReason.TOO_EARLY: _("Too early for this program"),
    DeclineReason.NEED_UNCLEAR: _("Need or offer is not clear"),
    DeclineReason.NO_COUNTERPART: _("No counterpart across the border now"),
    DeclineReason.PLACES_TAKEN: _("Places are taken"),
    DeclineReason.BALANCE: _("Balance of countries, kinds or states"),
}
DECLINED = {
    DeclineReason.NOT_COVERED: _(
        "Your work lies outside what this program covers. Another program may fit better; you find them all on our site."
    ),
    DeclineReason.TOO_EARLY: _(
        "This program asks for something that can be shown or tried today. You are welcome to apply again when that is so."
    ),
    DeclineReason.NEED_UNCLEAR: _(
        "We could not tell from the profile what you look for or offer. A need or offer in two or three sentences would help next time."
    ),
    DeclineReason.NO_COUNTERPART: _(
        "We see no partner for you across the border in this program now. Your profile stays in matching."
    ),
    DeclineReason.PLACES_TAKEN: _(
        "More organizations applied than there are places. This says nothing against yours."
    ),
    DeclineReason.BALANCE: _(
        "The program keeps a balance of countries, kinds and states, and others like you had applied before."
    ),
}


def kind_words(kind: ProgramKind) -> Any:
    """How a program runs."""
    return KINDS[kind]


def state_words(state: ParticipationState) -> Any:
    """How an organization stands with a program."""
    return STATES[state]


def declined_words(reason: DeclineReason) -> Any:
    """Why an organization was not taken, as it reads it."""
    return DECLINED[reason]

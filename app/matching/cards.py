"""What a manager sees on the desk: the wish in the address, the queue beside the card, and the card itself.

A name of its own: neither the queries nor the pages should know the other's form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_timedelta
from flask_babel import gettext as _

from app import clock
from app.accounts.models import User
from app.matching import neutral, queries, reasons
from app.matching.models import Match, MatchState, RejectReason, ReviewDecision
from app.matching.queries import Load, QueueFilter
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.programs.models import Program
from app.taxonomy import Country, Kind
from app.web import day

LARGEST_ID = 2**31 - 1
# Their export may need a license on either side.
SENSITIVE = {"defence", "quantum", "semiconductors"}
OLD_PROFILE = timedelta(days=180)
_STATES = {state.value: state for state in (MatchState.HELD, MatchState.INFO_REQUESTED)}


@dataclass(frozen=True)
class Wish:
    """Which part of the queue a manager looks at. Values nobody knows are left out, so that an old address works."""

    chosen: QueueFilter = field(default_factory=QueueFilter)
    after: tuple[datetime, int] | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wish:
        """The wish in an address's query."""
        kind = asked.get("kind", "")
        program = asked.get("program", "")
        chosen = QueueFilter(
            state=_STATES.get(asked.get("state", "")),
            program_id=int(program) if _is_id(program) else None,
            kind=Kind(kind) if kind in set(Kind) else None,
        )
        return cls(chosen, _place(asked.get("after", "")))

    @property
    def address(self) -> dict[str, Any]:
        """The query of an address that asks for the same again."""
        own = {
            "state": self.chosen.state.value if self.chosen.state else "",
            "program": str(self.chosen.program_id or ""),
            "kind": self.chosen.kind.value if self.chosen.kind else "",
            "after": f"{self.after[0].isoformat()}~{self.after[1]}" if self.after else "",
        }
        return {name: value for name, value in own.items() if value}

    @property
    def narrows(self) -> bool:
        return self.chosen.program_id is not None or self.chosen.kind is not None

    def in_state(self, state: str) -> dict[str, Any]:
        """The address of the same wish for another state, from its start."""
        return replace(self, chosen=replace(self.chosen, state=_STATES.get(state)), after=None).address

    def following(self, match: Match) -> dict[str, Any]:
        """The address of the page that begins behind `match`."""
        return replace(self, after=(match.due_at, match.id)).address


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= LARGEST_ID


def _place(text: str) -> tuple[datetime, int] | None:
    moment, _sign, match_id = text.partition("~")
    if not _is_id(match_id):
        return None
    try:
        due_at = datetime.fromisoformat(moment)
        return (due_at.astimezone(clock.now().tzinfo), int(match_id)) if due_at.tzinfo else None
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Queue:
    """One page of what waits, and how much there is."""

    wish: Wish
    matches: Sequence[Match]
    next_page: dict[str, Any] | None
    counts: dict[str, int]
    programs: Sequence[Program]

    @property
    def program_choices(self) -> list[tuple[int, str]]:
        return [(program.id, program.name) for program in self.programs]


def queue_for(user: User, wish: Wish) -> Queue:
    found = queries.review_queue(user, wish.chosen, after=wish.after, limit=queries.PAGE + 1)
    page = found[: queries.PAGE]
    return Queue(
        wish=wish,
        matches=page,
        next_page=wish.following(page[-1]) if len(found) > len(page) else None,
        counts=queries.queue_counts(user),
        programs=queries.programs_of(user),
    )


def next_after(user: User, wish: Wish, match: Match) -> Match | None:
    """What to look at once `match` is decided: the next one in the queue, at its end the first one again."""
    behind = queries.review_queue(user, wish.chosen, after=(match.due_at, match.id), limit=1)
    found = behind or queries.review_queue(user, wish.chosen, limit=2)
    return next((one for one in found if one.id != match.id), None)


@dataclass(frozen=True)
class Side:
    """One side of the card."""

    organization: Organization
    reasons: list[str]
    freshness: str
    fit: str
    chance: str
    load: Load


@dataclass(frozen=True)
class Card:
    """One match with all a manager needs to decide on it."""

    match: Match
    india: Side
    us: Side
    band: str
    due: str
    is_late: bool
    risks: list[str]
    history: Sequence[ReviewDecision]

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.india, self.us


def card_of(match: Match) -> Card:
    loads = queries.loads_of([match.india_id, match.us_id])
    return Card(
        match=match,
        india=_side(match, Country.INDIA, loads[match.india_id]),
        us=_side(match, Country.UNITED_STATES, loads[match.us_id]),
        band=reasons.band(match, Country.INDIA),
        due=due_words(match),
        is_late=match.is_open and match.due_at < clock.now(),
        risks=_risks(match),
        history=queries.decisions_on(match.id),
    )


def _side(match: Match, country: Country, load: Load) -> Side:
    organization = match.side(country)
    changed = organization.profile_changed_at
    return Side(
        organization=organization,
        reasons=neutral.sentences(match, country),
        freshness=_("Profile changed %(when)s", when=_ago(changed)),
        fit=_fit_words(match.fit_for(organization)),
        chance=_chance_words(match.chance_for(organization)),
        load=load,
    )


def _ago(moment: datetime) -> str:
    """In words while it is recent, then the day."""
    age = clock.now() - moment
    if age >= timedelta(days=30):
        return _("on %(day)s", day=day(moment))
    if age < timedelta(minutes=1):
        return _("just now")
    return str(format_timedelta(-age, add_direction=True))


def due_words(match: Match) -> str:
    """When a decision is due, or since when it is late."""
    left = match.due_at - clock.now()
    if left < timedelta(0):
        return _("late by %(time)s", time=format_timedelta(-left))
    return _("due %(when)s", when=format_timedelta(left, add_direction=True))


def _fit_words(fit: float) -> str:
    if fit >= reasons.STRONG:
        return _("strong")
    return _("good") if fit >= reasons.GOOD else _("weak")


def _chance_words(chance: float | None) -> str:
    """How many in ten such pairs this side says yes to; nothing while nobody has taught the model."""
    if chance is None:
        return ""
    in_ten = round(chance * 10)
    if in_ten == 0:
        return _("Says yes to hardly any pair like this.")
    if in_ten == 10:
        return _("Says yes to nearly every pair like this.")
    return _("Says yes to about %(count)s in 10 pairs like this.", count=in_ten)


def _risks(match: Match) -> list[str]:
    found = []
    technologies = {*match.india.technologies, *match.us.technologies}
    if technologies & SENSITIVE:
        found.append(_("Sensitive technology. Ask about export rules before details are shared."))
    for organization in (match.india, match.us):
        if not organization.is_matchable:
            found.append(_("%(name)s takes no new matches now.", name=organization.name))
        elif clock.now() - organization.profile_changed_at > OLD_PROFILE:
            found.append(
                _("The profile of %(name)s is old: ask whether it still holds.", name=organization.name)
            )
        if match.is_open and not organizations.people_of(organization.id, can_edit=True):
            found.append(
                _("Nobody at %(name)s has an account yet: a letter reaches nobody.", name=organization.name)
            )
    return found


def reason_words(reason: RejectReason) -> str:
    """Why a pair was not approved, in words."""
    return {
        RejectReason.NEED_NOT_CURRENT: _("The need is not current"),
        RejectReason.COMPETITORS: _("They are competitors"),
        RejectReason.NOT_COMPLEMENTARY: _("They do not complete each other"),
        RejectReason.OVERLOADED: _("One side is asked for too much already"),
        RejectReason.SENSITIVE: _("Too sensitive"),
        RejectReason.PROFILE_TOO_THIN: _("A profile says too little"),
        RejectReason.OTHER: _("Another reason"),
    }[reason]

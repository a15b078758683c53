"""What a manager should watch out for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from app import clock
from app.matching.models import Match
from app.matching.queries import Load
from app.organizations.models import Organization
from app.taxonomy import Kind, technology_label

# Their export may need a license on either side.
SENSITIVE = {"defence", "quantum", "semiconductors"}
OLD_PROFILE = timedelta(days=180)
# More than this at once and answers stay away.
OVERLOADED = 8
_FIRMS = {Kind.STARTUP, Kind.SME}


def of_pair(match: Match, loads: Mapping[int, Load], reachable: Collection[int]) -> list[str]:
    """Risks of a pair, those of the pair first."""
    found = []
    if _is_sensitive(match.india) or _is_sensitive(match.us):
        found.append(_("Sensitive technology: ask about export rules before details are shared."))
    if shared := _competing(match.india, match.us):
        found.append(_("May be competitors: both offer much the same in %(field)s.", field=shared))
    for one in (match.india, match.us):
        found += of_side(one, is_reachable=one.id in reachable)
        load = loads[one.id]
        if load.paused_until is not None:
            day = format_date(load.paused_until, "d MMM y")
            found.append(_("%(name)s takes no new requests until %(day)s.", name=one.name, day=day))
        if load.waiting + load.approved > OVERLOADED:
            found.append(
                _(
                    "%(name)s is asked for much: %(count)s pairs.",
                    name=one.name,
                    count=load.waiting + load.approved,
                )
            )
    return found


def of_side(one: Organization, *, is_reachable: bool) -> list[str]:
    """Risks that lie with one organization."""
    found = []
    if not one.is_matchable:
        found.append(_("%(name)s takes no new matches now.", name=one.name))
    elif clock.now() - one.profile_changed_at > OLD_PROFILE:
        found.append(_("The profile of %(name)s is old: ask whether it still holds.", name=one.name))
    if not is_reachable:
        found.append(_("Nobody at %(name)s has an account: a letter reaches nobody.", name=one.name))
    return found


def _is_sensitive(one: Organization) -> bool:
    return not SENSITIVE.isdisjoint(code.split(".")[0] for code in one.technologies)


def _competing(one: Organization, other: Organization) -> str:
    """The technology in which two firms offer much the same; empty when they do not."""
    shared = sorted({*one.technologies} & {*other.technologies})
    if not shared or one.kind not in _FIRMS or other.kind not in _FIRMS:
        return ""
    mine, theirs = _words_in(one.offer_lines()), _words_in(other.offer_lines())
    is_alike = mine and theirs and len(mine & theirs) / min(len(mine), len(theirs)) >= 0.5
    return str(technology_label(shared[0])) if is_alike else ""


def _words_in(lines: list[str]) -> set[str]:
    return {word for line in lines for word in line.casefold().split() if len(word) > 3}

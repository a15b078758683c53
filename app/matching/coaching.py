"""What would open more partners to a profile, in words: advice as it is stored becomes something one person tells another.

A name of its own, as `reasons`: pages and letters say the same words. Nothing is told to be written that may not be true,
and no partner is named: whom an addition would open is only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app.taxonomy import technology_label

Suggestion = Mapping[str, Any]


@dataclass(frozen=True)
class Tip:
    """One addition: what to do if it is true, whom it would reach, and the column of the organization it belongs to."""

    sentence: str
    reach: str
    column: str


def tips(suggestions: Iterable[Suggestion]) -> list[Tip]:
    """Stored advice (`field`, `suggestion`, `gained` each) in words, in its order; what this version cannot say is left out."""
    return [
        Tip(said, reach(int(one["gained"])), _COLUMNS.get(str(one["field"]), str(one["field"])))
        for one in suggestions
        if (said := sentence(one["field"], one["suggestion"]))
    ]


def sentence(field: str, suggestion: str) -> str:
    """What to add, as a condition where only its owner knows whether it is true; empty for an unknown field."""
    if not suggestion:
        say_nothing_yet = _EMPTY.get(field)
        return say_nothing_yet() if say_nothing_yet else ""
    say = _LABELS.get(field)
    return say(suggestion) if say else ""


def reach(gained: int) -> str:
    """How many more organizations would fit well both ways."""
    return str(
        ngettext(
            "One more organization would then fit you well, and you it.",
            "About %(num)s more organizations would then fit you well, and you them.",
            gained,
        )
    )


def cost(gained: int) -> str:
    """What an empty answer costs; advice keeps the additions that open most, so that the rest open few."""
    if not gained:
        return str(_("By itself it opens few partners or none."))
    return str(
        ngettext(
            "It keeps one partner away who would fit you, and you them.",
            "It keeps about %(num)s partners away who would fit you, and you them.",
            gained,
        )
    )


def column_of(field: str) -> str:
    """Where the profile keeps what advice calls `field`."""
    return _COLUMNS.get(field, field)


# Where the profile form keeps it, when that is not the field's own name.
_COLUMNS = {"ticket": "ticket_min", "countries": "invests_in"}

_LABELS: dict[str, Callable[[str], str]] = {
    "technologies": lambda code: _(
        "If you work in %(field)s, choose it among your technologies.", field=technology_label(code)
    ),
    "tags": lambda tag: _("If “%(tag)s” is true of you, add it to your tags.", tag=tag),
    "needs": lambda topic: _("If you need %(topic)s, write it among your needs.", topic=topic),
    "offers": lambda topic: _("If you offer %(topic)s, write it among your offers.", topic=topic),
    "skills": lambda skill: _("If you teach %(skill)s, add it to your skills.", skill=skill),
    "certifications": lambda name: _("If you hold %(name)s, add it to your certifications.", name=name),
}
_EMPTY: dict[str, Callable[[], str]] = {
    "needs": lambda: _("Write what you need from a partner, one need a line."),
    "offers": lambda: _("Write what you offer a partner, one offer a line."),
    "description": lambda: _("Describe what you do and for whom in a few sentences, in English."),
    "thesis": lambda: _("Describe what you look for in a few sentences, in English."),
    "stage": lambda: _("Say at which stage you are."),
    "stages": lambda: _("Say which stages you fund."),
    "ticket": lambda: _("Say how large your tickets are."),
    "countries": lambda: _("Say in which countries you invest."),
}
# Answers that matching reads, as a list names them when they are empty.
EMPTY_NAMES: dict[str, Any] = {
    "needs": lazy_gettext("Needs"),
    "offers": lazy_gettext("Offers"),
    "technologies": lazy_gettext("Technologies"),
    "description": lazy_gettext("Description"),
    "thesis": lazy_gettext("Thesis"),
    "stage": lazy_gettext("Stage"),
    "stages": lazy_gettext("Stages"),
    "ticket": lazy_gettext("Ticket"),
    "countries": lazy_gettext("Where you invest"),
    "skills": lazy_gettext("Skills"),
    "certifications": lazy_gettext("Certifications"),
}

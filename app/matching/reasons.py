"""From stored evidence to sentences for one side, to a band, and to a teaser that gives nobody away.

A name of its own: pages, mails and digests of three features say the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list as babel_list
from flask_babel import get_locale
from flask_babel import gettext as _

from app.matching.models import Match
from app.money import format_money
from app.organizations.models import Organization
from app.taxonomy import Country, Kind, Stage, label, region_name, technology_label

# A side this good deserves to be called strong; below the lower bound a pair is worth a look at most.
STRONG, GOOD = 0.55, 0.35
Evidence = dict[str, Any]


def sentences(match: Match, side: Country, limit: int = 3) -> list[str]:
    """Why the partner serves this side, said to that side, strongest first."""
    stored = match.reasons.get("india" if side is Country.INDIA else "us", [])
    return [said for reason in stored if (said := sentence(reason["text_key"], reason["evidence"]))][:limit]


def band(match: Match, side: Country) -> str:
    """``strong``, ``good`` or ``look``, seen from this side."""
    own, other = match.fit_for_india, match.fit_for_us
    if side is Country.UNITED_STATES:
        own, other = other, own
    if min(own, other) >= STRONG:
        return "strong"
    return "good" if own >= GOOD and other >= GOOD else "look"


def sentence(text_key: str, evidence: Evidence) -> str:
    """The translated sentence of one reason; empty for a key this version does not know."""
    say = _SENTENCES.get(text_key)
    return say(evidence) if say else ""


def format_list(words: list[str]) -> str:
    """Words joined as the reader's language does: a, b and c."""
    return babel_list(words, locale=get_locale() or "en")


def _listed(words: list[Any]) -> str:
    return format_list([str(word) for word in words[:3]])


def _technologies(evidence: Evidence) -> str:
    return _listed([technology_label(code) for code in evidence["technologies"]])


def _fields(evidence: Evidence) -> str:
    return _listed(evidence["fields"])


def _stage(evidence: Evidence) -> str:
    names = [str(label(Stage(word))) for word in evidence["stage"].split(", ") if word in set(Stage)]
    return format_list(names) if names else str(evidence["stage"])


def _place(evidence: Evidence) -> str:
    names = {"IN": _("India"), "US": _("the United States")}
    return names.get(evidence["country"], "")


def _where(evidence: Evidence) -> str:
    return region_name(evidence.get("region_code")) or _place(evidence)


def _ticket(evidence: Evidence) -> str:
    low, high = (format_money(evidence[key], evidence["currency"]) for key in ("ticket_min", "ticket_max"))
    return f"{low} – {high}" if low and high and low != high else (low or high)


def _kind(text: Callable[..., str]) -> Callable[[Evidence], str]:
    return lambda evidence: text(_where(evidence))


_SENTENCES: dict[str, Callable[[Evidence], str]] = {
    "need_offer.line": lambda e: _(
        "You need “%(need)s”; they offer “%(offer)s”.", need=e["need"], offer=e["offer"]
    ),
    "need_offer.profile": lambda e: _(
        "You need “%(need)s”; their profile says “%(offer)s”.", need=e["need"], offer=e["offer"]
    ),
    "technology.funds": lambda e: _("They invest in %(fields)s, your field.", fields=_technologies(e)),
    "technology.fundable": lambda e: _(
        "They work in %(fields)s, which you invest in.", fields=_technologies(e)
    ),
    "technology.teaches": lambda e: _("They teach for %(fields)s, your field.", fields=_technologies(e)),
    "technology.employs": lambda e: _(
        "They work in %(fields)s, which you teach for.", fields=_technologies(e)
    ),
    "technology.shared": lambda e: _("You both work in %(fields)s.", fields=_technologies(e)),
    "tags.funds": lambda e: _("They look at %(tags)s, which you do.", tags=_listed(e["tags"])),
    "tags.fundable": lambda e: _("They do %(tags)s, which you look at.", tags=_listed(e["tags"])),
    "tags.teaches": lambda e: _("They teach %(tags)s, which you work with.", tags=_listed(e["tags"])),
    "tags.employs": lambda e: _("They work with %(tags)s, which you teach.", tags=_listed(e["tags"])),
    "tags.shared": lambda e: _("You have %(tags)s in common.", tags=_listed(e["tags"])),
    "field.funds": lambda e: _("What they look for is about %(fields)s, your field.", fields=_fields(e)),
    "field.fundable": lambda e: _("Their work is in %(fields)s, which you look for.", fields=_fields(e)),
    "field.teaches": lambda e: _("Their program is about %(fields)s, your field.", fields=_fields(e)),
    "field.employs": lambda e: _(
        "Their work is in %(fields)s, which your program is about.", fields=_fields(e)
    ),
    "field.shared": lambda e: _("Both profiles are about %(fields)s.", fields=_fields(e)),
    "training.teaches": lambda e: (
        _("They teach %(taught)s, your field of work.", taught=e["taught"])
        if e["taught"] == e["work"]
        else _(
            "They teach %(taught)s, which your work in %(work)s rests on.", taught=e["taught"], work=e["work"]
        )
    ),
    "training.employs": lambda e: (
        _("You teach %(taught)s, their field of work.", taught=e["taught"])
        if e["taught"] == e["work"]
        else _(
            "You teach %(taught)s, which their work in %(work)s rests on.", taught=e["taught"], work=e["work"]
        )
    ),
    "chain.supplies": lambda e: _(
        "Their %(input)s can go into your %(product)s.", input=e["input"], product=e["product"]
    ),
    "chain.buys": lambda e: _(
        "Your %(input)s can go into their %(product)s.", input=e["input"], product=e["product"]
    ),
    "text.shared": lambda e: _("Both profiles speak of %(terms)s.", terms=_listed(e["terms"])),
    "thesis.funds": lambda e: _(
        "What they look for names %(terms)s, as your profile does.", terms=_listed(e["terms"])
    ),
    "thesis.fundable": lambda e: _(
        "Their profile names %(terms)s, as your thesis does.", terms=_listed(e["terms"])
    ),
    "thesis.agnostic": lambda _e: _("They invest in every sector."),
    "skills.teaches": lambda e: _(
        "They teach %(terms)s, which your work rests on.", terms=_listed(e["terms"])
    ),
    "skills.employs": lambda e: _(
        "Their work rests on %(terms)s, which you teach.", terms=_listed(e["terms"])
    ),
    "stage.funds": lambda e: _("They fund your stage: %(stage)s.", stage=_stage(e)),
    "stage.fundable": lambda e: _("They are at a stage you fund: %(stage)s.", stage=_stage(e)),
    "ticket.funds": lambda e: _("They write tickets of %(ticket)s, usual for your stage.", ticket=_ticket(e)),
    "ticket.fundable": lambda e: _(
        "Your tickets of %(ticket)s are usual for their stage.", ticket=_ticket(e)
    ),
    "place.funds": lambda e: _("They invest in %(place)s, where you are.", place=_place(e)),
    "place.fundable": lambda e: _("They are in %(place)s, where you invest.", place=_place(e)),
    "activity.funds": lambda e: _("They have lately invested in firms in %(place)s.", place=_place(e)),
    "activity.fundable": lambda e: _("You have lately invested in firms in %(place)s.", place=_place(e)),
    "portfolio.funds": lambda _e: _("They have invested in firms like yours."),
    "portfolio.fundable": lambda _e: _("You have invested in firms like theirs."),
    "turn.funds": lambda _e: _("They often join when a firm has had as many rounds as yours."),
    "turn.fundable": lambda _e: _("You often join when a firm has had as many rounds as theirs."),
    "kind.startup": _kind(lambda place: _("They are a startup in %(place)s.", place=place)),
    "kind.sme": _kind(lambda place: _("They are a small or medium firm in %(place)s.", place=place)),
    "kind.investor": _kind(lambda place: _("They are an investor in %(place)s.", place=place)),
    "kind.skill_program": _kind(lambda place: _("They are a skill program in %(place)s.", place=place)),
}


@dataclass(frozen=True)
class Teaser:
    """What one side may know of the other before both said yes: structured facts, no name, no address."""

    kind: str
    country: str
    place: str
    title: str
    technologies: list[str]
    stage: str
    size: str
    needs: list[str]
    offers: list[str]
    is_illustrative: bool


def teaser(organization: Organization) -> Teaser:
    """The facts of an organization that do not say who it is."""
    place = region_name(organization.region_code) or _place({"country": organization.country})
    return Teaser(
        kind=organization.kind.value,
        country=organization.country.value,
        place=place,
        title=_("%(kind)s in %(place)s", kind=label(Kind(organization.kind)), place=place),
        technologies=[str(technology_label(code)) for code in organization.technologies],
        stage=str(label(organization.stage)),
        size=str(label(organization.size_class)),
        needs=organization.need_lines()[:3],
        offers=organization.offer_lines()[:3],
        is_illustrative=organization.is_illustrative,
    )

"""The reasons of one side, told to its partner: why they would say yes.

`reasons.sentences` says to a side what speaks for it ("You need …; they offer …"). Its partner reads the same facts the
other way round ("They need …; you offer …").
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.matching import reasons
from app.matching.models import Match
from app.matching.reasons import Evidence, _fields, _kind, _listed, _place, _stage, _technologies, _ticket
from app.taxonomy import Country


def sentences(match: Match, side: Country, limit: int = 3) -> list[str]:
    """Why `side` is well served, said to its partner, strongest first."""
    stored = match.reasons.get("india" if side is Country.INDIA else "us", [])
    said = (sentence(reason["text_key"], reason["evidence"]) for reason in stored)
    return [words for words in said if words][:limit]


def sentence(text_key: str, evidence: Evidence) -> str:
    """One reason said to the partner; a reason that is the same for both as it is said to everybody."""
    if text_key in _SAME_FOR_BOTH:
        return reasons.sentence(text_key, evidence)
    say = _SENTENCES.get(text_key)
    return say(evidence) if say else ""


_SAME_FOR_BOTH = {"technology.shared", "tags.shared", "field.shared", "text.shared"}
_SENTENCES: dict[str, Callable[[Evidence], str]] = {
    "need_offer.line": lambda e: _(
        "They need “%(need)s”; you offer “%(offer)s”.", need=e["need"], offer=e["offer"]
    ),
    "need_offer.profile": lambda e: _(
        "They need “%(need)s”; your profile says “%(offer)s”.", need=e["need"], offer=e["offer"]
    ),
    "technology.funds": lambda e: _("You invest in %(fields)s, their field.", fields=_technologies(e)),
    "technology.fundable": lambda e: _(
        "You work in %(fields)s, which they invest in.", fields=_technologies(e)
    ),
    "technology.teaches": lambda e: _("You teach for %(fields)s, their field.", fields=_technologies(e)),
    "technology.employs": lambda e: _(
        "You work in %(fields)s, which they teach for.", fields=_technologies(e)
    ),
    "tags.funds": lambda e: _("You look at %(tags)s, which they do.", tags=_listed(e["tags"])),
    "tags.fundable": lambda e: _("You do %(tags)s, which they look at.", tags=_listed(e["tags"])),
    "tags.teaches": lambda e: _("You teach %(tags)s, which they work with.", tags=_listed(e["tags"])),
    "tags.employs": lambda e: _("You work with %(tags)s, which they teach.", tags=_listed(e["tags"])),
    "field.funds": lambda e: _("What you look for is about %(fields)s, their field.", fields=_fields(e)),
    "field.fundable": lambda e: _("Your work is in %(fields)s, which they look for.", fields=_fields(e)),
    "field.teaches": lambda e: _("Your program is about %(fields)s, their field.", fields=_fields(e)),
    "field.employs": lambda e: _(
        "Your work is in %(fields)s, which their program is about.", fields=_fields(e)
    ),
    "training.teaches": lambda e: reasons.sentence("training.employs", e),
    "training.employs": lambda e: reasons.sentence("training.teaches", e),
    "chain.supplies": lambda e: reasons.sentence("chain.buys", e),
    "chain.buys": lambda e: reasons.sentence("chain.supplies", e),
    "thesis.funds": lambda e: _(
        "What you look for names %(terms)s, as their profile does.", terms=_listed(e["terms"])
    ),
    "thesis.fundable": lambda e: _(
        "Your profile names %(terms)s, as their thesis does.", terms=_listed(e["terms"])
    ),
    "thesis.agnostic": lambda _evidence: _("You invest in every sector."),
    "skills.teaches": lambda e: _(
        "You teach %(terms)s, which their work rests on.", terms=_listed(e["terms"])
    ),
    "skills.employs": lambda e: _(
        "Your work rests on %(terms)s, which they teach.", terms=_listed(e["terms"])
    ),
    "stage.funds": lambda e: _("You fund their stage: %(stage)s.", stage=_stage(e)),
    "stage.fundable": lambda e: _("You are at a stage they fund: %(stage)s.", stage=_stage(e)),
    "ticket.funds": lambda e: _("You write tickets of %(ticket)s, usual for their stage.", ticket=_ticket(e)),
    "ticket.fundable": lambda e: _(
        "Their tickets of %(ticket)s are usual for your stage.", ticket=_ticket(e)
    ),
    "place.funds": lambda e: _("You invest in %(place)s, where they are.", place=_place(e)),
    "place.fundable": lambda e: _("You are in %(place)s, where they invest.", place=_place(e)),
    "activity.funds": lambda e: reasons.sentence("activity.fundable", e),
    "activity.fundable": lambda e: reasons.sentence("activity.funds", e),
    "portfolio.funds": lambda e: reasons.sentence("portfolio.fundable", e),
    "portfolio.fundable": lambda e: reasons.sentence("portfolio.funds", e),
    "turn.funds": lambda e: reasons.sentence("turn.fundable", e),
    "turn.fundable": lambda e: reasons.sentence("turn.funds", e),
    "kind.startup": _kind(lambda place: _("You are a startup in %(place)s.", place=place)),
    "kind.sme": _kind(lambda place: _("You are a small or medium firm in %(place)s.", place=place)),
    "kind.investor": _kind(lambda place: _("You are an investor in %(place)s.", place=place)),
    "kind.skill_program": _kind(lambda place: _("You are a skill program in %(place)s.", place=place)),
}

"""The reasons of one side, told to a manager: somebody on neither side.

The third voice beside `reasons` (to the side itself) and `mirrored` (to its partner), of the same stored evidence: "The
Indian side needs …; the American side offers …".
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.matching import reasons
from app.matching.models import Match
from app.matching.reasons import Evidence, _fields, _listed, _place, _stage, _technologies, _ticket, _where
from app.taxonomy import Country


def sentences(match: Match, side: Country, limit: int = 3) -> list[str]:
    """Why `side` is well served, said to a manager, strongest first."""
    stored = match.reasons.get("india" if side is Country.INDIA else "us", [])
    said = (sentence(reason["text_key"], reason["evidence"], side) for reason in stored)
    return [words for words in said if words][:limit]


def sentence(text_key: str, evidence: Evidence, side: Country) -> str:
    """One reason of `side`, said of both sides by their countries; empty for a key this version does not know."""
    say = _SENTENCES.get(text_key)
    if say is None:
        return ""
    said = say(evidence, {"served": _called(side), "serving": _called(side.other)})
    return said[:1].upper() + said[1:]


def _called(side: Country) -> str:
    return _("the Indian side") if side is Country.INDIA else _("the American side")


def _taught(evidence: Evidence, teacher: str, firm: str) -> str:
    taught, work = evidence["taught"], evidence["work"]
    if taught == work:
        return _(
            "%(teacher)s teaches %(taught)s, the field of %(firm)s.",
            teacher=teacher,
            taught=taught,
            firm=firm,
        )
    return _(
        "%(teacher)s teaches %(taught)s, which the work of %(firm)s in %(work)s rests on.",
        teacher=teacher,
        taught=taught,
        firm=firm,
        work=work,
    )


def _supplied(evidence: Evidence, supplier: str, buyer: str) -> str:
    return _(
        "The %(input)s of %(supplier)s can go into the %(product)s of %(buyer)s.",
        input=evidence["input"],
        supplier=supplier,
        product=evidence["product"],
        buyer=buyer,
    )


def _invested(evidence: Evidence, investor: str) -> str:
    place = _place(evidence)
    return _("%(investor)s has lately invested in firms in %(place)s.", investor=investor, place=place)


def _alike(investor: str, firm: str) -> str:
    return _("%(investor)s has invested in firms like that of %(firm)s.", investor=investor, firm=firm)


def _joins(investor: str, firm: str) -> str:
    return _(
        "%(investor)s often joins when a firm has had as many rounds as that of %(firm)s.",
        investor=investor,
        firm=firm,
    )


_SENTENCES: dict[str, Callable[[Evidence, dict[str, str]], str]] = {
    "need_offer.line": lambda e, who: _(
        "%(served)s needs “%(need)s”; %(serving)s offers “%(offer)s”.",
        need=e["need"],
        offer=e["offer"],
        **who,
    ),
    "need_offer.profile": lambda e, who: _(
        "%(served)s needs “%(need)s”; the profile of %(serving)s says “%(offer)s”.",
        need=e["need"],
        offer=e["offer"],
        **who,
    ),
    "technology.funds": lambda e, who: _(
        "%(serving)s invests in %(fields)s, the field of %(served)s.", fields=_technologies(e), **who
    ),
    "technology.fundable": lambda e, who: _(
        "%(serving)s works in %(fields)s, which %(served)s invests in.", fields=_technologies(e), **who
    ),
    "technology.teaches": lambda e, who: _(
        "%(serving)s teaches for %(fields)s, the field of %(served)s.", fields=_technologies(e), **who
    ),
    "technology.employs": lambda e, who: _(
        "%(serving)s works in %(fields)s, which %(served)s teaches for.", fields=_technologies(e), **who
    ),
    "technology.shared": lambda e, _who: _("Both sides work in %(fields)s.", fields=_technologies(e)),
    "tags.funds": lambda e, who: _(
        "%(serving)s looks at %(tags)s, which %(served)s does.", tags=_listed(e["tags"]), **who
    ),
    "tags.fundable": lambda e, who: _(
        "%(serving)s does %(tags)s, which %(served)s looks at.", tags=_listed(e["tags"]), **who
    ),
    "tags.teaches": lambda e, who: _(
        "%(serving)s teaches %(tags)s, which %(served)s works with.", tags=_listed(e["tags"]), **who
    ),
    "tags.employs": lambda e, who: _(
        "%(serving)s works with %(tags)s, which %(served)s teaches.", tags=_listed(e["tags"]), **who
    ),
    "tags.shared": lambda e, _who: _("Both sides have %(tags)s in common.", tags=_listed(e["tags"])),
    "field.funds": lambda e, who: _(
        "What %(serving)s looks for is about %(fields)s, the field of %(served)s.", fields=_fields(e), **who
    ),
    "field.fundable": lambda e, who: _(
        "The work of %(serving)s is in %(fields)s, which %(served)s looks for.", fields=_fields(e), **who
    ),
    "field.teaches": lambda e, who: _(
        "The program of %(serving)s is about %(fields)s, the field of %(served)s.", fields=_fields(e), **who
    ),
    "field.employs": lambda e, who: _(
        "The work of %(serving)s is in %(fields)s, which the program of %(served)s is about.",
        fields=_fields(e),
        **who,
    ),
    "field.shared": lambda e, _who: reasons.sentence("field.shared", e),
    "training.teaches": lambda e, who: _taught(e, teacher=who["serving"], firm=who["served"]),
    "training.employs": lambda e, who: _taught(e, teacher=who["served"], firm=who["serving"]),
    "chain.supplies": lambda e, who: _supplied(e, supplier=who["serving"], buyer=who["served"]),
    "chain.buys": lambda e, who: _supplied(e, supplier=who["served"], buyer=who["serving"]),
    "text.shared": lambda e, _who: reasons.sentence("text.shared", e),
    "thesis.funds": lambda e, who: _(
        "What %(serving)s looks for names %(terms)s, as the profile of %(served)s does.",
        terms=_listed(e["terms"]),
        **who,
    ),
    "thesis.fundable": lambda e, who: _(
        "The profile of %(serving)s names %(terms)s, as the thesis of %(served)s does.",
        terms=_listed(e["terms"]),
        **who,
    ),
    "thesis.agnostic": lambda _e, _who: _("The investor invests in every sector."),
    "skills.teaches": lambda e, who: _(
        "%(serving)s teaches %(terms)s, which the work of %(served)s rests on.",
        terms=_listed(e["terms"]),
        **who,
    ),
    "skills.employs": lambda e, who: _(
        "The work of %(serving)s rests on %(terms)s, which %(served)s teaches.",
        terms=_listed(e["terms"]),
        **who,
    ),
    "stage.funds": lambda e, who: _(
        "%(serving)s funds the stage of %(served)s: %(stage)s.", stage=_stage(e), **who
    ),
    "stage.fundable": lambda e, who: _(
        "%(serving)s is at a stage %(served)s funds: %(stage)s.", stage=_stage(e), **who
    ),
    "ticket.funds": lambda e, who: _(
        "%(serving)s writes tickets of %(ticket)s, usual for the stage of %(served)s.",
        ticket=_ticket(e),
        **who,
    ),
    "ticket.fundable": lambda e, who: _(
        "Tickets of %(ticket)s from %(served)s are usual for the stage of %(serving)s.",
        ticket=_ticket(e),
        **who,
    ),
    "place.funds": lambda e, who: _(
        "%(serving)s invests in %(place)s, where %(served)s is.", place=_place(e), **who
    ),
    "place.fundable": lambda e, who: _(
        "%(serving)s is in %(place)s, where %(served)s invests.", place=_place(e), **who
    ),
    "activity.funds": lambda e, who: _invested(e, investor=who["serving"]),
    "activity.fundable": lambda e, who: _invested(e, investor=who["served"]),
    "portfolio.funds": lambda _e, who: _alike(investor=who["serving"], firm=who["served"]),
    "portfolio.fundable": lambda _e, who: _alike(investor=who["served"], firm=who["serving"]),
    "turn.funds": lambda _e, who: _joins(investor=who["serving"], firm=who["served"]),
    "turn.fundable": lambda _e, who: _joins(investor=who["served"], firm=who["serving"]),
    "kind.startup": lambda e, who: _("%(serving)s is a startup in %(place)s.", place=_where(e), **who),
    "kind.sme": lambda e, who: _(
        "%(serving)s is a small or medium firm in %(place)s.", place=_where(e), **who
    ),
    "kind.investor": lambda e, who: _("%(serving)s is an investor in %(place)s.", place=_where(e), **who),
    "kind.skill_program": lambda e, who: _(
        "%(serving)s is a skill program in %(place)s.", place=_where(e), **who
    ),
}

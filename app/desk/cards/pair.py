"""The card of a pair: both sides, what met, what stands in the way, and who else could take a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.db import db
from app.desk import queries, words
from app.desk.cards import facts, risks
from app.desk.cards.facts import Must
from app.desk.cards.past import Past, before_decision, past_of
from app.desk.models import Case, CaseKind, CaseState
from app.matching import neutral, reasons
from app.matching.models import Match
from app.matching.queries import Load
from app.organizations.models import Brief, Organization
from app.taxonomy import Country
from app.taxonomy.exchange import LABELS, MoneyFlow

_MOST_ALTERNATIVES = 3
_MOST_LOOKED_AT = 30
_LINES_THAT_MET = {"need_offer.line", "need_offer.profile"}


@dataclass(frozen=True)
class Met:
    """A need of one side, and what of the other meets it."""

    need: str
    offer: str


@dataclass(frozen=True)
class Side:
    """One side of the card."""

    organization: Organization
    changed: str
    verification: Any
    met: list[Met]
    needs: list[str]
    offers: list[str]
    musts: list[Must]
    reasons: list[str]
    fit: str
    chance: str
    load: Load


@dataclass(frozen=True)
class Alternative:
    """Another open pair of the side that has fewer of them."""

    case_id: int
    organization_id: int
    name: str
    band: str


@dataclass(frozen=True)
class PairCard:
    """One pair with all a manager needs to decide on it."""

    template = "desk/cards/pair.html"
    beside = "pair"
    case: Case
    match: Match
    sides: tuple[Side, Side]
    band: str
    money: list[str]
    risks: list[str]
    past: Past
    instead: list[tuple[Organization, list[Alternative]]]
    # The same by the organization that stays.
    others: dict[int, list[Alternative]]


def card_of(case: Case, reader: User) -> PairCard:
    match = db.session.get_one(Match, case.match_id)
    ids = (match.india_id, match.us_id)
    briefs, (loads, reachable) = facts.briefs_of(ids), facts.loads_and_reachable(ids, reader)
    sides = _side(match, Country.INDIA, briefs, loads), _side(match, Country.UNITED_STATES, briefs, loads)
    scarcer_first = [side.organization for side in sorted(sides, key=lambda side: side.load.waiting)]
    others = alternatives_for(case, reader)
    return PairCard(
        case=case,
        match=match,
        sides=sides,
        band=reasons.band(match, Country.INDIA),
        money=_money(sides, briefs),
        risks=risks.of_pair(match, loads, reachable),
        past=_past(case, match, reader),
        instead=[(one, others[one.id]) for one in scarcer_first],
        others=others,
    )


def _past(case: Case, match: Match, reader: User) -> Past:
    found = past_of(match, reader)
    first = queries.first_decided_at(case) if case.is_repeat else None
    return before_decision(found, first) if first is not None else found


def alternatives_for(case: Case, reader: User) -> dict[int, list[Alternative]]:
    """Who else is proposed to each side, best first: partners that could be swapped in."""
    one, other = queries.ONE, queries.OTHER
    sides = [id_ for id_ in (case.one_id, case.other_id) if id_ is not None]
    query = (
        sa.select(Case.id, one.id, one.name, other.id, other.name, Match)
        .join(Match, Match.id == Case.match_id)
        .join(one, one.id == Case.one_id)
        .join(other, other.id == Case.other_id)
        .where(
            Case.kind == CaseKind.PAIR,
            Case.state == CaseState.OPEN,
            Case.id != case.id,
            sa.or_(Case.one_id.in_(sides), Case.other_id.in_(sides)),
            queries.visible(reader),
        )
        .order_by(Case.value.desc(), Case.id)
        .limit(_MOST_LOOKED_AT)
    )
    found: dict[int, list[Alternative]] = {id_: [] for id_ in sides}
    for case_id, one_id, one_name, other_id, other_name, match in db.session.execute(query):
        own, partner = (one_id, (other_id, other_name)) if one_id in found else (other_id, (one_id, one_name))
        if len(found[own]) < _MOST_ALTERNATIVES:
            found[own].append(Alternative(case_id, *partner, reasons.band(match, Country.INDIA)))
    return found


def _side(match: Match, country: Country, briefs: dict[int, list[Brief]], loads: dict[int, Load]) -> Side:
    one = match.side(country)
    partner = match.partner_of(one)
    met = lines_that_met(match, country)
    needed, offered = {one.need for one in met}, {one.offer for one in lines_that_met(match, country.other)}
    return Side(
        organization=one,
        changed=words.ago(one.profile_changed_at),
        verification=words.LEVELS[one.verification],
        met=met,
        needs=[line for line in one.need_lines() if line not in needed],
        offers=[line for line in one.offer_lines() if line not in offered],
        musts=facts.musts_of(briefs[one.id], facts.known_of(partner, briefs[partner.id])),
        reasons=neutral.sentences(match, country),
        fit=_fit(match.fit_for(one)),
        chance=chance_words(match.chance_for(one)),
        load=loads[one.id],
    )


def lines_that_met(match: Match, side: Country) -> list[Met]:
    """Needs of this side that something of the other side answers."""
    stored = match.reasons.get("india" if side is Country.INDIA else "us", [])
    found = [one["evidence"] for one in stored if one["text_key"] in _LINES_THAT_MET]
    return [Met(one["need"], one["offer"]) for one in found]


def _fit(fit: float) -> str:
    if fit >= reasons.STRONG:
        return _("strong")
    return _("good") if fit >= reasons.GOOD else _("weak")


def chance_words(chance: float | None) -> str:
    """How many in ten such pairs this side says yes to; nothing while nobody has taught the model."""
    if chance is None:
        return ""
    in_ten = round(chance * 10)
    if in_ten == 0:
        return _("says yes to hardly any pair like this")
    if in_ten == 10:
        return _("says yes to nearly every pair like this")
    return _("says yes to about %(count)s in 10 pairs like this", count=in_ten)


def _money(sides: tuple[Side, Side], briefs: dict[int, list[Brief]]) -> list[str]:
    """Who would pay, and for what, as far as the needs and offers that met say so, else the first that do."""
    told: list[str] = []
    for side, other in (sides, sides[::-1]):
        titles = {one.need for one in side.met} | {one.offer for one in other.met}
        own = briefs[side.organization.id]
        about = [brief for brief in own if brief.title in titles] or own
        chosen = next((brief for brief in about if brief.money_flow), None)
        if chosen is not None and (said := _flow(chosen, side.organization.country)) not in told:
            told.append(said)
    return told


def _flow(brief: Brief, country: Country) -> str:
    """The direction of the money, seen from neither side."""
    pays = {
        Country.INDIA: _("the Indian side pays the American side"),
        Country.UNITED_STATES: _("the American side pays the Indian side"),
    }
    flow = {
        MoneyFlow.WE_PAY: pays[country],
        MoneyFlow.WE_ARE_PAID: pays[country.other],
        MoneyFlow.SHARED: _("both put money in"),
        MoneyFlow.NONE: _("no money changes hands"),
    }[brief.money_flow or MoneyFlow.NONE]
    return f"{flow} ({LABELS[brief.cooperation]})" if brief.cooperation else flow

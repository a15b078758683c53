"""Why two organizations fit, as facts an application turns into sentences.

Every side has at most three reasons, strongest first, and then the rest. A reason quotes only fields that were given
and that its reader may see, and is left out when nothing quotable supports it. "Served" is the organization the side is
about: the first of the pair for "forward", the candidate for "backward"; "serving" is the other. What the serving side
is (kind) comes last, and only where there are fewer than two reasons besides.

What reasons add up to, for each side of a pair::

    sum(reason.contribution) == evidence        the sum of `scoring.contributions` of that side
    squash(evidence)         == side            ``forward`` or ``backward`` as `score_pairs` gives it
    sum(reason.weight)       == side            weight = contribution * side / evidence

The last reason of a side, ``rest``, makes these hold: it is what was not said because it was a fourth reason, too small,
not quotable, private, or spoke against the pair (then it is below 0). It is missing only where nothing is left.

Text keys and their evidence (all values are JSON: texts, numbers, lists of texts):

===============================  ====================================================================================
need_offer.line                  need (line of served), offer (line of serving's offers), similarity (0 to 1)
need_offer.profile               need (line of served), offer (line or sentence of serving's profile), similarity
technology.<role>                technologies (shared codes, most telling first)
tags.<role>                      tags (shared, as serving writes them)
field.<role>                     fields (of work that both profiles are about, by the names of `ml.fields`, strongest first)
training.teaches, .employs       taught (field the program teaches), work (field of work that runs on it; may be the same)
chain.supplies, chain.buys       input (segment of `ml.value_chain` of who supplies), product (segment it goes into): the
                                 serving side supplies the served one, or buys from it
text.shared                      terms (words and topics both profiles use)
thesis.funds, thesis.fundable    terms (words and topics of the firm and of what the investor says)
thesis.agnostic                  (nothing: the investor says it invests in every sector)
skills.teaches, skills.employs   terms (words and topics of the firm and of what the program teaches)
stage.funds, stage.fundable      stage (the firm's, as given), stages (the investor's, as given)
ticket.funds, ticket.fundable    ticket_min, ticket_max (minor units, the investor's), currency, stage (the firm's, or "")
place.funds, place.fundable      country (the firm's), countries (the investor's: "IN", "US")
activity.<role>                  country (the firm's): the investor has lately funded firms there
portfolio.<role>                 (nothing: the investor has funded firms like this one)
turn.<role>                      (nothing: the investor usually comes in when a firm has had as many rounds as this one)
kind.<kind of serving>           kind, country, region_code, city (of serving; "" when not given)
rest                             of (what is in it, by the names of `weights.EVIDENCE`, strongest first; private ones
                                 are counted and not named); not a text, never shown
===============================  ====================================================================================

Roles say how the serving side stands to the served one: ``funds`` (an investor serves a firm), ``fundable`` (a firm
serves an investor), ``teaches`` (a skill program serves a firm or investor), ``employs`` (a firm or investor serves a
skill program), ``shared`` (all others).

Private is what a firm raises: whether it does, and how much it asks for. Both count for the fit and are told to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ml.profiles import Profile
from ml.weights import FIRMS

Side = Literal["forward", "backward"]
MOST_PER_SIDE = 3
# With this many reasons nobody needs to be told what kind of organization the other is.
ENOUGH_REASONS = 2
# Evidence below this is not worth a person's reading time.
LEAST_EVIDENCE = 0.03

ROLES = ("funds", "fundable", "teaches", "employs", "shared")
TEXT_KEYS = (
    "need_offer.line",
    "need_offer.profile",
    *(f"technology.{role}" for role in ROLES),
    *(f"tags.{role}" for role in ROLES),
    *(f"field.{role}" for role in ROLES),
    "training.teaches",
    "training.employs",
    "chain.supplies",
    "chain.buys",
    "text.shared",
    "thesis.funds",
    "thesis.fundable",
    "thesis.agnostic",
    "skills.teaches",
    "skills.employs",
    "stage.funds",
    "stage.fundable",
    "ticket.funds",
    "ticket.fundable",
    "place.funds",
    "place.fundable",
    "activity.funds",
    "activity.fundable",
    "portfolio.funds",
    "portfolio.fundable",
    "turn.funds",
    "turn.fundable",
    "kind.startup",
    "kind.sme",
    "kind.investor",
    "kind.skill_program",
)
# Not a text: nobody is told the rest.
REST = "rest"
# Fields of one side that the other may not read, not even as a reason.
PRIVATE = frozenset({"raising"})
# What only ever speaks against a pair: nobody is told it as a reason for one.
AGAINST = frozenset({"rival"})
# Where a label in common is told, the field of work that was read from the text would say the same again.
_LABELS = frozenset({"technology", "tags"})
# What is left of a sum of float32 below this is rounding.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of one side; see the module for keys, evidence and weights."""

    side: Side
    kind: str
    text_key: str
    evidence: dict[str, Any] = field(hash=False)
    weight: float
    contribution: float = 0.0


@dataclass(frozen=True, slots=True)
class Quotes:
    """What was found to quote for one side of a pair.

    Attributes
    ----------
    terms : shared words
    line : the best need line with its offer, see `Quoter.line`
    fields : shared fields of work
    taught : the field a program teaches, and the field of work that runs on it
    link : the supplying and the supplied segment of the chip chain, and whether the serving side supplies
    """

    terms: tuple[str, ...] = ()
    line: tuple[str, str, float, bool] | None = None
    fields: tuple[str, ...] = ()
    taught: tuple[str, str] | None = None
    link: tuple[str, str, bool] | None = None


def role_of(served: Profile, serving: Profile) -> str:
    """How the serving organization stands to the served one."""
    if serving.kind == "investor" and served.kind in FIRMS:
        return "funds"
    if served.kind == "investor" and serving.kind in FIRMS:
        return "fundable"
    if serving.kind == "skill_program" and served.kind != "skill_program":
        return "teaches"
    if served.kind == "skill_program" and serving.kind != "skill_program":
        return "employs"
    return "shared"


def side_reasons(
    side: Side, served: Profile, serving: Profile, evidence: dict[str, float], score: float, quotes: Quotes
) -> list[Reason]:
    """The reasons of one side, strongest first, what the serving side is last, and then the rest.

    Parameters
    ----------
    evidence : what each kind of evidence adds to the side (names of `weights.EVIDENCE`)
    score : the side, in [0, 1]
    quotes : what was found to quote
    """
    total = sum(evidence.values())
    unit = score / total if total > 0 else 0.0
    pair = _Pair(served, serving, role_of(served, serving), quotes)
    found = []
    for name, value in evidence.items():
        if name in PRIVATE or (value < LEAST_EVIDENCE and name != "kind"):
            continue
        quoted = _QUOTE[name](pair) if name in _QUOTE else None
        if quoted is not None:
            kind, text_key, facts = quoted
            found.append((name, Reason(side, kind, text_key, facts, value * unit, value)))
    if any(name in _LABELS for name, _ in found):
        found = [named for named in found if named[0] != "field"]
    found.sort(key=lambda named: (named[0] == "kind", -named[1].contribution, named[1].text_key))
    telling = sum(name != "kind" for name, _ in found)
    told = found[: min(telling, MOST_PER_SIDE) if telling >= ENOUGH_REASONS else telling + 1]
    return [reason for _, reason in told] + _rest(side, evidence, {name for name, _ in told}, unit)


def _rest(side: Side, evidence: dict[str, float], told: set[str], unit: float) -> list[Reason]:
    """What of a side's evidence is in no reason, as one; empty when there is none."""
    left = {name: value for name, value in evidence.items() if name not in told and value}
    contribution = sum(left.values())
    if abs(contribution) < NOTHING:
        return []
    names = sorted(left.keys() - PRIVATE, key=lambda name: (-abs(left[name]), name))
    return [Reason(side, REST, REST, {"of": names}, contribution * unit, contribution)]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One side of a pair with what was found to quote."""

    served: Profile
    serving: Profile
    role: str
    quotes: Quotes

    @property
    def firm_and_investor(self) -> tuple[Profile, Profile]:
        return (self.serving, self.served) if self.served.kind == "investor" else (self.served, self.serving)


_TEXT_KIND = {"funds": "thesis", "fundable": "thesis", "teaches": "skills", "employs": "skills"}
_Quoted = tuple[str, str, dict[str, Any]] | None


def _need(pair: _Pair) -> _Quoted:
    if pair.quotes.line is None:
        return None
    need, offer, similarity, is_offer = pair.quotes.line
    key = "need_offer.line" if is_offer else "need_offer.profile"
    return "need_offer", key, {"need": need, "offer": offer, "similarity": round(similarity, 3)}


def _text(pair: _Pair) -> _Quoted:
    if not pair.quotes.terms:
        return None
    kind = _TEXT_KIND.get(pair.role, "text")
    return kind, f"{kind}.{pair.role}", {"terms": list(pair.quotes.terms)}


def _technology(pair: _Pair) -> _Quoted:
    shared = [code for code in pair.served.technologies if code in pair.serving.technologies]
    return ("technology", f"technology.{pair.role}", {"technologies": shared}) if shared else None


def _tags(pair: _Pair) -> _Quoted:
    shared = [label for key, label in pair.serving.tags.items() if key in pair.served.tags]
    return ("tags", f"tags.{pair.role}", {"tags": shared[:5]}) if shared else None


def _field(pair: _Pair) -> _Quoted:
    named = list(pair.quotes.fields)
    return ("field", f"field.{pair.role}", {"fields": named}) if named else None


def _training(pair: _Pair) -> _Quoted:
    if pair.quotes.taught is None:
        return None
    taught, work = pair.quotes.taught
    return "training", f"training.{pair.role}", {"taught": taught, "work": work}


def _chain(pair: _Pair) -> _Quoted:
    if pair.quotes.link is None:
        return None
    supplied, product, supplies = pair.quotes.link
    key = "chain.supplies" if supplies else "chain.buys"
    return "chain", key, {"input": supplied, "product": product}


def _agnostic(_pair: _Pair) -> _Quoted:
    return "thesis", "thesis.agnostic", {}


def _stage(pair: _Pair) -> _Quoted:
    firm, investor = pair.firm_and_investor
    return "stage", f"stage.{pair.role}", {"stage": ", ".join(firm.stages), "stages": list(investor.stages)}


def _ticket(pair: _Pair) -> _Quoted:
    firm, investor = pair.firm_and_investor
    if investor.ticket_given is None or firm.ticket_given is not None:
        return None  # A firm that names an amount tells what it raises.
    low, high, currency = investor.ticket_given
    facts = {"ticket_min": low, "ticket_max": high, "currency": currency, "stage": ", ".join(firm.stages)}
    return "ticket", f"ticket.{pair.role}", facts


def _place(pair: _Pair) -> _Quoted:
    firm, investor = pair.firm_and_investor
    return "place", f"place.{pair.role}", {"country": firm.country, "countries": list(investor.countries)}


def _activity(pair: _Pair) -> _Quoted:
    firm, _ = pair.firm_and_investor
    return "activity", f"activity.{pair.role}", {"country": firm.country}


def _portfolio(pair: _Pair) -> _Quoted:
    return "portfolio", f"portfolio.{pair.role}", {}


def _turn(pair: _Pair) -> _Quoted:
    return "turn", f"turn.{pair.role}", {}


def _kind(pair: _Pair) -> _Quoted:
    serving = pair.serving
    facts = {
        "kind": serving.kind,
        "country": serving.country,
        "region_code": serving.region_code,
        "city": serving.city,
    }
    return "kind", f"kind.{serving.kind}", facts


_QUOTE = {
    "need": _need,
    "text": _text,
    "field": _field,
    "training": _training,
    "chain": _chain,
    "technology": _technology,
    "tags": _tags,
    "agnostic": _agnostic,
    "stage": _stage,
    "ticket": _ticket,
    "place": _place,
    "kind": _kind,
    "activity": _activity,
    "portfolio": _portfolio,
    "turn": _turn,
}

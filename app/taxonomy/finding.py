"""Finding a term by any word for it: the label, a synonym, the beginning of one, or nearly one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from rapidfuzz import fuzz

from app.taxonomy import exchange, value_chain
from app.taxonomy.kinds import Instrument, RecognitionStage
from app.taxonomy.skills import SKILLS
from app.taxonomy.technologies import FIELDS, TECHNOLOGIES, area_of
from app.taxonomy.terms import InvestorType, Sector, Stage, label

_MOST_TYPED = 80
# Shorter words are near to too many others.
_SHORTEST_NEAR = 4
_LEAST_NEAR = 80


@dataclass(frozen=True)
class Term:
    """One term of one vocabulary; `within` is the code it stands under, `words` are other words for it."""

    vocabulary: str
    code: str
    label: Any
    words: tuple[str, ...] = ()
    within: str = ""


def _technologies() -> Iterator[Term]:
    for area in TECHNOLOGIES.values():
        yield Term("technology", area.code, area.label, area.synonyms)
    for field in FIELDS.values():
        yield Term("technology", field.code, field.label, field.synonyms, area_of(field.code))


def _segments() -> Iterator[Term]:
    for code, (name, inside) in value_chain.STAGES.items():
        yield Term("segment", code, name)
        for part, words in inside.items():
            yield Term("segment", f"{code}.{part}", words, (), code)


_OTHER_WORDS = {
    Stage.SERIES_A: "round a, first institutional round",
    Stage.BOOTSTRAPPED: "self-funded, own money",
    Stage.LISTED: "public, ipo",
    Stage.GROWTH: "late stage, pre-ipo, expansion",
    Stage.PRE_SEED: "idea stage, friends and family",
    InvestorType.VC: "vc, venture fund",
    InvestorType.CVC: "cvc, corporate vc",
    InvestorType.DFI: "dfi, development bank",
    InvestorType.ANGEL_GROUP: "angel network, angel fund, syndicate",
    InvestorType.ACCELERATOR: "incubator",
    Instrument.SAFE: "simple agreement for future equity, i-safe, isafe",
    Instrument.EQUITY: "shares, common stock, preferred stock",
    Instrument.DEBT: "loan, venture debt",
    Instrument.CCPS: "compulsorily convertible preference shares",
    Instrument.CCD: "compulsorily convertible debentures",
    exchange.CooperationType.RESEARCH: "r&d, co-development",
    exchange.CooperationType.CAPITAL: "investment, funding, money",
    exchange.CooperationType.TALENT: "hiring, training, skills",
}


def _enumerated(vocabulary: str, terms: Iterable[Any]) -> Iterator[Term]:
    for term in terms:
        words = tuple(word.strip() for word in _OTHER_WORDS.get(term, "").split(",") if word)
        yield Term(vocabulary, term.value, label(term), words)


VOCABULARIES: dict[str, tuple[Term, ...]] = {
    "technology": tuple(_technologies()),
    "segment": tuple(_segments()),
    "stage": tuple(_enumerated("stage", Stage)),
    "recognition_stage": tuple(_enumerated("recognition_stage", RecognitionStage)),
    "investor_type": tuple(_enumerated("investor_type", InvestorType)),
    "instrument": tuple(_enumerated("instrument", Instrument)),
    "sector": tuple(_enumerated("sector", Sector)),
    "cooperation": tuple(_enumerated("cooperation", exchange.CooperationType)),
    "skill": tuple(Term("skill", name, name, words) for name, words in SKILLS.items()),
}


def search(words: str, vocabularies: Collection[str] = (), limit: int = 10) -> list[Term]:
    """Terms that `words` may mean, best first; an empty choice of vocabularies means all, unknown ones are ignored."""
    typed = _plain(words[:_MOST_TYPED])
    if not typed:
        return []
    language = str(get_locale() or "")
    ranked = []
    for name, terms in VOCABULARIES.items():
        if not vocabularies or name in vocabularies:
            spelled = _spellings(name, language)
            ranked += [
                (rank, place, term)
                for place, (term, known) in enumerate(zip(terms, spelled, strict=True))
                if (rank := min(_distance(typed, one) + bool(n) / 2 for n, one in enumerate(known))) < _FAR
            ]
    return [term for _rank, _place, term in sorted(ranked, key=lambda each: each[:2])[:limit]]


@lru_cache(maxsize=64)
def _spellings(vocabulary: str, language: str) -> list[tuple[str, ...]]:  # noqa: ARG001
    """All spellings of each term, the reader's own label first; `language` is what the labels are said in."""
    return [
        tuple(dict.fromkeys(map(_plain, (str(term.label), *term.words, term.code.rpartition(".")[2]))))
        for term in VOCABULARIES[vocabulary]
    ]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


_FAR = 1000.0


def _distance(typed: str, known: str) -> float:
    """0 for the same, then beginnings, then beginnings of a word inside, then near spellings."""
    if typed == known:
        return 0
    if known.startswith(typed):
        return 1 + len(known) / 1000
    if f" {typed}" in known:
        return 2 + len(known) / 1000
    if len(typed) < _SHORTEST_NEAR:
        return _FAR
    near = max(fuzz.ratio(typed, known), *(fuzz.ratio(typed, word) for word in known.split()))
    return 103 - near if near >= _LEAST_NEAR else _FAR

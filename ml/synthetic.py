"""Organizations that do not exist, for benches and tests: fields, texts, tags and gaps drawn by a seeded generator."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Field:
    """One field's own words: technology code, tags, things made or done, and the skills it runs on."""

    code: str
    tags: tuple[str, ...]
    things: tuple[str, ...]
    skills: tuple[str, ...]


_FIELDS_TEXT = """
semiconductors|Semiconductors,VLSI,Chips,Electronics|chip packaging and test;RTL verification;power device wafers;probe cards;photomask repair;cleanroom gas systems|VLSI design,cleanroom practice,failure analysis
ai|Artificial Intelligence,Machine Learning,Analytics|visual inspection models;speech recognition for call centers;demand forecasting;document reading;recommender services|Python,model training,data labeling
clean_energy|Clean Technology,Solar,Batteries|lithium-ion battery packs;solar module recycling;electrolyzer stacks;grid inverters;wind blade inspection|electrical safety,battery assembly,power electronics
biotech|Biotechnology,Medical Devices,Healthcare|monoclonal antibodies;rapid diagnostic kits;surgical robots;clinical trial management;gene sequencing|laboratory practice,clinical research,regulatory affairs
space|Space,Satellites,Remote Sensing|small satellite buses;earth observation imagery;cold gas thrusters;ground station time|orbital mechanics,avionics testing
advanced_manufacturing|Robotics,Manufacturing,3D Printing|CNC machined housings;collaborative robots;metal additive parts;precision tooling|CNC programming,welding,industrial maintenance
agrifood|AgriTech,Food Processing,Dairy|soil moisture sensors;cold storage for dairy;crop disease alerts;millet snacks|agronomy,food safety
fintech|Fintech,Payments,Lending|merchant payments;credit scoring for small shops;cross-border remittance;fraud screening|payment compliance,risk modeling
telecom|IoT,Wireless,5G|open radio units;fiber splice monitoring;tracking sensors;private 5G cores|radio planning,fiber installation
cybersecurity|Cyber Security,Encryption,Privacy|penetration testing;identity verification;post-quantum key exchange;threat detection|security operations,ethical hacking
edtech|EdTech,Online Learning,Tutoring|adaptive mathematics tutoring;vocational simulators;exam preparation|instructional writing,teaching
travel|Logistics,Mobility,Travel|freight matching;electric delivery fleets;hotel revenue software;route planning|fleet management,dispatching
""".strip()


def _field(line: str) -> Field:
    code, labels, things, skills = line.split("|")
    return Field(code, tuple(labels.split(",")), tuple(things.split(";")), tuple(skills.split(",")))


FIELDS = tuple(_field(line) for line in _FIELDS_TEXT.splitlines())
_BUYERS = (
    "hospitals",
    "exporters",
    "utilities",
    "automotive suppliers",
    "farm cooperatives",
    "banks",
    "schools",
    "foundries",
)
_VERBS = ("We make", "We run", "We supply", "Our plant delivers", "A small team behind")
_AIMS = (
    "halving waste",
    "cutting energy use",
    "for tier-two cities",
    "with local support",
    "at export quality",
    "within weeks",
)
_REGIONS = {
    "IN": ("IN-KA", "IN-MH", "IN-TN", "IN-GJ", "IN-TS"),
    "US": ("US-CA", "US-TX", "US-NY", "US-AZ", "US-OH"),
}
_STAGES = ("pre_seed", "seed", "series_a", "series_b", "growth")
_KIND_SHARES = {"startup": 0.6, "sme": 0.18, "investor": 0.1, "skill_program": 0.12}
INDIAN_SHARE = 0.17
# Words beside the fields' own: made of syllables, drawn by Zipf's law with the exponent of plain English.
_WORDS = 40_000
_ZIPF = 1.07
_SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fen",
    "gar",
    "hin",
    "jo",
    "kul",
    "lam",
    "mor",
    "nex",
    "pra",
    "rit",
    "sol",
    "tum",
    "vek",
)

Picks = NDArray[np.intp]
Column = list[Any]


def organizations(n: int, random_state: int = 0, indian_share: float = INDIAN_SHARE) -> pd.DataFrame:
    """A frame of n invented organizations: a median of four words, half without text, few with needs.

    Parameters
    ----------
    n : how many
    random_state : seed
    indian_share : share of organizations in India; a sixth as in public tables, or 0.5 for a balanced market

    Returns
    -------
    DataFrame with id ("o0", ...) and the columns `Recommender.fit` reads; the same for the same arguments.
    """
    rng = np.random.default_rng(random_state)
    kind = rng.choice(len(_KIND_SHARES), size=n, p=list(_KIND_SHARES.values()))
    indian = rng.random(n) < indian_share
    field, other = rng.integers(len(FIELDS), size=(2, n))
    kinds = [list(_KIND_SHARES)[at] for at in kind.tolist()]
    is_investor = (kind == 2) & (rng.random(n) < 0.3)
    frame: dict[str, Any] = {
        "id": [f"o{number}" for number in range(n)],
        "kind": kinds,
        "name": [f"{_NAMES[at]} o{number}" for number, at in enumerate(field.tolist())],
        "country": ["IN" if here else "US" for here in indian.tolist()],
        "region_code": _regions(rng, indian),
        "technologies": _technologies(field, other, is_investor),
        "tags": _choices(rng, _TAGS, field),
        "description": _descriptions(rng, field),
    }
    firm = (kind <= 1) & (rng.random(n) < 0.3)
    frame |= _needs(rng, field, other, firm) | _money(rng, field, other, kind == 0, is_investor)
    frame["skills"] = _where(kind == 3, _choices(rng, _SKILLS, field))
    frame["seats"] = np.where(kind == 3, rng.integers(10, 200, size=n), np.nan)
    return pd.DataFrame(frame)


def _orders(options: tuple[str, ...]) -> list[list[str]]:
    """All ordered choices of one to three options, so that rows can share them."""
    return [list(found) for size in (1, 2, 3) for found in permutations(options, size)]


_NAMES = [field.tags[0] for field in FIELDS]
_TAGS = [_orders(field.tags) for field in FIELDS]
_SKILLS = [_orders(field.skills) for field in FIELDS]
_OFFERS = [
    [
        "\n".join(f"{thing} for {buyer}" for thing in things)
        for things in _orders(field.things)
        for buyer in _BUYERS
    ]
    for field in FIELDS
]
_NEEDS = [
    ["\n".join(f"a partner for {thing}" for thing in things[:2]) for things in _orders(field.things)]
    for field in FIELDS
]
_SENTENCES = [
    [
        f"{verb} {thing} for {buyer}, {aim}."
        for verb, thing, buyer, aim in product(_VERBS, field.things, _BUYERS, _AIMS)
    ]
    for field in FIELDS
]
_CHOSEN_STAGES = _orders(_STAGES)


def _where(here: NDArray[np.bool_], values: Column) -> Column:
    """The values where they apply, None elsewhere."""
    return [value if is_here else None for is_here, value in zip(here.tolist(), values, strict=True)]


def _choices(rng: np.random.Generator, options: list[Column], field: Picks) -> Column:
    """One option of each one's field."""
    place = rng.random(len(field)).tolist()
    return [
        options[at][int(share * len(options[at]))] for at, share in zip(field.tolist(), place, strict=True)
    ]


def _regions(rng: np.random.Generator, indian: NDArray[np.bool_]) -> Column:
    place = rng.integers(5, size=len(indian)).tolist()
    return [_REGIONS["IN" if here else "US"][at] for here, at in zip(indian.tolist(), place, strict=True)]


def _technologies(field: Picks, other: Picks, two: NDArray[np.bool_]) -> Column:
    codes = [[[one.code] for one in FIELDS], [[one.code, second.code] for one in FIELDS for second in FIELDS]]
    pairs = zip(field.tolist(), other.tolist(), two.tolist(), strict=True)
    return [codes[1][one * len(FIELDS) + second] if both else codes[0][one] for one, second, both in pairs]


def _descriptions(rng: np.random.Generator, field: Picks) -> Column:
    """Half none; the others a few rare words, three in five of them one or two sentences before these."""
    n = len(field)
    said = rng.random(n)
    words = _rare_words(rng, field)
    first, second = _choices(rng, _SENTENCES, field), _choices(rng, _SENTENCES, field)
    texts = zip(said.tolist(), first, second, words, strict=True)
    return [
        None
        if share < 0.5
        else rare
        if share < 0.7
        else f"{one} {rare}"
        if share < 0.85
        else f"{one} {two} {rare}"
        for share, one, two, rare in texts
    ]


def _rare_words(rng: np.random.Generator, field: Picks) -> list[str]:
    """Two to seven words of each one, every other from the words of its field."""
    vocabulary = [
        "".join(_SYLLABLES[(word // 16**place) % 16] for place in range(4)) for word in range(_WORDS)
    ]
    counts = rng.integers(2, 8, size=len(field))
    total = int(counts.sum())
    weights = np.cumsum(1 / np.arange(1, _WORDS // len(FIELDS)) ** _ZIPF)
    rank = np.searchsorted(weights, rng.random(total) * weights[-1])
    whose = np.where(rng.random(total) < 0.5, np.repeat(field, counts), rng.integers(len(FIELDS), size=total))
    flat = [vocabulary[at] for at in (rank * len(FIELDS) + whose).tolist()]
    stops = np.cumsum(counts).tolist()
    return [" ".join(flat[start:stop]) for start, stop in zip([0, *stops], stops, strict=False)]


def _needs(
    rng: np.random.Generator, field: Picks, other: Picks, firm: NDArray[np.bool_]
) -> dict[str, Column]:
    return {
        "offers": _where(firm, _choices(rng, _OFFERS, field)),
        "needs": _where(firm, _choices(rng, _NEEDS, other)),
    }


def _money(
    rng: np.random.Generator,
    field: Picks,
    other: Picks,
    startup: NDArray[np.bool_],
    investor: NDArray[np.bool_],
) -> dict[str, Any]:
    """Stages of startups; thesis, stages, ticket and countries of the investors who say something."""
    n = len(field)
    stage, several, where = rng.integers((len(_STAGES), len(_CHOSEN_STAGES), 3), size=(n, 3)).T.tolist()
    low = np.where(investor, rng.integers(1, 20, size=n) * 5_000_000.0, np.nan)
    theses = [
        f"We back founders in {FIELDS[one].tags[0]} and {FIELDS[second].tags[0]}, above all {FIELDS[one].things[0]}."
        for one, second in product(range(len(FIELDS)), repeat=2)
    ]
    raising = rng.random(n) < 0.3
    return {
        "stage": _where(startup, [_STAGES[at] for at in stage]),
        "raising": (startup & raising).tolist(),
        "thesis": _where(investor, [theses[at] for at in (field * len(FIELDS) + other).tolist()]),
        "stages": _where(investor, [_CHOSEN_STAGES[at] for at in several]),
        "ticket_min": low,
        "ticket_max": low * 5,
        "currency": _where(investor, ["USD"] * n),
        "countries": _where(investor, [(["IN"], ["US"], ["IN", "US"])[at] for at in where]),
    }

"""Organizations that do not exist, for benches and tests: fields, texts, tags and gaps drawn by a seeded generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


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


def organizations(n: int, random_state: int = 0) -> pd.DataFrame:
    """A frame of n invented organizations: about a sixth Indian, half without text, few with needs.

    Returns
    -------
    DataFrame with id ("o0", ...) and the columns `Recommender.fit` reads; the same for the same arguments.
    """
    rng = np.random.default_rng(random_state)
    return pd.DataFrame([_organization(f"o{number}", rng) for number in range(n)])


def _pick(rng: np.random.Generator, options: tuple[str, ...], most: int = 1) -> list[str]:
    count = min(len(options), int(rng.integers(1, most + 1)))
    return [options[at] for at in rng.permutation(len(options))[:count]]


def _organization(identifier: str, rng: np.random.Generator) -> dict[str, Any]:
    kind = str(rng.choice(list(_KIND_SHARES), p=list(_KIND_SHARES.values())))
    country = "IN" if rng.random() < INDIAN_SHARE else "US"
    field, other = (FIELDS[int(rng.integers(len(FIELDS)))] for _ in range(2))
    row: dict[str, Any] = {
        "id": identifier,
        "kind": kind,
        "name": f"{field.tags[0]} {identifier}",
        "country": country,
        "region_code": _pick(rng, _REGIONS[country])[0],
        "technologies": [field.code],
        "tags": _pick(rng, field.tags, most=3),
    }
    if rng.random() < 0.5:
        row["description"] = _description(rng, field)
    return row | _OF_KIND[kind](rng, field, other)


def _description(rng: np.random.Generator, field: Field) -> str:
    sentences = [
        f"{_pick(rng, _VERBS)[0]} {thing} for {_pick(rng, _BUYERS)[0]}, {_pick(rng, _AIMS)[0]}."
        for thing in _pick(rng, field.things, most=4)
    ]
    return " ".join(sentences)


def _firm(rng: np.random.Generator, field: Field, other: Field) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if rng.random() < 0.3:
        row["offers"] = "\n".join(
            f"{thing} for {_pick(rng, _BUYERS)[0]}" for thing in _pick(rng, field.things, most=3)
        )
        row["needs"] = "\n".join(f"a partner for {thing}" for thing in _pick(rng, other.things, most=2))
    return row


def _startup(rng: np.random.Generator, field: Field, other: Field) -> dict[str, Any]:
    return _firm(rng, field, other) | {"stage": _pick(rng, _STAGES)[0], "raising": bool(rng.random() < 0.3)}


def _investor(rng: np.random.Generator, field: Field, other: Field) -> dict[str, Any]:
    if rng.random() < 0.7:
        return {}
    low = int(rng.integers(1, 20)) * 5_000_000
    return {
        "thesis": f"We back founders in {field.tags[0]} and {other.tags[0]}, above all {field.things[0]}.",
        "technologies": [field.code, other.code],
        "stages": _pick(rng, _STAGES, most=3),
        "ticket_min": low,
        "ticket_max": low * 5,
        "currency": "USD",
        "countries": _pick(rng, ("IN", "US"), most=2),
    }


def _skill_program(rng: np.random.Generator, field: Field, _other: Field) -> dict[str, Any]:
    return {"skills": _pick(rng, field.skills, most=3), "seats": int(rng.integers(10, 200))}


_OF_KIND = {"startup": _startup, "sme": _firm, "investor": _investor, "skill_program": _skill_program}

"""The product's 18 technology areas, with the words people use for them.

Source of the list: the proposal in our domain reference, checked against the US Critical and Emerging
Technologies list (NSTC, February 2024) and India's RDI sunrise sectors. Travel, fintech and enterprise
software have no home on the US list, and say so by `cet=None`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _

from app.taxonomy.narrower import NARROWER


@dataclass(frozen=True)
class Technology:
    """One area: stable code, label, US CET area if it has one, and synonyms (lower case)."""

    code: str
    label: Any
    cet: str | None
    synonyms: tuple[str, ...]


def _area(code: str, label: Any, cet: str | None, synonyms: str) -> Technology:
    return Technology(code, label, cet, tuple(word.strip() for word in synonyms.split(",")))


_AREAS = [
    _area(
        "semiconductors",
        _("Semiconductors"),
        "semiconductors and microelectronics",
        "semiconductor, microelectronics, chip, chips, vlsi, asic, fpga, osat, wafer, fabless, eda, chiplet, integrated circuits, "
        "mems, photonics",
    ),
    _area(
        "ai",
        _("AI and data"),
        "artificial intelligence",
        "artificial intelligence, machine learning, deep learning, nlp, computer vision, big data, analytics, data science, "
        "generative ai, predictive analytics, "
        "human machine interface",
    ),
    _area(
        "quantum",
        _("Quantum"),
        "quantum information and enabling",
        "quantum computing, quantum sensing, qubit",
    ),
    _area(
        "cybersecurity",
        _("Cybersecurity and privacy"),
        "data privacy, data security and cybersecurity",
        "cyber security, security, network security, privacy, encryption, fraud detection, it and cybersecurity, "
        "identity management",
    ),
    _area(
        "biotech",
        _("Biotech, pharma and medtech"),
        "biotechnologies",
        "biotechnology, biotechnologies, pharma, pharmaceuticals, medtech, medical device, medical devices, health care, healthcare, "
        "healthtech, health, diagnostics, therapeutics, genomics, bioinformatics, mhealth, life sciences, biomanufacturing",
    ),
    _area(
        "space",
        _("Space and geospatial"),
        "space",
        "aerospace, satellite, satellites, geospatial, remote sensing, launch vehicle, spacetech, space technology",
    ),
    _area(
        "clean_energy",
        _("Clean energy and storage"),
        "clean energy generation and storage",
        "cleantech, clean technology, renewable energy, solar, wind energy, battery, batteries, energy storage, green hydrogen, "
        "hydrogen, fuel cell, smart grid, energy efficiency, renewables, clean energy, electric vehicle, electric vehicles",
    ),
    _area(
        "climate",
        _("Climate and environment"),
        None,
        "environment, water, waste management, wastewater, recycling, air quality, sustainability, carbon capture, climate tech, "
        "greentech, water purification, circular economy, "
        "environmental tech",
    ),
    _area(
        "advanced_manufacturing",
        _("Advanced manufacturing and robotics"),
        "advanced manufacturing",
        "manufacturing, robotics, robots, 3d printing, additive manufacturing, industrial automation, automation, industry 4.0, cnc, "
        "precision machining, machine vision",
    ),
    _area(
        "advanced_materials",
        _("Advanced materials and critical minerals"),
        "advanced engineering materials",
        "nanotechnology, composites, critical minerals, rare earths, graphene, ceramics, advanced materials, specialty chemicals, "
        "materials science",
    ),
    _area(
        "telecom",
        _("Telecom (5G, 6G, Open RAN)"),
        "integrated communication and networking",
        "telecommunications, 5g, 6g, open ran, wireless, networking, broadband, internet of things, iot, optical communication, "
        "advanced communications",
    ),
    _area(
        "drones",
        _("Drones and autonomous systems"),
        "highly automated, autonomous and uncrewed systems and robotics",
        "drone, uav, unmanned, autonomous vehicles, autonomous systems, self-driving",
    ),
    _area(
        "defence",
        _("Defense and dual use"),
        "directed energy; hypersonics; sensing and signature management",
        "defense, defence, dual use, military, surveillance, homeland security, directed energy, hypersonics, "
        "thermal protection",
    ),
    _area(
        "fintech",
        _("Fintech and digital public infrastructure"),
        None,
        "financial services, finance, payments, banking, insurance, insurtech, lending, credit, blockchain, cryptocurrency, "
        "bitcoin, digital public infrastructure, upi, personal finance, wealth management",
    ),
    _area(
        "travel",
        _("Travel, tourism and mobility"),
        None,
        "tourism, hospitality, hotels, transportation, mobility, ride sharing, travel and tourism, traveltech, automotive, logistics",
    ),
    _area(
        "agrifood",
        _("Agri-food technology"),
        None,
        "agriculture, agritech, agtech, farming, food, food and beverages, food processing, foodtech, dairy, precision agriculture",
    ),
    _area(
        "edtech",
        _("Education and skills technology"),
        None,
        "education, e-learning, elearning, skills, training, edutech, vocational training, higher education, tutoring",
    ),
    _area(
        "enterprise",
        _("Enterprise software and SaaS"),
        None,
        "saas, enterprise software, software, cloud computing, cloud, crm, human resources, erp, developer tools, "
        "enterprise applications, b2b, information technology, it services, sales automation, supply chain",
    ),
]

TECHNOLOGIES = {area.code: area for area in _AREAS}
# Fields inside the areas by full code, `area.field`.
FIELDS = {
    f"{area}.{code}": _area(f"{area}.{code}", label, TECHNOLOGIES[area].cet, synonyms)
    for area, inside in NARROWER.items()
    for code, label, synonyms in inside
}


def technology_label(code: str) -> Any:
    """The (lazy) label of the code of an area or of a field inside; the code itself when unknown."""
    found = TECHNOLOGIES.get(code) or FIELDS.get(code)
    return found.label if found else code


def is_technology(code: str) -> bool:
    """Whether this is the code of an area or of a field inside one."""
    return code in TECHNOLOGIES or code in FIELDS


def area_of(code: str) -> str:
    """The area of a field, and of an area itself."""
    return code.partition(".")[0]


def with_areas(codes: Iterable[str]) -> list[str]:
    """The codes and the areas of all fields among them, sorted."""
    return sorted({part for code in codes for part in (code, area_of(code))})


_BY_WORD = {
    word.replace("-", " "): area.code
    for area in _AREAS
    for word in (*area.synonyms, area.code.replace("_", " "))
}
_ANY_WORD = re.compile(
    r"\b(" + "|".join(re.escape(w) for w in sorted(_BY_WORD, key=len, reverse=True)) + r")\b",
)


@lru_cache(maxsize=50_000)
def _codes_of(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_BY_WORD[found] for found in _ANY_WORD.findall(words)))


def technologies_in(phrases: Iterable[str], most: int = 5) -> list[str]:
    """Technology codes named in tags or short phrases, most frequent first, at most `most`."""
    counts: dict[str, int] = {}
    for phrase in phrases:
        for code in _codes_of(phrase.casefold().replace("_", " ").replace("-", " ")[:2000]):
            counts[code] = counts.get(code, 0) + 1
    return sorted(counts, key=lambda code: (-counts[code], code))[:most]

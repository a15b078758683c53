"""What illustrative organizations are called and say: those of the demo world, put together anew many times."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

from app.demo.services import _VOCABULARIES, FILE
from app.organizations import naming
from app.taxonomy import Country

_RIVERS = (
    "Kaveri Narmada Godavari Krishna Tapti Betwa Chambal Mahanadi Periyar Sabarmati Hudson Merrimack Willamette "
    "Wabash Platte Shenandoah Yakima Genesee Kern Potomac Sequoia Juniper Banyan Neem Sal Teak Maple Alder Cedar Palash "
    "Vindhya Aravalli Nilgiri Cascade Ozark Sierra Shivalik Satpura Teton Wasatch Indus Lotus Marigold Saffron Copper "
    "Granite Basalt Amber Cobalt Indigo Monsoon Prairie Mesa Delta Harbor Meridian Zenith Summit Orchard Lantern"
)
_CRAFTS = (
    "Sensor Silicon Photonics Battery Solar Water Soil Grain Crop Polymer Alloy Ceramic Robotics Drone Vision Voice "
    "Cloud Payments Ledger Vaccine Protein Genome Imaging Optics Antenna Orbit Turbine Motor Pump Valve Filter Membrane "
    "Textile Design Learning Skills Guild Academy Ventures Capital Growth Seed Health Diagnostics Logistics Freight Cargo "
    "Recycling Carbon Hydrogen Grid Storage Secure Cipher Quantum Compute Analytics Language Care"
)
_FORMS = (
    "Works Labs Systems Technologies Industries Institute Partners Collective Foundry Network Studio House"
)
RIVERS, CRAFTS, FORMS = (text.split() for text in (_RIVERS, _CRAFTS, _FORMS))
CITIES = {
    "IN": "Pune Mysuru Indore Kochi Jaipur Surat Nagpur",
    "US": "Tulsa Boise Akron Reno Madison Troy Macon",
}
REGIONS = {
    "IN": "IN-KA IN-MH IN-DL IN-TN IN-TS IN-GJ IN-KL IN-UP IN-RJ IN-WB",
    "US": "US-CA US-NY US-MA US-TX US-WA US-IL US-OH US-NC US-GA US-CO",
}
# As many organizations say more than a line: half a page that names what they make.
SENTENCES = (
    "We make {a} and have delivered to {n} customers since {y}.",
    "Our team in {city} tests every lot before it leaves, with records kept for {n} months.",
    "What we look for: {b}.",
    "A first project takes about {n} weeks from the drawing to the first piece.",
    "Prices, lead times and references are given on request, to both sides in the same form.",
    "We have worked across the two countries since {y} and know the papers that {a} needs.",
)


@cache
def models() -> dict[str, list[dict[str, Any]]]:
    """The demo organizations by country, as values of columns."""
    found: dict[str, list[dict[str, Any]]] = {"IN": [], "US": []}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        values = {
            key: _VOCABULARIES[key](value) if key in _VOCABULARIES else value for key, value in row.items()
        }
        found[row["country"]].append(values)
    return found


@cache
def lines(field: str) -> list[str]:
    """All offers, or all needs, of the demo world."""
    rows = [row for rows in models().values() for row in rows]
    return [line for row in rows for line in row[field].splitlines()]


def organization(number: int, country: Country, chance: random.Random) -> tuple[dict[str, Any], list[str]]:
    """Values of columns of one, and the technologies it works in."""
    model = chance.choice(models()[country.value])
    values = {key: value for key, value in model.items() if key != "technologies"}
    city = chance.choice(CITIES[country.value].split())
    own = [chance.choice(lines("offers")) for _ in range(chance.randint(1, 2))]
    offers = [*chance.sample(model["offers"].splitlines(), 1), *own]
    needs = [*chance.sample(model["needs"].splitlines(), 1), chance.choice(lines("needs"))]
    name = f"{chance.choice(RIVERS)} {chance.choice(CRAFTS)} {chance.choice(FORMS)} {number}"
    filled = {"a": offers[-1].lower(), "b": needs[-1], "city": city}
    told = [
        sentence.format(**filled, n=chance.randint(3, 90), y=chance.randint(2005, 2024))
        for sentence in SENTENCES
    ]
    values |= {
        "name": name,
        "name_key": naming.name_key(name),
        "website": f"https://load{number}.example.org/",
        "domain": f"load{number}.example.org",
        "country": country,
        "city": city,
        "region_code": chance.choice(REGIONS[country.value].split()),
        "offers": "\n".join(offers),
        "needs": "\n".join(needs),
        "description": " ".join(chance.sample(told, 4)),
        "founded_year": chance.randint(1995, 2025),
        "team_size": chance.randint(3, 900),
    }
    return values, model["technologies"]

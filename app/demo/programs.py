"""Three ready-made programs for the demo world, illustrative in dates and people."""

from __future__ import annotations

import datetime
from typing import Any

from app.programs.models import ProgramKind

PROGRAMS: list[dict[str, Any]] = [
    {
        "key": "semiconductor-supply-chain-and-skills",
        "name": "Semiconductor supply chain and skills",
        "kind": ProgramKind.STANDING,
        "priority": 10,
        "technologies": ["semiconductors"],
        "summary": "Pairs that close a gap in the chip supply chain: packaging and test, materials and gases, "
        "equipment, and the people who run them.",
        "criteria": [
            "The need names a step of the chip supply chain and is current.",
            "The offer is at hand today, not only planned.",
            "Both sides can act within six months.",
            "Nothing that export rules may restrict is shown before the two have met.",
        ],
    },
    {
        "key": "clean-energy-mission",
        "name": "Clean energy and environment mission",
        "kind": ProgramKind.MISSION,
        "priority": 20,
        "technologies": ["clean_energy", "climate"],
        "starts_on": datetime.date(2027, 3, 1),
        "ends_on": datetime.date(2027, 3, 9),
        "summary": "A week of meetings and site visits for storage, solar, water and waste technology.",
        "criteria": [
            "The technology has run at a pilot site at least once.",
            "The partner has a site, a customer or a production line to offer.",
            "The meeting serves the stated aim of both firms.",
        ],
    },
    {
        "key": "startup-handshake",
        "name": "Startup handshake",
        "kind": ProgramKind.COHORT,
        "priority": 90,
        "technologies": [],
        "starts_on": datetime.date(2026, 10, 1),
        "ends_on": datetime.date(2027, 3, 31),
        "summary": "Startups, small firms, investors and skill programs of both countries, in every field.",
        "criteria": [
            "Each side's need is met by something the other says it offers.",
            "The two do not compete.",
            "Neither side has more open requests than it can answer.",
        ],
    },
]

"""The ready-made programs of the working group: purpose, scope and criteria, to be opened by those who run them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.programs.models import CohortRule, Program, ProgramKind
from app.taxonomy import Kind

_FIRMS_AND_FUNDS = [Kind.STARTUP.value, Kind.SME.value, Kind.INVESTOR.value]
PROGRAMS: list[dict[str, Any]] = [
    {
        "key": "semiconductor-supply-chain",
        "name": "Semiconductor supply chain",
        "kind": ProgramKind.STANDING,
        "priority": 10,
        "technologies": ["semiconductors"],
        "kinds": _FIRMS_AND_FUNDS,
        "summary": "Pairs that close a gap in the chip supply chain: design, materials and gases, equipment, "
        "packaging and test.",
        "criteria": [
            "The need names a step of the chip supply chain and is current.",
            "The offer is at hand today, not only planned.",
            "Both sides can act within six months.",
            "Nothing that export rules may restrict is shown before the two have met.",
        ],
    },
    {
        "key": "talent-and-skills",
        "name": "Talent and skills",
        "kind": ProgramKind.STANDING,
        "priority": 20,
        "one_side_is": Kind.SKILL_PROGRAM,
        "summary": "Firms and training programs that exchange curricula, trainers and apprenticeships, so that "
        "people find work where it is offered.",
        "criteria": [
            "The training names the jobs or tasks it leads to.",
            "The firm says how many people it looks for, and by when.",
            "Learners are told of costs, duration and what they can do afterwards.",
        ],
    },
    {
        "key": "clean-energy-and-environment-mission",
        "name": "Clean energy and environmental technology mission",
        "kind": ProgramKind.MISSION,
        "priority": 30,
        "technologies": ["clean_energy", "climate"],
        "kinds": _FIRMS_AND_FUNDS,
        "cohort_rule": CohortRule.COHORT_WITH_ALL,
        "places": 12,
        "quota": 19,
        "question": "Which site, customer or partner do you hope to meet, and what would you show them?",
        "summary": "A week of meetings and site visits for storage, solar, water, waste and air technology.",
        "criteria": [
            "The technology has run at a pilot site at least once.",
            "The partner has a site, a customer or a production line to offer.",
            "The meeting serves the stated aim of both firms.",
            "Both sides keep the days of the mission free.",
        ],
    },
    {
        "key": "travel-and-tourism-technology",
        "name": "Travel and tourism technology",
        "kind": ProgramKind.OPEN_CALL,
        "priority": 40,
        "technologies": ["travel"],
        "kinds": _FIRMS_AND_FUNDS,
        "cohort_rule": CohortRule.COHORT_WITH_ALL,
        "needs_both_countries": True,
        "question": "Which journey becomes easier with what you make, and for whom?",
        "summary": "Products that make travel between and within both countries easier, safer or open to more "
        "people.",
        "criteria": [
            "The product is in use with travelers or operators today.",
            "The partner can try it with their own guests, routes or data.",
            "The benefit reaches small places and small firms too.",
        ],
    },
    {
        "key": "standards-and-conformance",
        "name": "Standards and conformance",
        "kind": ProgramKind.ROUND_TABLE,
        "priority": 50,
        "kinds": [Kind.STARTUP.value, Kind.SME.value, Kind.SKILL_PROGRAM.value],
        "cohort_rule": CohortRule.COHORT_ONLY,
        "places": 24,
        "quota": 4,
        "needs_both_countries": True,
        "question": "Which standard, test or approval stands between you and the other market?",
        "summary": "Firms that meet the same standards question from both sides, with those who train and test "
        "for it.",
        "criteria": [
            "The standard, test or approval is named.",
            "Both sides meet it in a product or service they have.",
            "What is said can be shared with the working group without naming a firm.",
        ],
    },
    {
        "key": "startup-handshake",
        "name": "Startup handshake",
        "kind": ProgramKind.COHORT,
        "priority": 90,
        "one_side_is": Kind.STARTUP,
        "summary": "Startups of both countries with firms, investors and each other, in every field.",
        "criteria": [
            "Each side's need is met by something the other says it offers.",
            "The two do not compete.",
            "Neither side has more open requests than it can answer.",
        ],
    },
]


def add(*, as_open: bool = False, by: int | None = None, is_illustrative: bool = False) -> list[Program]:
    """Add those that are not there yet, as drafts unless `as_open`; gives back what was added."""
    known = set(db.session.scalars(sa.select(Program.key)))
    now = clock.now()
    added = [
        Program(
            **columns,
            is_open=as_open,
            opened_at=now if as_open else None,
            rules_changed_at=now,
            is_illustrative=is_illustrative,
        )
        for columns in PROGRAMS
        if columns["key"] not in known
    ]
    db.session.add_all(added)
    db.session.flush()
    for program in added:
        audit.record("program.created", ("program", program.id), by=by, detail={"key": program.key})
    return added

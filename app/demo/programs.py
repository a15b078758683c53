"""The ready-made programs in the demo world: open, with illustrative dates and cohorts."""

from __future__ import annotations

import datetime
from typing import Any

from app.programs.models import ParticipationState

MISSION = "clean-energy-and-environment-mission"
# What the ready-made programs leave to those who run them.
FACTS: dict[str, dict[str, Any]] = {
    MISSION: {
        "starts_on": datetime.date(2027, 3, 1),
        "ends_on": datetime.date(2027, 3, 9),
        "closes_on": datetime.date(2027, 1, 29),
        "cities": ["New Delhi", "Pune", "Chennai"],
        "visits": [
            "Pune: a plant that tests battery packs",
            "Chennai: a water works that reuses what it treats",
        ],
    },
    "travel-and-tourism-technology": {"closes_on": datetime.date(2027, 2, 26)},
    "standards-and-conformance": {"closes_on": datetime.date(2027, 2, 12)},
}
# Who takes part, applied or is invited, by the name of the organization.
COHORTS: dict[str, dict[str, ParticipationState]] = {
    MISSION: {
        "Prairie Storage": ParticipationState.ACCEPTED,
        "Great Lakes Water Data": ParticipationState.ACCEPTED,
        "Ohio Valley Water Works Supply": ParticipationState.ACCEPTED,
        "Piedmont Battery Lab": ParticipationState.ACCEPTED,
        "Narmada Storage": ParticipationState.WAITLISTED,
        "Sabarmati Pumps": ParticipationState.APPLIED,
        "Lone Star Strategic Energy": ParticipationState.APPLIED,
        "Hydro Sangya": ParticipationState.INVITED,
    },
    "travel-and-tourism-technology": {
        "Yatra Lens": ParticipationState.ACCEPTED,
        "Wayfarer Travel Fund": ParticipationState.ACCEPTED,
    },
    "standards-and-conformance": {
        "Yamuna Test Labs": ParticipationState.ACCEPTED,
        "Piedmont Battery Lab": ParticipationState.ACCEPTED,
    },
}
ANSWER = (
    "We hope to meet a works that would try our product for a season, and would bring our pilot's figures."
)

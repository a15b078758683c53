"""Rows of features for what an investor and a firm must agree on: stage, ticket, place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml import structure
from ml.profiles import COUNTRIES, Profile

Floats = NDArray[np.float32]


def stage_row(profile: Profile) -> Floats:
    """(10,) float32: rungs, and whether any is known."""
    vector = structure.stage_vector(profile.stage_levels, neighbours=profile.kind == "investor")
    return np.append(vector, np.float32(bool(profile.stage_levels)))


def ticket_row(profile: Profile) -> Floats:
    """(33,) float32: buckets of the ticket, a startup's usual one where it names none, and whether any is known."""
    ticket = profile.ticket
    if ticket is None and profile.kind == "startup":
        usual = [
            structure.USUAL_TICKET[level] for level in profile.stage_levels if level in structure.USUAL_TICKET
        ]
        ticket = (min(low for low, _ in usual), max(high for _, high in usual)) if usual else None
    return np.append(structure.ticket_vector(ticket), np.float32(ticket is not None))


def looks_at_row(profile: Profile) -> Floats:
    """(2,) float32: 1 for a country an investor names, -1 for one it does not, 0 where it names none."""
    if profile.kind != "investor" or not profile.countries:
        return np.zeros(len(COUNTRIES), dtype=np.float32)
    return np.array(
        [1.0 if country in profile.countries else -1.0 for country in COUNTRIES], dtype=np.float32
    )

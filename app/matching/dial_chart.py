"""The dial as a drawing: what evenness costs, and whom it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, FOOT = 480, 150, 30


@dataclass(frozen=True)
class Bar:
    """Expected acceptances of one setting as a bar, organizations reached as a point above it."""

    x: float
    width: float
    top: float
    height: float
    point: float
    label: str
    is_present: bool


def bars(settings: Sequence[Mapping[str, Any]], present: tuple[float, int]) -> list[Bar]:
    """The settings of one floor from the least even to the most, each scale from zero to its own largest."""
    row = sorted((one for one in settings if one["floor"] == present[1]), key=lambda one: one["alpha"])
    slot = WIDTH / max(1, len(row))
    most = max((one["expected"] for one in row), default=0) or 1
    widest = max((one["reached"] for one in row), default=0) or 1
    return [
        Bar(
            x=round(at * slot + slot * 0.2, 1),
            width=round(slot * 0.6, 1),
            top=round(HEIGHT - (HEIGHT - 20) * one["expected"] / most, 1),
            height=round((HEIGHT - 20) * one["expected"] / most, 1),
            point=round(HEIGHT - (HEIGHT - 20) * one["reached"] / widest, 1),
            label=f"{one['alpha']:g}",
            is_present=(one["alpha"], one["floor"]) == present,
        )
        for at, one in enumerate(row)
    ]

"""What is not text: stages, tickets in one currency, countries an investor looks at."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ml.text import clean

STAGES = (
    "bootstrapped",
    "grant",
    "pre_seed",
    "seed",
    "series_a",
    "series_b",
    "series_c",
    "growth",
    "listed",
)
# One constant rate, so that a fit does not move with the day's exchange rate.
USD_PER_UNIT = {"USD": 1.0, "INR": 1.0 / 85.0}
# A single investor's usual ticket at each stage, in US dollars: stands in where a startup names no amount.
USUAL_TICKET = {
    "bootstrapped": (10e3, 250e3),
    "grant": (10e3, 250e3),
    "pre_seed": (25e3, 500e3),
    "seed": (100e3, 2e6),
    "series_a": (1e6, 10e6),
    "series_b": (3e6, 25e6),
    "series_c": (10e6, 60e6),
    "growth": (20e6, 300e6),
}
# Ten buckets a decade would be exact; five are enough to tell whether two ranges touch.
TICKET_EDGES = np.logspace(3, 9, 31)

_STAGE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"pre[ -]?series b", ("series_a",)),
    (r"pre[ -]?series a", ("seed",)),
    (r"pre[ -]?seed", ("pre_seed",)),
    (r"series\+\+", ("series_b", "series_c")),
    (r"series\+", ("series_a", "series_b")),
    (r"series a", ("series_a",)),
    (r"series b", ("series_b",)),
    (r"series [c-j]", ("series_c",)),
    (r"pre[ -]?ipo", ("growth",)),
    (r"post[ -]?ipo|listed|public", ("listed",)),
    (r"post revenue", ("seed", "series_a")),
    (r"idea|prototype|mvp|incubated|bootstrapped", ("bootstrapped",)),
    (r"grant|crowdfunding", ("grant",)),
    (r"seed|angel", ("seed",)),
    (r"early", ("pre_seed", "seed")),
    (r"growth|private equity|unicorn|late", ("growth",)),
    (r"^venture", ("series_a", "series_b")),
)
_STAGE_PATTERNS = tuple((re.compile(pattern), levels) for pattern, levels in _STAGE_WORDS)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(kk|k|m|b)?", re.IGNORECASE)
_UNIT = {"k": 1e3, "kk": 1e6, "m": 1e6, "b": 1e9, "": 1.0}
_COUNTRY_WORDS = {
    "in": ("IN",),
    "india": ("IN",),
    "south asia": ("IN",),
    "us": ("US",),
    "usa": ("US",),
    "united states": ("US",),
    "us/canada": ("US",),
    "north america": ("US",),
    "global": ("IN", "US"),
    "worldwide": ("IN", "US"),
}


def stage_levels(value: object) -> tuple[str, ...]:
    """Rungs of `STAGES` that one stage's words mean; empty when they say nothing.

    Examples
    --------
    >>> stage_levels("Pre-Series A")
    ('seed',)
    """
    text = clean(value).casefold()
    if text in STAGES:
        return (text,)
    text = text.replace("_", " ").replace("-", " ")
    for pattern, levels in _STAGE_PATTERNS:
        if pattern.search(text):
            return levels
    return ()


def ticket_in_usd(low: float | None, high: float | None, currency: str) -> tuple[float, float] | None:
    """A ticket in whole US dollars from minor units of its currency; None when unknown."""
    rate = USD_PER_UNIT.get(currency or "USD")
    amounts = [amount for amount in (low, high) if amount is not None and amount > 0]
    if rate is None or not amounts:
        return None
    return min(amounts) / 100 * rate, max(amounts) / 100 * rate


def cheque_range(value: object) -> tuple[int, int] | None:
    """Minor units of US dollars from words such as "$100K - $2M"; None when not understood."""
    text = clean(value)
    found = [(float(number), unit.casefold()) for number, unit in _AMOUNT.findall(text)]
    if not found or len(found) > 2 or "INR" in text:
        return None
    last_unit = found[-1][1]
    amounts = [int(number * _UNIT[unit or last_unit] * 100) for number, unit in found]
    return (min(amounts), max(amounts)) if max(amounts) > 0 else None


def countries_of(values: list[str]) -> tuple[str, ...]:
    """ "IN" and "US" where an investor's list of countries and regions of the world names them."""
    codes = [code for value in values for code in _COUNTRY_WORDS.get(value.casefold(), ())]
    return tuple(sorted(set(codes)))


def stage_vector(levels: tuple[str, ...], *, neighbours: bool) -> NDArray[np.float32]:
    """(9,) float32. An investor's stages count 1 and their neighbours 0.3; a startup's rungs share 1."""
    vector = np.zeros(len(STAGES), dtype=np.float32)
    for level in levels:
        vector[STAGES.index(level)] = 1.0
    if not neighbours:
        return vector / max(1.0, float(vector.sum()))
    beside = np.zeros_like(vector)
    beside[1:] = vector[:-1]
    beside[:-1] = np.maximum(beside[:-1], vector[1:])
    return np.maximum(vector, 0.3 * beside)


def ticket_vector(ticket: tuple[float, float] | None) -> NDArray[np.float32]:
    """(32,) float32: 1 in every bucket of the logarithmic scale that the range touches."""
    vector = np.zeros(len(TICKET_EDGES) + 1, dtype=np.float32)
    if ticket is not None:
        low, high = np.searchsorted(TICKET_EDGES, ticket, side="right")
        vector[low : high + 1] = 1.0
    return vector

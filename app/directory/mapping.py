"""The map of what was found: both countries by state, drawn on one scale, and the table beside it."""

from __future__ import annotations

from typing import Any

from app.directory import tiles
from app.directory.finding import Found
from app.directory.wish import Wish
from app.taxonomy import COUNTRIES, Country, region_name


def shown(found: Found) -> dict[str, Any]:
    """What the page of the map shows: tiles by country, and the states that have any, most first."""
    counts = {code: count for code, count in found.counts["region"].items() if region_name(code)}
    most = max(counts.values(), default=0)
    chosen = found.wish.chosen.get("region", ())
    return {
        "maps": [
            (country.value, COUNTRIES[country], tiles.tiles(country, counts, most)) for country in Country
        ],
        "table": [
            (code, region_name(code), count)
            for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if count
        ],
        "queries": {code: _toggled(found.wish, code).query(view="map") for code in counts},
        "chosen_regions": set(chosen),
        "elsewhere": int(found.under("region").sum()) - sum(counts.values()),
        "side": tiles.SIDE,
        "width": tiles.COLUMNS * tiles.SIDE,
        "height": tiles.ROWS * tiles.SIDE,
    }


def _toggled(wish: Wish, code: str) -> Wish:
    return (
        wish.without("region", code)
        if code in wish.chosen.get("region", ())
        else wish.choosing("region", code)
    )

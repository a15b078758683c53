"""Profiles made to look better than they are, as people do it: for the experiment of `ml.gaming` and its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

Row = dict[str, Any]
# What somebody who stuffs would try.
_TIMES, _MANY, _WORTH_COPYING = 30, 60, 120
_INVISIBLE = "\u200b"


@dataclass(frozen=True, slots=True)
class Loot:
    """What a stuffer reads off the profiles of others.

    Attributes
    ----------
    tags, technologies : the commonest first
    needs : need lines of organizations of the other country, by country of the stuffer
    popular : of those with a text worth copying, the row that stands in most lists, by (kind, country)
    """

    tags: tuple[str, ...]
    technologies: tuple[str, ...]
    needs: Mapping[str, tuple[str, ...]]
    popular: Mapping[tuple[str, str], Row]

    @classmethod
    def of(cls, organizations: pd.DataFrame, placements: pd.Series) -> Self:
        """From all profiles, and in how many lists each id stands."""
        rows = records(organizations)
        popular: dict[tuple[str, str], Row] = {}
        for row in sorted(rows, key=lambda row: (-placements.get(row["id"], 0), str(row["id"]))):
            if len(_said(row)) >= _WORTH_COPYING:
                popular.setdefault((row["kind"], row["country"]), row)
        needs = {
            country: tuple(
                line for row in rows if row["country"] != country for line in _lines(row.get("needs"))
            )[:_MANY]
            for country in ("IN", "US")
        }
        return cls(_common(rows, "tags"), _common(rows, "technologies"), needs, popular)


def records(organizations: pd.DataFrame) -> list[Row]:
    """The rows of a frame."""
    return [{str(name): value for name, value in row.items()} for row in organizations.to_dict("records")]


def _common(rows: Iterable[Row], field: str) -> tuple[str, ...]:
    counts = Counter(label for row in rows for label in _items(row.get(field)))
    return tuple(label for label, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MANY])


def _items(value: object) -> list[str]:
    return [str(label) for label in value] if isinstance(value, (list, tuple)) else []


def _lines(value: object) -> list[str]:
    return value.splitlines() if isinstance(value, str) else []


def _said(row: Row) -> str:
    fields = ("summary", "description", "thesis", "offers")
    return "\n".join(row[field] for field in fields if isinstance(row.get(field), str) and row[field])


def _saying(row: Row, text: str) -> Row:
    told = row.get("description")
    return row | {"description": f"{told}\n{text}" if isinstance(told, str) else text}


def repeated(row: Row, _loot: Loot) -> Row:
    """Its own words, again and again."""
    own = f"{_said(row)} {' '.join(_items(row.get('tags')))}"
    return _saying(row, " ".join([own] * _TIMES))


def every_tag(row: Row, loot: Loot) -> Row:
    """All the tags that others use most."""
    return row | {"tags": [*_items(row.get("tags")), *loot.tags]}


def every_technology(row: Row, loot: Loot) -> Row:
    """All technologies."""
    return row | {"technologies": [*_items(row.get("technologies")), *loot.technologies]}


def keyword_list(row: Row, loot: Loot) -> Row:
    """The words of all fields at the end of its text."""
    return _saying(row, ", ".join(loot.tags))


def copied_text(row: Row, loot: Loot) -> Row:
    """The text of the most shown organization of its kind and country, behind its own."""
    popular = loot.popular.get((row["kind"], row["country"]))
    return _saying(row, _said(popular)) if popular else row


def copied_profile(row: Row, loot: Loot) -> Row:
    """The most shown organization of its kind and country again, under another id."""
    popular = loot.popular.get((row["kind"], row["country"]))
    return popular | {"id": row["id"], "name": row.get("name")} if popular else row


def offers_what_others_need(row: Row, loot: Loot) -> Row:
    """The needs of the other country, written as its own offers."""
    needs = loot.needs[row["country"]]
    return row | {"offers": "\n".join([*_lines(row.get("offers")), *needs])}


def hidden_words(row: Row, loot: Loot) -> Row:
    """The words of all fields, parted by characters that nobody sees."""
    return _saying(row, _INVISIBLE.join(f"{_INVISIBLE}{tag} " for tag in loot.tags))


TRICKS: dict[str, Callable[[Row, Loot], Row]] = {
    trick.__name__: trick
    for trick in (
        repeated,
        every_tag,
        every_technology,
        keyword_list,
        copied_text,
        copied_profile,
        offers_what_others_need,
        hidden_words,
    )
}

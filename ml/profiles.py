"""One organization as `ml` reads it: a row of the frame, cleaned and parsed once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ml import structure, tags
from ml.text import MOST_CHARACTERS, clean, lines, sentences

KINDS = ("startup", "sme", "investor", "skill_program")
COUNTRIES = ("IN", "US")
REQUIRED = ("id", "kind", "country")

_LEGAL_WORDS = "pvt private ltd limited llc inc corp corporation company co india the and llp"
_LEGAL = frozenset(_LEGAL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared and what may be quoted in a reason."""

    id: Hashable
    kind: str
    country: str
    region_code: str
    city: str
    about: str
    need_lines: tuple[str, ...]
    offer_lines: tuple[str, ...]
    about_lines: tuple[str, ...]
    technologies: tuple[str, ...]
    tags: dict[str, str]
    stages: tuple[str, ...]
    stage_levels: tuple[str, ...]
    ticket: tuple[float, float] | None
    ticket_given: tuple[int, int, str] | None
    countries: tuple[str, ...]
    raising: bool
    agnostic: bool
    name: str = ""


def read_profiles(organizations: pd.DataFrame) -> list[Profile]:
    """Profiles of a frame's rows, in order.

    Raises
    ------
    ValueError
        When a column of `REQUIRED` is missing, an id is missing or comes twice, or a kind or country is unknown.
    """
    missing = [column for column in REQUIRED if column not in organizations.columns]
    if missing:
        raise ValueError(f"organizations lack the columns {', '.join(missing)}")
    if organizations["id"].isna().any():
        raise ValueError("organizations have rows without an id")
    twice = organizations["id"][organizations["id"].duplicated()]
    if len(twice):
        raise ValueError(f"organizations have duplicate ids, among them {twice.iloc[0]!r}")
    for column, known in (("kind", KINDS), ("country", COUNTRIES)):
        strange = organizations[column][~organizations[column].isin(known)]
        if len(strange):
            raise ValueError(f"unknown {column} {strange.iloc[0]!r}; known are {', '.join(known)}")
    columns = list(organizations.columns)
    arrays = [organizations[column].tolist() for column in columns]
    return [_profile(dict(zip(columns, row, strict=True))) for row in zip(*arrays, strict=True)]


def _items(value: object) -> list[str]:
    """Texts of a list field; a single text is a list of one, everything else is empty."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple, set, frozenset)) and not hasattr(value, "tolist"):
        return []
    entries = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(entries, (list, tuple, set, frozenset)):
        return []
    ordered = sorted(entries, key=str) if isinstance(entries, (set, frozenset)) else entries
    return [text for text in map(clean, ordered) if text]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def _profile(row: Mapping[str, Any]) -> Profile:
    kind = row["kind"]
    labels = _labels(row)
    stages = tuple(_items(row.get("stages")) if kind == "investor" else ())
    if not stages:
        stages = tuple(part.strip() for part in clean(row.get("stage")).split(",") if part.strip())
    ticket, given = _ticket(row)
    thesis = clean(row.get("thesis"))
    agnostic = kind == "investor" and _is_agnostic(_items(row.get("tags")), thesis)
    return Profile(
        id=row["id"],
        kind=str(kind),
        country=str(row["country"]),
        region_code=clean(row.get("region_code")),
        city=clean(row.get("city")),
        about=_about(row, labels),
        need_lines=tuple(lines(row.get("needs"))),
        offer_lines=tuple(lines(row.get("offers"))),
        about_lines=_about_lines(row),
        technologies=tuple(dict.fromkeys(_items(row.get("technologies"))))[:6],
        tags=labels,
        stages=stages,
        stage_levels=tuple(
            dict.fromkeys(level for stage in stages for level in structure.stage_levels(stage))
        ),
        ticket=ticket,
        ticket_given=given,
        countries=structure.countries_of(_items(row.get("countries")) or _items(row.get("invests_in"))),
        raising=row.get("raising") is True,
        agnostic=agnostic,
        name=_name(row),
    )


def _labels(row: Mapping[str, Any]) -> dict[str, str]:
    areas = [code.replace("_", " ").capitalize() for code in _items(row.get("cet"))]
    labels = tags.labelled([*_items(row.get("tags")), *areas])
    unsaid = tags.OWN_TRADE_OF_INVESTORS if row["kind"] == "investor" else frozenset()
    return {key: label for key, label in labels.items() if key not in unsaid}


def _is_agnostic(labels: list[str], thesis: str) -> bool:
    keys = {tags.key_of(label) for label in labels}
    return bool(keys & tags.AGNOSTIC) or "sector agnostic" in thesis.casefold().replace("-", " ")


def _ticket(row: Mapping[str, Any]) -> tuple[tuple[float, float] | None, tuple[int, int, str] | None]:
    currency = clean(row.get("currency")) or "USD"
    low, high = _number(row.get("ticket_min")), _number(row.get("ticket_max"))
    if low is None and high is None:
        parsed = structure.cheque_range(row.get("cheque_range"))
        if parsed is None:
            return None, None
        low, high, currency = float(parsed[0]), float(parsed[1]), "USD"
    in_usd = structure.ticket_in_usd(low, high, currency)
    if in_usd is None:
        return None, None
    amounts = [int(amount) for amount in (low, high) if amount is not None]
    return in_usd, (min(amounts), max(amounts), currency)


def _about(row: Mapping[str, Any], labels: dict[str, str]) -> str:
    """Everything an organization says it is and does, as one text; its name only where it says nothing else."""
    summary, description = clean(row.get("summary")), clean(row.get("description"))
    parts = [description if summary in description else f"{summary}\n{description}"]
    parts += [clean(row.get(field)) for field in ("thesis", "capabilities", "offers")]
    parts += [", ".join(_items(row.get(field))) for field in ("skills", "certifications")]
    parts += [clean(row.get("sector")).replace("_", " "), ", ".join(labels.values())]
    text = "\n".join(part for part in parts if part)[: 2 * MOST_CHARACTERS]
    if row["kind"] == "skill_program" or not text:
        text = _name(row) + "\n" + text
    return text.strip()


def _name(row: Mapping[str, Any]) -> str:
    """The name without what its legal form adds, or whose course it is."""
    name = clean(row.get("name"))
    if row["kind"] == "skill_program":
        name = name.split(" — ")[0]
    return " ".join(word for word in name.split() if word.casefold().strip(".,") not in _LEGAL)


def _about_lines(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines that show what is on offer where no offer is written: capabilities, skills, the first sentences."""
    found = lines(row.get("capabilities")) + _items(row.get("skills"))[:12]
    found += sentences(clean(row.get("summary")), most=2) + sentences(clean(row.get("description")), most=4)
    return tuple(dict.fromkeys(line[:300] for line in found))

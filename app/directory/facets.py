"""The filters beside the results: what each offers, in words, with counts and addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.directory.wish import FACETS, Wish
from app.organizations.models import Verification
from app.taxonomy import COUNTRIES, TECHNOLOGIES, Country, Kind, Stage, label, region_name, technology_label
from app.taxonomy.exchange import LABELS as COOPERATION
from app.taxonomy.exchange import CooperationType

# So many of a facet's values stand open; the rest folds under "More".
SHOWN = 8

VERIFICATION = {
    Verification.UNVERIFIED: _("Not checked yet"),
    Verification.EMAIL_DOMAIN: _("E-mail domain confirmed"),
    Verification.FORMAT: _("Number has the right form"),
    Verification.DOCUMENT_SEEN: _("Document seen"),
    Verification.CONFIRMED: _("Confirmed"),
}
TITLES = {
    "kind": _("Kind"),
    "country": _("Country"),
    "region": _("State or territory"),
    "technology": _("Technology"),
    "stage": _("Stage"),
    "needs": _("Needs"),
    "offers": _("Offers"),
    "certification": _("Certification"),
    "verification": _("Checked"),
}
# Values in an order of their own; those of other facets come by number.
_IN_ORDER: dict[str, list[str]] = {
    "kind": [*Kind],
    "country": [*COUNTRIES],
    "stage": [*Stage],
    "needs": [*CooperationType],
    "offers": [*CooperationType],
    "verification": [*Verification],
}


@dataclass(frozen=True)
class Option:
    """One value of a facet: how many have it under all other filters, and what a click on it asks for."""

    value: str
    words: Any
    count: int
    is_chosen: bool
    is_left_out: bool
    # The address's query that leaves it out, or takes it back in.
    other: str
    is_part: bool = False


@dataclass(frozen=True)
class Facet:
    """One filter; the first `SHOWN` options, those in use among them, and the rest."""

    name: str
    title: Any
    options: list[Option]
    more: list[Option]

    @property
    def is_used(self) -> bool:
        return any(option.is_chosen or option.is_left_out for option in self.options)


@dataclass(frozen=True)
class Used:
    """A filter in use, in words, and the address's query without it."""

    words: Any
    is_left_out: bool
    query: str


def words_of(facet: str, value: str) -> Any:
    """What a person reads for a value; the value itself where nobody knows it."""
    try:
        return _WORDS[facet](value) or value
    except (KeyError, ValueError):
        return value


_WORDS: dict[str, Callable[[str], Any]] = {
    "kind": lambda value: label(Kind(value)),
    "country": lambda value: COUNTRIES[Country(value)],
    "region": region_name,
    "technology": technology_label,
    "stage": lambda value: label(Stage(value)),
    "needs": lambda value: COOPERATION[CooperationType(value)],
    "offers": lambda value: COOPERATION[CooperationType(value)],
    "certification": str,
    "verification": lambda value: VERIFICATION[Verification(value)],
}


def facets(wish: Wish, counts: Mapping[str, Mapping[str, int]], view: str) -> list[Facet]:
    """All filters that have something to offer."""
    found = (_facet(name, wish, counts[name], view) for name in FACETS)
    return [facet for facet in found if facet.options]


def used(wish: Wish, view: str) -> list[Used]:
    """What narrows the results, words aside."""
    return [
        Used(words_of(facet, value), is_left_out, wish.without(facet, value).query(view=view))
        for is_left_out, both in ((False, wish.chosen), (True, wish.left_out))
        for facet in FACETS
        for value in both.get(facet, ())
    ]


def _facet(name: str, wish: Wish, counts: Mapping[str, int], view: str) -> Facet:
    chosen, left_out = wish.chosen.get(name, ()), wish.left_out.get(name, ())
    in_use = {*chosen, *left_out}
    values = [value for value in _ordered(name, counts, chosen) if counts.get(value) or value in in_use]
    values += [value for value in in_use if value not in values]
    options = [
        Option(
            value=value,
            words=words_of(name, value),
            count=counts.get(value, 0),
            is_chosen=value in chosen,
            is_left_out=value in left_out,
            other=(wish.without(name, value) if value in left_out else wish.leaving_out(name, value)).query(
                view=view
            ),
            is_part=name == "technology" and "." in value,
        )
        for value in values
    ]
    shown = [
        option for at, option in enumerate(options) if at < SHOWN or option.value in in_use or option.is_part
    ]
    return Facet(name, TITLES[name], shown, [option for option in options if option not in shown])


def _ordered(name: str, counts: Mapping[str, int], chosen: tuple[str, ...]) -> list[str]:
    if name in _IN_ORDER:
        return _IN_ORDER[name]
    by_number = sorted(counts, key=lambda value: (-counts[value], value))
    if name != "technology":
        return by_number
    areas = [value for value in by_number if value in TECHNOLOGIES]
    open_areas = {value.partition(".")[0] for value in chosen}
    parts = [value for value in by_number if "." in value and value.partition(".")[0] in open_areas]
    return [
        value
        for area in areas
        for value in (area, *(part for part in parts if part.partition(".")[0] == area))
    ]

"""Countries and regions of the corridor: ISO 3166-1 and ISO 3166-2 (IN as revised in November 2023)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _

from app.taxonomy.region_names import INDIA, UNITED_STATES


class Country(StrEnum):
    """The two ends of the corridor."""

    INDIA = "IN"
    UNITED_STATES = "US"

    @property
    def other(self) -> Country:
        return Country.UNITED_STATES if self is Country.INDIA else Country.INDIA


COUNTRIES = {Country.INDIA: _("India"), Country.UNITED_STATES: _("United States")}

# What older tables and everyday use write instead.
_ALIASES = {
    Country.INDIA: {
        "orissa": "OD",
        "uttaranchal": "UK",
        "pondicherry": "PY",
        "nct of delhi": "DL",
        "new delhi": "DL",
        "jammu & kashmir": "JK",
        "telengana": "TS",
        "chattisgarh": "CG",
        "daman and diu": "DH",
        "dadra and nagar haveli": "DH",
        "in-ct": "CG",
        "in-or": "OD",
        "in-ut": "UK",
        "in-tg": "TS",
        "in-dn": "DH",
        "in-dd": "DH",
    },
    Country.UNITED_STATES: {"washington dc": "DC", "washington, d.c.": "DC", "d.c.": "DC"},
}


_REGIONS = {
    country: {f"{country}-{code}": name for code, name in names.items()}
    for country, names in ((Country.INDIA, INDIA), (Country.UNITED_STATES, UNITED_STATES))
}
_NAMES = {code: name for regions in _REGIONS.values() for code, name in regions.items()}
_CODES = {
    country: {name.casefold(): code for code, name in regions.items()}
    | {code.casefold(): code for code in regions}
    | {alias: f"{country}-{code}" for alias, code in _ALIASES[country].items()}
    for country, regions in _REGIONS.items()
}


def regions_of(country: Country) -> dict[str, str]:
    """Code to name of a country's states and territories, in the reader's language and by English name."""
    return {code: gettext(name) for code, name in sorted(_REGIONS[country].items(), key=lambda item: item[1])}


def region_name(code: str | None) -> str:
    """The region's name in the reader's language, or an empty text when unknown."""
    return gettext(_NAMES[code]) if code in _NAMES else ""


@cache
def region_spellings(code: str | None) -> tuple[str, ...]:
    """The region's names in all languages, for search, whoever asks."""
    if code not in _NAMES:
        return ()
    with force_locale("hi"):
        return (_NAMES[code], gettext(_NAMES[code]))


def region_code_of(country: Country, words: str | None) -> str | None:
    """The ISO 3166-2 code for a code, a name or a known other spelling; None when not found."""
    return _CODES[country].get(" ".join((words or "").split()).casefold())

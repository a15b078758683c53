"""Countries and regions of the corridor: ISO 3166-1 and ISO 3166-2 (IN as revised in November 2023)."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _


class Country(StrEnum):
    """The two ends of the corridor."""

    INDIA = "IN"
    UNITED_STATES = "US"

    @property
    def other(self) -> Country:
        return Country.UNITED_STATES if self is Country.INDIA else Country.INDIA


COUNTRIES = {Country.INDIA: _("India"), Country.UNITED_STATES: _("United States")}

_INDIA = """AN Andaman and Nicobar Islands|AP Andhra Pradesh|AR Arunachal Pradesh|AS Assam|BR Bihar|CH Chandigarh
CG Chhattisgarh|DH Dadra and Nagar Haveli and Daman and Diu|DL Delhi|GA Goa|GJ Gujarat|HR Haryana
HP Himachal Pradesh|JK Jammu and Kashmir|JH Jharkhand|KA Karnataka|KL Kerala|LA Ladakh|LD Lakshadweep
MP Madhya Pradesh|MH Maharashtra|MN Manipur|ML Meghalaya|MZ Mizoram|NL Nagaland|OD Odisha|PY Puducherry
PB Punjab|RJ Rajasthan|SK Sikkim|TN Tamil Nadu|TS Telangana|TR Tripura|UP Uttar Pradesh|UK Uttarakhand
WB West Bengal"""

_UNITED_STATES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas
KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi
MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York
NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island
SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington
WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico
UM United States Minor Outlying Islands|VI Virgin Islands"""

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


def _parse(country: Country, text: str) -> dict[str, str]:
    entries = (entry.strip() for entry in text.replace("\n", "|").split("|"))
    return {f"{country}-{entry[:2]}": entry[3:] for entry in entries}


_REGIONS = {
    Country.INDIA: _parse(Country.INDIA, _INDIA),
    Country.UNITED_STATES: _parse(Country.UNITED_STATES, _UNITED_STATES),
}
_NAMES = {code: name for regions in _REGIONS.values() for code, name in regions.items()}
_CODES = {
    country: {name.casefold(): code for code, name in regions.items()}
    | {code.casefold(): code for code in regions}
    | {alias: f"{country}-{code}" for alias, code in _ALIASES[country].items()}
    for country, regions in _REGIONS.items()
}


def regions_of(country: Country) -> dict[str, str]:
    """Code to name of a country's states and territories, by name."""
    return dict(sorted(_REGIONS[country].items(), key=lambda item: item[1]))


def region_name(code: str | None) -> str:
    """The region's English name, or an empty text when unknown."""
    return _NAMES.get(code or "", "")


def region_code_of(country: Country, words: str | None) -> str | None:
    """The ISO 3166-2 code for a code, a name or a known other spelling; None when not found."""
    return _CODES[country].get(" ".join((words or "").split()).casefold())

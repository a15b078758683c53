"""How other tables spell our closed vocabularies: rounds, investors, markets and amounts of money."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from app.taxonomy.places import Country, region_code_of
from app.taxonomy.terms import InvestorType, Kind, Stage

# Looked for in this order, so that "Pre-Series A" is found before "Series A" and "Pre-seed" before "Seed".
_STAGES = [
    (re.compile(pattern), stages)
    for pattern, stages in (
        (r"\bpost ipo\b|^listed$", (Stage.LISTED,)),
        (r"\bpre ipo\b", (Stage.GROWTH,)),
        (r"\bpre series a", (Stage.SEED,)),
        (r"\bpre series b", (Stage.SERIES_A,)),
        (r"\bpre series c", (Stage.SERIES_B,)),
        (r"\bpre series [d-h]", (Stage.SERIES_C,)),
        (r"\bser?ies [c-h]", (Stage.SERIES_C,)),
        (r"\bser?ies b", (Stage.SERIES_B,)),
        (r"\bser?ies a", (Stage.SERIES_A,)),
        (r"\bseries ?\+\+", (Stage.SERIES_B, Stage.SERIES_C)),
        (r"\bseries ?\+", (Stage.SERIES_A, Stage.SERIES_B)),
        (r"\bgrowth\b|\bunicorn\b|\bprivate ?equity\b|\bmezzanine\b", (Stage.GROWTH,)),
        (r"\bpre seed\b|\bincubat|\bidea|\bprototype\b|\bmvp\b", (Stage.PRE_SEED,)),
        (r"\bpost revenue\b", (Stage.SERIES_A,)),
        (r"\bseed\b|\bang(?:el|le)\b|\bearly\b", (Stage.SEED,)),
        (r"\bbootstrap|\binhouse\b|\bself funded\b", (Stage.BOOTSTRAPPED,)),
        (r"\bgrant\b|\bnon equity\b", (Stage.GRANT,)),
    )
]
_INVESTORS = {
    "angel network": InvestorType.ANGEL_GROUP,
    "angel group": InvestorType.ANGEL_GROUP,
    "full time angel": InvestorType.ANGEL,
    "full time operator angel": InvestorType.ANGEL,
    "seed fund": InvestorType.MICRO_VC,
    "pre seed fund": InvestorType.MICRO_VC,
    "multi stage vc": InvestorType.VC,
    "venture capital": InvestorType.VC,
    "corporate vc": InvestorType.CVC,
    "corporate venture": InvestorType.CVC,
    "incubator accelerator": InvestorType.ACCELERATOR,
    "incubator": InvestorType.ACCELERATOR,
    "startup studio": InvestorType.ACCELERATOR,
    "revenue based": InvestorType.VENTURE_DEBT,
    "public fund": InvestorType.GOVERNMENT,
} | {member.value.replace("_", " "): member for member in InvestorType}
_COUNTRIES = {
    "in": Country.INDIA,
    "india": Country.INDIA,
    "us": Country.UNITED_STATES,
    "usa": Country.UNITED_STATES,
    "united states": Country.UNITED_STATES,
    "united states of america": Country.UNITED_STATES,
}
# Answers that say nothing, and so are not worth keeping as a tag.
_SILENT = {"other", "undisclosed", "unspecified", "not available", "unknown", "in progress", "na", "n a"}
_AMOUNT = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(kk|k|mn|million|m|bn|billion|b|lakhs?|lacs?|crores?|cr)?(?![a-z])"
)
_UNITS = {"k": 10**3, "kk": 10**6, "m": 10**6, "b": 10**9, "l": 10**5, "c": 10**7}
_MOST = 10**15


def plain(words: str) -> str:
    """Lower case without punctuation, so that spellings meet; plus signs stay."""
    return " ".join(re.sub(r"[^\w+]|_", " ", words.casefold()).split())


def is_silent(words: str) -> bool:
    """True for "other", "undisclosed" and the like, and for words their source has cut off."""
    return plain(words) in _SILENT or not plain(words) or words.rstrip().endswith("…")


def stages_of(words: str) -> tuple[Stage, ...]:
    """The stages a round's name stands for ("Series+" is several); empty when it names none."""
    text = plain(words)
    return next((stages for pattern, stages in _STAGES if pattern.search(text)), ())


def investor_type_of(words: str) -> InvestorType | None:
    """The type another table's word stands for."""
    return _INVESTORS.get(plain(words))


def country_of(words: str) -> Country | None:
    """A country of the corridor by code or name."""
    return _COUNTRIES.get(plain(words))


def kind_of(words: str) -> Kind | None:
    """A kind by value or label."""
    value = plain(words).replace(" ", "_")
    return Kind(value) if value in set(Kind) else None


def region_of(country: Country, words: str) -> str | None:
    """A region's code by code or name, with or without the diacritics of ISO 3166-2 ("Karnātaka")."""
    if code := region_code_of(country, words):
        return code
    letters = unicodedata.normalize("NFKD", words)
    return region_code_of(country, "".join(c for c in letters if not unicodedata.combining(c)))


def markets_of(words: str) -> list[str]:
    """Where an investor invests: "IN", "US", "global", or the other name as it was given."""
    if plain(words) == "us canada":
        return ["US", "Canada"]
    if plain(words) == "global":
        return ["global"]
    country = country_of(words)
    return [country.value if country else words]


def amounts_of(words: str) -> tuple[int, int, str] | None:
    """Smallest and largest amount in minor units with the currency ("$5m-15 m", "INR 20-25 lacs").

    A single amount is both; a missing unit is that of the amount after it. None when it cannot be read.
    """
    text = words.casefold()
    found = _AMOUNT.findall(text)[:3]
    if not 1 <= len(found) <= 2:
        return None
    (low, low_unit), (high, high_unit) = found[0], found[-1]
    smallest, largest = _minor(low, low_unit or high_unit), _minor(high, high_unit)
    if not smallest <= largest <= _MOST or not largest:
        return None
    is_rupees = any(sign in text for sign in ("inr", "₹", "rs"))
    return smallest, largest, "INR" if is_rupees else "USD"


def _minor(number: str, unit: str) -> int:
    factor = 1 if not unit else _UNITS["kk" if unit == "kk" else unit[0]]
    return int(Decimal(number.replace(",", "")[:30]) * factor * 100)

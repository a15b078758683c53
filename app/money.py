"""Money as people of each country write it. Amounts are integer minor units with an ISO 4217 code."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from flask_babel import format_decimal, get_locale
from flask_babel import lazy_gettext as _
from markupsafe import Markup

_MINOR = {"INR": 100, "USD": 100}
_SIGNS = {"INR": "₹", "USD": "$"}
_INDIAN = ((Decimal(10_000_000), "crore"), (Decimal(100_000), "lakh"))
_AMERICAN = ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "K"))
_UNIT_WORDS = {
    "crore": _("crore"),
    "lakh": _("lakh"),
    "B": _("B"),
    "M": _("M"),
    "K": _("K"),
}
_Counting = tuple[tuple[Decimal, str], ...]


def format_money(minor: int | None, currency: str | None) -> str:
    """₹12.5 crore, ₹12.5 करोड़ or $1.5 M, as the reader counts; an empty text when either is unknown."""
    return _counted(minor, currency, _ways_of_counting(currency)[0])


def money_tag(minor: int | None, currency: str | None) -> Markup:
    """The amount as the reader counts, with the other country's way of counting as its tooltip."""
    own, other = (_counted(minor, currency, way) for way in _ways_of_counting(currency))
    return Markup('<span title="{}">{}</span>').format(other, own) if other != own else Markup.escape(own)


def _ways_of_counting(currency: str | None) -> tuple[_Counting, _Counting]:
    """The reader's, then the other: Hindi counts all in lakh and crore, Indian English its own rupees only."""
    locale = get_locale()
    language, territory = (locale.language, locale.territory) if locale else ("en", "IN")
    if language == "hi" or (currency == "INR" and territory != "US"):
        return _INDIAN, _AMERICAN
    return _AMERICAN, _INDIAN


def _counted(minor: int | None, currency: str | None, counting: _Counting) -> str:
    if minor is None or not currency:
        return ""
    amount = Decimal(minor) / _MINOR.get(currency, 100)
    sign = _SIGNS.get(currency, f"{currency} ")
    for unit, word in counting:
        if amount >= unit:
            return f"{sign}{_short(amount / unit)} {_UNIT_WORDS[word]}"
    return f"{sign}{_short(amount)}"


def _short(amount: Decimal) -> str:
    return str(format_decimal(amount.quantize(Decimal("0.01")).normalize()))


_UNITS = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "l": 10**5,
    "lac": 10**5,
    "lakh": 10**5,
    "lakhs": 10**5,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "cr": 10**7,
    "crore": 10**7,
    "crores": 10**7,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "हजार": 10**3,
    "हज़ार": 10**3,
    "लाख": 10**5,
    "करोड": 10**7,
    "करोड़": 10**7,
    "अरब": 10**9,
}
_MARKS = {
    "₹": "INR",
    "rs": "INR",
    "rs.": "INR",
    "inr": "INR",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "रु": "INR",
    "रु.": "INR",
}
_AMOUNT = re.compile(
    r"(?P<before>₹|rs\.?|रु\.?|inr|us\$|usd|\$)?\s*"
    r"(?P<number>\d{1,3}(?:,\d{2,3}){1,6}(?:\.\d{1,6})?|\d{1,16}(?:\.\d{1,6})?)\s*"
    r"(?P<unit>[a-z\u0900-\u097f]{0,9}?)\.?\s*(?P<after>₹|inr|usd)?"
)
MOST_MINOR = 10**15


def parse_amount(text: str) -> tuple[int, str | None]:
    """(minor units, currency if one was written) of what a person types: 1.5 crore, 50 lakh, $2M, 2,50,000, 50 लाख.

    Raises
    ------
    ValueError
        It is no amount, or larger than any ticket.
    """
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFC", text.strip().casefold()))
    if found is None or found["unit"] not in _UNITS:
        raise ValueError(text[:40])
    minor = Decimal(found["number"].replace(",", "")) * _UNITS[found["unit"]] * 100
    if minor > MOST_MINOR or minor != int(minor):
        raise ValueError(text[:40])
    mark = found["before"] or found["after"]
    return int(minor), _MARKS[mark] if mark else None


def amount_words(minor: int | None, currency: str | None) -> str:
    """An amount as somebody would type it, without loss: `parse_amount` reads it back exactly."""
    if minor is None:
        return ""
    amount = Decimal(minor) / 100
    for unit, word in _INDIAN if currency == "INR" else _AMERICAN:
        short = (amount / unit).normalize()
        if amount >= unit and short == short.quantize(Decimal("0.01")):
            return f"{short:f} {word}"
    return f"{amount.normalize():f}"

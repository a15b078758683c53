"""Money as people of each country write it. Amounts are integer minor units with an ISO 4217 code."""

from __future__ import annotations

import re
from decimal import Decimal

from flask_babel import format_decimal

_MINOR = {"INR": 100, "USD": 100}
_SIGNS = {"INR": "₹", "USD": "$"}
_INDIAN = ((Decimal(10_000_000), "crore"), (Decimal(100_000), "lakh"))
_AMERICAN = ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "K"))


def format_money(minor: int | None, currency: str | None) -> str:
    """₹12.5 crore or $1.5 M; an empty text when either is unknown."""
    if minor is None or not currency:
        return ""
    amount = Decimal(minor) / _MINOR.get(currency, 100)
    sign = _SIGNS.get(currency, f"{currency} ")
    for unit, word in _INDIAN if currency == "INR" else _AMERICAN:
        if amount >= unit:
            return f"{sign}{_short(amount / unit)} {word}"
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
}
_MARKS = {"₹": "INR", "rs": "INR", "rs.": "INR", "inr": "INR", "$": "USD", "us$": "USD", "usd": "USD"}
_AMOUNT = re.compile(
    r"(?P<before>₹|rs\.?|inr|us\$|usd|\$)?\s*"
    r"(?P<number>\d{1,3}(?:,\d{2,3}){1,6}(?:\.\d{1,6})?|\d{1,16}(?:\.\d{1,6})?)\s*"
    r"(?P<unit>[a-z]{0,9}?)\.?\s*(?P<after>₹|inr|usd)?"
)
MOST_MINOR = 10**15


def parse_amount(text: str) -> tuple[int, str | None]:
    """(minor units, currency if one was written) of what a person types: 1.5 crore, 50 lakh, $2M, 2,50,000.

    Raises
    ------
    ValueError
        It is no amount, or larger than any ticket.
    """
    found = _AMOUNT.fullmatch(text.strip().casefold())
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

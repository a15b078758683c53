"""Money as people of each country write it. Amounts are integer minor units with an ISO 4217 code."""

from __future__ import annotations

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
    return str(format_decimal(amount.quantize(Decimal("0.01")).normalize(), decimal_quantization=False))

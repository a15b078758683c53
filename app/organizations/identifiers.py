"""Numbers that registers give to organizations: how each is written, checked and masked.

Patterns of schemes that python-stdnum does not know are those the registers themselves use. A right format never means
that the organization exists: that is for a person to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _
from stdnum import lei
from stdnum.in_ import gstin, pan
from stdnum.us import ein

from app.taxonomy import Country

LONGEST = 40
# So many last characters are enough for its owner to recognize a number, and too few for anybody else to use it.
SHOWN = 2


class Scheme(StrEnum):
    """Registers whose numbers an organization may state."""

    CIN = "in-cin"
    LLPIN = "in-llpin"
    PAN = "in-pan"
    GSTIN = "in-gstin"
    UDYAM = "in-udyam"
    DPIIT = "in-dpiit"
    UEI = "us-uei"
    CAGE = "us-cage"
    EIN = "us-ein"
    LEI = "lei"


class WrongIdentifier(ValueError):
    """The value cannot be a number of its scheme; the message says how one looks."""


@dataclass(frozen=True)
class Rule:
    """How numbers of one scheme look.

    `pattern` must match the whole normalized value; `is_valid` then checks its check digits, where there are any.
    `country` is None where both countries use it. `many` says that one organization may hold several.
    """

    name: str
    pattern: str
    hint: Any
    country: Country | None
    is_valid: Callable[[str], bool] | None = None
    dashes: bool = False
    many: bool = False


RULES: dict[Scheme, Rule] = {
    Scheme.CIN: Rule(
        "CIN",
        r"[LU]\d{5}[A-Z]{2}\d{4}[A-Z]{3}\d{6}",
        _("21 characters, like L or U, 5 digits, a state, a year, 3 letters, 6 digits."),
        Country.INDIA,
    ),
    Scheme.LLPIN: Rule("LLPIN", r"[A-Z]{3}\d{4}", _("3 letters and 4 digits."), Country.INDIA),
    Scheme.PAN: Rule(
        "PAN",
        r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]",
        _("10 characters: 5 letters, 4 digits, a letter. The 4th letter tells who holds it."),
        Country.INDIA,
        pan.is_valid,
    ),
    Scheme.GSTIN: Rule(
        "GSTIN",
        r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]",
        _("15 characters: the state's 2 digits, the PAN, and 3 more. One for each state."),
        Country.INDIA,
        gstin.is_valid,
        many=True,
    ),
    Scheme.UDYAM: Rule(
        "Udyam",
        r"UDYAM-[A-Z]{2}-\d{2}-\d{7}",
        _("Like UDYAM, a state, 2 digits and 7 digits, with dashes or without."),
        Country.INDIA,
        dashes=True,
    ),
    # Sources disagree on its form, so any is taken.
    Scheme.DPIIT: Rule(
        "DPIIT",
        r"[A-Z0-9/-]{5,20}",
        _("The recognition number, 5 to 20 characters."),
        Country.INDIA,
        dashes=True,
    ),
    Scheme.UEI: Rule(
        "UEI",
        # No run of nine digits, so that it is never taken for an older number.
        r"(?!0)(?!.*\d{9})[A-HJ-NP-Z0-9]{12}",
        _("12 characters, no letter O or I, not starting with 0, never 9 digits in a row."),
        Country.UNITED_STATES,
    ),
    Scheme.CAGE: Rule(
        "CAGE", r"[0-9A-HJ-NP-Z]{5}", _("5 characters, no letter O or I."), Country.UNITED_STATES
    ),
    Scheme.EIN: Rule("EIN", r"\d{9}", _("9 digits, like 12-3456789."), Country.UNITED_STATES, ein.is_valid),
    Scheme.LEI: Rule(
        "LEI", r"[A-Z0-9]{18}\d{2}", _("20 characters, the last 2 are digits."), None, lei.is_valid
    ),
}

_UDYAM_PARTS = re.compile(r"(UDYAM)-?([A-Z]{2})-?(\d{2})-?(\d{7})")
_SPACES = re.compile(r"[\s\u2010-\u2015\u2212]+")


def normalized(scheme: Scheme, value: str) -> str:
    """The one way a number of this scheme is stored; raises `WrongIdentifier`."""
    rule = RULES[scheme]
    text = _SPACES.sub(lambda found: "" if found.group().isspace() else "-", value).upper()
    if scheme is Scheme.UDYAM:
        text = _UDYAM_PARTS.sub(r"\1-\2-\3-\4", text)
    elif not rule.dashes:
        text = text.replace("-", "")
    # ASCII only: digits of other scripts are digits to a pattern, and not to a register.
    if not text.isascii() or not re.fullmatch(rule.pattern, text):
        raise WrongIdentifier(_("This is not a %(scheme)s. %(hint)s", scheme=rule.name, hint=rule.hint))
    if rule.is_valid is not None and not rule.is_valid(text):
        raise WrongIdentifier(
            _("This %(scheme)s has a typing mistake: its check character does not fit.", scheme=rule.name)
        )
    return text


def schemes_of(country: Country) -> list[Scheme]:
    """What an organization of a country may state."""
    return [scheme for scheme, rule in RULES.items() if rule.country in (None, country)]


def masked(value: str) -> str:
    """A number for those who may know that there is one, and not which."""
    return "•" * (len(value) - SHOWN) + value[-SHOWN:]

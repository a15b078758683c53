"""E-mail addresses in the one form they are kept and compared in."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

LONGEST = 254


def normalized(address: str) -> str:
    """The address in lower case, its domain as mail servers write it (ASCII).

    Raises `ValueError` for what is not an address that mail can be sent to.
    """
    if len(address) > LONGEST:
        raise ValueError("too long")
    try:
        found = validate_email(
            address.strip(), check_deliverability=False, allow_smtputf8=False, allow_quoted_local=True
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    kept = (found.ascii_email or found.normalized).lower()
    if len(kept) > LONGEST:
        raise ValueError("too long")
    return kept


def comparable(text: str) -> str:
    """The same for text that may be no address at all: never raises."""
    try:
        return normalized(text)
    except ValueError:
        return text.strip().lower()[:LONGEST]


def masked(address: str) -> str:
    """Enough of an address for its owner to know it: ``p…@example.org``."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"

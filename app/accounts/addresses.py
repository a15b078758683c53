"""E-mail addresses in the one form they are kept and compared in."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

LONGEST = 254
LONGEST_DOMAIN = 253
# Second-level names under which others register, like co.in.
_SECOND_LEVEL = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "firm",
        "gen",
        "go",
        "gob",
        "gov",
        "ind",
        "mil",
        "ne",
        "net",
        "nic",
        "nom",
        "or",
        "org",
        "res",
        "sch",
    ]
)
# A mailbox there says nothing about an employer; the last three are set aside for examples.
_NO_EMPLOYER = frozenset(
    [
        "aol.com",
        "gmail.com",
        "gmx.com",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "rediffmail.com",
        "yahoo.co.in",
        "yahoo.com",
        "yahoo.in",
        "ymail.com",
        "zoho.com",
        "zohomail.in",
        "example.com",
        "example.net",
        "example.org",
    ]
)


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


def registrable(host: str) -> str | None:
    """The part of a host that somebody registered: two labels, three where registrars keep a second level."""
    labels = host.lower().strip(".").split(".")
    if len(labels) < 2 or not labels[-1].strip() or labels[-1].isdigit():
        return None
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-size:])[:LONGEST_DOMAIN]


def employer_domain(address: str) -> str | None:
    """The registrable domain of an address; None where anybody may have a mailbox."""
    found = registrable(address.rpartition("@")[2])
    return None if found in _NO_EMPLOYER else found

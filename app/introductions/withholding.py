"""Keep a partner unnamed: people write their own name, website or address into the texts that are quoted of them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from app.organizations.models import Organization

WITHHELD = "…"
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\+\d[\d\s().-]{7,}\d", re.IGNORECASE
)
_LEGAL_FORM = re.compile(
    r"[\s,.]+(?:private|pvt|limited|ltd|llp|llc|inc|incorporated|corp|corporation|co|company)\b\.?",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3


def unnamed(texts: list[str], organization: Organization) -> list[str]:
    """The same texts without what tells who `organization` is."""
    names = _names(organization)
    return [_without(names, _CONTACT.sub(WITHHELD, text)) for text in texts]


def _without(names: re.Pattern[str] | None, text: str) -> str:
    return names.sub(WITHHELD, text) if names else text


def _names(organization: Organization) -> re.Pattern[str] | None:
    """Its name, the name without its legal form, and its host name, in any case and spacing."""
    host = (urlsplit(organization.website or "").hostname or "").removeprefix("www.")
    names = {organization.name.strip(), _LEGAL_FORM.sub("", organization.name).strip(), host}
    spelled = [r"\s+".join(map(re.escape, name.split())) for name in names if len(name) >= _SHORTEST_NAME]
    longest_first = sorted(spelled, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if spelled else None

"""Why an organization was found, where its row does not show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from app.directory.wish import folded
from app.organizations.models import Organization
from app.taxonomy import region_spellings

AROUND = 60
SHOWN = 180
_IN_WORDS = {
    "name_hi": _("Name in Hindi"),
    "summary": _("Summary"),
    "summary_hi": _("Summary in Hindi"),
    "description": _("Description"),
    "description_hi": _("Description in Hindi"),
    "offers": _("Offers"),
    "needs": _("Needs"),
    "capabilities": _("Capabilities"),
    "thesis": _("Investment thesis"),
    "tags": _("Tags"),
    "skills": _("Skills"),
    "certifications": _("Certifications"),
}


@dataclass(frozen=True)
class Why:
    """Where a word stands, with what is around it; `hit` is empty where the meaning alone was near."""

    where: Any = ""
    before: str = ""
    hit: str = ""
    after: str = ""


def why(organization: Organization, words: list[str], by_words: bool) -> Why | None:
    """Why these words find an organization; None where everybody sees it in the row."""
    if not by_words:
        return Why()
    row = folded(
        " ".join(
            [
                organization.name,
                organization.summary[:SHOWN],
                organization.city or "",
                *region_spellings(organization.region_code),
            ]
        )
    )
    hidden = [word for word in words if word not in row]
    return _quoted(organization, hidden[0]) if hidden else None


def _quoted(organization: Organization, word: str) -> Why | None:
    for column, where in _IN_WORDS.items():
        value = getattr(organization, column) or ""
        text = " · ".join(map(str, value)) if isinstance(value, list) else " ".join(value.split())
        found = re.search(re.escape(word), text, re.IGNORECASE)
        if found is None and word in folded(text):
            text = folded(text)
            found = re.search(re.escape(word), text)
        if found:
            start, end = found.span()
            return Why(where, _tail(text[:start]), text[start:end], _head(text[end:]))
    return None


def _tail(text: str) -> str:
    return text if len(text) <= AROUND else "…" + text[-AROUND:].partition(" ")[2]


def _head(text: str) -> str:
    return text if len(text) <= AROUND else text[:AROUND].rpartition(" ")[0] + "…"

"""A text that an organization gives in two languages, as one reader sees it: their language first."""

from __future__ import annotations

from flask_babel import get_locale

from app.organizations.models import Organization

Told = list[tuple[str, str]]


def told(organization: Organization, name: str) -> Told:
    """(language, text) of what is said under `name`, the reader's language first; no empty texts."""
    texts = [getattr(organization, name), getattr(organization, f"{name}_hi")]
    found = [(language_of(text), text) for text in texts if text]
    locale = get_locale()
    reads = locale.language if locale else "en"
    return sorted(found, key=lambda one: one[0] != reads)


def own_name(organization: Organization) -> str:
    """The name in the reader's language, where the organization has one there."""
    return told(organization, "name")[0][1]


def other_name(organization: Organization) -> str:
    """The name that `own_name` is not; empty when there is one name only."""
    return next((text for _language, text in told(organization, "name")[1:]), "")


def language_of(text: str) -> str:
    """``hi`` when a text has Devanagari letters, else ``en``: for the lang attribute, by which screen readers speak."""
    return "hi" if any("\u0900" <= character <= "\u097f" for character in text) else "en"

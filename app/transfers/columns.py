"""Which column of a file stands for which of ours: guessed by name, decided by a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from rapidfuzz import fuzz, process

from app.organizations.exports import FILE_COLUMNS as EXPORTED
from app.organizations.schemas import COLUMNS

# Likeness, of 100, from which a name is taken for a misspelling and not for another word.
ALIKE = 86
REQUIRED = ("id", "kind", "name", "country")
# What a whole file may share, so that no column has to say it.
FIXABLE = ("kind", "country")
LABELS = {
    "id": _("Number or code of the organization"),
    "kind": _("Kind"),
    "name": _("Name"),
    "country": _("Country"),
    "region_code": _("State, as a code"),
    "region": _("State"),
    "city": _("City"),
    "website": _("Website"),
    "founded_year": _("Year of founding"),
    "team_size": _("Number of people"),
    "summary": _("Summary"),
    "description": _("Description"),
    "name_hi": _("Name in Hindi"),
    "summary_hi": _("Summary in Hindi"),
    "description_hi": _("Description in Hindi"),
    "offers": _("Offers, one a line"),
    "needs": _("Needs, one a line"),
    "briefs": _("Details of needs and offers, as exports have them"),
    "tags": _("Tags"),
    "technologies": _("Technologies"),
    "stage": _("Stage of a startup"),
    "is_raising": _("Whether a startup is raising money"),
    "sector": _("Sector of a firm"),
    "size_class": _("Size class of a firm"),
    "capabilities": _("Capabilities of a firm"),
    "certifications": _("Certifications"),
    "level": _("Level of a skill program"),
    "training_mode": _("Mode of a skill program"),
    "seats": _("Seats of a skill program"),
    "skills": _("Skills that are taught"),
    "intake": _("Intake of a skill program"),
    "provider": _("Provider of a course"),
    "investor_type": _("Type of investor"),
    "stages": _("Stages an investor joins"),
    "ticket_min": _("Smallest ticket, in paise or cents"),
    "ticket_max": _("Largest ticket, in paise or cents"),
    "currency": _("Currency of the ticket"),
    "cheque_range": _("Ticket in words"),
    "thesis": _("Thesis of an investor"),
    "invests_in": _("Markets an investor invests in"),
    "source": _("Where the row comes from"),
    "is_illustrative": _("Whether it is made up to show the product"),
}
# Names that other tables use, in the shape `_plain` gives them.
SYNONYMS = {
    "id": "external id|identifier|reference|ref|code|number|no|key|uid|record id|organization id|company id",
    "kind": "type|category|organization type|organisation type|entity type|company type",
    "name": "organization|organisation|company|company name|organization name|organisation name|firm|title|"
    "startup name|business name|legal name|investor name|program name",
    "country": "nation|country code|country name",
    "region": "state|province|state name|state or province|territory|location state",
    "region_code": "state code|iso region",
    "city": "town|location|headquarters|hq|hq city|district",
    "website": "url|web|site|web site|homepage|home page|link|web address|domain",
    "founded_year": "founded|year founded|founding year|established|year of establishment|since|year",
    "team_size": "employees|headcount|staff|number of employees|people|size|team",
    "summary": "short description|tagline|one liner|about|abstract|pitch|in brief",
    "description": "details|long description|profile|overview|about us|text",
    "offers": "offer|offering|offerings|products|services|products and services|what we offer",
    "needs": "need|looking for|seeking|requirements|wants|what we need",
    "tags": "keywords|labels|topics",
    "technologies": "technology|tech|technology areas|areas|domains",
    "certifications": "certificates|certification|standards",
    "stage": "startup stage|funding stage|round",
    "sector": "industry|vertical",
    "stages": "investment stages|rounds|stage focus",
    "cheque_range": "check size|ticket size|cheque size|ticket|investment size",
    "investor_type": "investor kind|fund type",
    "thesis": "investment thesis|focus",
    "skills": "skill|competencies|courses",
    "seats": "places|capacity|intake capacity",
    "source": "origin|data source",
}


def choices() -> list[tuple[str, object]]:
    """Our columns that can be chosen, with their labels, in the order of an export."""
    known = [name for name in LABELS if name in COLUMNS]
    ours = dict.fromkeys([*LABELS, *EXPORTED])
    return [(name, LABELS.get(name, name)) for name in ours if name in COLUMNS or name in known]


def guessed(header: Iterable[str]) -> dict[str, str]:
    """Our column for each of the file's, "" where none comes to mind; none of ours is guessed twice."""
    header = list(header)
    found: dict[str, str] = {}
    # Exact names first: a file of ours must be taken back as it is, whatever looks alike in it.
    for guess in (_same, _synonym, _alike):
        for name in header:
            if name not in found and (ours := guess(name)) and ours not in found.values():
                found[name] = ours
    return {name: found.get(name, "") for name in header}


def faults(mapping: dict[str, str], fixed: dict[str, str]) -> list[tuple[str, str]]:
    """What is wrong with a choice of columns, as ("twice" or "missing", our column)."""
    chosen = [name for name in mapping.values() if name]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    missing = [name for name in REQUIRED if name not in chosen and not fixed.get(name)]
    return [*(("twice", name) for name in twice), *(("missing", name) for name in missing)]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


_BY_SYNONYM = {words: ours for ours, all_ in SYNONYMS.items() for words in all_.split("|")}
_BY_NAME = {_plain(name): name for name in LABELS} | _BY_SYNONYM


def _same(name: str) -> str:
    return name if name in COLUMNS else ""


def _synonym(name: str) -> str:
    return _BY_NAME.get(_plain(name), "")


def _alike(name: str) -> str:
    best = process.extractOne(_plain(name), _BY_NAME.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return _BY_NAME[best[0]] if best else ""

"""What one imported row may hold, and how other tables' columns and words become ours.

A column the row states is taken as it is, even when empty. Technologies, skills, thesis, stages and
tickets that a row leaves out are read from its other columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app import clock
from app.organizations import brief_files, kind_cells, naming
from app.organizations.cells import MOST_TEXT, MOST_WORDS, Cells, shortened, unique
from app.taxonomy import (
    InvestorType,
    Kind,
    Sector,
    SizeClass,
    Stage,
    TrainingMode,
    is_technology,
    spellings,
    technologies_in,
    with_areas,
)

MOST_SUMMARY = 500
_MOST_SOURCE = 80
_MOST_MONEY = 10**15
_MOST_PEOPLE = 10_000_000
_THIN = 3
# Said of a course or school, but nothing one learns there.
_NOT_SKILLS = re.compile(
    r"nptel|online course|iti|hbcu|beginner|intermediate|advanced|(public|private)\b.*|self-paced", re.I
)
_COLUMNS = (
    "id kind name country region region_code city founded_year stage team_size website summary description "
    "tags cet investor_type invests_in cheque_range provider source sbir_phase2_awards sbir_last_year team_band "
    "hq_source offers needs technologies stages ticket_min ticket_max currency thesis skills level seats "
    "training_mode intake sector size_class capabilities certifications is_raising is_illustrative"
)
COLUMNS = frozenset([*_COLUMNS.split(), *kind_cells.COLUMNS, brief_files.COLUMN])


class RowRefused(Exception):
    """The row cannot be taken; `errors` holds (column, reason) for each thing that is wrong."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Profile:
    """A row that can be stored: `values` by column of `Organization`."""

    external_id: str
    values: dict[str, Any]
    technologies: list[str]
    # Columns to leave as they are when the row does not state them.
    left_alone: tuple[str, ...] = ()
    # What is told of needs and offers beyond their lines; None leaves that as it is.
    briefs: brief_files.Told | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A past partnership, by the external ids of both organizations."""

    investor: str
    company: str
    date: str


def profile_of(cells: dict[str, Any], source: str = "") -> Profile:
    """The profile a row describes; `source` is for rows that name none.

    Raises
    ------
    RowRefused
        The row has no id or name, an unknown kind or country, or impossible values.
    """
    row = Cells(cells)
    kept: list[str] = []
    external_id = row.line("id", 80, required=True)
    values = {**_basics(row, kept, source), **_texts(row)}
    own_tags = row.words("tags")
    values |= _by_kind(row, kept, values, own_tags) | kind_cells.values_of(row)
    technologies = _technologies(row, kept, values, own_tags)
    values["tags"] = unique([*own_tags, *kept])
    if len(values["tags"]) > MOST_WORDS:
        row.refuse("tags", f"has more than {MOST_WORDS} entries")
    briefs = brief_files.read(row, values)
    if row.errors:
        raise RowRefused(row.errors)
    # Exports are silent on raising money; taking one back must not forget it.
    left_alone = [*kind_cells.unstated(row), *([] if row.has("is_raising") else ["is_raising"])]
    return Profile(external_id, values, technologies, tuple(left_alone), briefs)


def link_of(cells: dict[str, Any]) -> Link:
    """The partnership a row describes; dates may lack day, month or all."""
    row = Cells(cells)
    investor = row.line("investor_id", 80, required=True)
    company = row.line("company_id", 80, required=True)
    day = row.line("date", 10)
    if day and not _is_date(day):
        row.refuse("date", "must be a date like 2017-03-31, 2017-03 or 2017")
    if row.errors:
        raise RowRefused(row.errors)
    return Link(investor, company, day)


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _basics(row: Cells, kept: list[str], source: str) -> dict[str, Any]:
    kind = _required(row, "kind", spellings.kind_of, "startup, sme, skill_program or investor")
    country = _required(row, "country", spellings.country_of, "IN or US")
    region = row.line("region_code", 120) or row.line("region", 120)
    code = spellings.region_of(country, region) if country and region else None
    # `provider` and `team_band` have no column of their own; as tags they can still be searched.
    _keep(kept, region if not code else "", row.line("provider", 120), _band(row))
    name, website = row.line("name", 200, required=True), row.address("website")
    return {
        "kind": kind,
        "name": name,
        "country": country,
        "region_code": code,
        "city": row.line("city", 120) or None,
        "website": website,
        **naming.keys_of(name, website),
        "founded_year": row.number("founded_year", 1600, clock.now().year),
        "team_size": row.number("team_size", 0, _MOST_PEOPLE),
        "source": _source(row.line("source", 500) or source),
        "is_illustrative": row.yes_no("is_illustrative") or False,
    }


def _texts(row: Cells) -> dict[str, Any]:
    summary, description = row.text("summary"), row.text("description")
    if len(summary) > MOST_SUMMARY:
        # The whole text stays readable in the description; the summary is its beginning.
        if not description.startswith(summary):
            description = f"{summary}\n\n{description}".strip()
        summary = shortened(summary, MOST_SUMMARY)
    if len(description) > MOST_TEXT:
        row.refuse("description", f"has more than {MOST_TEXT:,} characters with the summary")
    texts = {column: row.text(column) for column in ("offers", "needs", "capabilities")}
    return {"summary": summary, "description": description, **texts}


def _by_kind(row: Cells, kept: list[str], values: dict[str, Any], tags: list[str]) -> dict[str, Any]:
    return {
        **_stages(row, kept, values["kind"]),
        **_ticket(row, kept),
        "is_raising": row.yes_no("is_raising"),
        "sector": _term(row, kept, "sector", Sector),
        "size_class": _term(row, kept, "size_class", SizeClass),
        "certifications": row.words("certifications"),
        "level": row.decimal("level", 1, 8),
        "training_mode": _term(row, kept, "training_mode", TrainingMode),
        "seats": row.number("seats", 0, _MOST_PEOPLE),
        "skills": _skills(row, values, tags),
        "intake": row.line("intake", 120) or None,
        "investor_type": _investor_type(row, kept),
        "thesis": _thesis(row, values),
        "invests_in": unique(
            market for words in row.words("invests_in", 80) for market in spellings.markets_of(words)
        ),
    }


def _required(row: Cells, column: str, read: Callable[[str], Any], choices: str) -> Any:
    words = row.line(column, 120, required=True)
    found = read(words)
    if words and found is None:
        row.refuse(column, f"must be {choices}")
    return found


def _keep(kept: list[str], *words: str) -> None:
    kept.extend(word for word in words if word and not spellings.is_silent(word))


def _band(row: Cells) -> str:
    band = row.line("team_band", 40)
    return f"{band} people" if band[:1].isdigit() else ""


def _source(names: str) -> str:
    """Joined names of tables; the last ones are left out when they do not fit."""
    while len(names) > _MOST_SOURCE and ";" in names:
        names = names.rpartition(";")[0]
    return names[:_MOST_SOURCE]


def _term(row: Cells, kept: list[str], column: str, enum: type[StrEnum]) -> StrEnum | None:
    words = row.line(column, 120)
    value = spellings.plain(words).replace(" ", "_")
    if value in set(enum):
        return enum(value)
    _keep(kept, words)
    return None


def _stages(row: Cells, kept: list[str], kind: Kind | None) -> dict[str, Any]:
    """An investor's `stage` lists the rounds it joins; everyone else's is their own."""
    wanted = row.words("stages")
    own = row.line("stage", 120)
    if kind is Kind.INVESTOR and not row.has("stages"):
        wanted, own = own.split(","), ""
    found: list[str] = []
    for words in wanted:
        stages = spellings.stages_of(words)
        found += [stage.value for stage in stages]
        _keep(kept, "" if stages else words.strip())
    stage = next(iter(spellings.stages_of(own)), None)
    _keep(kept, "" if stage else own)
    return {"stage": stage, "stages": [term.value for term in Stage if term.value in found]}


def _ticket(row: Cells, kept: list[str]) -> dict[str, Any]:
    if not (row.has("ticket_min") or row.has("ticket_max")):
        words = row.line("cheque_range", 120)
        low, high, currency = spellings.amounts_of(words) or (None, None, None)
        _keep(kept, words if currency is None and re.search(r"[1-9]", words) else "")
        return {"ticket_min": low, "ticket_max": high, "ticket_currency": currency}
    low, high = row.number("ticket_min", 0, _MOST_MONEY), row.number("ticket_max", 0, _MOST_MONEY)
    currency = row.line("currency", 3).upper() or None
    if low is not None and high is not None and low > high:
        row.refuse("ticket_max", "is smaller than ticket_min")
    if currency not in {None, "INR", "USD"}:
        row.refuse("currency", "must be INR or USD")
    elif currency is None and not (low is None and high is None):
        row.refuse("currency", "is missing beside a ticket; must be INR or USD")
    return {"ticket_min": low, "ticket_max": high, "ticket_currency": currency}


def _investor_type(row: Cells, kept: list[str]) -> InvestorType | None:
    words = row.line("investor_type", 120)
    found = spellings.investor_type_of(words)
    _keep(kept, "" if found else words)
    return found


def _thesis(row: Cells, values: dict[str, Any]) -> str:
    if row.has("thesis") or values["kind"] is not Kind.INVESTOR:
        return row.text("thesis")
    return str(values["description"] or values["summary"])


def _skills(row: Cells, values: dict[str, Any], tags: list[str]) -> list[str]:
    """A course is named "Title — Provider"; a school's name says nothing of what it teaches."""
    if row.has("skills") or values["kind"] is not Kind.SKILL_PROGRAM:
        return row.words("skills")
    title, dash, _provider = values["name"].partition(" — ")
    named = [tag for tag in tags if not _NOT_SKILLS.fullmatch(tag)]
    return unique([title[:120] if dash else "", *named])[:20]


def _technologies(row: Cells, kept: list[str], values: dict[str, Any], tags: list[str]) -> list[str]:
    if row.has("technologies"):
        codes: list[str] = []
        for words in row.words("technologies"):
            found = [words] if is_technology(words) else technologies_in([words])
            codes += found
            _keep(kept, "" if found else words)
        return with_areas(codes)
    phrases = [*tags, *row.words("cet")]
    if len(phrases) < _THIN:
        phrases += [values["summary"], values["name"]]
    return sorted(technologies_in(phrases))

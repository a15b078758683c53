"""All listed organizations as a stream, with the columns an import takes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any

import sqlalchemy as sa

from app.db import db
from app.organizations import brief_files, cells, kind_cells, records
from app.organizations.models import LISTED_STATES, Organization, OrganizationTechnology

# What everybody may read on the profile page, and whether it is illustrative: nothing about its people, and not
# whether it is raising money, which only investors see.
COLUMNS = (
    "id",
    "kind",
    "name",
    "country",
    "region_code",
    "city",
    "website",
    "founded_year",
    "team_size",
    "summary",
    "description",
    "offers",
    "needs",
    "tags",
    "technologies",
    "stage",
    "sector",
    "size_class",
    "capabilities",
    "certifications",
    "level",
    "training_mode",
    "seats",
    "skills",
    "intake",
    "investor_type",
    "stages",
    "ticket_min",
    "ticket_max",
    "currency",
    "thesis",
    "invests_in",
    *kind_cells.COLUMNS,
    "source",
    "is_illustrative",
)
# A file also tells more of needs and offers than their lines.
FILE_COLUMNS = (*COLUMNS, brief_files.COLUMN)
_PAGE = 1_000
_PIECE = 1 << 18


def pieces(form: str) -> Iterator[bytes]:
    """The file in pieces; `form` is csv, xlsx or jsonl."""
    if form != "xlsx":
        yield from as_csv() if form == "csv" else as_json_lines()
        return
    with as_workbook() as file:
        while piece := file.read(_PIECE):
            yield piece


def as_csv() -> Iterator[bytes]:
    """A CSV file in pieces."""
    return records.csv_lines(FILE_COLUMNS, _rows())


def as_workbook() -> IO[bytes]:
    """An XLSX file, to be closed by whoever has read it."""
    return records.workbook(FILE_COLUMNS, _rows())


def as_json_lines() -> Iterator[bytes]:
    """A JSON Lines file in pieces."""
    return records.json_lines(_profiles())


def _rows() -> Iterator[list[Any]]:
    for profile in _profiles():
        told = brief_files.cell_of(profile[brief_files.COLUMN])
        yield [*(_cell(profile[column]) for column in COLUMNS), told]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return cells.joined(value) if isinstance(value, list) else value


def _profiles() -> Iterator[dict[str, Any]]:
    table = Organization.__table__
    last = 0
    query = (
        sa.select(table)
        .where(table.c.state.in_(LISTED_STATES), table.c.id > sa.bindparam("last"))
        .order_by(table.c.id)
        .limit(_PAGE)
    )
    while rows := db.session.execute(query, {"last": last}).mappings().all():
        technologies = _technologies_between(last, last := rows[-1]["id"])
        told = brief_files.told_of([row["id"] for row in rows])
        for row in rows:
            profile = _profile(row, technologies.get(row["id"], []))
            yield {**profile, brief_files.COLUMN: told.get(row["id"], [])}


def _profile(row: sa.RowMapping, technologies: list[str]) -> dict[str, Any]:
    own = {
        # Organizations that were made here get a number others can tell from their own.
        "id": row["external_id"] or f"sangam:{row['id']}",
        "technologies": sorted(technologies),
        "currency": row["ticket_currency"],
    }
    return {column: _plain(own[column] if column in own else row[column]) for column in COLUMNS}


def _plain(value: Any) -> Any:
    """A value that JSON has too."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _technologies_between(after: int, last: int) -> dict[int, list[str]]:
    query = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology).where(
        OrganizationTechnology.organization_id > after, OrganizationTechnology.organization_id <= last
    )
    found: dict[int, list[str]] = {}
    for organization_id, technology in db.session.execute(query):
        found.setdefault(organization_id, []).append(technology)
    return found

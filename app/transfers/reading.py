"""The rows of an uploaded file: by our columns for the import, and as given for people."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import sqlalchemy as sa

from app.db import db
from app.organizations import cells, records
from app.organizations.schemas import COLUMNS
from app.transfers.models import ImportChunk, ImportRefusal, ImportRun

PREVIEWED = 5
_LOOKED_AT = 50
MOST_COLUMNS = 200
MOST_NAME = 80
_MOST_SHOWN = 200
# A whole row as given is kept with its reasons, but not a text of megabytes.
_MOST_KEPT = 40_000


@dataclass(frozen=True, slots=True)
class GivenRecord(records.Record):
    """A row by our columns, which remembers how it was given."""

    given: Mapping[str, Any] = field(default_factory=dict)


def beginning(stream: BinaryIO, name: str) -> tuple[list[str], list[dict[str, str]]]:
    """The file's columns, and its first rows for a person to look at.

    Raises `records.UnreadableFile`.
    """
    rows = records.read(stream, name)
    seen = [record for record in itertools.islice(rows, _LOOKED_AT) if record.cells]
    rows.close()  # type: ignore[attr-defined]
    header = list(dict.fromkeys(storable(key, MOST_NAME) for record in seen for key in record.cells))
    return header[:MOST_COLUMNS], [given_cells(record.cells, _MOST_SHOWN) for record in seen[:PREVIEWED]]


def of_run(run: ImportRun, file: BinaryIO) -> Iterator[GivenRecord]:
    """All rows, by our columns. Raises `records.UnreadableFile` while reading."""
    return _by_our_columns(records.read(file, run.file_name), dict(run.mapping), dict(run.fixed))


def _by_our_columns(
    rows: Iterable[records.Record], mapping: dict[str, str], fixed: dict[str, str]
) -> Iterator[GivenRecord]:
    # Plain values come in: a look at the run itself between two batches would begin a transaction.
    for record in rows:
        mapped = _mapped(record.cells, mapping, fixed)
        yield GivenRecord(record.line, record.raw, mapped, record.problem, record.cells)


def _mapped(given: Mapping[str, Any], mapping: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, Any]:
    found = dict(fixed)
    for name, value in given.items():
        # Columns that came up below the rows a person saw are ours by their own name, or left out.
        ours = mapping.get(storable(name, MOST_NAME), name)
        if ours in COLUMNS:
            found[ours] = value
    return found


def opened(run: ImportRun) -> BinaryIO:
    """The uploaded file, put together again in a temporary file of this machine."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
    for number in itertools.count():
        query = sa.select(ImportChunk.content).where(
            ImportChunk.run_id == run.id, ImportChunk.number == number
        )
        if (piece := db.session.scalar(query)) is None:
            break
        file.write(piece)
    file.seek(0)
    return cast(BinaryIO, file)


def given_cells(given: Mapping[str, Any], most: int = _MOST_KEPT) -> dict[str, str]:
    """A row's cells as texts that a CSV file, and either database, can keep."""
    return {
        storable(name, MOST_NAME): storable(_text(value), most)
        for name, value in itertools.islice(given.items(), MOST_COLUMNS)
    }


def storable(text: str, most: int) -> str:
    """The text without what no database keeps: NUL, broken characters."""
    cut = text[:most].replace("\0", "\N{SYMBOL FOR NULL}")
    return cut.encode("utf-8", "backslashreplace").decode()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return cells.joined(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "…"


def refused_rows(header: list[str], rows: Iterable[ImportRefusal]) -> Iterator[bytes]:
    """Refused rows as a CSV file: as they were given, and at the end line, field and reason.

    Ready to be put right and sent again: the last columns are left out by the next upload.
    """
    names = [*header, "line", "field", "reason", "row"]
    return records.csv_lines(names, ([*_row(header, refusal)] for refusal in rows))


def _row(header: list[str], refusal: ImportRefusal) -> Iterator[Any]:
    for name in header:
        yield refusal.cells.get(name, "")
    yield refusal.line
    yield "; ".join(dict.fromkeys(field for field, _ in refusal.reasons if field))
    yield "; ".join(f"{field} {reason}".strip() for field, reason in refusal.reasons)
    yield "" if refusal.cells else refusal.raw

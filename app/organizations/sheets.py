"""Workbooks (XLSX): rows of text out of one, and one made of rows. What would burst memory is refused first."""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import IO, Any, BinaryIO

import python_calamine
import xlsxwriter

# A file of 50,000 whole profiles has about 120 MB of XML in it, at one to ten.
MOST_UNPACKED = 250_000_000
MOST_RATIO = 120
MOST_PARTS = 500
MOST_CELLS = 5_000_000
MOST_CHARACTERS = 200_000_000
_PIECE = 1 << 20
_OVERLAP = 400
_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_SHARED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="s"[^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})<')
_ITEM = re.compile(rb"<(?:\w+:)?si\b[^>]*>")
SIGNATURE = b"PK\x03\x04"


class UnreadableWorkbook(Exception):
    """It cannot be read, or would take more room than any honest file; the text says why."""


def rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows that are not empty, with their numbers; every cell as the text a CSV file would have.

    Raises
    ------
    UnreadableWorkbook
        It is no XLSX file, is protected, or is too large once unpacked.
    """
    inspect(stream)
    stream.seek(0)
    try:
        book = python_calamine.load_workbook(stream)
        sheet = book.get_sheet_by_index(0)
        found = sheet.iter_rows()
    except (
        python_calamine.CalamineError,
        python_calamine.PasswordError,
        python_calamine.XmlError,
        python_calamine.ZipError,
        python_calamine.WorksheetNotFound,
    ):
        raise UnreadableWorkbook(
            "The workbook cannot be read. Save it anew as an unprotected XLSX file."
        ) from None
    first = sheet.start[0] if sheet.start else 0
    for number, row in enumerate(found, first + 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield number, cells


def inspect(stream: BinaryIO) -> None:
    """Unpack once into nothing, and refuse by what is declared and by what really comes out.

    Raises `UnreadableWorkbook`.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_declared(archive)
            _Meter(archive).run()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise UnreadableWorkbook("The file is no XLSX workbook, or it is damaged.") from None


def _check_declared(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
        raise UnreadableWorkbook("The workbook has more parts than any workbook of organizations needs.")
    packed = sum(part.compress_size for part in parts)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 10_000):
        raise UnreadableWorkbook(_TOO_LARGE)


_TOO_LARGE = "The workbook is too large once unpacked. Save it as CSV, or split it."


class _Meter:
    """Counts what a workbook really holds: bytes, the rectangle of its cells, and the texts they repeat."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._unpacked = 0
        self._lengths: list[int] = []

    def run(self) -> None:
        parts = self._archive.namelist()
        shared = [name for name in parts if name.lower().endswith("sharedstrings.xml")]
        for name in shared:
            self._measure_texts(name)
        for name in parts:
            if name not in shared:
                self._measure(name)

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as part:
            while piece := part.read(_PIECE):
                self._unpacked += len(piece)
                if self._unpacked > MOST_UNPACKED:
                    raise UnreadableWorkbook(_TOO_LARGE)
                yield piece

    def _measure_texts(self, name: str) -> None:
        """The length of each shared text, by its number."""
        starts: list[int] = []
        offset, tail = 0, b""
        for piece in self._pieces(name):
            text = tail + piece
            starts += [offset + match.start() for match in _ITEM.finditer(text) if match.end() > len(tail)]
            tail = text[-_OVERLAP:]
            offset += len(text) - len(tail)
        ends = [*starts[1:], offset + len(tail)]
        self._lengths += [end - start for start, end in zip(starts, ends, strict=True)]

    def _measure(self, name: str) -> None:
        right = bottom = characters = 0
        tail = b""
        for piece in self._pieces(name):
            text = tail + piece
            for match in _REFERENCE.finditer(text):
                right, bottom = max(right, _column(match[1])), max(bottom, int(match[2]))
            if right * bottom > MOST_CELLS:
                raise UnreadableWorkbook(
                    "The sheet is too wide or too long. Delete far-away cells, or save it as CSV."
                )
            for match in _SHARED.finditer(text):
                if match.end() > len(tail) and int(match[1]) < len(self._lengths):
                    characters += self._lengths[int(match[1])]
            if characters > MOST_CHARACTERS:
                raise UnreadableWorkbook(_TOO_LARGE)
            tail = text[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str:
    """A typed cell as a CSV file would have it: whole numbers without a point, days and moments in ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    # The library that writes marks what XML has no place for, and the one that reads leaves the marks.
    return "" if cell is None else str(cell).replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")


def written(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """A workbook in a temporary file, one row in memory at a time. Texts are never taken for formulas or links."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  # the caller reads it, and closing removes it
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": False})
    # The same rows make the same file, whenever it is written.
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("Organizations")
    sheet.write_row(0, 0, header, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell)
    book.close()
    target.seek(0)
    return target


def _write(sheet: Any, row: int, column: int, cell: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell)

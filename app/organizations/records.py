"""JSON Lines, CSV and XLSX files as streams of records, in both directions.

One broken record never hides the ones after it: it comes out with its line and the reason.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, Any, BinaryIO

from app.organizations import sheets

# No valid row is longer: six long texts, each character escaped, and some lists.
MOST_JSON_LINE = 2_000_000
MOST_CSV_RECORD = 300_000
_DELIMITERS = ",;\t"
# What a spreadsheet takes for a formula, behind any number of the apostrophes that switch it off.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file. `problem` is (column, reason) when its cells could not be told apart."""

    line: int
    raw: str
    cells: dict[str, Any] = field(default_factory=dict)
    problem: tuple[str, str] | None = None


def read(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Records of a file, by its name's ending, or else by its first character.

    Raises
    ------
    UnreadableFile
        While reading, when the file is no workbook, and no text in UTF-8 with a header (CSV).
    """
    start = stream.read(64)
    stream.seek(0)
    if start.startswith(sheets.SIGNATURE) or PurePath(name).suffix.lower() == ".xlsx":
        yield from _sheet_records(stream)
        return
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("The file is in UTF-16. Save it as UTF-8 and try again.")
    suffix = PurePath(name).suffix.lower()
    is_json = suffix in {".jsonl", ".ndjson", ".json"} or (
        suffix not in {".csv", ".tsv"} and start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    )
    # Bytes that are not UTF-8 come through as lone surrogates, so that only their own row is refused.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _json_records(text) if is_json else _csv_records(text)
    finally:
        # The stream stays the caller's to close, who may have done so when reading was broken off.
        with suppress(ValueError):
            text.detach()


def _sheet_records(stream: BinaryIO) -> Iterator[Record]:
    try:
        rows = sheets.rows(stream)
        _number, header = next(rows, (0, []))
        names = [_name(cell) for cell in header]
        for number, row in rows:
            raw = json.dumps(row, ensure_ascii=False)
            filled = max(place for place, cell in enumerate(row, 1) if cell)
            row += [""] * (len(names) - len(row))
            if any(not name for name in names[:filled]) or filled > len(names):
                reason = "has a cell in a column without a name in the first row"
                yield Record(number, raw, problem=("", reason))
            else:
                # Columns without a name are empty here.
                pairs = [(name, cell) for name, cell in zip(names, row, strict=False) if name]
                yield _record(number, raw, pairs)
    except sheets.UnreadableWorkbook as error:
        raise UnreadableFile(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_whole: bool

    @property
    def problem(self) -> tuple[str, str] | None:
        if not self.is_whole:
            return "", "is longer than any row can be"
        if wrong := re.search("[\udc80-\udcff]", self.text):
            byte, place = ord(wrong.group()) - 0xDC00, wrong.start() + 1
            return "", f"is not UTF-8: byte 0x{byte:02X} at character {place}"
        return None


class _Lines:
    """Physical lines with their numbers, cut at `most` characters; lines can be given back."""

    def __init__(self, text: io.TextIOWrapper, most: int) -> None:
        self._text, self._most = text, most
        self._returned: deque[_Line] = deque()
        self._number = 0

    def next(self) -> _Line | None:
        """The next line, or None at the end."""
        if self._returned:
            return self._returned.popleft()
        text = self._text.readline(self._most)
        self._number += 1
        is_whole = len(text) < self._most or text.endswith(("\n", "\r"))
        rest = "" if is_whole else text
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(self._most)
        return _Line(self._number, text, is_whole) if text else None

    def give_back(self, lines: Sequence[_Line]) -> None:
        self._returned.extendleft(reversed(lines))

    def __iter__(self) -> Iterator[_Line]:
        return iter(self.next, None)


def _json_records(text: io.TextIOWrapper) -> Iterator[Record]:
    for line in _Lines(text, MOST_JSON_LINE):
        raw = line.text.strip()
        if not raw:
            continue
        if line.problem:
            yield Record(line.number, raw, problem=line.problem)
            continue
        try:
            yield Record(line.number, raw, _object_of(raw))
        except (ValueError, RecursionError) as error:
            yield Record(line.number, raw, problem=("", _json_reason(error)))


def _object_of(text: str) -> dict[str, Any]:
    found = json.loads(text, object_pairs_hook=_without_repeats)
    if not isinstance(found, dict):
        raise ValueError("is not a JSON object")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"has {next(name for name in names if names.count(name) > 1)!a:.60} twice")
    return found


def _json_reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error.msg} at character {error.colno}"
    if isinstance(error, RecursionError):
        return "is not JSON we can read: too deeply nested"
    return str(error) if str(error).startswith(("is ", "has ")) else "has a number that is too long"


def _csv_records(text: io.TextIOWrapper) -> Iterator[Record]:
    lines = _Lines(text, MOST_CSV_RECORD)
    header, delimiter = _header(lines)
    while first := lines.next():
        if not first.text.strip():
            continue
        block = [first, *_continuation(first, lines, delimiter)]
        found = _csv_record(block, header, delimiter)
        if found.problem and len(block) > 1:
            # A stray quote, most likely: only the line it stands on is lost.
            lines.give_back(block[1:])
            raw = first.text.rstrip("\r\n")
            yield Record(first.number, raw, problem=("", "has a quote that is not closed, or text behind it"))
        else:
            yield found


def _header(lines: _Lines) -> tuple[list[str], str]:
    line = lines.next()
    while line and not line.text.strip():
        line = lines.next()
    if line is None:
        return [], ","
    if line.problem or "\0" in line.text:
        raise UnreadableFile("The first line is not text in UTF-8. Save the file as UTF-8 CSV and try again.")
    delimiter = max(_DELIMITERS, key=line.text.count)
    try:
        (names,) = csv.reader([line.text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise UnreadableFile("The first line is not a CSV header: a quote in it is not closed.") from None
    return [_name(name) for name in names], delimiter


def _name(cell: str) -> str:
    return "_".join(restored(cell).strip().casefold().split())


def _continuation(first: _Line, lines: _Lines, delimiter: str) -> list[_Line]:
    """The lines a quoted cell runs on over; all that fit when it is never closed."""
    found: list[_Line] = []
    line: _Line | None = first
    is_open, size = False, 0
    while line and size < MOST_CSV_RECORD:
        size += len(line.text)
        is_open = _ends_in_quotes(line.text, delimiter, is_open)
        if not is_open:
            break
        line = lines.next()
        found += [line] if line else []
    return found


def _ends_in_quotes(line: str, delimiter: str, is_open: bool) -> bool:
    """Whether a quoted cell is open at the end of the line, if one was (not) open at its start."""
    if '"' not in line:
        return is_open
    place = 0
    while True:
        if not is_open and not line.startswith('"', place):
            place = line.find(delimiter, place) + 1
            if not place:
                return False
            continue
        place = _after_quotes(line, place if is_open else place + 1)
        if not place:
            return True
        is_open = False
        place = line.find(delimiter, place) + 1
        if not place:
            return False


def _after_quotes(line: str, place: int) -> int:
    """The place behind the closing quote; 0 when there is none."""
    while (place := line.find('"', place)) >= 0:
        if not line.startswith('""', place):
            return place + 1
        place += 2
    return 0


def _csv_record(block: list[_Line], header: list[str], delimiter: str) -> Record:
    number, raw = block[0].number, "".join(line.text for line in block).rstrip("\r\n")
    for line in block:
        if line.problem:
            return Record(number, raw, problem=line.problem)
    try:
        (row,) = csv.reader([line.text for line in block], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        return Record(number, raw, problem=("", f"is not CSV: {error}"))
    if len(row) != len(header):
        reason = f"has {len(row)} columns where the header has {len(header)}"
        return Record(number, raw, problem=("", reason))
    return _record(number, raw, zip(header, row, strict=True))


def _record(number: int, raw: str, pairs: Iterable[tuple[str, str]]) -> Record:
    cells: dict[str, Any] = {}
    for column, cell in ((name, restored(given)) for name, given in pairs):
        if cells.setdefault(column, cell) != cell:
            return Record(
                number, raw, problem=(column[:60], "stands twice in the header, with two values here")
            )
    return Record(number, raw, cells)


def neutralized(cell: str) -> str:
    """The cell with an apostrophe before anything a spreadsheet would run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """What `neutralized` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file in pieces, formulas neutralized; the mark at its start tells spreadsheets it is UTF-8."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in itertools.chain([header], rows):
        writer.writerow([neutralized(cell) if isinstance(cell, str) else cell for cell in row])
        yield buffer.getvalue().encode("utf-8", "backslashreplace")
        buffer.seek(0)
        buffer.truncate()


def workbook(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An XLSX file, from its start, with the same apostrophes before formulas as a CSV file."""
    return sheets.written(
        header, ([neutralized(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    )


def json_lines(objects: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A JSON Lines file in pieces."""
    for each in objects:
        yield json.dumps(each, ensure_ascii=False, allow_nan=False).encode() + b"\n"

"""The cells of one imported row, read with their types; what is wrong is collected, not raised at once."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from app import forms

MOST_TEXT = 20_000
MOST_WORDS = 100
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}")
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SCHEMES = re.compile(r"^(?:ht+ps?:/+)+", re.I)
_HOST = re.compile(r"[^@.:]+(\.[^@.:]+)+\.?(:\d{1,5})?")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+$")
_SPLIT_AT = re.compile(r"[;|]")


class Cells:
    """One row. Each method reads one column and notes in `errors` (column, reason) why it cannot be taken."""

    def __init__(self, cells: dict[str, Any]) -> None:
        self.cells = cells
        self.errors: list[tuple[str, str]] = []

    def has(self, column: str) -> bool:
        """True when the row states the column, be it as empty."""
        return column in self.cells

    def refuse(self, column: str, reason: str) -> None:
        self.errors.append((column, reason))

    def text(self, column: str, most: int = MOST_TEXT) -> str:
        """Text of any number of lines; empty when absent."""
        value = self.cells.get(column)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(column, f"must be text, not {_kind_of(value)}")
            return ""
        return self._stored(column, value, most)

    def line(self, column: str, most: int, *, required: bool = False) -> str:
        """Text on one line; empty when absent."""
        before = len(self.errors)
        text = " ".join(self.text(column, most).split())
        if required and not text and len(self.errors) == before:
            self.refuse(column, "is missing")
        return text

    def words(self, column: str, most: int = 120) -> list[str]:
        """A list of short texts without repeats: a JSON list, or one cell with `;`, `|` or commas between."""
        value = self.cells.get(column)
        if isinstance(value, str):
            value = _split(value)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.refuse(column, "must be a list of texts")
            return []
        if len(value) > MOST_WORDS:
            self.refuse(column, f"has {len(value)} entries; at most {MOST_WORDS} are taken")
            return []
        return unique(self._stored(column, " ".join(word.split()), most) for word in value)

    def number(self, column: str, low: int, high: int) -> int | None:
        """A whole number in bounds; None when absent."""
        value = self.cells.get(column)
        if isinstance(value, str):
            if not value.strip():
                return None
            value = int(value) if _WHOLE_NUMBER.fullmatch(value.strip()) else value
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(column, f"must be a whole number, not {_kind_of(value)}")
        elif not low <= value <= high:
            self.refuse(column, f"must lie between {low} and {high}")
        else:
            return value
        return None

    def decimal(self, column: str, low: int, high: int) -> Decimal | None:
        """A number with at most one decimal, in bounds; None when absent."""
        value = self.cells.get(column)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            if isinstance(value, bool) or len(text := str(value).strip()) > 10:
                raise ValueError
            number = Decimal(text)
        except (InvalidOperation, ValueError):
            self.refuse(column, f"must be a number, not {_kind_of(value)}")
            return None
        if not number.is_finite() or not low <= number <= high or number != round(number, 1):
            self.refuse(column, f"must lie between {low} and {high}, with at most one decimal")
            return None
        return round(number, 1)

    def yes_no(self, column: str) -> bool | None:
        """True or false; None when absent."""
        value = self.cells.get(column)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().casefold() if isinstance(value, str | int) else "?"
        if word and word not in _YES_NO:
            self.refuse(column, "must be true or false")
        return _YES_NO.get(word)

    def address(self, column: str) -> str | None:
        """An http(s) address; doubled schemes and slashes and stray quotes, as tables have them, are put right."""
        given = self.line(column, 500).strip("\"'”“ ")
        if not given:
            return None
        start = _SCHEMES.match(given)
        scheme = "http" if start and "https" not in start.group().casefold() else "https"
        address = f"{scheme}://{given[start.end() :] if start else given}"
        if re.search(r"\s", address) or not _HOST.fullmatch(_host_of(address)):
            self.refuse(column, "must be an address like https://example.org")
        elif len(address) > 500:
            self.refuse(column, "has more than 500 characters")
        return address

    def _stored(self, column: str, value: str, most: int) -> str:
        if value.isascii() and value.isprintable():
            text = value.strip()
        elif forms.is_storable(value):
            text = re.sub(r"\r\n?", "\n", forms.clean(value))
        else:
            self.refuse(column, "has control characters or broken characters that cannot be stored")
            return ""
        if len(text) > most:
            self.refuse(column, f"has {len(text):,} characters; at most {most:,} are taken")
            return ""
        return text


def unique(words: Any) -> list[str]:
    """Non-empty words in their order, the first of those that differ in case only."""
    first: dict[str, str] = {}
    for word in words:
        if word:
            first.setdefault(word.casefold(), word)
    return list(first.values())


def joined(words: list[str]) -> str:
    """The list as one cell that `Cells.words` reads back exactly."""
    if any(re.search(r"[;|,\[\"\r\n]", word) for word in words):
        return json.dumps(words, ensure_ascii=False)
    return "; ".join(words)


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _split(cell: str) -> list[Any] | str:
    text = cell.strip()
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return listed if isinstance(listed, list) else text
    return _SPLIT_AT.split(text) if _SPLIT_AT.search(text) else text.split(",")


def _kind_of(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "an infinite or undefined number"
    names = {bool: "true or false", int: "a number", float: "a fraction", str: "text", list: "a list"}
    return names.get(type(value), "an object")


def shortened(text: str, most: int) -> str:
    """The beginning of a text with an ellipsis, cut between words, or else never inside a character."""
    head = text[: most - 1]
    if (space := max(head.rfind(" "), head.rfind("\n"))) > most // 2:
        return head[:space].rstrip() + "…"
    end = most - 1
    # A "character" of more than forty parts is nobody's text: then it is cut.
    while end > max(1, most - 40) and not _may_cut(text[:end], text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


def _may_cut(head: str, after: str) -> bool:
    """False inside what a reader sees as one character: marks, joiners, conjuncts, skin tones and flags."""
    before = head[-1]
    is_conjunct = unicodedata.combining(before) == 9
    is_part = (
        unicodedata.category(after)[0] == "M" or after == "\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
    letters = _FLAG_LETTERS.search(head)
    is_half_flag = bool(letters and len(letters.group()) % 2 and _FLAG_LETTERS.match(after))
    return not (is_part or is_conjunct or is_half_flag or before == "\u200d")

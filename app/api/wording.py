"""What pydantic found, in the words that files and forms use for the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

_KINDS = {
    type(None): "nothing",
    bool: "true or false",
    int: "a number",
    float: "a fraction",
    str: "text",
    list: "a list",
    dict: "an object",
}
Words = Callable[[dict[str, Any], Any], str]


def field_errors(error: ValidationError) -> list[tuple[str, str]]:
    """(field, message) of each thing that is wrong."""
    return [
        (".".join(map(str, one["loc"])), _message(one["type"], one.get("ctx", {}), one["input"], one["msg"]))
        for one in error.errors(include_url=False)
    ]


def _message(kind: str, context: dict[str, Any], given: Any, otherwise: str) -> str:
    say = _WORDS.get(kind)
    return say(context, given) if say else otherwise


def _not_a(wanted: str) -> Words:
    return lambda _context, given: f"must be {wanted}, not {_KINDS.get(type(given), 'that')}"


_WORDS: dict[str, Words] = {
    "missing": lambda _context, _given: "is missing",
    "extra_forbidden": lambda _context, _given: "is nothing that can be set here",
    "string_type": _not_a("text"),
    "int_type": _not_a("a whole number"),
    "int_parsing": _not_a("a whole number"),
    "int_from_float": _not_a("a whole number"),
    "bool_type": lambda _context, _given: "must be true or false",
    "bool_parsing": lambda _context, _given: "must be true or false",
    "list_type": lambda _context, _given: "must be a list",
    "model_type": _not_a("an object"),
    "enum": lambda context, _given: (
        "must be one of " + context["expected"].replace("'", "").replace(" or ", ", ")
    ),
    "literal_error": lambda context, _given: (
        "must be one of " + context["expected"].replace("'", "").replace(" or ", ", ")
    ),
    "string_too_long": lambda context, given: (
        f"has {len(given):,} characters; at most {context['max_length']:,} are taken"
    ),
    "string_too_short": lambda _context, _given: "is missing",
    "too_long": lambda context, _given: f"has more than {context['max_length']} entries",
    "greater_than_equal": lambda context, _given: f"must be at least {context['ge']}",
    "less_than_equal": lambda context, _given: f"must be at most {context['le']}",
    "date_type": _not_a("a day like 2027-03-31"),
    "date_parsing": lambda _context, _given: "must be a day like 2027-03-31",
    "date_from_datetime_parsing": lambda _context, _given: "must be a day like 2027-03-31",
    "date_from_datetime_inexact": lambda _context, _given: "must be a day like 2027-03-31",
}

"""What programs send: strict JSON, and query parameters, as objects of a schema."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar, get_origin

from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError

from app.api import wording
from app.api.problems import Problem, invalid
from app.forms import is_storable

M = TypeVar("M", bound=BaseModel)
_MOST_DEPTH = 20
_MOST_DIGITS = 40
_BROKEN = "has control characters or broken characters that cannot be stored"


class _Unusable(ValueError):
    """JSON by its grammar, and yet nothing that could be taken."""


def read(schema: type[M]) -> M:
    """The body as an object of `schema`; raises `Problem` for everything else."""
    raw = _raw()
    if errors := _unkept(_parsed(raw)):
        raise invalid(errors)
    try:
        return schema.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid(wording.field_errors(error)) from None


def read_query(schema: type[M]) -> M:
    """The query parameters as an object of `schema`; lists are given by repeating a name."""
    given = request.args.to_dict(flat=False)
    lists = {name for name, field in schema.model_fields.items() if get_origin(field.annotation) is list}
    errors = [(name, "is given twice") for name, values in given.items() if name not in lists and values[1:]]
    errors += [
        (name, _BROKEN) for name, values in given.items() if not all(map(is_storable, [name, *values]))
    ]
    if errors:
        raise invalid(errors)
    try:
        return schema.model_validate({name: v if name in lists else v[0] for name, v in given.items()})
    except ValidationError as error:
        raise invalid(wording.field_errors(error)) from None


def _raw() -> bytes:
    if request.content_encoding:
        raise Problem(415, _("Send the body as it is, without Content-Encoding."))
    if request.mimetype != "application/json":
        raise Problem(415, _("Send the body as JSON, with Content-Type: application/json."))
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Problem(415, _("Send the body in UTF-8."))
    return request.get_data()


def _parsed(raw: bytes) -> Any:
    """The JSON value; what no grammar forbids and no database keeps is refused by name."""
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repeats,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise Problem(
            400, f"The body is not UTF-8: byte 0x{raw[error.start]:02X} at place {error.start + 1}."
        ) from None
    except RecursionError:
        raise invalid([("", "is not JSON we can read: too deeply nested")]) from None
    except json.JSONDecodeError as error:
        raise Problem(
            400, f"The body is not JSON: {error.msg} at line {error.lineno}, character {error.colno}."
        ) from None
    except _Unusable as error:
        raise invalid([("", str(error))]) from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise _Unusable(f"has {next(name for name in names if names.count(name) > 1)!a:.60} twice")
    return found


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise _Unusable("has a number that is too long")
    return int(digits)


def _unkept(parsed: Any) -> list[tuple[str, str]]:
    """Fields whose value no database keeps. Walked without recursion, since depth is the sender's."""
    errors, waiting = [], [("", parsed, 0)]
    while waiting:
        place, value, depth = waiting.pop()
        if depth > _MOST_DEPTH:
            return [("", "is not JSON we can read: too deeply nested")]
        if isinstance(value, str) and not is_storable(value):
            errors.append((place, _BROKEN))
        elif isinstance(value, float) and not math.isfinite(value):
            errors.append((place, "must not be an infinite or undefined number"))
        elif isinstance(value, dict):
            waiting += [(_joined(place, name), each, depth + 1) for name, each in value.items()]
            errors += [("", _BROKEN) for name in value if not is_storable(name)]
        elif isinstance(value, list):
            waiting += [(_joined(place, str(at)), each, depth + 1) for at, each in enumerate(value)]
    return errors


def _joined(place: str, name: str) -> str:
    shown = name[:80].encode("ascii", "backslashreplace").decode()
    return f"{place}.{shown}" if place else shown

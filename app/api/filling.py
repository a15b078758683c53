"""What a program sends, put into the form that a person would fill in: one set of rules and messages for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from app.api.problems import invalid
from app.forms import BaseForm

F = TypeVar("F", bound=BaseForm)
# The forms' own protection is for browsers; see `blueprint`.
WITHOUT_COOKIE = {"csrf": False}


def sent(values: Mapping[str, Any]) -> MultiDict[str, str]:
    """Values as a browser would send them; None is an empty field."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        each = value if isinstance(value, list) else [value]
        pairs += [(name, "" if one is None else str(one)) for one in each]
    return MultiDict(pairs)


def checked(form: F, names: Mapping[str, str] | None = None) -> F:
    """The form, when it passes; raises `Problem` with its messages. `names` are fields that have another name here."""
    if not form.validate():
        raise invalid(
            ((names or {}).get(field, field), str(message))
            for field, messages in form.errors.items()
            for message in messages
        )
    return form

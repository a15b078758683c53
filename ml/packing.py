"""Frames, indexes and our dataclasses as plain arrays, lists and JSON, and back: what an archive of a model is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml.features import Features
from ml.profiles import Profile

# Dataclasses that a model may hold, by name: nothing else is ever made from a file.
_KNOWN: dict[str, type] = {cls.__name__: cls for cls in (Features, Profile)}
_MARK = "is"


def packed(value: Any) -> Any:
    """`value` in a form that the archive can hold; see `unpacked`."""
    if isinstance(value, pd.DataFrame):
        columns = {str(name): _column(value[name]) for name in value.columns}
        return {_MARK: "frame", "index": _column(value.index.to_series()), "columns": columns}
    if isinstance(value, pd.Index):
        return {_MARK: "index", "name": value.name, "values": _column(value.to_series())}
    if is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: packed(getattr(value, field.name)) for field in fields(value)}
        return {_MARK: type(value).__name__, "fields": inside}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {_MARK: "dict", "items": {key: packed(item) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return _sequence(value)
    return value


def unpacked(value: Any) -> Any:
    """What `packed` was given. A tuple inside of JSON text comes back as a list.

    Raises
    ------
    ValueError
        When it names a dataclass that is not ours.
    """
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    if not isinstance(value, dict) or _MARK not in value:
        return value
    if value[_MARK] in _READERS:
        return _READERS[value[_MARK]](value)
    return _known(value[_MARK])(**{name: unpacked(item) for name, item in value["fields"].items()})


def _sequence(value: list[Any] | tuple[Any, ...]) -> Any:
    """Sequences of plain things as JSON text: a node of the archive for each word would take minutes."""
    if isinstance(value, list) and all(isinstance(item, (str, int, float, type(None))) for item in value):
        return {_MARK: "json", "text": json.dumps(value)}
    if isinstance(value, list) and is_dataclass(value[0]) and len({type(item) for item in value}) == 1:
        names = [field.name for field in fields(value[0])]
        rows = [[getattr(item, name) for name in names] for item in value]
        return {_MARK: "rows", "of": type(value[0]).__name__, "text": json.dumps(rows, default=_plain)}
    items = [packed(item) for item in value]
    return {_MARK: "tuple", "items": items} if isinstance(value, tuple) else items


def _rows(name: str, rows: list[list[Any]]) -> list[Any]:
    return [_known(name)(*(_frozen(cell) for cell in row)) for row in rows]


def _frozen(value: Any) -> Any:
    """Our dataclasses hold tuples where JSON has lists."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _known(name: str) -> type:
    if name not in _KNOWN:
        raise ValueError(f"a model holds no {name}")
    return _KNOWN[name]


def _column(values: pd.Series[Any]) -> Any:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biuf":
        return {_MARK: "array", "values": values.to_numpy()}
    text = json.dumps(values.tolist(), default=_plain)
    return {_MARK: "json", "text": text, "dtype": str(values.dtype)}


def _values(column: dict[str, Any]) -> Any:
    if column[_MARK] == "array":
        return column["values"]
    return pd.array(json.loads(column["text"]), dtype=column["dtype"])


def _plain(value: Any) -> Any:
    """Cells that JSON has no form for: arrays and sets become lists, the rest its text."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return value.tolist() if hasattr(value, "tolist") else str(value)


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "frame": lambda value: pd.DataFrame(
        {name: _values(column) for name, column in value["columns"].items()}, index=_values(value["index"])
    ),
    "index": lambda value: pd.Index(_values(value["values"]), name=value["name"]),
    "dict": lambda value: {key: unpacked(item) for key, item in value["items"].items()},
    "tuple": lambda value: tuple(unpacked(value["items"])),
    "json": lambda value: json.loads(value["text"]),
    "rows": lambda value: _rows(value["of"], json.loads(value["text"])),
}

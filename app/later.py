"""Modules that are imported when they are first used: see docs/decisions/0017."""

from __future__ import annotations

import importlib
from typing import Any


class _Later:
    """Stands for a module until something of it is asked for; Python's own lock lets one thread import it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> Any:
        return getattr(importlib.import_module(self._name), wanted)


def later(name: str) -> Any:
    """The module of this name, imported at its first use. Type checkers are told of it under `TYPE_CHECKING`."""
    return _Later(name)

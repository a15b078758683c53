"""What an endpoint takes and gives, said beside it: the OpenAPI document is made from this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    summary: str
    gives: type[BaseModel] | None
    status: int = 200
    takes: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    # Answers of problems beside those that follow from the rest.
    problems: tuple[int, ...] = ()
    # Needs If-Match, and answers with the ETag to send next time.
    is_guarded: bool = False
    # The answer has an ETag.
    has_etag: bool = False
    # May be sent twice under one Idempotency-Key.
    is_replayable: bool = False


def operation(
    summary: str, gives: type[BaseModel] | None = None, status: int = 200, **more: Any
) -> Callable[[F], F]:
    """Say what a view takes and gives; `more` are the other fields of `Operation`."""

    def mark(view: F) -> F:
        view.operation = Operation(summary, gives, status, **more)  # type: ignore[attr-defined]
        return view

    return mark


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What was said beside a view."""
    return getattr(view, "operation", None)

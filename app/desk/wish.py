"""Which part of the queue a manager wants to see, and in which order: read from an address and written back into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app import clock
from app.desk.models import CaseKind, CaseState
from app.taxonomy import Country, Kind

LARGEST_ID = 2**31 - 1
# What stays in the queue; closed cases are found by their address only.
_STATES = (CaseState.OPEN, CaseState.WAITING, CaseState.STAGED)


class Order(StrEnum):
    """What comes first: what is due, what is worth most, or what fewest have given an opinion on."""

    DUE = "due"
    BEST = "best"
    OPINIONS = "opinions"


Place = tuple[datetime | float | int, ...]


@dataclass(frozen=True)
class Wish:
    """Filters and order of the queue. Values nobody knows are left out, so that an old address works."""

    kind: CaseKind | None = None
    state: CaseState = CaseState.OPEN
    program_id: int | None = None
    organization: Kind | None = None
    country: Country | None = None
    is_late: bool = False
    is_mine: bool = False
    order: Order = Order.DUE
    # Where the last page ended: the values it was ordered by, and the id.
    after: Place | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wish:
        """The wish in an address's query."""
        program, order = asked.get("program", ""), _one(Order, asked.get("order", "")) or Order.DUE
        state = _one(CaseState, asked.get("state", ""))
        return cls(
            kind=_one(CaseKind, asked.get("kind", "")),
            state=state if state in _STATES else CaseState.OPEN,
            program_id=int(program) if _is_id(program) else None,
            organization=_one(Kind, asked.get("organization", "")),
            country=_one(Country, asked.get("country", "")),
            is_late="late" in asked,
            is_mine="mine" in asked,
            order=order,
            after=_place(order, asked.get("after", "")),
        )

    @property
    def address(self) -> dict[str, Any]:
        """The query of an address that asks for the same again."""
        own = {
            "kind": self.kind,
            "state": self.state if self.state is not CaseState.OPEN else "",
            "program": self.program_id,
            "organization": self.organization,
            "country": self.country,
            "late": "1" if self.is_late else "",
            "mine": "1" if self.is_mine else "",
            "order": self.order if self.order is not Order.DUE else "",
            "after": "~".join(map(_text, self.after)) if self.after else "",
        }
        return {name: str(value) for name, value in own.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out of what is open."""
        chosen = (self.kind, self.program_id, self.organization, self.country)
        return any(one is not None for one in chosen) or self.is_late or self.is_mine

    def but(self, **changes: Any) -> dict[str, Any]:
        """The address of the same wish with other values, from its start."""
        return replace(self, **{"after": None, **changes}).address

    def in_state(self, state: str) -> dict[str, Any]:
        return self.but(state=CaseState(state))

    def of_kind(self, kind: str) -> dict[str, Any]:
        return self.but(kind=CaseKind(kind) if kind else None)

    def in_order(self, order: str) -> dict[str, Any]:
        return self.but(order=Order(order))


def _one(choices: Any, value: str) -> Any:
    return choices(value) if value in set(choices) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= LARGEST_ID


def _text(value: datetime | float) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _place(order: Order, text: str) -> Place | None:
    """Where a page ended; None for what is no place of this order."""
    parts = text.split("~")
    if not _is_id(parts[-1]):
        return None
    try:
        return (*_values(order, parts[:-1]), int(parts[-1]))
    except (ValueError, OverflowError):
        return None


def _values(order: Order, parts: list[str]) -> Place:
    if order is Order.BEST:
        (value,) = map(float, parts)
        if not 0 <= value <= 1:
            raise ValueError
        return (value,)
    if order is Order.OPINIONS:
        given, due = parts
        if not 0 <= int(given) <= LARGEST_ID:
            raise ValueError
        return int(given), _moment(due)
    (due,) = parts
    return (_moment(due),)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(clock.now().tzinfo)

"""Cells of the columns that came later: what each kind is judged by, and texts in Hindi.

A row that does not state one of them leaves it as it is, so that older files stay good. Terms of a raise and a firm's
own figures are in no file, in neither direction.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Any

from app import clock
from app.organizations.cells import MOST_TEXT, Cells
from app.taxonomy import Instrument, LeadRole, Recognition, RecognitionStage

COLUMNS = (
    "name_hi",
    "summary_hi",
    "description_hi",
    "recognition",
    "recognition_stage",
    "nic_code",
    "naics_code",
    "size_claimed_on",
    "completion_rate",
    "placement_rate",
    "graduates",
    "outcomes_year",
    "hours",
    "credits",
    "languages",
    "intake_dates",
    "fee_amount",
    "fee_currency",
    "occupation",
    "ticket_sweet",
    "instruments",
    "exclusions",
    "cheques_a_year",
    "decision_weeks",
    "lead_role",
    "open_until",
)
_MOST_MONEY = 10**15


def values_of(row: Cells) -> dict[str, Any]:
    """All of these columns; what is wrong is noted in the row."""
    return {**_hindi(row), **_of_firms(row), **_of_programs(row), **_of_investors(row)}


def unstated(row: Cells) -> list[str]:
    """Those the row says nothing of."""
    return [name for name in COLUMNS if not row.has(name)]


def _hindi(row: Cells) -> dict[str, Any]:
    return {
        "name_hi": row.line("name_hi", 200),
        "summary_hi": row.text("summary_hi", 500),
        "description_hi": row.text("description_hi", MOST_TEXT),
    }


def _of_firms(row: Cells) -> dict[str, Any]:
    return {
        "recognition": _term(row, "recognition", Recognition),
        "recognition_stage": _term(row, "recognition_stage", RecognitionStage),
        "nic_code": _code(row, "nic_code", r"\d{2,5}"),
        "naics_code": _code(row, "naics_code", r"\d{2,6}"),
        "size_claimed_on": _day(row, "size_claimed_on"),
    }


def _of_programs(row: Cells) -> dict[str, Any]:
    return {
        "completion_rate": row.number("completion_rate", 0, 100),
        "placement_rate": row.number("placement_rate", 0, 100),
        "graduates": row.number("graduates", 0, 10_000_000),
        "outcomes_year": row.number("outcomes_year", 1900, clock.now().year),
        "hours": row.number("hours", 0, 100_000),
        "credits": row.decimal("credits", 0, 1_000),
        "languages": row.words("languages", 40),
        "intake_dates": _days(row, "intake_dates"),
        "fee_amount": row.number("fee_amount", 0, _MOST_MONEY),
        "fee_currency": _currency(row, "fee_currency"),
        "occupation": row.line("occupation", 120) or None,
    }


def _of_investors(row: Cells) -> dict[str, Any]:
    instruments = row.words("instruments", 40)
    if unknown := [word for word in instruments if word not in set(Instrument)]:
        row.refuse("instruments", f"has {unknown[0]!a:.60}; known are {', '.join(Instrument)}")
    return {
        "ticket_sweet": row.number("ticket_sweet", 0, _MOST_MONEY),
        "instruments": instruments,
        "exclusions": row.text("exclusions"),
        "cheques_a_year": row.number("cheques_a_year", 0, 10_000),
        "decision_weeks": row.number("decision_weeks", 0, 1_000),
        "lead_role": _term(row, "lead_role", LeadRole),
        "open_until": _day(row, "open_until"),
    }


def _term(row: Cells, column: str, enum: type[StrEnum]) -> StrEnum | None:
    word = row.line(column, 40).casefold()
    if word and word not in set(enum):
        row.refuse(column, f"must be one of {', '.join(enum)}")
    return enum(word) if word in set(enum) else None


def _code(row: Cells, column: str, pattern: str) -> str | None:
    code = row.line(column, 20)
    if code and not re.fullmatch(pattern, code, re.ASCII):
        row.refuse(column, "must be a code of digits")
    return code or None


def _currency(row: Cells, column: str) -> str | None:
    currency = row.line(column, 3).upper()
    if currency not in {"", "INR", "USD"}:
        row.refuse(column, "must be INR or USD")
    return currency or None


def _day(row: Cells, column: str) -> date | None:
    text = row.line(column, 40)
    found = _date_of(text)
    if text and found is None:
        row.refuse(column, "must be a day like 2027-03-31")
    return found


def _days(row: Cells, column: str) -> list[str]:
    texts = row.words(column, 40)
    if any(_date_of(text) is None for text in texts):
        row.refuse(column, "must be days like 2027-03-31")
    return sorted(texts)


def _date_of(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

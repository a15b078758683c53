"""Values of columns as JSON keeps them, and back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import sqlalchemy as sa

from app.db import UtcDateTime


def encoded(value: Any) -> Any:
    """A value of a column, as JSON keeps it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def decoded(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """The value again."""
    if value is None or isinstance(kind, sa.JSON):
        return value
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    if isinstance(kind, UtcDateTime | sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return Decimal(value)
    return bytes.fromhex(value) if isinstance(kind, sa.LargeBinary) else value

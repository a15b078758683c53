"""Time between two moments, for the database to order and compare by."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class DaysBetween(FunctionElement[float]):
    """Days from one moment to a later one."""

    name = "days_between"
    type = sa.Float()
    inherit_cache = True


@compiles(DaysBetween, "sqlite")
def _of_sqlite(element: DaysBetween, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(one, **more) for one in element.clauses)
    return f"(julianday({end}) - julianday({start}))"


@compiles(DaysBetween, "postgresql")
def _of_postgresql(element: DaysBetween, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(one, **more) for one in element.clauses)
    return f"(extract(epoch FROM {end} - {start}) / 86400)"

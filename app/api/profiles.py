"""Changes of a profile, judged as a row of an import file is: the present profile with the changes laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.api.problems import invalid
from app.api.schemas import ProfileChange
from app.organizations import exports, forms, schemas
from app.organizations.models import Organization
from app.taxonomy import is_technology

# Columns of the file that have another name in the table.
_COLUMNS = {"currency": "ticket_currency"}
_EMPTY: tuple[Any, ...] = (None, "", [])
# Read from the other columns where a file leaves them out; here each is what it is.
_NOT_READ = {"id": "-", "tags": [], "source": "-"}


def values_of(organization: Organization, change: ProfileChange) -> dict[str, Any]:
    """Columns and values to save; raises `Problem` with each field that cannot be taken."""
    stated = change.model_dump(mode="json", include=change.model_fields_set)
    if errors := [*_not_asked(organization, stated), *_unknown_technologies(stated)]:
        raise invalid(errors)
    try:
        profile = schemas.profile_of({**_present(organization), **stated})
    except schemas.RowRefused as refused:
        raise invalid(refused.errors) from None
    values = {**profile.values, "technologies": profile.technologies}
    found = {name: values[_COLUMNS.get(name, name)] for name in stated}
    if lost := [name for name, value in found.items() if value in _EMPTY and stated[name] not in _EMPTY]:
        raise invalid((name, "is nothing we know for this organization") for name in lost)
    return {_COLUMNS.get(name, name): value for name, value in found.items()}


def _not_asked(organization: Organization, stated: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind = organization.kind
    return [
        (name, f"is not asked of organizations of kind {kind.value}")
        for name in stated
        if forms.step_with(kind, _COLUMNS.get(name, name)) is None
    ]


def _unknown_technologies(stated: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A file's other words become tags; a program means codes."""
    return [
        (f"technologies.{at}", "is no technology we know; /terms lists them")
        for at, code in enumerate(stated.get("technologies") or [])
        if not is_technology(code)
    ]


def _present(organization: Organization) -> dict[str, Any]:
    """The profile as a row of the file."""
    row = {
        column: _plain(getattr(organization, _COLUMNS.get(column, column)))
        for column in exports.COLUMNS
        if column not in _NOT_READ
    }
    return {**row, **_NOT_READ, "is_raising": organization.is_raising}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    # Also the technologies, which are a proxy of rows.
    return list(value) if not isinstance(value, str | int | float | None) else value

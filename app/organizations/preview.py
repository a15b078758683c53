"""The profile as it would be with what is typed and not yet saved."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.organizations.models import Organization


def overlaid(organization: Organization, values: dict[str, Any]) -> Organization:
    """A copy of `organization` with `values` in place; it belongs to no session and cannot be saved."""
    columns = {one.key: getattr(organization, one.key) for one in sa.inspect(Organization).column_attrs}
    copy = Organization(**columns, technologies=list(organization.technologies))
    for name, value in values.items():
        setattr(copy, name, value)
    return copy

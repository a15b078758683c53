"""Which answers of a profile a manager can ask for again."""

from __future__ import annotations

from typing import Any

from app.organizations import forms, services
from app.organizations.models import Organization


def fields_to_ask(organization: Organization) -> list[tuple[str, Any]]:
    """(column, label) of what the guided form asks this kind of organization, in its order."""
    return [
        (field.name, field.label.text)
        for step in forms.STEPS
        for field in forms.step_form(organization, step)
        if field.name in services.PROFILE
    ]

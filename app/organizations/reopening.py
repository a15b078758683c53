"""A profile that was returned with a question opens only the answers that were asked for."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _

from app.errors import RuleBroken
from app.organizations.models import Organization, ProfileState

WHY = _(
    "The program managers asked about other answers. This one opens again once you have handed the profile in."
)


class StaysClosed(RuleBroken):
    """Only the answers that were asked for are open."""


def closed(organization: Organization, names: Iterable[str]) -> list[str]:
    """Which of these answers stay as they are until the profile is handed in again."""
    if organization.state is not ProfileState.RETURNED or not organization.asked_fields:
        return []
    return [name for name in names if name not in organization.asked_fields]


def require_open(organization: Organization, names: Iterable[str]) -> None:
    """Raise `StaysClosed` when one of these answers is not open."""
    if closed(organization, names):
        raise StaysClosed(WHY)

"""Two profiles side by side, as a manager reads them to tell whether they are one organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.organizations import identifying, queries, wording
from app.organizations.models import MemberRole, Membership, Organization, ProfileState
from app.taxonomy import COUNTRIES, label, technology_label

# What its people have not shown to anybody yet is not read here either: only what tells who they are.
_MOST_PEOPLE = 20
_UNSEEN = (ProfileState.DRAFT, ProfileState.RETURNED)


@dataclass(frozen=True)
class Row:
    """One answer of both."""

    label: str
    left: Any
    right: Any

    @property
    def differs(self) -> bool:
        return _bare(self.left) != _bare(self.right)


def rows_of(left: Organization, right: Organization) -> list[Row]:
    """Answers of both, what tells them apart first; answers neither gave are left out."""
    sides = [_identity(one) for one in (left, right)]
    if left.state not in _UNSEEN and right.state not in _UNSEEN:
        sides = [{**side, **_texts(one)} for side, one in zip(sides, (left, right), strict=True)]
    rows = [Row(name, value, sides[1][name]) for name, value in sides[0].items()]
    return [row for row in rows if row.left or row.right]


def _identity(one: Organization) -> dict[str, Any]:
    numbers = identifying.shown_to(None, one.id)
    return {
        _("Name"): one.name,
        _("Kind"): str(label(one.kind)),
        _("Country"): str(COUNTRIES[one.country]),
        _("Place"): wording.place_of(one),
        _("Website"): wording.host_of(one.website),
        _("Register numbers"): [f"{number.name} {number.value}" for number in numbers],
        _("Founded in"): str(one.founded_year or ""),
        _("People"): [_person(each) for each in queries.memberships_in(one.id)[:_MOST_PEOPLE]],
    }


def _person(membership: Membership) -> str:
    """Who gets into the kept profile: the domain of their address tells most."""
    name, host = membership.user.display_name.partition("@")[0], membership.user.email.partition("@")[2]
    roles = {MemberRole.OWNER: _("Owner"), MemberRole.EDITOR: _("Editor"), MemberRole.VIEWER: _("Viewer")}
    return f"{name} · {host} · {roles[membership.role]}"


def _texts(one: Organization) -> dict[str, Any]:
    return {
        _("Summary"): one.summary,
        _("Technology areas"): [str(technology_label(code)) for code in one.technologies],
        _("Offers"): one.offer_lines(),
        _("Needs"): one.need_lines(),
        _("Team"): str(one.team_size or ""),
        _("Tags"): list(one.tags),
        _("Description"): one.description,
        _("Source"): one.source,
    }


def _bare(value: Any) -> Any:
    """Without what nobody calls a difference: case, blanks, the order of a list."""
    if isinstance(value, list):
        return sorted(map(_bare, value))
    return " ".join(str(value).casefold().split())

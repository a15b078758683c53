"""What changes organizations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import RuleBroken
from app.organizations import briefs, reopening
from app.organizations.models import MemberRole, Membership, Organization, ProfileState
from app.organizations.publication import gaps_of
from app.taxonomy import Country, Kind

MOST_ORGANIZATIONS = 20
# What each kind is judged by beside the rest. Reasons rest on none of it.
BY_KIND = frozenset(
    [
        "recognition",
        "recognition_stage",
        "raise_amount",
        "raise_currency",
        "raise_instrument",
        "raise_closes_on",
        "plant_investment",
        "turnover",
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
    ]
)
# All that a form may change. Everything else (state, source, version, ...) has its own verb or none.
PROFILE = frozenset(
    [
        "name",
        "region_code",
        "city",
        "website",
        "founded_year",
        "team_size",
        "summary",
        "description",
        "name_hi",
        "summary_hi",
        "description_hi",
        "technologies",
        "offers",
        "needs",
        "stage",
        "is_raising",
        "sector",
        "size_class",
        "capabilities",
        "certifications",
        "level",
        "training_mode",
        "seats",
        "skills",
        "intake",
        "investor_type",
        "stages",
        "ticket_min",
        "ticket_max",
        "ticket_currency",
        "thesis",
        "invests_in",
        *BY_KIND,
    ]
)
# What a profile may change without being matched anew.
NOT_FOR_MATCHING = BY_KIND | {"name", "website", "intake"}


class TooManyOrganizations(RuleBroken):
    """One person keeps only so many."""


class NotReady(RuleBroken):
    """The profile lacks what the directory needs."""


def create_organization(
    kind: Kind, name: str, country: Country, by: User, *, website: str | None = None
) -> Organization:
    """A new draft that `by` owns; raises `TooManyOrganizations`."""
    db.session.execute(sa.select(User.id).where(User.id == by.id).with_for_update())
    owned = sa.select(sa.func.count()).where(Membership.user_id == by.id, Membership.role == MemberRole.OWNER)
    if (db.session.scalar(owned) or 0) >= MOST_ORGANIZATIONS:
        raise TooManyOrganizations(
            _(
                "You already have %(most)s organizations, the most one person can have.",
                most=MOST_ORGANIZATIONS,
            )
        )
    now = clock.now()
    organization = Organization(
        kind=kind,
        name=name,
        country=country,
        website=website,
        state=ProfileState.DRAFT,
        created_at=now,
        profile_changed_at=now,
    )
    db.session.add(organization)
    db.session.flush()
    db.session.add(
        Membership(organization_id=organization.id, user_id=by.id, role=MemberRole.OWNER, created_at=now)
    )
    _record("created", organization, by)
    return organization


def changed_fields(organization: Organization, values: dict[str, Any]) -> list[str]:
    """Which of `values` are new to the profile."""
    return sorted(
        name for name in PROFILE & values.keys() if _differs(getattr(organization, name), values[name])
    )


def closed_fields(organization: Organization, values: dict[str, Any]) -> list[str]:
    """Which of `values` would change an answer that stays closed: a manager asked for others only."""
    return reopening.closed(organization, changed_fields(organization, values))


def save_profile(organization: Organization, values: dict[str, Any], by: User) -> list[str]:
    """Take over `values`; gives the names of the fields that really changed. Fields not of the profile are ignored.

    Raises `StaysClosed` for answers nobody asked for while the profile is returned for some.
    """
    changed = changed_fields(organization, values)
    reopening.require_open(organization, changed)
    for name in changed:
        _set(organization, name, values[name])
    if changed:
        if not NOT_FOR_MATCHING.issuperset(changed):
            organization.profile_changed_at = clock.now()
        db.session.flush()
        if not {"needs", "offers"}.isdisjoint(changed):
            briefs.sync_lines(organization)
        _record("saved", organization, by, {"fields": changed})
    return changed


def _set(organization: Organization, name: str, value: Any) -> None:
    if name != "technologies":
        setattr(organization, name, value)
        return
    for code in set(organization.technologies) - set(value):
        organization.technologies.remove(code)
    organization.technologies.extend(sorted(set(value) - set(organization.technologies)))


def _differs(old: Any, new: Any) -> bool:
    """Lists are compared as sets: their order means nothing."""
    if isinstance(new, list):
        return sorted(set(old or [])) != sorted(set(new))
    return bool(old != new)


def submit(organization: Organization, by: User) -> None:
    """Hand the profile in for review; raises `NotReady` while something is missing."""
    if gaps_of(organization):
        raise NotReady(_("The profile is not complete yet."))
    if organization.state not in {ProfileState.DRAFT, ProfileState.RETURNED}:
        raise RuleBroken(_("This profile was handed in already."))
    _move(organization, ProfileState.SUBMITTED, "submitted", by)


def take_back(organization: Organization, by: User) -> None:
    """Make a profile that waits for review a draft again."""
    if organization.state is ProfileState.SUBMITTED:
        _move(organization, ProfileState.DRAFT, "taken_back", by)


def list_organization(organization: Organization, by: User) -> None:
    """Put a profile into the directory and into matching."""
    if not organization.is_listed:
        state = ProfileState.LISTED if organization.suspended_at is None else ProfileState.PAUSED
        _move(organization, state, "listed", by)


def send_back(organization: Organization, by: User, fields: Sequence[str] = ()) -> None:
    """Return a profile to its people, to change `fields` or anything; it is in the directory no more."""
    organization.asked_fields = sorted(PROFILE.intersection(fields))
    _move(organization, ProfileState.RETURNED, "returned", by)


def refuse(organization: Organization, by: User) -> None:
    """Turn a profile down; it is in the directory no more."""
    _move(organization, ProfileState.REFUSED, "refused", by)


def pause(organization: Organization, by: User) -> None:
    """Take a listed profile out of matching; it stays in the directory."""
    if organization.state is ProfileState.LISTED:
        _move(organization, ProfileState.PAUSED, "paused", by)


def resume(organization: Organization, by: User) -> None:
    """Put a paused profile back into matching. Raises `RuleBroken` when managers have paused it."""
    if organization.suspended_at is not None:
        raise RuleBroken(_("Program managers have paused this profile. Only they can lift the pause."))
    if organization.state is ProfileState.PAUSED:
        _move(organization, ProfileState.LISTED, "resumed", by)


def suspend(organization: Organization, by: User) -> None:
    """Pause a profile over the heads of its people; one that is not listed cannot come into matching either."""
    organization.suspended_at = organization.suspended_at or clock.now()
    if organization.state is ProfileState.LISTED:
        _move(organization, ProfileState.PAUSED, "suspended", by)
    else:
        db.session.flush()
        _record("suspended", organization, by)


def reinstate(organization: Organization, by: User) -> None:
    """Lift a pause that managers have set."""
    if organization.suspended_at is None:
        return
    organization.suspended_at = None
    if organization.state is ProfileState.PAUSED:
        _move(organization, ProfileState.LISTED, "reinstated", by)
    else:
        db.session.flush()
        _record("reinstated", organization, by)


def reopen(organization: Organization, by: User) -> None:
    """Let a profile that was turned down or sent back wait for review again."""
    if organization.state in {ProfileState.REFUSED, ProfileState.RETURNED}:
        _move(organization, ProfileState.SUBMITTED, "reopened", by)


def _move(organization: Organization, state: ProfileState, action: str, by: User) -> None:
    organization.state = state
    if state is not ProfileState.RETURNED:
        organization.asked_fields = []
    organization.profile_changed_at = clock.now()
    if organization.is_listed and organization.listed_at is None:
        organization.listed_at = clock.now()
    db.session.flush()
    _record(action, organization, by)


def _record(action: str, organization: Organization, by: User, detail: dict[str, Any] | None = None) -> None:
    audit.record(f"organization.{action}", ("organization", organization.id), by=by.id, detail=detail)

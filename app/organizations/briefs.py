"""What changes needs and offers. Every change leaves the lines of the profile equal to the titles of the valid ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import NotFound, RuleBroken
from app.organizations import brief_lines, brief_queries, reopening
from app.organizations.models import Aspect, Brief, BriefWish, Organization, Side, Weight

MOST = 12
LONGEST_TITLE = 200
LONGEST_VALIDITY = timedelta(days=730)
# All that a form may change.
_OWN = frozenset(
    [
        "side",
        "title",
        "detail",
        "cooperation",
        "money_flow",
        "technologies",
        "segment",
        "trl",
        "ip_status",
        "partnership_kinds",
        "valid_until",
    ]
)
Wishes = Mapping[Aspect, tuple[Weight, Iterable[str]]]

sync_many = brief_lines.sync_many


class TooManyBriefs(RuleBroken):
    """A side has as many as it may have."""


class SameTitle(RuleBroken):
    """The side has one of this title already."""


class NotInTime(RuleBroken):
    """It would be over already, or hold for too long."""


class ChangedMeanwhile(RuleBroken):
    """Somebody else saved or ended it since this person opened it."""


def sync_lines(organization: Organization) -> None:
    """Make records of the lines of one organization, and take away the lines of what has run out."""
    db.session.flush()
    brief_lines.sync_many([organization.id])
    _retire(organization)


def add(organization: Organization, values: Mapping[str, Any], wishes: Wishes, by: User) -> Brief:
    """A new need or offer; raises `TooManyBriefs`, `SameTitle` or `NotInTime`."""
    _lock(organization)
    now = clock.now()
    place = _last_place(organization.id)
    brief = Brief(organization_id=organization.id, place=place, created_at=now, updated_at=now)
    _require_room(organization.id, values["side"])
    _put(brief, values, wishes)
    db.session.add(brief)
    _finish("added", organization, brief, by)
    return brief


def save(
    organization: Organization,
    brief: Brief,
    values: Mapping[str, Any],
    wishes: Wishes,
    *,
    seen: int,
    by: User,
) -> None:
    """Take over what was typed; `seen` is the version it was typed over. Raises as `add`, and `ChangedMeanwhile`."""
    _lock(organization)
    _require_unchanged(brief, seen)
    if brief.side is not values["side"] or brief.expired_at is not None:
        _require_room(organization.id, values["side"])
    if brief.side is not values["side"]:
        brief.place = _last_place(organization.id)
    _put(brief, values, wishes)
    brief.expired_at = None
    _finish("saved", organization, brief, by)


def end(organization: Organization, brief: Brief, by: User) -> None:
    """It is no longer needed or offered."""
    _lock(organization)
    _require_going_on(brief)
    brief.ended_at = clock.now()
    _finish("ended", organization, brief, by)


def renew(organization: Organization, brief: Brief, valid_until: date | None, by: User) -> None:
    """Let what has run out hold again; raises `TooManyBriefs`, `SameTitle` or `NotInTime`."""
    _lock(organization)
    _require_going_on(brief)
    _require_in_time(valid_until)
    _require_own_title(brief, brief.title)
    if not brief.is_valid_on(clock.now().date()):
        _require_room(organization.id, brief.side)
        brief.place = _last_place(organization.id)
    brief.valid_until, brief.expired_at = valid_until, None
    _finish("renewed", organization, brief, by)


def retire_expired(organization_id: int) -> None:
    """Take away the lines of what has run out."""
    organization = db.session.get(Organization, organization_id)
    if organization is not None:
        _lock(organization)


def _lock(organization: Organization) -> None:
    """One at a time changes an organization's needs and offers, and each begins with records that fit the lines."""
    query = sa.select(Organization).where(Organization.id == organization.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()
    sync_lines(organization)


def _put(brief: Brief, values: Mapping[str, Any], wishes: Wishes) -> None:
    _require_in_time(values.get("valid_until"))
    brief.side = values["side"]
    _require_own_title(brief, values["title"])
    for name in _OWN & values.keys():
        setattr(brief, name, values[name])
    _put_wishes(brief, wishes)
    brief.updated_at = clock.now()


def _put_wishes(brief: Brief, wishes: Wishes) -> None:
    wanted = {
        (aspect, value): weight
        for aspect, (weight, values) in wishes.items()
        for value in dict.fromkeys(values)
    }
    for wish in list(brief.wishes):
        weight = wanted.pop((wish.aspect, wish.value), None)
        if weight is None:
            brief.wishes.remove(wish)
        else:
            wish.weight = weight
    brief.wishes += [
        BriefWish(aspect=aspect, value=value, weight=weight) for (aspect, value), weight in wanted.items()
    ]


def _finish(action: str, organization: Organization, brief: Brief, by: User) -> None:
    db.session.flush()
    reopening.require_open(organization, ["needs" if brief.side is Side.NEED else "offers"])
    _rewrite(organization)
    detail = {"brief": brief.id, "side": brief.side.value}
    audit.record(f"organization.brief_{action}", ("organization", organization.id), by=by.id, detail=detail)


def _retire(organization: Organization) -> None:
    today = clock.now().date()
    query = sa.select(Brief).where(
        Brief.organization_id == organization.id,
        Brief.ended_at.is_(None),
        Brief.expired_at.is_(None),
        Brief.valid_until < today,
    )
    over = db.session.scalars(query).all()
    if not over:
        return
    for brief in over:
        brief.expired_at = clock.now()
    db.session.flush()
    _rewrite(organization)
    detail = {"briefs": [brief.id for brief in over]}
    audit.record("organization.briefs_expired", ("organization", organization.id), detail=detail)


def _rewrite(organization: Organization) -> None:
    """The lines say what the valid records say. Any change here is one that matching looks at."""
    found = brief_queries.briefs_of(organization.id)
    organization.needs = "\n".join(brief.title for brief in found.needs)
    organization.offers = "\n".join(brief.title for brief in found.offers)
    organization.profile_changed_at = clock.now()
    db.session.flush()


def _last_place(organization_id: int) -> int:
    """Behind all others."""
    query = sa.select(sa.func.max(Brief.place)).where(Brief.organization_id == organization_id)
    last = db.session.scalar(query)
    return 0 if last is None else last + 1


def _require_going_on(brief: Brief) -> None:
    """As it is now that the organization is locked."""
    db.session.refresh(brief)
    if brief.ended_at is not None:
        raise NotFound


def _require_unchanged(brief: Brief, seen: int) -> None:
    db.session.refresh(brief)
    if brief.version != seen or brief.ended_at is not None:
        raise ChangedMeanwhile(
            _("Somebody changed this while you had it open. What you typed is kept below.")
        )


def _require_in_time(valid_until: date | None) -> None:
    today = clock.now().date()
    if valid_until is not None and not today < valid_until <= today + LONGEST_VALIDITY:
        raise NotInTime(_("Choose a day after today and within two years."))


def _require_room(organization_id: int, side: Side) -> None:
    if len(brief_queries.briefs_of(organization_id).of(side)) >= MOST:
        raise TooManyBriefs(_("You have %(most)s of these, the most there can be. End one first.", most=MOST))


def _require_own_title(brief: Brief, title: str) -> None:
    found = brief_queries.briefs_of(brief.organization_id).of(brief.side)
    if any(one is not brief and one.title.casefold() == title.casefold() for one in found):
        raise SameTitle(_("You have one of this title already."))

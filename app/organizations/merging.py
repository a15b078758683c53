"""Decide whether two profiles are one organization, and merge them.

A merge copies and moves; it deletes nothing. What it did stands in `Merge.moved`, which is all that `unmerging` reads:

    state        what the absorbed profile was
    filled       {column: value} of blanks of the kept profile that got the absorbed one's answer
    blanks       {column: value} what stood there before
    briefs       needs and offers that the kept profile got copies of
    technologies codes that the kept profile got
    people       {membership: role} that the kept profile got; the absorbed one keeps its own
    raised       {membership: [role before, role after]} of people who were in both
    identifiers  numbers that moved
    links        [past investment, column] that moved
    had_owner    whether the kept profile had an owner of its own
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app import clock
from app.accounts.models import User
from app.audit import services as audit
from app.db import db
from app.errors import AlreadyDecided, RuleBroken
from app.organizations import duplicates, emails, identifiers, merged_briefs, naming, queries, services
from app.organizations.models import (
    Duplicate,
    DuplicateState,
    Identifier,
    MemberRole,
    Membership,
    Merge,
    Organization,
    Partnership,
    ProfileState,
)
from app.outbox import services as outbox

_RANK = {MemberRole.VIEWER: 0, MemberRole.EDITOR: 1, MemberRole.OWNER: 2}
# What every kind has; other columns are filled only between profiles of one kind.
_OF_ALL_KINDS = naming.listed(
    "region_code city website founded_year team_size summary description offers needs "
    "name_hi summary_hi description_hi"
)
# Answers that make sense only together.
_TOGETHER = (
    ("region_code", "city"),
    ("ticket_min", "ticket_max", "ticket_currency", "ticket_sweet"),
    ("raise_amount", "raise_currency", "raise_instrument", "raise_closes_on"),
    ("fee_amount", "fee_currency"),
    ("completion_rate", "placement_rate", "graduates", "outcomes_year"),
)


class NotMergeable(RuleBroken):
    """These two cannot become one in this way."""


def keep_apart(duplicate: Duplicate, by: User, *, version: int) -> None:
    """Say that the two are different organizations; raises `AlreadyDecided`."""
    lock(duplicate, version)
    _decide(duplicate, DuplicateState.DISTINCT, by)
    record("distinct", duplicate, by)


def reopen(duplicate: Duplicate, by: User, *, version: int) -> None:
    """Let two that were kept apart wait for a decision again; raises `AlreadyDecided`."""
    lock(duplicate, version, DuplicateState.DISTINCT)
    duplicate.state, duplicate.decided_by_id, duplicate.decided_at = DuplicateState.OPEN, None, None
    db.session.flush()
    record("reopened", duplicate, by)


def merge(duplicate: Duplicate, keep_id: int, by: User, *, version: int) -> Merge:
    """Let one profile of the pair take in the other; raises `AlreadyDecided` or `NotMergeable`."""
    one, other = lock(duplicate, version)
    if keep_id not in (one.id, other.id):
        raise NotMergeable(_("Choose which of the two profiles goes on."))
    kept, absorbed = (one, other) if keep_id == one.id else (other, one)
    _require_mergeable(kept, absorbed)
    # Before the lines are filled, which makes records of those that have none.
    briefs = merged_briefs.copy(kept, absorbed)
    moved = {
        "state": absorbed.state.value,
        "briefs": briefs,
        **_fill(kept, absorbed, by),
        **_take_people(kept, absorbed),
    }
    moved |= {"identifiers": _take_identifiers(kept, absorbed), "links": _take_links(kept, absorbed)}
    made = Merge(kept_id=kept.id, absorbed_id=absorbed.id, by_id=by.id, at=clock.now(), moved=moved)
    db.session.add(made)
    absorbed.state, absorbed.merged_into_id = ProfileState.MERGED, kept.id
    absorbed.profile_changed_at = kept.profile_changed_at = clock.now()
    _decide(duplicate, DuplicateState.MERGED, by)
    record("merged", duplicate, by)
    for organization in (kept, absorbed):
        detail = {"kept": kept.id, "absorbed": absorbed.id, "fields": sorted(moved["filled"])}
        audit.record("organization.merged", ("organization", organization.id), by=by.id, detail=detail)
    for person in queries.people_of(kept.id):
        outbox.enqueue(emails.merged(kept, absorbed, person, made.id))
    return made


def lock(
    duplicate: Duplicate, version: int, state: DuplicateState = DuplicateState.OPEN
) -> tuple[Organization, Organization]:
    """Both profiles, locked in one order; raises `AlreadyDecided` for who looked at an older state."""
    for table, ids in ((Duplicate, [duplicate.id]), (Organization, [duplicate.one_id, duplicate.other_id])):
        db.session.execute(
            sa.select(table)
            .where(table.id.in_(ids))
            .order_by(table.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
    if duplicate.state is not state or duplicate.version != version:
        raise _overtaken(duplicate)
    found = duplicates.organizations_by_id([duplicate.one_id, duplicate.other_id])
    return found[duplicate.one_id], found[duplicate.other_id]


def _overtaken(duplicate: Duplicate) -> AlreadyDecided:
    decider = db.session.get(User, duplicate.decided_by_id) if duplicate.decided_by_id else None
    name = decider.display_name if decider else ""
    words = {
        DuplicateState.OPEN: _("This pair was opened again while you looked at it."),
        DuplicateState.MERGED: _("%(name)s was first and merged these two profiles.", name=name),
        DuplicateState.DISTINCT: _(
            "%(name)s was first and said that these are two organizations.", name=name
        ),
    }
    return AlreadyDecided(words[duplicate.state], name, duplicate.state.value)


def _require_mergeable(kept: Organization, absorbed: Organization) -> None:
    if ProfileState.MERGED in (kept.state, absorbed.state):
        raise NotMergeable(_("One of the two was merged with another profile meanwhile."))
    if kept.country is not absorbed.country:
        raise NotMergeable(_("Profiles of two countries stay apart: matches rest on the country."))
    if absorbed.is_listed and not kept.is_listed:
        raise NotMergeable(_("Keep the profile that is in the directory; the other one is not listed."))


def _decide(duplicate: Duplicate, state: DuplicateState, by: User) -> None:
    duplicate.state, duplicate.decided_by_id, duplicate.decided_at = state, by.id, clock.now()
    db.session.flush()


def record(action: str, duplicate: Duplicate, by: User) -> None:
    detail = {"organizations": [duplicate.one_id, duplicate.other_id]}
    audit.record(f"duplicate.{action}", ("duplicate", duplicate.id), by=by.id, detail=detail)


def _fill(kept: Organization, absorbed: Organization, by: User) -> dict[str, Any]:
    """Answers of the absorbed profile where the kept one has none."""
    names = services.PROFILE - {"name", "technologies"}
    if kept.kind is not absorbed.kind:
        names &= _OF_ALL_KINDS
    for group in _TOGETHER:
        if any(not _is_blank(getattr(kept, name)) for name in group):
            names -= set(group)
    empty = [name for name in sorted(names) if _is_blank(getattr(kept, name))]
    values = {name: getattr(absorbed, name) for name in empty if not _is_blank(getattr(absorbed, name))}
    blanks = {name: getattr(kept, name) for name in values}
    added = sorted(set(absorbed.technologies) - set(kept.technologies))
    services.save_profile(kept, {**values, "technologies": [*kept.technologies, *added]}, by=by)
    return {
        "filled": {name: plain(value) for name, value in values.items()},
        "blanks": blanks,
        "technologies": added,
    }


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    return str(value) if isinstance(value, Decimal | date) else value


def _take_people(kept: Organization, absorbed: Organization) -> dict[str, Any]:
    """Everybody of the absorbed profile; its owners become editors where the kept one has an owner to decide more."""
    here = {one.user_id: one for one in memberships(kept.id)}
    had_owner = any(one.role is MemberRole.OWNER for one in here.values())
    raised: dict[str, list[str]] = {}
    added: list[Membership] = []
    for one in memberships(absorbed.id):
        role = MemberRole.EDITOR if had_owner and one.role is MemberRole.OWNER else one.role
        own = here.get(one.user_id)
        if own is None:
            added.append(
                Membership(organization_id=kept.id, user_id=one.user_id, role=role, created_at=clock.now())
            )
        elif _RANK[role] > _RANK[own.role]:
            raised[str(own.id)] = [own.role.value, role.value]
            own.role = role
    db.session.add_all(added)
    db.session.flush()
    people = {str(one.id): one.role.value for one in added}
    return {"people": people, "raised": raised, "had_owner": had_owner}


def memberships(organization_id: int) -> list[Membership]:
    query = sa.select(Membership).where(Membership.organization_id == organization_id)
    return list(db.session.scalars(query.order_by(Membership.id).execution_options(populate_existing=True)))


def _take_identifiers(kept: Organization, absorbed: Organization) -> list[int]:
    """Numbers that the kept profile lacks and may have; the others stay where they are."""
    stated = numbers(kept.id)
    has = {(one.scheme, one.value) for one in stated}
    schemes = {one.scheme for one in stated}
    moved = []
    for one in numbers(absorbed.id):
        may_have = one.scheme not in schemes or identifiers.RULES[one.scheme].many
        if may_have and (one.scheme, one.value) not in has:
            one.organization_id = kept.id
            schemes.add(one.scheme)
            moved.append(one.id)
    db.session.flush()
    return moved


def numbers(organization_id: int) -> list[Identifier]:
    query = sa.select(Identifier).where(Identifier.organization_id == organization_id)
    return list(db.session.scalars(query.order_by(Identifier.id)))


def _take_links(kept: Organization, absorbed: Organization) -> list[list[Any]]:
    """Past investments teach the recommender about the profile that goes on; none may be there twice."""
    moved: list[list[Any]] = []
    here = {(one.investor_id, one.company_id, one.date) for one in links(kept.id)}
    for one in links(absorbed.id):
        column = "investor_id" if one.investor_id == absorbed.id else "company_id"
        new = (
            (kept.id, one.company_id, one.date)
            if column == "investor_id"
            else (one.investor_id, kept.id, one.date)
        )
        if new in here or new[0] == new[1]:
            continue
        setattr(one, column, kept.id)
        here.add(new)
        moved.append([one.id, column])
    db.session.flush()
    return moved


def links(organization_id: int) -> list[Partnership]:
    sides = sa.or_(Partnership.investor_id == organization_id, Partnership.company_id == organization_id)
    return list(db.session.scalars(sa.select(Partnership).where(sides).order_by(Partnership.id)))

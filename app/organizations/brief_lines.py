"""Keep the lines of a profile and its needs and offers one: what was typed as lines becomes records.

The lines (`organization.needs`, `.offers`) are what everybody reads; they are the titles of the valid records, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import Any, cast

import sqlalchemy as sa

from app import clock
from app.db import db
from app.organizations.models import Brief, Organization, Side

# From this likeness on a changed line is the same need or offer in better words, and keeps its record.
_SAME = 0.75
_AT_ONCE = 400


@dataclass(frozen=True)
class Held:
    """A record as far as lines go."""

    id: int
    title: str
    place: int
    valid_until: date | None = None
    is_expired: bool = False


@dataclass
class Change:
    """What makes the records of one side fit its lines: titles by place, records to end, and lines to take away."""

    new: list[tuple[int, str]] = field(default_factory=list)
    kept: list[tuple[Held, int, str]] = field(default_factory=list)
    ended: list[Held] = field(default_factory=list)
    over: list[Held] = field(default_factory=list)


def titles_in(text: str) -> list[str]:
    """The different lines of a text, trimmed, in order."""
    return list(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))


def change_for(titles: Sequence[str], held: Iterable[Held], today: date) -> Change:
    """What has to happen to the records of one side so that they say what the lines say."""
    change, by_title = Change(), dict[str, Held]()
    for one in held:
        if not one.is_expired and one.valid_until is not None and one.valid_until < today:
            change.over.append(one)
        elif not (one.is_expired and one.title in by_title):
            by_title[one.title] = one
    gone = {one.title for one in change.over} - by_title.keys()
    wanted = [title for title in titles if title not in gone]
    reworded = _reworded(
        [title for title in wanted if title not in by_title],
        [one for one in by_title.values() if one.title not in wanted and not one.is_expired],
    )
    for place, title in enumerate(wanted):
        one_held = by_title.get(title) or reworded.get(title)
        if one_held is None:
            change.new.append((place, title))
        else:
            change.kept.append((one_held, place, title))
    kept = {one.id for one, _place, _title in change.kept}
    change.ended = [one for one in by_title.values() if one.id not in kept and not one.is_expired]
    return change


def _reworded(titles: Sequence[str], left: Sequence[Held]) -> dict[str, Held]:
    """Records whose line is gone, by the new line that says nearly the same."""
    found: dict[str, Held] = {}
    for title in titles:
        free = [one for one in left if one not in found.values()]
        near = [(SequenceMatcher(None, one.title, title).ratio(), -one.id, one) for one in free]
        best = max(near, default=None, key=lambda pair: pair[:2])
        if best is not None and best[0] >= _SAME:
            found[title] = best[2]
    return found


def sync_many(organization_ids: Iterable[int]) -> None:
    """Make records of the lines of these organizations, in a few statements a few hundred organizations."""
    ids = sorted(set(organization_ids))
    db.session.flush()
    for start in range(0, len(ids), _AT_ONCE):
        _sync(ids[start : start + _AT_ONCE])


def _sync(ids: Sequence[int]) -> None:
    today, held = clock.now().date(), _held(ids)
    columns = sa.select(Organization.id, Organization.needs, Organization.offers)
    new, changed = list[dict[str, Any]](), list[dict[str, Any]]()
    for id_, needs, offers in db.session.execute(columns.where(Organization.id.in_(ids))).all():
        for side, text in ((Side.NEED, needs), (Side.OFFER, offers)):
            change = change_for(titles_in(text), held.get((id_, side), ()), today)
            new += [_made(id_, side, place, title) for place, title in change.new]
            changed += _changes(change)
    _write(new, changed)


def _held(ids: Sequence[int]) -> dict[tuple[int, Side], list[Held]]:
    names = (Brief.organization_id, Brief.side, Brief.id, Brief.title, Brief.place, Brief.valid_until)
    query = sa.select(*names, Brief.expired_at.is_not(None)).where(Brief.organization_id.in_(ids))
    rows = db.session.execute(query.where(Brief.ended_at.is_(None)).order_by(Brief.expired_at, Brief.id))
    found: dict[tuple[int, Side], list[Held]] = {}
    # Those that hold come first, so that an expired one of the same title steps back.
    for organization_id, side, *own in sorted(rows, key=lambda row: (row[-1], row.id)):
        found.setdefault((organization_id, side), []).append(_as_held(own))
    return found


def _as_held(columns: Sequence[Any]) -> Held:
    return Held(*columns)


def _made(organization_id: int, side: Side, place: int, title: str) -> dict[str, Any]:
    now = clock.now()
    return {
        "organization_id": organization_id,
        "side": side,
        "title": title,
        "place": place,
        "created_at": now,
        "updated_at": now,
    }


def _changes(change: Change) -> list[dict[str, Any]]:
    now = clock.now()
    ended = [{"b_id": one.id, "b_ended_at": now} for one in change.ended]
    kept = [
        {
            "b_id": one.id,
            "b_place": place,
            "b_title": title,
            # Who writes the line of an expired record again says that it holds.
            "b_valid_until": None if one.is_expired else one.valid_until,
            # Another place in the list is no other record: who edits it now is not disturbed.
            "b_step": int(one.is_expired or title != one.title),
        }
        for one, place, title in change.kept
        if one.is_expired or (place, title) != (one.place, one.title)
    ]
    return [*ended, *kept]


def _write(new: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
    table = cast(sa.Table, Brief.__table__)
    if new:
        db.session.execute(sa.insert(Brief), new)
    target = sa.update(table).where(table.c.id == sa.bindparam("b_id"))
    connection = db.session.connection()
    if ended := [one for one in changed if "b_ended_at" in one]:
        ending = {"ended_at": sa.bindparam("b_ended_at"), "version": table.c.version + 1}
        connection.execute(target.values(**ending), ended)
    if kept := [one for one in changed if "b_place" in one]:
        names = ("place", "title", "valid_until")
        binds: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in names}
        version = table.c.version + sa.bindparam("b_step")
        connection.execute(target.values(**binds, expired_at=None, version=version), kept)
    if new or changed:
        _forget_loaded()


def _forget_loaded() -> None:
    """Records in the session do not know what was just written beside them."""
    for one in db.session.identity_map.values():
        if isinstance(one, Brief):
            db.session.expire(one)

"""Compare profiles and write down which may be one organization. The command and the nightly task commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.organizations import duplicates, pairing
from app.organizations.likeness import THRESHOLD, Likeness, Reason
from app.organizations.models import Duplicate, DuplicateState, Identifier, Organization

LEASE, LEASE_SECONDS = "organizations.find_duplicates", 600.0
_AT_ONCE = 500
Tell = Callable[[int, int], object]


@dataclass(slots=True)
class Tally:
    """What a scan found. `gone` were open and no longer look alike."""

    profiles: int = 0
    found: int = 0
    new: int = 0
    decided: int = 0
    gone: int = 0


def find(
    *, changed_only: bool = False, tell: Tell = lambda _done, _all: None
) -> tuple[list[pairing.Finding], set[int] | None, int]:
    """Pairs that look like one organization, best first, without writing; and which profiles were looked at."""
    since = duplicates.last_scan_at() if changed_only else None
    only = duplicates.changed_since(since) if since is not None else None
    faces = duplicates.faces()
    sharing = duplicates.sharing_identifiers()
    found = list(pairing.findings(faces, THRESHOLD, sharing=sharing, only=only, tell=tell))
    found.sort(key=lambda one: (-one.likeness.score, one.one_id, one.other_id))
    return found, only, len(faces) if only is None else len(only)


def write(found: list[pairing.Finding], only: set[int] | None, profiles: int, limit: int | None) -> Tally:
    """Keep what is new, refresh what is open, drop what no longer looks alike; what people decided stays."""
    known = duplicates.known_pairs()
    pairs = {(one.one_id, one.other_id): one.likeness for one in found}
    new = [(pair, alike) for pair, alike in pairs.items() if pair not in known][:limit]
    gone = [
        id_
        for pair, (id_, state) in known.items()
        if state is DuplicateState.OPEN and pair not in pairs and (only is None or not only.isdisjoint(pair))
    ]
    _insert(new)
    _refresh((known[pair][0], alike) for pair, alike in pairs.items() if pair in known)
    for start in range(0, len(gone), _AT_ONCE):
        db.session.execute(sa.delete(Duplicate).where(Duplicate.id.in_(gone[start : start + _AT_ONCE])))
    decided = sum(1 for pair in pairs if pair in known and known[pair][1] is not DuplicateState.OPEN)
    tally = Tally(profiles, len(pairs), len(new), decided, len(gone))
    audit.record(duplicates.SCANNED, ("duplicate", "scan"), detail=asdict(tally))
    return tally


def _insert(new: list[tuple[tuple[int, int], Likeness]]) -> None:
    now = clock.now()
    rows = [
        {
            "one_id": one,
            "other_id": other,
            "reasons": list(map(str, alike.reasons)),
            "score": alike.score,
            "state": DuplicateState.OPEN,
            "found_at": now,
            "version": 1,
        }
        for (one, other), alike in new
    ]
    if rows:
        db.session.execute(sa.insert(Duplicate), rows)


def _refresh(rows: Iterable[tuple[int, Likeness]]) -> None:
    """Newer reasons for what is still open; a decision made meanwhile stands."""
    table = Duplicate.__table__
    change = (
        sa.update(table)  # type: ignore[arg-type]
        .where(table.c.id == sa.bindparam("known_id"), table.c.state == DuplicateState.OPEN)
        .values(reasons=sa.bindparam("new_reasons"), score=sa.bindparam("new_score"))
    )
    values = [
        {"known_id": id_, "new_reasons": list(map(str, alike.reasons)), "new_score": alike.score}
        for id_, alike in rows
    ]
    if values:
        db.session.execute(change, values)


def suspect_same_number(organization: Organization, identifier: Identifier) -> bool:
    """Let a manager look at organizations that state one number; True when there are any."""
    others = duplicates.others_stating(organization.id, identifier)
    known = duplicates.known_pairs_of(organization.id)
    for other in others:
        pair = (min(other, organization.id), max(other, organization.id))
        if pair not in known:
            _insert([(pair, Likeness(1.0, (Reason.IDENTIFIER,)))])
    return bool(others)

"""Write files of organizations into the database, batch by batch.

Apart from `services` because the files are streams: a batch is checked row by row, compared with what is
there, and only the difference is written. Nothing here commits; the command does, after every batch, so a
run that was cut off is simply run again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa

from app import clock
from app.audit import services as audit
from app.db import db
from app.organizations import brief_files, brief_lines
from app.organizations.models import (
    Membership,
    Organization,
    OrganizationTechnology,
    ProfileState,
)
from app.organizations.records import Record
from app.organizations.schemas import COLUMNS, Link, Profile, RowRefused, profile_of
from app.taxonomy import Kind

BATCH = 2_000
# A batch of very long rows is closed earlier, so that memory stays level.
MOST_CHARACTERS = 10_000_000
# So that a bad file's unknown columns cannot fill memory and screen.
_MOST_UNKNOWN = 20
_SIDES = ("needs", "offers")
_organization = cast(sa.Table, Organization.__table__)
_technology = cast(sa.Table, OrganizationTechnology.__table__)
Row = TypeVar("Row", Profile, Link)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not taken."""

    line: int
    field: str
    reason: str
    raw: str


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class Import(ABC, Generic[Row]):
    """One run over one file. `on_refusal` is told of each thing wrong with a row."""

    on_refusal: Callable[[Refusal], None]
    is_dry_run: bool = False
    tally: Tally = field(default_factory=Tally)
    unknown_columns: set[str] = field(default_factory=set)
    columns: frozenset[str] = frozenset()
    action = ""

    def run(self, records: Iterable[Record]) -> Iterator[Tally]:
        """Take batch after batch; the caller commits at each step."""
        for batch in _batches(records):
            self._save([(record, row) for record in batch if (row := self._checked(record))])
            yield self.tally

    def record_run(self, name: str, *, is_complete: bool) -> None:
        """One audit event for the whole run."""
        detail = {**asdict(self.tally), "complete": is_complete}
        audit.record(self.action, ("file", name[-64:]), detail=detail)

    def _checked(self, record: Record) -> Row | None:
        self.tally.read += 1
        if len(self.unknown_columns) < _MOST_UNKNOWN:
            self.unknown_columns.update(name[:40] for name in record.cells.keys() - self.columns)
        if record.problem:
            self.refuse(record, [record.problem])
            return None
        try:
            return self._parse(record)
        except RowRefused as refused:
            self.refuse(record, refused.errors)
            return None

    def refuse(self, record: Record, errors: Sequence[tuple[str, str]]) -> None:
        """Count a row as not taken, and tell of each reason."""
        self.tally.refused += 1
        for column, reason in errors:
            self.on_refusal(Refusal(record.line, column, reason, record.raw))

    @abstractmethod
    def _parse(self, record: Record) -> Row:
        """The row a record stands for. Raises `RowRefused`."""

    @abstractmethod
    def _save(self, rows: list[tuple[Record, Row]]) -> None:
        """Write rows that passed, in the caller's transaction."""


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.raw)
        if len(batch) == BATCH or size > MOST_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass
class OrganizationImport(Import[Profile]):
    """Organizations by external id. A row is the whole profile: what it leaves out becomes empty."""

    source: str = ""
    columns: frozenset[str] = COLUMNS
    action = "organizations.imported"
    _lines: dict[str, int] = field(default_factory=dict)

    def _parse(self, record: Record) -> Profile:
        profile = profile_of(record.cells, self.source)
        first = self._lines.setdefault(profile.external_id, record.line)
        if first != record.line:
            raise RowRefused([("id", f"stands on line {first} already")])
        return profile

    def _save(self, rows: list[tuple[Record, Profile]]) -> None:
        now = clock.now()
        known = _known([profile for _, profile in rows])
        new: list[Profile] = []
        changed: list[tuple[_Known, Profile]] = []
        for record, profile in rows:
            before = known.get(profile.external_id)
            if before:
                profile.values.update((name, before.values[name]) for name in profile.left_alone)
            if before is None:
                new.append(profile)
            elif before.is_same_as(profile):
                self.tally.unchanged += 1
            elif reason := before.reason_to_keep(profile):
                self.refuse(record, [reason])
            else:
                changed.append((before, profile))
        self.tally.new += len(new)
        self.tally.changed += len(changed)
        if not self.is_dry_run:
            _insert(new, now)
            _update(changed, now)
            _sync_briefs(new, changed)


@dataclass(frozen=True, slots=True)
class _Known:
    """An organization that is already here."""

    id: int
    version: int
    values: dict[str, Any]
    technologies: list[str]
    has_people: bool
    state: ProfileState
    briefs: brief_files.Told

    def is_same_as(self, profile: Profile) -> bool:
        return (
            self.values == profile.values
            and self.technologies == profile.technologies
            and profile.briefs in (None, self.briefs)
        )

    def reason_to_keep(self, profile: Profile) -> tuple[str, str] | None:
        """Why a file may not change it, if so."""
        if self.state is ProfileState.MERGED:
            return "id", "belongs to a profile that was merged with another one here"
        if self.has_people:
            return "id", "is kept up to date by its own people here, and a file does not overwrite them"
        if self.values["country"] != profile.values["country"]:
            return "country", "cannot change: matches rest on it"
        return None


def _known(profiles: list[Profile]) -> dict[str, _Known]:
    """Those already here, by the external id in the file."""
    if not profiles:
        return {}
    external_ids = [profile.external_id for profile in profiles]
    columns = [_organization.c[name] for name in profiles[0].values]
    query = sa.select(
        _organization.c.id,
        _organization.c.version,
        _organization.c.state,
        _organization.c.external_id,
        sa.exists().where(Membership.organization_id == _organization.c.id).label("has_people"),
        *columns,
    ).where(_organization.c.external_id.in_(external_ids))
    rows = db.session.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    technologies = _technologies_of(ids)
    told = brief_files.told_of(ids) if any(profile.briefs is not None for profile in profiles) else {}
    return {
        row["external_id"]: _Known(
            row["id"],
            row["version"],
            {name: row[name] for name in profiles[0].values},
            technologies.get(row["id"], []),
            row["has_people"],
            row["state"],
            told.get(row["id"], []),
        )
        for row in rows
    }


def _technologies_of(ids: list[int]) -> dict[int, list[str]]:
    query = (
        sa.select(_technology.c.organization_id, _technology.c.technology)
        .where(_technology.c.organization_id.in_(ids))
        .order_by(_technology.c.organization_id, _technology.c.technology)
    )
    found: dict[int, list[str]] = {}
    for organization_id, technology in db.session.execute(query):
        found.setdefault(organization_id, []).append(technology)
    return {key: sorted(codes) for key, codes in found.items()}


def _insert(profiles: list[Profile], now: datetime) -> None:
    if not profiles:
        return
    fixed = {
        "state": ProfileState.LISTED,
        "created_at": now,
        "listed_at": now,
        "profile_changed_at": now,
        "version": 1,
    }
    db.session.execute(
        sa.insert(_organization),
        [{**profile.values, **fixed, "external_id": profile.external_id} for profile in profiles],
    )
    ids = ids_of(profile.external_id for profile in profiles)
    _insert_technologies((ids[profile.external_id][0], profile) for profile in profiles)


def _update(pairs: list[tuple[_Known, Profile]], now: datetime) -> None:
    if not pairs:
        return
    statement = (
        sa.update(_organization)
        .where(_organization.c.id == sa.bindparam("known_id"))
        .values(version=_organization.c.version + 1, profile_changed_at=now)
    )
    db.session.execute(statement, [{**profile.values, "known_id": known.id} for known, profile in pairs])
    moved = [(known.id, profile) for known, profile in pairs if known.technologies != profile.technologies]
    db.session.execute(
        sa.delete(_technology).where(_technology.c.organization_id.in_([known_id for known_id, _ in moved]))
    )
    _insert_technologies(moved)


def _sync_briefs(new: list[Profile], changed: list[tuple[_Known, Profile]]) -> None:
    """Needs and offers are records beside the lines, which a file writes."""
    said = [profile.external_id for profile in new if any(profile.values[side] for side in _SIDES)]
    moved = [
        known.id
        for known, profile in changed
        if any(known.values[side] != profile.values[side] for side in _SIDES)
    ]
    numbers = {external_id: number for external_id, (number, _kind) in ids_of(said).items()}
    brief_lines.sync_many([*moved, *numbers.values()])
    told = {
        known.id: profile.briefs for known, profile in changed if profile.briefs not in (None, known.briefs)
    }
    told |= {numbers[profile.external_id]: profile.briefs for profile in new if profile.briefs}
    brief_files.write({number: briefs or [] for number, briefs in told.items()})


def _insert_technologies(pairs: Iterable[tuple[int, Profile]]) -> None:
    rows = [
        {"organization_id": organization_id, "technology": code}
        for organization_id, profile in pairs
        for code in profile.technologies
    ]
    if rows:
        db.session.execute(sa.insert(_technology), rows)


def ids_of(external_ids: Iterable[str]) -> dict[str, tuple[int, Kind]]:
    """Numbers and kinds of the organizations that are here, by external id."""
    query = sa.select(_organization.c.external_id, _organization.c.id, _organization.c.kind).where(
        _organization.c.external_id.in_(list(external_ids))
    )
    return {external_id: (number, kind) for external_id, number, kind in db.session.execute(query)}

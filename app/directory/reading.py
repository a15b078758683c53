"""From the database to entries of the directory: only what everybody may read of an organization."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent, AuditHead
from app.directory.snapshot import Entry
from app.directory.wish import folded
from app.organizations.models import LISTED_STATES, Organization, OrganizationTechnology
from app.organizations.models.brief import Brief, Side
from app.taxonomy import region_spellings
from app.taxonomy.exchange import CooperationType

# What a word is looked for in, beside names: the texts of the public profile page, best told first.
TEXTS = (
    "summary",
    "summary_hi",
    "description",
    "description_hi",
    "offers",
    "needs",
    "capabilities",
    "thesis",
)
LISTS = ("tags", "skills", "certifications")
NAMES = ("name", "name_hi")
_OTHERS = (
    "id",
    "kind",
    "country",
    "region_code",
    "city",
    "stage",
    "stages",
    "verification",
    "created_at",
    "listed_at",
    "profile_changed_at",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Asked for by number, at most so many at once.
_AT_ONCE = 500

Codes = dict[int, list[str]]


@dataclass(frozen=True)
class Mark:
    """Where the change logs stand: by it a snapshot knows whether it is behind."""

    latest: datetime | None
    event: int

    def is_before(self, other: Mark) -> bool:
        """Whether a log was cut since `other` was taken: then nothing can be told from it."""
        return (self.latest or _EPOCH) < (other.latest or _EPOCH) or self.event < other.event


def mark(session: Session) -> Mark:
    """Where the change logs stand now: two look-ups in indexes."""
    latest = sa.select(sa.func.max(Organization.profile_changed_at)).scalar_subquery()
    event = sa.select(AuditHead.number).scalar_subquery()
    row = session.execute(sa.select(latest, event)).one()
    return Mark(row[0], row[1] or 0)


def seal_of(session: Session, event: int) -> str | None:
    """The hash of an event of the audit trail, which no other database has."""
    return session.scalar(sa.select(AuditEvent.hash).where(AuditEvent.number == event))


def count(session: Session) -> int:
    """How many organizations are listed."""
    listed = sa.select(sa.func.count()).select_from(Organization).where(_is_listed())
    return session.scalar(listed) or 0


def changed_since(session: Session, latest: datetime, most: int) -> dict[int, int]:
    """Organizations whose profile changed since, and when, in microseconds; at most `most` and one more."""
    query = sa.select(Organization.id, Organization.profile_changed_at)
    changed = query.where(Organization.profile_changed_at >= latest).limit(most + 1)
    return {id_: microseconds(moment) for id_, moment in session.execute(changed)}


def told_since(session: Session, event: int, most: int) -> set[int]:
    """Organizations of which the audit trail has told something since; at most `most` and one more."""
    told = (
        sa.select(AuditEvent.subject_id)
        .where(AuditEvent.number > event, AuditEvent.subject_type == "organization")
        .distinct()
        .limit(most + 1)
    )
    return {int(id_) for id_ in session.scalars(told) if id_.isdecimal()}


def entries(session: Session) -> list[Entry]:
    """All listed organizations."""
    return list(_entries(session, None))


def entries_of(session: Session, ids: Collection[int]) -> list[Entry]:
    """Those of these organizations that are listed."""
    asked = sorted(ids)
    chunks = [asked[at : at + _AT_ONCE] for at in range(0, len(asked), _AT_ONCE)]
    return [entry for chunk in chunks for entry in _entries(session, chunk)]


def _is_listed() -> sa.ColumnElement[bool]:
    return Organization.state.in_(LISTED_STATES)


def _entries(session: Session, ids: list[int] | None) -> Iterator[Entry]:
    columns = [getattr(Organization, name) for name in (*_OTHERS, *NAMES, *TEXTS, *LISTS)]
    query = sa.select(*columns).where(_is_listed()).order_by(Organization.id)
    areas = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology)
    briefs = _valid_briefs()
    if ids is not None:
        query = query.where(Organization.id.in_(ids))
        areas = areas.where(OrganizationTechnology.organization_id.in_(ids))
        briefs = briefs.where(Brief.organization_id.in_(ids))
    technologies = _grouped(session.execute(areas))
    wanted = _grouped(session.execute(briefs.where(Brief.side == Side.NEED)))
    given = _grouped(session.execute(briefs.where(Brief.side == Side.OFFER)))
    for row in session.execute(query.execution_options(yield_per=2000)):
        yield _entry(row, technologies.get(row.id, ()), wanted.get(row.id, ()), given.get(row.id, ()))


def _valid_briefs() -> sa.Select[int, CooperationType | None]:
    """(organization, sort of cooperation) of what is sought or given now."""
    return sa.select(Brief.organization_id, Brief.cooperation).where(
        Brief.cooperation.is_not(None),
        Brief.ended_at.is_(None),
        sa.or_(Brief.valid_until.is_(None), Brief.valid_until >= clock.now().date()),
    )


def _grouped(rows: Any) -> Codes:
    found: Codes = defaultdict(list)
    for id_, code in rows:
        found[id_].append(code)
    return found


def _entry(row: Any, technologies: Sequence[str], wanted: Sequence[str], given: Sequence[str]) -> Entry:
    texts = [getattr(row, name) or "" for name in TEXTS]
    places = [row.city or "", *region_spellings(row.region_code)]
    lists = [word for name in LISTS for word in getattr(row, name) or ()]
    return Entry(
        id=row.id,
        name=folded(row.name),
        other_name=folded(row.name_hi or ""),
        facets={
            "kind": (row.kind.value,),
            "country": (row.country.value,),
            "region": (row.region_code,) if row.region_code else (),
            # Who works in a part of an area works in the area.
            "technology": tuple({part for code in technologies for part in (code, code.partition(".")[0])}),
            "stage": tuple({*([row.stage.value] if row.stage else []), *(row.stages or ())}),
            "needs": tuple(dict.fromkeys(wanted)),
            "offers": tuple(dict.fromkeys(given)),
            "certification": tuple(dict.fromkeys(row.certifications or ())),
            "verification": (row.verification.value,),
        },
        listed_at=microseconds(row.listed_at or row.created_at),
        changed_at=microseconds(row.profile_changed_at),
        length=sum(map(len, texts)),
        text=folded("\n".join([row.name, row.name_hi or "", *texts, *places, *map(str, lists)])),
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, as entries have them."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

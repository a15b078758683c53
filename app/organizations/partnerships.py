"""Write files of past partnerships into the database; a variant of `imports`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from app.db import db
from app.organizations.imports import Import, ids_of
from app.organizations.models import Partnership
from app.organizations.records import Record
from app.organizations.schemas import Link, link_of
from app.taxonomy import Kind

_partnership = cast(sa.Table, Partnership.__table__)
_NAMES = ("investor_id", "company_id", "date")


@dataclass
class PartnershipImport(Import[Link]):
    """Past investor-to-company links between organizations that are here."""

    columns: frozenset[str] = frozenset(_NAMES)
    action = "partnerships.imported"

    def _parse(self, record: Record) -> Link:
        return link_of(record.cells)

    def _save(self, rows: list[tuple[Record, Link]]) -> None:
        ids = ids_of({name for _, link in rows for name in (link.investor, link.company)})
        known = _known_links(rows, ids)
        new: list[tuple[int, int, str]] = []
        for record, link in rows:
            if errors := _link_errors(link, ids):
                self.refuse(record, errors)
                continue
            key = (ids[link.investor][0], ids[link.company][0], link.date)
            if key in known:
                self.tally.unchanged += 1
                continue
            known.add(key)
            new.append(key)
        self.tally.new += len(new)
        if new and not self.is_dry_run:
            db.session.execute(sa.insert(_partnership), [dict(zip(_NAMES, key, strict=True)) for key in new])


def _link_errors(link: Link, ids: dict[str, tuple[int, Kind]]) -> list[tuple[str, str]]:
    errors = [
        (column, f"{name!a:.60} is not an organization here")
        for column, name in (("investor_id", link.investor), ("company_id", link.company))
        if name not in ids
    ]
    if not errors and ids[link.investor][1] is not Kind.INVESTOR:
        errors = [("investor_id", "is not an investor")]
    if not errors and link.investor == link.company:
        errors = [("company_id", "is the investor itself")]
    return errors


def _known_links(
    rows: list[tuple[Record, Link]], ids: dict[str, tuple[int, Kind]]
) -> set[tuple[int, int, str]]:
    investors = {ids[link.investor][0] for _, link in rows if link.investor in ids}
    companies = {ids[link.company][0] for _, link in rows if link.company in ids}
    query = sa.select(_partnership.c.investor_id, _partnership.c.company_id, _partnership.c.date).where(
        _partnership.c.investor_id.in_(investors), _partnership.c.company_id.in_(companies)
    )
    return {(investor_id, company_id, day) for investor_id, company_id, day in db.session.execute(query)}

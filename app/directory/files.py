"""What was found as a file: the columns of the page and a little more, all of them public."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.links import absolute
from app.organizations import records
from app.organizations.models import Organization
from app.taxonomy import region_name

COLUMNS = (
    "name",
    "kind",
    "country",
    "state",
    "city",
    "technologies",
    "stage",
    "summary",
    "needs",
    "offers",
    "certifications",
    "verification",
    "website",
    "page",
)


def as_csv(organizations: Iterable[Organization]) -> Iterator[bytes]:
    """A CSV file in pieces, formulas neutralized."""
    return records.csv_lines(COLUMNS, map(_row, organizations))


def _row(one: Organization) -> list[Any]:
    return [
        one.name,
        one.kind.value,
        one.country.value,
        region_name(one.region_code),
        one.city or "",
        "; ".join(one.technologies),
        one.stage.value if one.stage else "; ".join(one.stages),
        one.summary,
        one.needs,
        one.offers,
        "; ".join(one.certifications),
        one.verification.value,
        one.website or "",
        absolute("organizations.show", organization_id=one.id),
    ]

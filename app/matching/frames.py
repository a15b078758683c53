"""Organizations, past investments and what people said, as the frames the recommender reads: one query a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.claims import queries as claims
from app.db import db
from app.later import later
from app.matching import brief_texts
from app.matching.models import Said
from app.matching.signals import Statement
from app.organizations.models import Organization, OrganizationTechnology, Partnership, ProfileState
from app.taxonomy import TECHNOLOGIES

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

# Whether a startup raises money is not public, so no reason may rest on it: the column stays out.
_COLUMNS = [
    "id",
    "kind",
    "name",
    "country",
    "region_code",
    "city",
    "founded_year",
    "stage",
    "team_size",
    "website",
    "summary",
    "description",
    "tags",
    "investor_type",
    "offers",
    "needs",
    "ticket_min",
    "ticket_max",
    "stages",
    "skills",
    "thesis",
    "capabilities",
    "certifications",
    "sector",
    "size_class",
    "level",
    "seats",
]
_DECISION_COLUMNS = ["id", "candidate", "decision", "decided_at", "weight", "by", "said_by"]


def organization_frame(
    ids: Sequence[int] | None = None, states: Sequence[ProfileState] = (ProfileState.LISTED,)
) -> pd.DataFrame:
    """Listed organizations, or those in `states`, as `ml` reads them, by id; certificates that have faded are left out."""
    columns = [_column(name) for name in _COLUMNS]
    renamed = [Organization.ticket_currency.label("currency"), Organization.invests_in.label("countries")]
    listed = Organization.state.in_(states)
    query = sa.select(*columns, *renamed).where(listed).order_by(Organization.id)
    areas = sa.select(OrganizationTechnology.organization_id, OrganizationTechnology.technology)
    if ids is not None:
        query = query.where(Organization.id.in_(ids))
        areas = areas.where(OrganizationTechnology.organization_id.in_(ids))
    rows = db.session.execute(query).all()
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, "currency", "countries"])
    technologies: dict[int, list[str]] = defaultdict(list)
    for organization_id, code in db.session.execute(areas):
        # A field inside an area counts by its area, which always has a row of its own.
        if code in TECHNOLOGIES:
            technologies[organization_id].append(code)
    frame["technologies"] = [technologies[i] for i in frame["id"].tolist()]
    faded = claims.faded_certificates(ids)
    frame["certifications"] = [
        [one for one in stated or () if one.strip() not in faded.get(id_, ())]
        for id_, stated in zip(frame["id"].tolist(), frame["certifications"].tolist(), strict=True)
    ]
    return brief_texts.with_briefs(frame, ids)


def _column(name: str) -> Any:
    """A column of organizations; a text with the Hindi one behind it, so that both are found and compared."""
    own, hindi = getattr(Organization, name), getattr(Organization, f"{name}_hi", None)
    return own if hindi is None else sa.case((hindi == "", own), else_=own + "\n" + hindi).label(name)


def partnership_frame() -> pd.DataFrame:
    """Past investments as `ml` reads them: investor_id, company_id, date (text, None when unknown)."""
    query = sa.select(Partnership.investor_id, Partnership.company_id, Partnership.date)
    rows = db.session.execute(query.order_by(Partnership.id)).all()
    frame = pd.DataFrame(rows, columns=["investor_id", "company_id", "date"])
    return frame.assign(date=frame["date"].replace("", None))


def decision_frame(statements: Iterable[Statement]) -> pd.DataFrame:
    """What was said, as `ml` reads it: `id` said `decision` of `candidate`, one row a direction.

    What a manager says of a pair, and what came of it, is said in both directions. `by` is the person, `said_by` is
    ``manager``, ``side`` or ``outcome``.
    """
    rows = []
    for one in statements:
        both = ((one.india_id, one.us_id), (one.us_id, one.india_id))
        said_by = _speaker(one)
        rows += [
            (id_, candidate, one.says.value, one.at, one.weight, one.by_id, said_by)
            for id_, candidate in both
            if one.organization_id in (None, id_)
        ]
    frame = pd.DataFrame(rows, columns=_DECISION_COLUMNS)
    return frame.astype({"by": "Int64", "weight": "float64"}).assign(
        decided_at=pd.to_datetime(frame["decided_at"], utc=True)
    )


def _speaker(one: Statement) -> str:
    if one.organization_id is not None:
        return "side"
    return "outcome" if one.says in (Said.INTRODUCED, Said.OUTCOME) else "manager"

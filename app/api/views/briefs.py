"""Needs and offers of an organization."""

from __future__ import annotations

from flask import Response, url_for
from flask_login import current_user

from app.api import bodies, brief_filling, replaying, schemas, shown, versions
from app.api.blueprint import bp
from app.api.operations import operation
from app.db import db
from app.organizations import brief_queries, queries
from app.organizations import briefs as services
from app.organizations.models import Organization

_ALL = "/organizations/<int:organization_id>/briefs"
_ONE = f"{_ALL}/<int:brief_id>"


@bp.get(_ALL)
@operation("Needs and offers that hold", schemas.BriefsOut)
def briefs(organization_id: int) -> Response:
    _row, membership = queries.public_profile(current_user, organization_id)
    return shown.answer(shown.briefs(organization_id, with_expired=membership is not None))


@bp.get(_ONE)
@operation("One need or offer of mine, to change it", schemas.BriefOut, has_etag=True, problems=(403,))
def brief(organization_id: int, brief_id: int) -> Response:
    queries.editable_by(current_user, organization_id)
    row = brief_queries.brief_in(organization_id, brief_id)
    return shown.answer(shown.brief(row), version=row.version)


@bp.post(_ALL)
@operation(
    "Add a need or an offer",
    schemas.BriefOut,
    201,
    takes=schemas.BriefIn,
    is_replayable=True,
    has_etag=True,
    problems=(403,),
)
def add_brief(organization_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    body = bodies.read(schemas.BriefIn)
    response = replaying.once(lambda: _added(row, body))
    db.session.commit()
    return response


def _added(row: Organization, body: schemas.BriefIn) -> Response:
    form = brief_filling.new_form(row, body)
    made = services.add(row, form.values(), form.wishes(), by=current_user)
    location = url_for(".brief", organization_id=row.id, brief_id=made.id)
    return shown.answer(shown.brief(made), 201, location=location, version=made.version)


@bp.patch(_ONE)
@operation(
    "Change a need or an offer",
    schemas.BriefOut,
    takes=schemas.BriefChange,
    is_guarded=True,
    problems=(403, 409),
)
def change_brief(organization_id: int, brief_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    found = brief_queries.brief_in(organization_id, brief_id)
    change = bodies.read(schemas.BriefChange)
    seen = versions.seen(found.version)
    form = brief_filling.changed_form(row, found, change)
    services.save(row, found, form.values(), form.wishes(), seen=seen, by=current_user)
    db.session.commit()
    return shown.answer(shown.brief(found), version=found.version)


@bp.post(f"{_ONE}/end")
@operation("It is no longer needed or offered", status=204, problems=(403,))
def end_brief(organization_id: int, brief_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    services.end(row, brief_queries.brief_in(organization_id, brief_id), by=current_user)
    db.session.commit()
    return Response(status=204)

"""Register numbers of an organization."""

from __future__ import annotations

from flask import Response, url_for
from flask_login import current_user

from app.api import bodies, filling, replaying, schemas, shown
from app.api.blueprint import bp, limit_by_token
from app.api.operations import operation
from app.conflicts import queries as conflicts
from app.db import db
from app.organizations import forms, identifying, queries, scanning
from app.organizations.models import Organization


@bp.get("/organizations/<int:organization_id>/identifiers")
@operation("Register numbers: whole for owners, masked for others of its people", schemas.IdentifiersOut)
def identifiers(organization_id: int) -> Response:
    _row, role = identifying.reader_of(current_user, organization_id)
    if role is None:
        conflicts.organization_to_judge(current_user, organization_id)
    stated = [shown.identifier(one) for one in identifying.shown_to(role, organization_id)]
    return shown.answer(schemas.IdentifiersOut(identifiers=stated))


@bp.post("/organizations/<int:organization_id>/identifiers")
@operation(
    "State a register number",
    schemas.IdentifierOut,
    201,
    takes=schemas.IdentifierIn,
    is_replayable=True,
    problems=(403,),
)
# Whoever could try many would learn which numbers others state.
@limit_by_token("60 per hour")
def add_identifier(organization_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    body = bodies.read(schemas.IdentifierIn)
    response = replaying.once(lambda: _stated(row, body))
    db.session.commit()
    return response


def _stated(row: Organization, body: schemas.IdentifierIn) -> Response:
    fields = filling.sent(body.model_dump(mode="json"))
    form = filling.checked(forms.IdentifierForm(fields, meta=filling.WITHOUT_COOKIE).fit(row.country))
    stated = identifying.state(row, form.chosen, form.number, by=current_user)
    scanning.suspect_same_number(row, stated)
    _row, role = identifying.reader_of(current_user, row.id)
    made = next(one for one in identifying.shown_to(role, row.id) if one.id == stated.id)
    return shown.answer(shown.identifier(made), 201, location=url_for(".identifiers", organization_id=row.id))


@bp.delete("/organizations/<int:organization_id>/identifiers/<int:identifier_id>")
@operation("Take a register number back", status=204, problems=(403,))
def remove_identifier(organization_id: int, identifier_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    identifying.remove(row, identifier_id, by=current_user)
    db.session.commit()
    return Response(status=204)

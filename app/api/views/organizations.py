"""Organizations: mine, one, a new draft, changes, and handing in."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.api import bodies, filling, profiles, replaying, schemas, shown, versions
from app.api.blueprint import bp
from app.api.operations import operation
from app.api.problems import Problem, invalid
from app.db import db
from app.listings import services as listings
from app.listings.forms import SubmitForm
from app.organizations import duplicates, forms, publication, queries, services
from app.taxonomy import Country, Kind


@bp.get("/me/organizations")
@operation("My organizations, drafts among them", schemas.MineOut)
def mine() -> Response:
    living = [one for one in queries.memberships_of(current_user) if one.organization.merged_into_id is None]
    return shown.answer(schemas.MineOut(organizations=[shown.mine(one) for one in living]))


@bp.post("/organizations")
@operation(
    "Begin a new organization: a draft that I own",
    schemas.OrganizationOut,
    201,
    takes=schemas.OrganizationIn,
    is_replayable=True,
    has_etag=True,
)
def create_organization() -> Response:
    body = bodies.read(schemas.OrganizationIn)
    response = replaying.once(lambda: _created(body))
    db.session.commit()
    return response


def _created(body: schemas.OrganizationIn) -> Response:
    fields = body.model_dump(mode="json", include={"kind", "country", "name", "website"})
    form = filling.checked(forms.StartForm(filling.sent(fields), meta=filling.WITHOUT_COOKIE))
    kind, country = Kind(body.kind), Country(body.country)
    name, website = str(form.name.data), form.website.data or None
    if not body.is_another:
        _require_new(duplicates.warnings_for(current_user, kind, name, country, website))
    made = services.create_organization(kind, name, country, by=current_user, website=website)
    location = url_for(".organization", organization_id=made.id)
    _row, membership = queries.organization_for(current_user, made.id)
    return shown.answer(shown.organization(made, membership), 201, location=location, version=made.version)


def _require_new(found: duplicates.Warnings) -> None:
    if found:
        alike = [{"id": one.organization.id, "name": one.organization.name} for one in found.candidates]
        detail = _("It may be here already. Look, and send is_another if it is another organization.")
        raise Problem(409, detail, alike=alike)


@bp.get("/organizations/<int:organization_id>")
@operation("One profile, as I may read it", schemas.OrganizationOut, has_etag=True)
def organization(organization_id: int) -> Response:
    row, membership = queries.public_profile(current_user, organization_id)
    return shown.answer(shown.organization(row, membership), version=shown.version_for(row, membership))


@bp.patch("/organizations/<int:organization_id>")
@operation(
    "Change a profile",
    schemas.OrganizationOut,
    takes=schemas.ProfileChange,
    is_guarded=True,
    problems=(403,),
)
def change_organization(organization_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    change = bodies.read(schemas.ProfileChange)
    versions.seen(row.version)
    values = profiles.values_of(row, change)
    services.save_profile(row, values, by=current_user)
    db.session.commit()
    membership = queries.membership_of(current_user, organization_id)
    return shown.answer(shown.organization(row, membership), version=row.version)


@bp.post("/organizations/<int:organization_id>/submit")
@operation(
    "Hand a profile in for review",
    schemas.OrganizationOut,
    takes=schemas.SubmissionIn,
    problems=(403, 409),
    has_etag=True,
)
def submit(organization_id: int) -> Response:
    row = queries.editable_by(current_user, organization_id)
    note = bodies.read(schemas.SubmissionIn).note
    form = filling.checked(SubmitForm(filling.sent({"note": note}), meta=filling.WITHOUT_COOKIE))
    if gaps := publication.gaps_of(row):
        raise invalid((gap.field, gap.message) for gap in gaps)
    listings.submit(row, by=current_user, note=form.note.data or "")
    db.session.commit()
    membership = queries.membership_of(current_user, organization_id)
    return shown.answer(shown.organization(row, membership), version=row.version)

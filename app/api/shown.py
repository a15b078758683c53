"""From rows to what a program gets: the same that the pages show to the same person."""

from __future__ import annotations

from flask import Response
from flask_login import current_user
from pydantic import BaseModel

from app.api import schemas
from app.introductions.sides import Side as MatchSide
from app.organizations import brief_queries, identifiers, identifying, publication, queries
from app.organizations.identifiers import Scheme
from app.organizations.identifying import Shown
from app.organizations.models import Aspect, Brief, Membership, Organization, Weight
from app.taxonomy import Kind

_SCHEMES = {rule.name: scheme for scheme, rule in identifiers.RULES.items()}


def answer(body: BaseModel, status: int = 200, *, location: str = "", version: int | None = None) -> Response:
    """The response with a body; `version` is what a change has to name in If-Match."""
    response = Response(body.model_dump_json(), status, mimetype="application/json")
    if location:
        response.headers["Location"] = location
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    return response


def organization(row: Organization, membership: Membership | None) -> schemas.OrganizationOut:
    """A profile as its page shows it to this person."""
    fields = {name: getattr(row, name, None) for name in schemas.OrganizationOut.model_fields}
    shows_raise = membership is not None or queries.sees_raises(current_user)
    fields |= {
        "profile_changed_on": row.profile_changed_at.date(),
        "technologies": list(row.technologies),
        "ticket_currency": row.ticket_currency,
        "needs": row.need_lines(),
        "offers": row.offer_lines(),
        "registers": identifying.badges_of(row.id),
        "raise_terms": row if shows_raise and row.kind is Kind.STARTUP else None,
        "role": membership.role if membership else None,
        "state": row.state if membership else None,
    }
    return schemas.OrganizationOut.model_validate(fields)


def version_for(row: Organization, membership: Membership | None) -> int | None:
    """The version, for those who may change the profile; of others it would tell when something they do not see changed."""
    return row.version if membership is not None and membership.can_edit else None


def mine(membership: Membership) -> schemas.MyOrganization:
    row = membership.organization
    gaps = [gap.field for gap in publication.gaps_of(row)]
    return schemas.MyOrganization(
        id=row.id,
        name=row.name,
        kind=row.kind,
        country=row.country,
        state=row.state,
        role=membership.role,
        gaps=gaps,
    )


def row_of(found: Organization) -> schemas.OrganizationRow:
    fields = {name: getattr(found, name) for name in schemas.OrganizationRow.model_fields}
    return schemas.OrganizationRow.model_validate({**fields, "technologies": list(found.technologies)})


def identifier(one: Shown) -> schemas.IdentifierOut:
    return schemas.IdentifierOut(
        id=one.id,
        scheme=Scheme(_SCHEMES[one.name]),
        value=one.value,
        added_at=one.added_at,
        confirmed_at=one.confirmed_at,
    )


def briefs(organization_id: int, *, with_expired: bool) -> schemas.BriefsOut:
    found = brief_queries.briefs_of(organization_id)
    return schemas.BriefsOut(
        needs=[brief(one) for one in found.needs],
        offers=[brief(one) for one in found.offers],
        expired=[brief(one) for one in found.expired] if with_expired else [],
    )


def brief(row: Brief) -> schemas.BriefOut:
    wishes: dict[tuple[Aspect, Weight], list[str]] = {}
    for wish in row.wishes:
        wishes.setdefault((wish.aspect, wish.weight), []).append(wish.value)
    told = [{"aspect": a, "weight": w, "values": values} for (a, w), values in wishes.items()]
    names = schemas.BriefOut.model_fields.keys() - {"wishes"}
    return schemas.BriefOut.model_validate({**{name: getattr(row, name) for name in names}, "wishes": told})


def match(side: MatchSide) -> schemas.MatchOut:
    return schemas.MatchOut.model_validate(
        {
            "id": side.match.id,
            "standing": side.standing,
            "band": side.band,
            "why_us": side.why_us,
            "why_them": side.why_them,
            "partner": _partner(side),
            "answer": side.mine,
            "introduced_at": side.introduction.at if side.introduction else None,
            "can_answer": side.can_answer,
        }
    )


def _partner(side: MatchSide) -> schemas.PartnerOut:
    """Who the other one is stands in `side.partner` alone, which is empty until both said yes."""
    partner, contact, told = side.partner, side.contact, side.teaser
    return schemas.PartnerOut(
        kind=Kind(told.kind),
        country=side.organization.country.other,
        place=told.place,
        title=side.title,
        technologies=told.technologies,
        stage=told.stage,
        size=told.size,
        needs=told.needs,
        offers=told.offers,
        is_illustrative=told.is_illustrative,
        profile_changed_on=side.partner_changed_at.date(),
        organization_id=partner.id if partner else None,
        name=partner.name if partner else None,
        website=partner.website if partner else None,
        contact_name=contact.display_name if contact else None,
        contact_email=contact.email if contact else None,
    )

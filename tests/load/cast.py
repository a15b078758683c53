"""Who asks: cookies of people of a filled world and what is theirs, written to a file for the process that asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from app import clock
from app.accounts.models import User
from app.db import db
from app.desk import queries as desk
from app.desk.models import Case, CaseState
from app.introductions.models import Answer, Introduction
from app.matching.models import Match
from app.organizations.models import MemberRole, Membership, Organization
from tests.load.filling import SIGNED_IN, token_of
from tests.load.made import MANAGERS

ANYBODY = 400
SALT = "wtf-csrf-token"


def write(app: Flask, path: Path) -> dict[str, Any]:
    """Choose who asks and for what; the same each time for the same world."""
    with app.test_request_context(), app.app_context():
        found = {
            "members": [_member(app, *row) for row in _members()],
            "managers": [_signed(app, user) | {"user": user} for user in range(1, MANAGERS + 1)],
            "cases": list(_cases()),
            "organizations": list(_some_organizations()),
        }
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def _signed(app: Flask, user: int) -> dict[str, str]:
    """The cookie of a person who signed in, and what their forms carry."""
    secret = f"{user:040x}"
    held = {"_user_id": token_of(user), "_fresh": True, "_permanent": True, "csrf_token": secret}
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    form = URLSafeTimedSerializer(app.secret_key or "", salt=SALT).dumps(secret)
    name = app.config["SESSION_COOKIE_NAME"]
    return {"cookie": f"{name}={serializer.dumps(held)}", "csrf": str(form)}


def _members() -> list[tuple[int, int]]:
    query = (
        sa.select(Membership.user_id, Membership.organization_id)
        .where(Membership.role == MemberRole.OWNER, Membership.user_id <= MANAGERS + SIGNED_IN)
        .order_by(Membership.user_id)
        .limit(SIGNED_IN)
    )
    return [(user, organization) for user, organization in db.session.execute(query)]


def _member(app: Flask, user: int, organization: int) -> dict[str, Any]:
    mine = sa.or_(Match.india_id == organization, Match.us_id == organization)
    query = sa.select(Match.id).where(mine, Match.told_by(clock.now())).limit(8)
    answered = sa.exists().where(Answer.match_id == Match.id)
    introduced = sa.exists().where(Introduction.match_id == Match.id)
    return {
        "user": user,
        "organization": organization,
        "matches": list(db.session.scalars(query)),
        "open": list(db.session.scalars(query.where(~answered))),
        "introduced": list(db.session.scalars(query.where(introduced))),
        **_signed(app, user),
    }


def _cases() -> sa.ScalarResult[int]:
    """Open ones, in the order of the queue, as far as a manager may know of them."""
    manager = db.session.get_one(User, 2)
    query = sa.select(Case.id).where(Case.state == CaseState.OPEN, desk.visible(manager))
    return db.session.scalars(query.order_by(Case.due_at, Case.id).limit(ANYBODY * 5))


def _some_organizations() -> sa.ScalarResult[int]:
    query = sa.select(Organization.id).where(Organization.id % 7 == 1).order_by(Organization.id)
    return db.session.scalars(query.limit(ANYBODY))

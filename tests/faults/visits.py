"""Ways to visit every page and send every form: in the roles of the guards' table, changing nothing for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from app import clock
from app.accounts import tokens
from app.accounts.models import Role, TokenPurpose, User
from app.db import db
from app.matching.models import MatchState
from app.taxonomy import Country, Kind
from tests.test_guards import CASES, Rule, Scene, address
from tests.world import PASSWORD

# One value a field takes, so that the others of its form do not stand in the way.
GOOD: dict[str, Any] = {
    "city": "Mysuru",
    "country": "IN",
    "current_password": PASSWORD,
    "email": "somebody@example.org",
    "founded_year": "2019",
    "kind": "startup",
    "locale": "en_IN",
    "name": "Kaveri",
    "note": "A note",
    "password": "a new lantern for the harbor",
    "reason": "other",
    "region_code": "IN-KA",
    "role": "editor",
    "side": "both",
    "summary": "Chips",
    "ticket_currency": "USD",
    "time_zone": "Asia/Kolkata",
    "until": str(clock.now().date() + timedelta(days=30)),
    "version": "1",
}


class Asked(ImmutableMultiDict[str, str]):
    """What was sent with a request; remembers which names were looked for."""

    names: set[str] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return str(super().__getitem__(key))

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


@contextmanager
def noting_names(app: Flask) -> Iterator[set[str]]:
    """The names of fields and query parameters that requests inside look for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.request_class, "parameter_storage_class", Asked)
        patch.setattr(Asked, "names", set())
        yield Asked.names


@contextmanager
def nothing_stays() -> Iterator[None]:
    """Requests inside send all their statements to the database, and their commits are not kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "commit", Session.flush)
        yield


def browser_of(scene: Scene, actor: str) -> FlaskClient:
    """Like `Scene.browser`, without the check for forgotten commits; for the API it sends a token too."""
    app = scene.world.app
    browser = FlaskClient(app, app.response_class, use_cookies=True)
    person = scene.people[actor]
    if person is None:
        return browser
    browser.environ_base.update(scene.world.program_of(person).environ_base)
    return scene.world.sign_in(person, browser)


def addresses_of(scene: Scene, method: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, address, who gets there) of every route with `method`, and of each step of each kind's form."""
    app = scene.world.app
    for endpoint, known, rule in CASES:
        if known != method or endpoint == "static":
            continue
        given = scene.arguments(rule) | secret_arguments(scene, endpoint)
        for arguments in every_step(scene, endpoint, given):
            yield endpoint, address(app, endpoint, arguments), who(endpoint, rule)


def who(endpoint: str, rule: Rule) -> str:
    if endpoint == "accounts.end_sign_in":
        return "owner"
    return next((one for one in ("owner", "manager", "nobody") if one in rule.allowed), "nobody")


def every_step(scene: Scene, endpoint: str, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if endpoint in {"organizations.discard_draft", "organizations.keep_draft"} or "step" not in given:
        # A draft is kept by the code that keeps what could not be saved.
        yield given
        return
    for step in ("basics", "work", "exchange"):
        yield given | {"step": step}
    for kind in Kind:
        yield given | {"step": "details", "organization_id": scene.ids[kind]}


def secret_arguments(scene: Scene, endpoint: str) -> dict[str, Any]:
    """A link of a letter that works."""
    purposes = {
        "accounts.confirm": TokenPurpose.CONFIRM_EMAIL,
        "accounts.reset": TokenPurpose.RESET_PASSWORD,
        "accounts.confirm_new_email": TokenPurpose.CHANGE_EMAIL,
    }
    if endpoint not in purposes:
        return {}
    with scene.world.app.app_context():
        person = db.session.get_one(User, scene.ids["newcomer"])
        token = tokens.issue(person, purposes[endpoint], "new-address@example.org")
        db.session.commit()
    return {"token": token}


def full_scene(world: Any) -> Scene:
    """The guards' scene, with one organization of each kind for the owner, and somebody with letters to open."""
    scene = Scene(world)
    owner = scene.people["owner"]
    for kind in Kind:
        scene.ids[kind] = world.organization(Country.INDIA, kind, owner=owner).id
    scene.ids["newcomer"] = world.user(Role.MEMBER).id
    scene.ids["introduced"] = world.match(state=MatchState.APPROVED).id
    return scene

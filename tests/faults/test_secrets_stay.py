"""A canary in every confidential field: it sings for nobody who may not hear it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts.models import User
from app.db import db
from app.desk.models import Decision
from app.introductions.models import Answer, AnswerChoice, NoReason
from app.matching.models import RejectReason, ReviewAction, ReviewDecision
from app.organizations.models import MemberRole, ProfileDraft, ProfileState
from app.outbox.models import Email
from app.taxonomy import Country
from tests.faults import visits
from tests.test_guards import Scene
from tests.world import World

# Where it sits, and who may hear it.
ENTITLED: dict[str, set[str]] = {
    "canaryaddress": {"owner", "editor", "viewer"},
    "canaryperson": {"owner", "editor", "viewer"},
    "canarydraft": {"owner"},
    "canaryhidden": {"owner", "editor", "viewer", "administrator"},
    "canarynote": {"manager", "other manager", "administrator"},
    "canaryreason": {"manager", "other manager", "administrator"},
    "canaryrejected": {"manager", "other manager", "administrator"},
    "canaryhash": set(),
    "canarykey": set(),
    # The partner was introduced to them.
    "canaryowner": {"owner", "editor", "viewer", "partner"},
}
STRANGERS = ("nobody", "partner", "wrong organization", "observer")
INSIDERS = ("owner", "viewer", "manager", "administrator")


def secret_scene(world: World) -> Scene:
    """The guards' scene with a canary in every confidential field of the organization and its matches."""
    scene = visits.full_scene(world)
    organization = scene.ids["organization"]
    colleague = world.user(
        email="canaryaddress@example.org",
        name="Canaryperson Example",
        password_hash="canaryhash",
        unsubscribe_key="canarykey",
    )
    with world.app.app_context():
        owner = db.session.get_one(User, scene.people["owner"].id)
        owner.name, owner.email = "Canaryowner", "canaryowner@example.org"
        db.session.commit()
    world.member(type("Row", (), {"id": organization}), colleague, MemberRole.EDITOR)
    world.add(
        ProfileDraft(
            organization_id=organization,
            user_id=scene.people["owner"].id,
            typed={"exchange": {"offers": ["canarydraft"], "needs": ["canarydraft"]}},
            updated_at=clock.now(),
        )
    )
    hidden = world.organization(
        Country.INDIA,
        owner=scene.people["owner"],
        name="canaryhidden",
        summary="canaryhidden",
        needs="canaryhidden",
        offers="canaryhidden",
        state=ProfileState.DRAFT,
    )
    scene.ids["hidden"] = hidden.id
    decisions(world, scene)
    return scene


def decisions(world: World, scene: Scene) -> None:
    now, manager = clock.now(), scene.people["manager"]
    match = scene.ids["approved"]
    world.written_again(match, scene.ids["match"])
    world.add(
        ReviewDecision(
            match_id=match, action=ReviewAction.APPROVE, note="canarynote", by_id=manager.id, at=now
        ),
        ReviewDecision(
            match_id=scene.ids["match"],
            action=ReviewAction.HOLD,
            reason_code=RejectReason.SENSITIVE,
            note="canaryrejected",
            by_id=manager.id,
            at=now,
        ),
        Answer(
            match_id=match,
            organization_id=scene.ids["organization"],
            says=AnswerChoice.NOT_NOW,
            reason_code=NoReason.COMPETITOR,
            note="canaryreason",
            until=(now + timedelta(days=30)).date(),
            by_id=scene.people["owner"].id,
            at=now,
        ),
    )


def pages(scene: Scene) -> list[str]:
    """Every address of the table, and those of every organization and match there is."""
    found = {url for endpoint, url, _ in visits.addresses_of(scene, "GET")}
    numbers = range(1, 16)
    found |= {f"/organizations/{n}" for n in numbers}
    found |= {f"/organizations/{n}/people" for n in numbers}
    found |= {f"/organizations/{n}/edit/exchange" for n in numbers}
    found |= {f"/matches/{n}" for n in numbers} | {f"/review/{n}" for n in numbers}
    for word in ENTITLED:
        found |= {f"/organizations?q={word}", f"/api/v1/organizations?q={word}"}
    found |= {f"/api/v1/organizations/{n}" for n in numbers}
    for part in (
        "briefs",
        "identifiers",
        "matches",
        *(f"matches/{scene.ids[one]}" for one in ("match", "approved")),
    ):
        found |= {f"/api/v1/organizations/{n}/{part}" for n in numbers}
    return sorted(found)


def staged_by(app: Flask) -> dict[str, list[int]]:
    """What the page of the release shows."""
    with app.app_context():
        return {"shown": list(db.session.scalars(sa.select(Decision.id)))}


def heard(response: Any, url: str) -> set[str]:
    """Canaries in an answer. What the address itself asked for may be said back in the search field."""
    text = (response.text + str(response.headers)).lower()
    return {word for word in ENTITLED if word in text and word not in url}


@pytest.mark.parametrize("actor", STRANGERS + INSIDERS)
def test_no_page_tells_a_secret_to_who_may_not_know_it(app, world, actor) -> None:
    scene = secret_scene(world)
    browser = visits.browser_of(scene, actor)
    found = {(url, word) for url in pages(scene) for word in heard(browser.get(url), url)}
    assert {(url, word) for url, word in found if actor not in ENTITLED[word]} == set()
    if actor == "owner":
        assert {word for _, word in found} >= {"canarydraft", "canaryhidden", "canaryperson"}, "a dead canary"
    if actor == "manager":
        assert {word for _, word in found} >= {"canaryrejected"}, "a dead canary"


def test_search_is_no_oracle_for_what_is_not_shown(app, world) -> None:
    scene = secret_scene(world)
    browser = app.test_client()
    empty = browser.get("/organizations?q=nothingofthesort").text.replace("nothingofthesort", "")
    for word in ENTITLED:
        assert links(browser.get(f"/organizations?q={word}")) == [], word
    assert "/organizations/" + str(scene.ids["hidden"]) not in empty


def links(response: Any) -> list[str]:
    return [
        part.split('"')[0] for part in response.text.split('href="/organizations/')[1:] if part[0].isdigit()
    ]


def test_the_export_tells_no_secret(app, world) -> None:
    secret_scene(world)
    for form in ("csv", "jsonl"):
        done = app.test_cli_runner().invoke(args=["organizations", "export", "--format", form])
        assert done.exit_code == 0
        assert [word for word in ENTITLED if word in done.output.lower()] == []
        assert "Organization" in done.output


def test_letters_tell_no_secret(app, world) -> None:
    scene = secret_scene(world)
    manager = visits.browser_of(scene, "manager")
    sent = manager.post(
        f"/review/{scene.ids['case']}/approve", data={"version": "1", "comment": "canarynote"}
    )
    assert sent.status_code == 303
    assert manager.post("/review/release", data=staged_by(app)).status_code == 303
    assert app.test_cli_runner().invoke(args=["digests", "send"]).exit_code == 0
    people = {person.email: name for name, person in scene.people.items() if person}
    people |= {"canaryowner@example.org": "owner", "canaryaddress@example.org": "colleague"}
    with app.app_context():
        letters = list(db.session.scalars(sa.select(Email)))
        db.session.expunge_all()
    assert {people.get(letter.to_address) for letter in letters} >= {"partner", "owner", "colleague"}
    assert [
        told for letter in letters for told in secrets_in(letter, people.get(letter.to_address, "nobody"))
    ] == []


def secrets_in(letter: Email, reader: str) -> list[str]:
    """What a letter tells its reader and should not; their own name and their own link's key are theirs."""
    entitled = {word for word, readers in ENTITLED.items() if reader in readers}
    if reader == "colleague":
        entitled = {"canaryperson", "canaryaddress", "canarykey", "canaryhidden", "canaryowner"}
    text = (letter.subject + letter.text + letter.html).lower()
    return [f"{letter.key}: {word}" for word in ENTITLED if word in text and word not in entitled]

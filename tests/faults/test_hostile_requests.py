"""Requests with more in them than the form asks for, false senders, injected queries, and errors that tell nothing."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import sqlalchemy as sa

from app import logs
from app.accounts.models import User
from app.db import db
from app.extensions import limiter
from app.matching.models import Match
from app.organizations.models import Organization
from app.outbox.models import Email
from tests.conftest import build_app
from tests.faults import visits
from tests.test_guards import Scene
from tests.world import World

STOLEN = {
    "role": "administrator",
    "id": "1",
    "user_id": "1",
    "organization_id": "1",
    "match_id": "1",
    "program_id": "",
    "decided_by_id": "1",
    "state": "approved",
    "score": "1",
    "fit_for_india": "1",
    "model_version": "mine",
    "verified": "1",
    "is_illustrative": "1",
    "is_admin": "1",
    "confirmed_at": "2020-01-01",
    "external_id": "mine",
    "source": "mine",
}


def guarded_columns(scene: Scene) -> dict[str, Any]:
    """What no form may set, of everything there is."""
    chosen = {
        "user": sa.select(User.id, User.role, User.is_illustrative, User.deactivated_at),
        "organization": sa.select(
            Organization.id, Organization.source, Organization.external_id, Organization.is_illustrative
        ),
        "match": sa.select(
            Match.id,
            Match.score,
            Match.fit_for_india,
            Match.fit_for_us,
            Match.program_id,
            Match.model_version,
        ),
    }
    with scene.world.app.app_context():
        return {
            f"{name} {row[0]}": tuple(row)
            for name, query in chosen.items()
            for row in db.session.execute(query)
        }


def test_fields_that_are_on_no_form_set_nothing(app, world) -> None:
    scene = visits.full_scene(world)
    before = guarded_columns(scene)
    limiter.enabled = False
    try:
        for endpoint, url, actor in list(visits.addresses_of(scene, "POST")):
            # In these the role is a field of the form; tests/organizations looks after them.
            stolen = STOLEN if "people" not in endpoint else {**STOLEN, "role": "owner"}
            visits.browser_of(scene, actor).post(url, data={**visits.GOOD, **stolen})
    finally:
        limiter.enabled = True
    after = guarded_columns(scene)
    assert {key: after[key] for key in before} == before
    for key in after.keys() - before.keys():
        assert not {"administrator", "mine", True} & set(after[key][1:]), key


def tries(app: Any, senders: list[dict[str, str]]) -> list[int]:
    client = app.test_client()
    return [
        client.post(
            "/sign-in", data={"email": f"p{n}@example.org", "password": "wrong"}, headers=one
        ).status_code
        for n, one in enumerate(senders)
    ]


def test_a_forwarded_address_nobody_vouches_for_dodges_no_limit(app, world) -> None:
    spoofed = [
        {
            "X-Forwarded-For": f"203.0.113.{n}",
            "X-Real-IP": f"203.0.113.{n}",
            "Forwarded": f"for=203.0.113.{n}",
        }
        for n in range(11)
    ]
    assert tries(app, spoofed)[-1] == 429


def test_behind_one_proxy_only_what_it_added_counts(tmp_path) -> None:
    behind = build_app(f"sqlite:///{tmp_path}/own.sqlite", tmp_path, trusted_proxies=1)
    limiter.reset()
    spoofed = [{"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"} for n in range(11)]
    assert tries(behind, spoofed)[-1] == 429
    assert tries(behind, [{"X-Forwarded-For": "203.0.113.1, 198.51.100.8"}]) == [422]
    limiter.reset()
    with behind.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forwarded_host_poisons_no_link(tmp_path, proxies) -> None:
    own = build_app(f"sqlite:///{tmp_path}/own.sqlite", tmp_path, trusted_proxies=proxies)
    limiter.reset()
    user = World(own).user()
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
    }
    response = own.test_client().post("/forgot", data={"email": user.email}, headers=headers)
    assert response.status_code == (302 if proxies == 0 else 400)
    assert "evil" not in str(response.headers) + response.text
    with own.app_context():
        assert all("evil" not in letter.text for letter in db.session.scalars(sa.select(Email)))
        db.session.rollback()
        db.engine.dispose()


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_name_with_a_line_break_becomes_one_line(app, world, line_end) -> None:
    user = world.user()
    organization = world.organization(owner=user)
    browser = world.sign_in(user)
    name = f"Kaveri{line_end}Bcc: all@example.org"
    fields = {"name": name, "kind": "startup", "country": "IN", "region_code": "IN-KA"}
    for url in ("/organizations/new", f"/organizations/{organization.id}/edit/basics"):
        response = browser.post(url, data=fields)
        assert response.status_code == 303
    with app.app_context():
        assert set(db.session.scalars(sa.select(Organization.name))) == {"Kaveri Bcc: all@example.org"}


INJECTIONS = (
    "' OR 1=1 --",
    "x%' OR '1'='1",
    "'; DROP TABLE organization; --",
    "%",
    "_",
    "\\",
    "%_%",
    "x' UNION SELECT email, password_hash FROM user --",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_search_is_taken_by_the_letter(app, world, text) -> None:
    plain = world.organization(name="Plain")
    odd = world.organization(name=f"Odd {text}")
    page = app.test_client().get("/organizations", query_string={"q": text}).text
    assert f'href="/organizations/{odd.id}"' in page
    assert f'href="/organizations/{plain.id}"' not in page


@pytest.mark.parametrize(
    "name", ["kind", "country", "region", "technology", "stage", "sort", "after", "before"]
)
def test_filters_and_order_take_known_words_only(app, world, name) -> None:
    made = [world.organization(name=f"Firm {letter}") for letter in "BAC"]
    client = app.test_client()
    usual = client.get("/organizations")
    for text in (*INJECTIONS, "name; SELECT 1", "password_hash", "(CASE WHEN 1=1 THEN name END)"):
        response = client.get("/organizations", query_string={name: text})
        assert response.status_code == 200
        order = [response.text.find(f'href="/organizations/{row.id}"') for row in made]
        assert (
            order == [usual.text.find(f'href="/organizations/{row.id}"') for row in made] or -1 not in order
        )


@pytest.mark.parametrize("name", ["program", "kind", "after", "page", "sort", "order"])
def test_the_queue_takes_known_words_only(app, world, name) -> None:
    scene = visits.full_scene(world)
    browser = visits.browser_of(scene, "manager")
    for text in INJECTIONS:
        response = browser.get("/review", query_string={name: text})
        assert response.status_code == 200
        assert f"/review/{scene.ids['case']}" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/config.py",
        "/wsgi.py",
        "/console",
        "/debug",
        "/static/../../config.py",
        "/static/%2e%2e/%2e%2e/config.py",
        "/static/dist/../../config.py",
        "/static/dist/%2e%2e%2f%2e%2e%2fconfig.py",
        "/var/sangam.sqlite",
    ],
)
def test_nothing_but_pages_is_served(client, path) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "SECRET_KEY" not in response.text


def break_down(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("postgresql://sangam:secret@database/ is not what we expected")


def test_an_unexpected_error_tells_its_number_and_nothing_else(app, world, client, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "insights.about", break_down)
    for path in ("/about", "/about?__debugger__=yes&cmd=resource&f=style.css"):
        response = client.get(path)
        assert response.status_code == 500
        assert response.headers["X-Request-Id"] in response.text
        for told in ("secret", "RuntimeError", "Traceback", ".py", "Werkzeug"):
            assert told not in response.text + response.headers.get("Server", "")


class FullDisk:
    """A log that cannot take a line."""

    is_full = True

    def __init__(self) -> None:
        self.lines = ""

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(28, "No space left on device")
        self.lines += text
        return len(text)

    def flush(self) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")


def test_a_full_log_stops_no_request_and_tells_later_what_it_lost(app, client, monkeypatch) -> None:
    disk = FullDisk()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", disk)
        logs.configure("json")
    try:
        assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]
        disk.is_full = False
        client.get("/")
    finally:
        logs.configure("console")
    assert '"lost_lines": ' in disk.lines

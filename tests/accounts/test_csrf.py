"""Forms from elsewhere do nothing, also over https."""

from __future__ import annotations

import re

import pytest

from app.accounts import services
from app.accounts.models import TokenPurpose
from app.db import db
from app.extensions import limiter
from tests.conftest import build_app
from tests.world import PASSWORD, World

GOOD = "two rivers meet at dawn"


@pytest.fixture
def guarded(tmp_path):
    """An app with CSRF protection on, behind https; the kind of database plays no part in it."""
    app = build_app(
        f"sqlite:///{tmp_path}/csrf.sqlite",
        tmp_path,
        base_url="https://localhost",
        extra={"WTF_CSRF_ENABLED": True},
    )
    limiter.reset()
    yield app
    with app.app_context():
        db.engine.dispose()


PAGES = [
    "/register",
    "/sign-in",
    "/forgot",
    "/sign-out",
    "/language",
    "/account",
    "/account/password",
    "/account/email",
]


@pytest.mark.parametrize("page", PAGES)
def test_without_a_csrf_token_nothing_is_done(guarded, page) -> None:
    client = guarded.test_client()
    answer = client.post(
        page, base_url="https://localhost", data={"email": "a@example.org", "name": "A", "password": "x"}
    )
    assert answer.status_code == 400


def test_a_mailed_link_works_over_https_with_the_referer_its_page_lets_out(guarded) -> None:
    user = World(guarded).user()
    with guarded.app_context():
        token = services.tokens.issue(user, TokenPurpose.RESET_PASSWORD)
        db.session.commit()
    client, site = guarded.test_client(), "https://localhost"
    page = client.get(f"/reset/{token}", base_url=site)
    assert page.headers["Referrer-Policy"] == "strict-origin"
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    answer = client.post(
        f"/reset/{token}",
        base_url=site,
        data={"password": GOOD, "csrf_token": csrf},
        headers={"Referer": f"{site}/"},
    )
    assert answer.status_code == 302


def test_a_csrf_token_from_before_signing_in_is_worth_nothing_after(guarded) -> None:
    user = World(guarded).user()
    client, site = guarded.test_client(), "https://localhost"
    headers = {"Referer": f"{site}/sign-in"}
    page = client.get("/sign-in", base_url=site)
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    form = {"email": user.email, "password": PASSWORD, "csrf_token": csrf}
    assert client.post("/sign-in", base_url=site, data=form, headers=headers).status_code == 302
    assert (
        client.post("/sign-out", base_url=site, data={"csrf_token": csrf}, headers=headers).status_code == 400
    )

"""Where signing in leads: never to another site."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.accounts.views.session import safe_next
from tests.accounts.conftest import sign_in
from tests.world import PASSWORD

ATTACKS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\r\nLocation: http://evil.example",
    "http://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ":80//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a//evil.example",
    "/\u2215evil.example",
    "／／evil.example",
    "/\x00/evil.example",
    "/[",
    "",
]


@pytest.mark.parametrize("target", ATTACKS)
def test_next_leads_nowhere_else(world, client, target) -> None:
    answer = sign_in(client, world.user(), query_string={"next": target})
    place = urlsplit(answer.headers["Location"])
    assert (place.scheme, place.netloc) == ("", "")
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "target", ["/account", "/matches/17?page=2", "/organizations?q=a%20b&kind=sme", "/x/%E0%A4%A8"]
)
def test_next_leads_back_to_the_page_that_was_wanted(world, client, target) -> None:
    assert sign_in(client, world.user(), query_string={"next": target}).headers["Location"] == target


def test_a_guarded_page_asks_to_sign_in_and_comes_back(world, client) -> None:
    asked = client.get("/account/sign-ins?a=1")
    assert asked.headers["Location"] == "/sign-in?next=/account/sign-ins?a%3D1"
    page = client.get(asked.headers["Location"]).text
    action = re.search(r'action="(/sign-in[^"]+)"', page)[1].replace("&amp;", "&")
    user = world.user()
    answer = client.post(action, data={"email": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/sign-ins?a=1"


@given(st.text(alphabet=st.sampled_from("/\\:@.?#%\t\r\n ae5cf2"), max_size=30) | st.text(max_size=30))
@example("/%2f/evil.example")
@example("///evil.example")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_browser_that_follows_next_stays_on_this_site(target) -> None:
    safe = safe_next(target, "/home")
    assert safe.startswith("/")
    assert not re.search(r"[\x00-\x20\\\x7f]", safe)
    # Browsers drop tabs and newlines and read backslashes as slashes; then the URL standard applies.
    as_read = re.sub(r"[\t\r\n]", "", safe).replace("\\", "/")
    assert not as_read.startswith("//")
    assert urlsplit(urljoin("https://sangam.example/sign-in", as_read)).netloc == "sangam.example"

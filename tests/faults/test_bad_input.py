"""Every field of every form and every query parameter, with what no one should send: never a server error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import passwords
from app.extensions import limiter
from app.forms import clean
from tests.faults import visits

NASTY: dict[str, Any] = {
    "nul": "a\0b",
    "surrogate": b"a\xed\xa0\x80b",
    "no utf-8": b"\xff\xfe\x00",
    "digits": "9" * 5000,
    "beyond 63 bits": "9223372036854775808",
    "minus": "-9223372036854775809",
    "not a number": "NaN",
    "infinite": "1e999",
    "other digits": "\u0663\u0664",
    "turned around": "\u202egnp.exe\u202c\u200b\U000e0041",
    "scripts": "👩‍👩‍👧‍👦 क्ष्म தமிழ் e" + "\u0301" * 1000,
    "list": ["IN", "startup", "1", ""],
    "backtracking": "a" * 50_000 + "!",
    "address": "@".join("a" * 60 for _ in range(60)),
    "web address": "javascript:alert(1)//" + "x" * 10_000,
    "authority": "http://[::1",
    "money": "₹ 1e400 crore lakh -0",
    "date": "0000-02-30",
    "late date": "9999-12-31T23:59:59+05:30",
    "header": "x\r\nBcc: all@example.org",
    "quote": "'\"; DROP TABLE match; -- %_\\",
    "template": "{{ 7 * 7 }}{% raise %}<script>",
}


@pytest.fixture
def calm(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app answering errors as in production, and without limits on trying."""
    before = app.config["PROPAGATE_EXCEPTIONS"]
    app.config["PROPAGATE_EXCEPTIONS"] = False
    limiter.enabled = False
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield app
    limiter.enabled = True
    app.config["PROPAGATE_EXCEPTIONS"] = before


def values_for(database: str) -> dict[str, Any]:
    return NASTY if database == "sqlite" else {label: NASTY[label] for label in STORED}


def names_read(app: Flask, browser: FlaskClient, method: str, url: str) -> list[str]:
    with visits.noting_names(app) as names:
        browser.open(url, method=method, **({"data": {"unknown": "1"}} if method == "POST" else {}))
    return sorted(names - {"csrf_token"})


# What one database keeps and the other refuses. All else is refused, or has become plain text, before either is asked.
STORED = (
    "nul",
    "surrogate",
    "digits",
    "beyond 63 bits",
    "minus",
    "infinite",
    "scripts",
    "backtracking",
    "late date",
)
# Each in one field at a time, the others good: what passes every check but that of the database's driver.
ALONE = {"sqlite": ("surrogate", "beyond 63 bits"), "postgresql": ("nul", "beyond 63 bits")}
BODIES = {
    "an array": b"[1, 2]",
    "a number": b"1e999",
    "not a number": b'{"name": NaN, "version": Infinity}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "an object for a text": b'{"name": {"a": 1}, "email": [1], "note": null}',
    "a deep array": b"[" * 100_000,
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
}
KINDS_OF_BODY = {
    "multipart/form-data": b'--x\r\nContent-Disposition: form-data; name="a"\r\n',
    "multipart/form-data; boundary=x": b"--x\r\nno header\r\n\r\n--x",
    "multipart/form-data; boundary=" + "x" * 5000: b"--x--",
    "application/x-www-form-urlencoded; charset=utf-16": b"name=%ff%fe%00&%=%&&==",
    "text/\xa0plain": b"name=1",
}


def test_no_value_of_any_field_is_a_server_error(calm, world, database) -> None:
    scene = visits.full_scene(world)
    faults: list[str] = []
    for _, url, actor in visits.addresses_of(scene, "POST"):
        browser = visits.browser_of(scene, actor)
        with visits.nothing_stays():
            for label, fields in sent(calm, browser, url, database):
                response = browser.post(url, data=fields)
                if response.status_code >= 500:
                    faults.append(f"{url} {label}: {response.status}")
    assert not faults, "\n".join(faults)


def sent(app: Flask, browser: FlaskClient, url: str, database: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent to a form: every value in all fields at once, and some in each field alone."""
    names = names_read(app, browser, "POST", url)
    good = {name: visits.GOOD[name] for name in names if name in visits.GOOD}
    for label, value in values_for(database).items() if names else ():
        yield label, dict.fromkeys([*names, "csrf_token"], value)
    for label in ALONE[database]:
        for name in names:
            yield f"{name}={label}", {**good, name: NASTY[label]}


def test_no_value_of_any_query_parameter_is_a_server_error(calm, world, database) -> None:
    scene = visits.full_scene(world)
    faults: list[str] = []
    for _, url, actor in visits.addresses_of(scene, "GET"):
        browser = visits.browser_of(scene, actor)
        names = names_read(calm, browser, "GET", url)
        usual = browser.get(url).status_code if names else 0
        for label, query in queries(names, values_for(database)):
            status = browser.get(f"{url}?{query}").status_code
            # Not ready is what a page about the worker says when there is none.
            if status >= 500 and status != usual:
                faults.append(f"{url} {label}: {status}")
    assert not faults, "\n".join(faults)


def queries(names: list[str], nasty: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Query strings with each value in all parameters a page reads."""
    for label, value in nasty.items() if names else ():
        values = [quote(one[:4000], safe="") for one in (value if isinstance(value, list) else [value])]
        yield label, "&".join(f"{name}={one}" for name in names for one in values)


@pytest.mark.one_database
def test_no_body_that_is_no_form_is_a_server_error(calm, world) -> None:
    scene = visits.full_scene(world)
    faults: list[str] = []
    bodies = [("application/json", body) for body in BODIES.values()] + list(KINDS_OF_BODY.items())
    for _, url, actor in visits.addresses_of(scene, "POST"):
        browser = visits.browser_of(scene, actor)
        with visits.nothing_stays():
            for content_type, body in bodies:
                status = browser.post(url, data=body, content_type=content_type).status_code
                if status >= 500:
                    faults.append(f"{url} {content_type} {body[:30]!r}: {status}")
    assert not faults, "\n".join(faults)


@pytest.mark.one_database
def test_a_form_of_ten_megabytes_is_too_large(calm, world) -> None:
    scene = visits.full_scene(world)
    huge = b"name=" + b"x" * 10_000_000
    for url, browser in [
        ("/organizations/new", visits.browser_of(scene, "owner")),
        (f"/review/{scene.ids['case']}/approve", visits.browser_of(scene, "manager")),
        ("/sign-in", visits.browser_of(scene, "nobody")),
    ]:
        response = browser.post(url, data=huge, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 413, url
        assert "That is too large" in response.text


def test_names_in_every_script_are_kept_whole(calm, world) -> None:
    name = "\u0915\u094d\u0937\u200d\u0924\u094d\u0930 தமிழ் 👩\u200d👩\u200d👧 e" + "\u0301" * 40
    browser = world.sign_in(world.user())
    response = browser.post("/organizations/new", data={"name": name, "kind": "startup", "country": "IN"})
    page = browser.get(response.location)
    assert clean(name) in page.text
    assert page.status_code == 200

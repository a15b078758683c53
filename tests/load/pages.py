"""What each page costs by itself, in this process: queries and processor time, one request after the other."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient

from app.db import db
from app.directory import live


@dataclass(frozen=True)
class Cost:
    """Of one page: the most queries it made, and the median milliseconds of processor time."""

    name: str
    queries: int
    milliseconds: float
    slowest_query: float


def addresses(cast: dict[str, Any]) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Who asks for which addresses, by the names the crowd uses."""
    member = max(cast["members"][:500], key=lambda one: (bool(one["introduced"]), len(one["matches"])))
    manager, some = cast["managers"][1], cast["organizations"]
    nobody: dict[str, Any] = {}
    return {
        "home": (nobody, ["/"] * 5),
        "directory": (nobody, ["/organizations"] * 5),
        "directory, facets": (
            nobody,
            [f"/organizations?kind={kind}&technology=ai" for kind in ("sme", "startup")] * 3,
        ),
        "directory, words": (
            nobody,
            [f"/organizations?q={word}+chip" for word in ("solar", "water", "pilot")] * 2,
        ),
        "organization": (nobody, [f"/organizations/{number}" for number in some[:5]]),
        "programs": (nobody, ["/programs"] * 5),
        "own organizations": (member, ["/organizations/mine"] * 5),
        "matches": (member, ["/matches"] * 5),
        "one match": (member, [f"/matches/{match}" for match in member["matches"][:5]] * 2),
        "edit profile": (member, [f"/organizations/{member['organization']}/edit/basics"] * 5),
        "calendar": (member, ["/account/calendar"] * 5),
        "conversations": (member, ["/conversations"] * 5),
        "one conversation": (
            member,
            [f"/matches/{match}/conversation" for match in member["introduced"][:5]] * 2,
        ),
        "own hour of the letter": (member, ["/account/letters"] * 5),
        "digest preview": (member, ["/digest/preview"] * 5),
        "queue": (manager, ["/review", "/review?order=best", "/review?kind=pair&late=1"] * 2),
        "card": (manager, [f"/review/{case}" for case in cast["cases"][:5]]),
        "release": (manager, ["/review/release"] * 5),
        "ledger of outcomes": (manager, ["/outcomes"] * 3),
        "manager's letter": (manager, ["/digest/preview"] * 3),
    }


@contextmanager
def counted(app: Flask) -> Iterator[list[tuple[float, str]]]:
    """Seconds and text of each statement inside."""
    seen: list[tuple[float, str]] = []
    with app.app_context():
        engine = db.engine

    def begin(_c: Any, _cursor: Any, _text: str, _p: Any, context: Any, _many: bool) -> None:
        context.load_began = time.perf_counter()

    def end(_c: Any, _cursor: Any, text: str, _p: Any, context: Any, _many: bool) -> None:
        if not text.startswith("BEGIN"):
            seen.append((time.perf_counter() - context.load_began, text))

    sa.event.listen(engine, "before_cursor_execute", begin)
    sa.event.listen(engine, "after_cursor_execute", end)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", begin)
        sa.event.remove(engine, "after_cursor_execute", end)


def costs(app: Flask, cast: dict[str, Any], only: str = "") -> list[Cost]:
    """Of each page in turn."""
    ready(app)
    found = []
    for name, (who, asked) in addresses(cast).items():
        if only and only not in name:
            continue
        browser = app.test_client(use_cookies=False)
        spent, most, slowest = [], 0, 0.0
        # The first one is cold and does not count.
        for address in (asked[0], *asked):
            with counted(app) as seen:
                began = time.process_time()
                _ask(browser, who, address)
                spent.append((time.process_time() - began) * 1000)
            most = max(most, len(seen))
            slowest = max([slowest, *(took * 1000 for took, _ in seen)])
        found.append(Cost(name, most, statistics.median(spent[1:]), slowest))
    return found


def ready(app: Flask) -> None:
    """Let the directory be read, as a server does before anybody asks."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with app.app_context():
        live.wake()
    browser = app.test_client(use_cookies=False)
    until = time.monotonic() + 180
    while time.monotonic() < until:
        began = time.perf_counter()
        browser.get("/organizations")
        if time.perf_counter() - began < 0.5:
            return
        time.sleep(0.5)


def _ask(browser: FlaskClient, who: dict[str, Any], address: str) -> None:
    headers = {"Cookie": who["cookie"]} if who else {}
    answer = browser.get(address, headers=headers)
    if answer.status_code != 200:
        print(f"{address} was answered by {answer.status}.")


def profile(app: Flask, cast: dict[str, Any], name: str, lines: int = 35) -> None:
    """Print where one page spends its time, and its statements."""
    ready(app)
    who, asked = addresses(cast)[name]
    browser = app.test_client(use_cookies=False)
    _ask(browser, who, asked[0])
    with counted(app) as seen:
        _ask(browser, who, asked[0])
    for took, text in seen:
        print(f"{took * 1000:8.2f} ms  {' '.join(text.split())[:400]}")
    watched = cProfile.Profile()
    watched.enable()
    for address in asked * 4:
        _ask(browser, who, address)
    watched.disable()
    pstats.Stats(watched).sort_stats("cumulative").print_stats(lines)

"""One browser, one site with the demo world, and a way to sign in as anybody of that world."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.e2e.visitors import Visitors

NAMES = ("chromium", "chromium-browser", "google-chrome")
SignedIn = Callable[..., BrowserContext]


def chromium() -> str:
    """The Chromium to drive: CHROMIUM, or the first on the path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.fail("No Chromium: install it (Debian: apt install chromium) or set CHROMIUM to its path.")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for one file of tests.

    Not for the whole run: while it is open an event loop runs in this thread, and no app context can end beside it.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo world as it is loaded; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("demo-world")
    site = Site(folder, f"sqlite:///{folder}/sangam.sqlite")
    site.flask("db", "upgrade")
    site.flask("demo", "load")
    # What the last writer left beside the file goes into it.
    with closing(sqlite3.connect(folder / "sangam.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "sangam.sqlite"


@pytest.fixture(scope="session")
def demo_site(demo_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with the demo world in it; tests share it, so each takes matches nobody else uses."""
    folder = tmp_path_factory.mktemp("demo-site")
    site = Site(folder, f"sqlite:///{shutil.copy(demo_world, folder)}")
    try:
        yield site.start()
    finally:
        site.stop()


@pytest.fixture(scope="session")
def scene(demo_site: Site) -> Iterator[Scene]:
    """What stands in the demo site, and the few people and drafts it lacks."""
    made = Scene(demo_site)
    yield made
    made.close()


@pytest.fixture(scope="session")
def signed_in_states() -> dict[str, Any]:
    """Cookies of who has signed in, kept over all files: signing in is limited to a few tries a minute."""
    return {}


@pytest.fixture(scope="module")
def visitors(browser: Browser, demo_site: Site, scene: Scene, signed_in_states: dict[str, Any]) -> Visitors:
    return Visitors(browser, demo_site.url, signed_in_states)


@pytest.fixture
def signed_in(visitors: Visitors) -> Iterator[SignedIn]:
    """A new browser window of a person by address, or of a signed-out visitor with None."""
    opened: list[BrowserContext] = []

    def window(email: str | None = None, **options: Any) -> BrowserContext:
        opened.append(visitors.window(email, **options))
        return opened[-1]

    yield window
    for context in opened:
        context.close()

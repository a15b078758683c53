"""The README's two pictures, taken of a fresh demo world: `python -m tests.e2e.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from config import ROOT
from tests.e2e.conftest import chromium
from tests.e2e.scene import FOUNDER, MANAGER
from tests.e2e.site import Site
from tests.e2e.visitors import DESK, PHONE, Visitors

TARGET = ROOT / "docs" / "screenshots"


def take(site: Site) -> None:
    """Write both pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        visitors = Visitors(browser, site.url)
        for reader, path, size, name in (
            (MANAGER, "/review", DESK, "desk.png"),
            (FOUNDER, "/matches", PHONE, "matches-phone.png"),
        ):
            page = visitors.window(reader, viewport=size).new_page()
            page.goto(path)
            page.screenshot(path=TARGET / name)
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), f"sqlite:///{folder}/sangam.sqlite")
        site.flask("db", "upgrade")
        site.flask("demo", "load")
        try:
            take(site.start())
        finally:
            site.stop()


if __name__ == "__main__":
    main()

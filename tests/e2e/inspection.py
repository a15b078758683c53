"""Looks at one page as a strict inspector: accessibility, width, the console, the policy, and who is asked for what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.e2e.visitors import DESK, PHONE

AXE = Axe()
VIOLATIONS = "(options) => axe.run(document, options).then(({violations}) => ({violations}))"
COLORS_ASIDE = {"rules": {"color-contrast": {"enabled": False}}}
TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`));
"""


class Inspection:
    """Opens pages in one window and collects every fault instead of stopping at the first."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []
        context.add_init_script(TELL_VIOLATIONS)
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._fault(f"script error: {error}"))
        self.page.on("request", self._follow)

    def look(self, path: str, status: int = 200) -> None:
        """Inspect a page wide and on a phone; what colors are does not depend on the width."""
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        answer = self.page.goto(path)
        if answer is None or answer.status != status:
            self._fault(f"answered {answer and answer.status}, not {status}")
        self.axe("wide")
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.axe("on a phone", COLORS_ASIDE)
        self.width()

    def axe(self, how: str, options: dict[str, Any] | None = None) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        results = AxeResults(
            self.page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], **(options or {})})
        )
        if results.violations_count:
            self._fault(f"{how}: {results.generate_report()}")

    def width(self) -> None:
        """Nothing may hang over the right edge of a phone."""
        wide = self.page.evaluate("document.scrollingElement.scrollWidth")
        if wide > PHONE["width"]:
            self._fault(f"{wide} px wide on a phone of {PHONE['width']}: {self._widest()}")

    def _widest(self) -> str:
        return str(
            self.page.evaluate(
                """[...document.body.querySelectorAll('*')]
                .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
                .slice(0, 4).map((one) => one.outerHTML.slice(0, 120)).join(' | ')"""
            )
        )

    def _hear(self, message: ConsoleMessage) -> None:
        is_own_status = "Failed to load resource" in message.text and message.location["url"] == self.page.url
        if message.type in {"error", "warning"} and not is_own_status:
            self._fault(f"console: {message.text} ({message.location['url']})")

    def _follow(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self._fault(f"asks somebody else: {request.url}")

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.page.url.removeprefix(self.origin)} {words}")

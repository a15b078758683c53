"""People at their browsers. Each signs in once by the form, because signing in is limited to a few tries a minute."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext

from app.demo.people import PASSWORD

PHONE = {"width": 360, "height": 780}
DESK = {"width": 1280, "height": 800}


class Visitors:
    """Opens windows in which a person of the demo world is signed in."""

    def __init__(self, browser: Browser, url: str, states: dict[str, Any] | None = None) -> None:
        self.browser = browser
        self.url = url
        self._states: dict[str, Any] = {} if states is None else states

    def window(self, email: str | None = None, **options: Any) -> BrowserContext:
        chosen = {"base_url": self.url, "viewport": DESK, "locale": "en-IN", **options}
        if email:
            chosen["storage_state"] = self._state_of(email)
        context = self.browser.new_context(**chosen)
        context.set_default_timeout(10_000)
        return context

    def _state_of(self, email: str) -> Any:
        if email not in self._states:
            context = self.browser.new_context(base_url=self.url)
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            self._states[email] = context.storage_state()
            context.close()
        return self._states[email]

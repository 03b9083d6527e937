"""One reader's browser window, at the sizes that all pages are looked at in."""

import os
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.conftest import PATIENCE_MS

PASSWORD = "a long enough password"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
TABLET = {"width": 768, "height": 1024}
LOOK_MS, QUIET_LOOKS = 40, 3
# Whoever a journey is made for: both languages at each width.
READERS = [
    pytest.param(language, size, id=f"{language}-{size['width']}")
    for language in ("ar", "en")
    for size in (PHONE, TABLET, DESK)
]
# The same, and without scripts on the phone that is likeliest to have none.
WITH_AND_WITHOUT_SCRIPTS = [
    *(pytest.param(*reader.values, True, id=f"{reader.id}") for reader in READERS),
    *(pytest.param(language, PHONE, False, id=f"{language}-390-without-scripts") for language in ("ar", "en")),
]


def picture(page: Page, name: str) -> None:
    """What is seen, where WASL_SCREENSHOTS names a folder."""
    folder = os.environ.get("WASL_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


class Visit:
    """One reader's browser window; what its console complains about is kept."""

    def __init__(self, browser: Browser, address: str, language: str, size: dict[str, int], **options: Any) -> None:
        self.context = browser.new_context(base_url=address, viewport=size, locale=language, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._on_the_way: set[Request] = set()
        self.page.on("request", self._set_out)
        self.page.on("requestfinished", lambda request: self._on_the_way.discard(request))
        self.page.on("requestfailed", lambda request: self._on_the_way.discard(request))

    def _set_out(self, request: Request) -> None:
        if request.resource_type != "eventsource":  # which stays open for as long as the page does
            self._on_the_way.add(request)

    def settle(self) -> None:
        """Until the page is loaded and nothing has been on its way for a moment: Playwright's own `networkidle` waits
        half a second for that, on each page of each journey."""
        self.page.wait_for_load_state("load")
        began, quiet = monotonic(), 0
        while quiet < QUIET_LOOKS:
            self.page.wait_for_timeout(LOOK_MS)
            quiet = 0 if self._on_the_way else quiet + 1
            if monotonic() - began > PATIENCE_MS / 1000:
                raise AssertionError(f"still on its way: {[request.url for request in self._on_the_way]}")

    def sign_in(self, email: str) -> None:
        self.page.goto("/sign-in")
        self.page.fill("#email", email)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")

    def picture(self, name: str) -> None:
        picture(self.page, name)

    def show(self, name: str) -> None:
        """Nothing to scroll sideways, nothing to complain about; a picture where WASL_SCREENSHOTS names a folder."""
        self.settle()
        self.picture(name)
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        needed, there = self.page.evaluate(widths)
        assert needed <= there, name
        assert self.complaints == [], name

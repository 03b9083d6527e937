"""What one is told, looked at in a real Chromium: both languages, phone, tablet and desk, with and without mistakes."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from tests.browser.test_accessibility import faults
from tests.browser.visit import DESK, PHONE, Visit
from tests.notifications.conftest import (
    HANDLED,
    Desk,
    Happens,
    People,
    config,
    desk,
    happens,
    mailbox,
    newsroom,
    people,
    smtp_url,
)
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient

__all__ = ["config", "desk", "happens", "mailbox", "newsroom", "people", "smtp_url"]
pytestmark = pytest.mark.browser
TABLET = {"width": 768, "height": 1024}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["390", "768", "1440"])
def test_somebody_chooses_what_they_are_told(
    browser: Browser, network: ServiceClient, people: People, desk: Desk, happens: Happens, mailbox: Mailbox,
    clock: HandSetClock, language: str, size: dict[str, int],
) -> None:  # fmt: skip
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    happens("offer.expired", people.shop, kg="3", service_date="2026-11-24")
    clock.set(datetime(2026, 11, 25, 22, 0, tzinfo=UTC))
    desk.make()
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    page, name = visit.page, f"{language}-{size['width']}"
    visit.sign_in(people.office["email"])
    page.wait_for_load_state()
    page.goto("/notifications")
    visit.show(f"notifications-{name}")
    assert faults(page) == []
    page.locator("input[name=channels-trouble][value=email]").uncheck()
    page.fill("#quiet_from", "22:30")
    page.fill("#quiet_until", "")
    page.click("form .primary")
    page.wait_for_selector("#faults")
    visit.complaints.clear()  # of the status 422
    visit.show(f"notifications-mistake-{name}")
    assert faults(page) == []
    assert not page.locator("input[name=channels-trouble][value=email]").is_checked()
    page.fill("#quiet_until", "06:30")
    page.click("form .primary")
    page.wait_for_url("**/notifications?done=saved")
    visit.show(f"notifications-saved-{name}")
    assert page.input_value("#quiet_from") == "22:30"
    token = mailbox.mails[-1]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    page.goto(f"/unsubscribe/{token}")
    visit.show(f"unsubscribe-{name}")
    assert faults(page) == []
    page.click("main button")
    page.wait_for_selector("[role=status]")
    assert faults(page) == []
    visit.context.close()

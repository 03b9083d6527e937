"""What one is told, looked at in a real Chromium: both languages, phone, tablet and desk, with and without mistakes."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications.newsroom import newsroom_of
from app.settings import Settings
from tests.browser.test_accessibility import faults
from tests.browser.visit import DESK, PHONE, READERS, Visit
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
from tests.notifications.provider import Provider, provider
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient

__all__ = ["config", "desk", "happens", "mailbox", "newsroom", "people", "provider", "smtp_url"]
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


@pytest.mark.parametrize(("language", "size"), READERS)
def test_somebody_confirms_a_phone_number(
    browser: Browser, network: ServiceClient, people: People, provider: Provider, database: Database, config: Settings,
    clock: HandSetClock, language: str, size: dict[str, int],
) -> None:  # fmt: skip
    provider.set_up(config)
    room = Desk(newsroom_of(database, clock, config), network.network_id())
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    page, name = visit.page, f"{language}-{size['width']}"
    visit.sign_in(people.office["email"])
    page.wait_for_load_state()
    page.goto("/notifications")
    page.fill("#phone", "+44 7911 123456")
    page.click("form .primary")
    page.wait_for_url("**/notifications?done=saved_and_code")
    visit.show(f"phone-code-{name}")
    assert faults(page) == []
    room.send(subject="code")
    page.fill("#code", "12345")
    page.click("#confirm")
    page.wait_for_selector("#faults")
    visit.complaints.clear()  # of the status 422
    visit.show(f"phone-code-mistake-{name}")
    assert faults(page) == []
    page.fill("#code", provider.newest_code())
    page.click("#confirm")
    page.wait_for_url("**/notifications?done=confirmed")
    visit.show(f"phone-confirmed-{name}")
    assert faults(page) == []
    visit.context.close()

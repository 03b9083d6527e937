"""A card in a real Chromium: read, written through, within another site; phone and desk, both languages."""

import pytest
from playwright.sync_api import Browser

from tests.browser.reflow import lost_when_zoomed
from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.cards.test_api import a_card
from tests.public.conftest import config
from tests.service_client import ServiceClient
from tests.web.test_pages import person

__all__ = ["config"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_card_is_read_written_through_and_answered(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int]
) -> None:
    network.ok("/cards", a_card(sentence_ar="كل رغيف يصل إلى من يحتاجه"))
    office = person(network, network.get("/me").json()["organisation"], "network_admin")
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    page, name = visit.page, f"{language}-{size['width']}"
    page.goto(f"/c/sara?lang={language}")
    visit.show(f"card-{name}")
    assert [*faults(page), *lost_when_zoomed(page)] == []
    page.check('[name="wish"][value="drive"]')
    page.fill("#name", "Nadia")
    page.fill("#contact", "nadia@example.org")
    page.click("form .primary")
    page.wait_for_url("**thanks=1**")
    visit.show(f"card-thanks-{name}")
    page.goto(f"/c/sara/embed?lang={language}")
    visit.show(f"card-embed-{name}")
    assert faults(page) == []
    assert visit.context.cookies() == []
    visit.sign_in(office)
    page.goto("/cards")
    visit.show(f"cards-{name}")
    assert faults(page) == []
    page.click('form[action$="/accept"] button')
    page.wait_for_url("**done=accepted")
    page.goto("/cards/new")
    visit.show(f"card-form-{name}")
    assert faults(page) == []
    visit.context.close()

"""A partner is entered, puts its word to it and invites somebody, in a real Chromium, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import WITH_AND_WITHOUT_SCRIPTS, Visit
from tests.service_client import ServiceClient
from tests.web.office.test_partners_page import config  # noqa: F401
from tests.web.test_pages import person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size", "scripts"), WITH_AND_WITHOUT_SCRIPTS)
def test_a_partner_is_entered_and_accepts(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int], scripts: bool
) -> None:
    visit = Visit(browser, network.address, language, size, java_script_enabled=scripts)
    visit.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    page = visit.page
    page.goto("/partners")
    page.locator("details.card > summary").first.click()
    page.click("form.site-form button.primary")
    expect(page.locator("#faults")).to_be_visible()
    if scripts:
        visit.complaints.clear()  # the refusal
        visit.show(f"partner-refused-{language}-{size['width']}")
    page.fill("#name", "Aldi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/partners?done=added")
    if scripts:
        visit.show(f"partners-{language}-{size['width']}")
    [aldi] = [each for each in network.get("/organisations").json()["items"] if each["name"] == "Aldi"]
    visit.context.close()

    other = Visit(browser, network.address, language, size, java_script_enabled=scripts)
    other.sign_in(person(network, aldi, "organisation_admin"))
    other.page.goto("/partners")
    other.page.click("form[action='/partners/accept'] button")
    other.page.wait_for_url("**/partners?done=moved")
    other.page.click(f"a[href='/people?organisation_id={aldi['id']}']")
    other.page.fill("#name", "Noor")
    other.page.fill("#email", f"noor-{language}@example.org")
    if scripts:
        other.show(f"people-{language}-{size['width']}")
    other.page.click("form.site-form button.primary")
    expect(other.page.locator("input.link")).to_be_visible()
    if scripts:
        other.show(f"people-invited-{language}-{size['width']}")
    [partnership] = network.get("/partnerships", organisation_id=aldi["id"]).json()["items"]
    assert partnership["state"] == "active"
    other.context.close()

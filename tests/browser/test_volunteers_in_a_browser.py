"""Somebody wants to help, is accepted, takes what is open and gives it back; whoever asks for help sees who comes."""

import pytest
from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from tests.browser.test_accessibility import faults
from tests.browser.visit import READERS, Visit
from tests.people.builders import entered, own
from tests.service_client import DAY, ServiceClient
from tests.volunteering.conftest import Helpers, config, helpers

__all__ = ["config", "helpers"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_resident_applies_and_takes_a_shift(
    browser: Browser, network: ServiceClient, helpers: Helpers, clock: HandSetClock, language: str, size: dict[str, int]
) -> None:
    name = f"{language}-{size['width']}"
    wish = {"is_on": True, "slug": "newport", "name_en": "Newport", "name_ar": "نيوبورت"}
    assert network.http.put("/network/public-page", json=wish).is_success
    office = entered(network, own(network), "network_admin", name="Olive")
    helpers.to_drive(skills=["licence_b"])
    helpers.task(people_wanted=3, bring="Gloves", note="Ring at the back door")
    helpers.task(title="Friday table", kind="distribution", languages=["ar"], own_vehicle=True)
    visit = Visit(browser, network.address, language, size, bypass_csp=True)
    page = visit.page

    page.goto(f"/n/newport?lang={language}")
    page.click(f"a[href='/n/newport/help?lang={language}']")
    page.click("main .thumb button")
    page.wait_for_selector("#faults")
    page.fill("#name", "أمل")
    page.fill("#email", "amal@example.org")
    page.check("input[value='licence_b']")
    page.check("input[value='3 morning']")
    page.check("input[value='3 afternoon']")
    page.check("input[name='agrees']")
    visit.complaints.clear()  # the browser says of the first answer that it was a 422
    visit.show(f"help-form-{name}")
    assert faults(page) == []
    page.click("main .thumb button")
    page.wait_for_url("**/help/**")
    visit.show(f"help-stands-{name}")
    assert faults(page) == []

    visit.sign_in(office["email"])
    page.wait_for_url("**/day")
    page.goto("/volunteers")
    visit.show(f"volunteers-{name}")
    assert faults(page) == []
    page.click("form[action='/volunteers/accept'] button")
    invitation = page.text_content(".secret") or ""
    visit.context.clear_cookies()
    page.goto(invitation.replace(invitation.partition("/invitation/")[0], network.address))
    page.fill("#password", "heron kettle umbrella 41")
    page.click("main button")
    page.wait_for_url("**/my-tasks")
    visit.show(f"my-tasks-{name}")
    assert faults(page) == []
    page.locator("form[action='/my-tasks/take'] button").first.click()
    page.wait_for_url("**done=taken")
    page.locator("details summary").first.click()
    visit.show(f"my-tasks-taken-{name}")
    assert faults(page) == []
    page.goto("/my-tasks/profile")
    assert page.is_checked("input[value='3 morning']")
    visit.show(f"my-profile-{name}")

    visit.context.clear_cookies()
    visit.sign_in(office["email"])
    page.wait_for_url("**/day")
    page.goto("/tasks")
    visit.show(f"tasks-{name}")
    assert faults(page) == []
    page.goto(f"/tasks/new?date={DAY}")
    visit.show(f"task-form-{name}")
    assert faults(page) == []
    clock.set(clock().replace(hour=17))
    page.goto("/tasks")
    page.locator("form[action='/tasks/attendance'] button").first.click()
    page.wait_for_url("**done=recorded")
    visit.show(f"tasks-recorded-{name}")
    page.goto(f"/fleet/shifts/{helpers.shift['id']}")
    visit.show(f"shift-with-driver-{name}")
    visit.context.close()

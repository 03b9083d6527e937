"""A device switched on and off in a real Chromium, whose worker shows what was pushed. The push service is the test's:
a browser without the internet has none, so its subscription has the test's keys."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, CDPSession, Worker

from app.kit.clock import HandSetClock
from tests.browser.test_accessibility import faults
from tests.browser.visit import PHONE, READERS, Visit
from tests.notifications.conftest import Desk, People, config, desk, mailbox, newsroom, people, smtp_url
from tests.notifications.push_browser import PushBrowser
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Receiver

__all__ = ["config", "desk", "mailbox", "newsroom", "people", "smtp_url"]
pytestmark = pytest.mark.browser
WITHOUT_A_SERVICE = """(subscription) => {
  const made = { endpoint: subscription.endpoint, toJSON: () => subscription,
                 unsubscribe: async () => localStorage.removeItem("subscribed") };
  PushManager.prototype.subscribe = async (options) => {
    localStorage.setItem("subscribed", String(new Uint8Array(options.applicationServerKey).length));
    return made;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? made : null);
}"""
# What the worker shows, once the browser has taken it, or nothing in half a minute. The list of what is shown is not
# read instead: Chromium may forget a notification when somebody asks for the list just as it comes.
SHOWS = """() => {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  self.shown = new Promise((done) => {
    setTimeout(done, 30000, null);
    ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
      await show.call(this, title, options);
      done({ title, body: options.body, lang: options.lang, dir: options.dir, page: options.data.page });
    };
  });
}"""


@pytest.fixture(scope="module")
def chromium(whole_chromium: str) -> str:
    """Without windows it shows no notification."""
    return whole_chromium


@pytest.fixture
def service() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def registration_of(cdp: CDPSession) -> list[str]:
    """The ids of the workers' registrations, as the browser tells them from now on."""
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(each["registrationId"] for each in told["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    return found


def worker_of(visit: Visit) -> Worker:
    """The page's worker, once the browser tells of it."""
    if not visit.context.service_workers:
        visit.context.wait_for_event("serviceworker")
    [found] = visit.context.service_workers
    return found


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_device_is_switched_on_told_and_switched_off(
    browser: Browser, network: ServiceClient, people: People, desk: Desk, clock: HandSetClock, service: Receiver,
    language: str, size: dict[str, int],
) -> None:  # fmt: skip
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    device = PushBrowser(service.url)
    visit = Visit(browser, network.address, language, size, bypass_csp=True, permissions=["notifications"])
    page = visit.page
    page.add_init_script(f"({WITHOUT_A_SERVICE})({json.dumps(device.subscription)})")
    cdp = visit.context.new_cdp_session(page)
    ids = registration_of(cdp)
    visit.sign_in(people.till["email"])
    page.wait_for_load_state()
    page.goto("/notifications")
    page.wait_for_selector("#push-on:not([hidden])")
    visit.show(f"push-off-{language}-{size['width']}")
    page.click("#push-on")
    page.wait_for_selector("#push-off:not([hidden])")
    assert page.evaluate("localStorage.getItem('subscribed')") == "65"  # the network's key, a point of the curve
    visit.show(f"push-on-{language}-{size['width']}")
    assert faults(page) == []

    page.locator("form:has(input[value=push]) .secondary").click()
    page.wait_for_url("**/notifications?done=tried")
    desk.send(channel="push")
    [received] = service.received
    told = device.read(received.body)
    worker = worker_of(visit)
    worker.evaluate(SHOWS)
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": network.address, "registrationId": ids[-1], "data": json.dumps(told)},
    )
    shown = {"title": "تجربة", "body": told["body"], "lang": "ar", "dir": "rtl", "page": "/notifications"}
    assert worker.evaluate("() => self.shown") == shown

    page.click("#push-off")
    page.wait_for_selector("#push-on:not([hidden])")
    assert page.locator("[data-endpoint]").count() == 0
    assert page.evaluate("localStorage.getItem('subscribed')") is None
    visit.context.close()


def test_a_browser_that_may_not_says_so(browser: Browser, network: ServiceClient, people: People) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    visit.page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    visit.sign_in(people.till["email"])
    visit.page.wait_for_load_state()
    visit.page.goto("/notifications")
    visit.page.get_by_text("does not allow notifications from here").wait_for()
    assert visit.page.locator("#push button:visible").count() == 0
    visit.context.close()


def test_a_browser_that_cannot_says_so(browser: Browser, network: ServiceClient, people: People) -> None:
    visit = Visit(browser, network.address, "en", PHONE)
    visit.page.add_init_script("delete window.PushManager")
    visit.sign_in(people.till["email"])
    visit.page.wait_for_load_state()
    visit.page.goto("/notifications")
    visit.page.get_by_text("This browser cannot show notifications.").wait_for()
    visit.context.close()


def test_without_a_script_it_is_said_what_it_needs_and_devices_can_be_taken_off(
    browser: Browser, network: ServiceClient, people: People, service: Receiver
) -> None:
    visit = Visit(browser, network.address, "en", PHONE, java_script_enabled=False)
    visit.sign_in(people.till["email"])
    visit.page.goto("/notifications")
    assert "needs a script" in visit.page.locator("#push-says").inner_text()
    visit.context.close()

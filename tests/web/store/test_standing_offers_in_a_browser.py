"""What is offered every week in a real browser: nothing to scroll sideways, and Enter saves, also without a script."""

from typing import Any

from playwright.sync_api import Browser

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.offers.jobs import post_everywhere
from tests.browser.visit import DESK, PHONE, Visit
from tests.service_client import TESCO_SPYTTY, ServiceClient, a_line
from tests.web.store.test_standing_offers_page import FORM, PAGE, Bench, config, stated
from tests.web.test_pages import lidl, person, store

__all__ = ["config", "lidl", "store"]


def test_both_pages_are_seen_at_both_sizes_and_in_both_languages(
    browser: Browser, network: ServiceClient, lidl: dict[str, Any], clock: HandSetClock, database: Database
) -> None:
    site = network.site(TESCO_SPYTTY, "Lidl, Cardiff Road", organisation_id=lidl["id"])
    email = person(network, lidl, "donor_staff", site_id=site["id"])
    lines = [
        a_line(kg="12.5", description="Sliced bread and rolls of the day before, in crates of twelve", crates=3),
        a_line(kg="8", description="Yoghurt", category="dairy_and_eggs", temperature_class="chilled", crates=0),
    ]
    body = {"site_id": site["id"], "starts_on": "2026-11-25", "pickup_from": "08:00", "pickup_until": "12:00"}
    first, second, third = (
        network.ok("/standing-offers", {**body, "recurrence": f"FREQ=WEEKLY;BYDAY={days}", "lines": lines, **fields})
        for days, fields in (
            ("WE,FR,SU", {"post_days_before": 0, "post_at": "05:00", "note": "Ring at the back door"}),
            ("TH", {"ends_on": "2027-02-01"}),
            ("SA", {}),
        )
    )
    post_everywhere(Bench(database, clock))
    network.ok(f"/standing-offers/{first['id']}/dates/2026-11-27/skip")
    for offer, change in ((second, {"paused": True}), (third, None)):
        method, headers = "PATCH" if change else "DELETE", {"If-Match": f'"{offer["version"]}"'}
        path = f"/standing-offers/{offer['id']}"
        network.http.request(method, path, json=change, headers=headers).raise_for_status()
    for language, size in (("en", DESK), ("en", PHONE), ("ar", DESK), ("ar", PHONE)):
        visit = Visit(browser, network.address, language, size)
        visit.sign_in(email)
        visit.page.goto(PAGE)
        visit.page.locator("main > details summary").click()
        visit.show(f"standing-{language}-{size['width']}")
        visit.page.goto(FORM)
        visit.show(f"standing-form-{language}-{size['width']}")
        for button in visit.page.locator("main button:visible, main .choice:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44 or box["height"] <= 2
        visit.page.click("main .thumb button")
        visit.page.locator("#faults").wait_for()
        visit.complaints.clear()  # the browser names the 422 in its console
        visit.show(f"standing-faults-{language}-{size['width']}")
        visit.context.close()


def test_enter_in_a_field_saves_and_adds_no_food(
    browser: Browser, network: ServiceClient, lidl: dict[str, Any], store: dict[str, Any]
) -> None:
    visit = Visit(browser, network.address, "en", PHONE, java_script_enabled=False)
    visit.sign_in(person(network, lidl, "donor_staff", site_id=store["id"]))
    visit.page.goto(FORM)
    for day in ("Monday", "Thursday"):
        visit.page.get_by_label(day).check()
    visit.page.get_by_label("Bread and bakery").check()
    for field, typed in (("pickup_from", "08:00"), ("pickup_until", "10:00"), ("line-0-description", "Loaves")):
        visit.page.fill(f"#{field}", typed)
    visit.page.fill("#line-0-kg", "12.5")
    visit.page.press("#line-0-kg", "Enter")
    visit.page.wait_for_url(f"**{PAGE}?done=stated")
    assert [each["recurrence"] for each in stated(network)] == ["FREQ=WEEKLY;BYDAY=MO,TH"]
    visit.context.close()

"""The calendar of what somebody has taken on: private, the same while it stands, and nobody else is named in it."""

from typing import Any

import httpx
from icalendar import Calendar
from icalendar import Event as Entry

from app.kit.clock import HandSetClock
from tests.conftest import MORNING
from tests.people.builders import entered, own, signed_in
from tests.service_client import ServiceClient
from tests.volunteering.conftest import Helpers, config, helpers

__all__ = ["config", "helpers"]


def entries(url: str) -> list[Entry]:
    answer = httpx.get(url, timeout=30)
    assert answer.status_code == 200, answer.text
    return [each for each in Calendar.from_ical(answer.content).walk("VEVENT") if isinstance(each, Entry)]


def address(client: ServiceClient) -> str:
    url: str = client.ok("/me/calendar")["url"]
    return url


def test_what_is_taken_stands_there_and_what_is_given_back_is_cancelled_under_its_uid(
    helpers: Helpers, clock: HandSetClock
) -> None:
    amal, other = helpers.somebody(), helpers.somebody()
    task = helpers.task(people_wanted=2, bring="Gloves", note="Ask for Maria")
    other.ok(f"/tasks/{task['id']}/sign-ups")
    url = address(amal)
    assert entries(url) == []
    place = amal.ok(f"/tasks/{task['id']}/sign-ups")
    [taken] = entries(url)
    assert str(taken["SUMMARY"]) == "Sort food: Sort bread"
    assert (taken["STATUS"], str(taken["LOCATION"]), str(taken["DESCRIPTION"])) == (
        "CONFIRMED", "Depot", "Bring: Gloves",
    )  # fmt: skip
    assert taken["DTSTART"].dt.isoformat() == "2026-11-25T09:00:00+00:00"
    clock.set(MORNING.replace(minute=10))
    amal.ok(f"/sign-ups/{place['id']}/give-back")
    [gone] = entries(url)
    assert (gone["UID"], gone["STATUS"]) == (taken["UID"], "CANCELLED")
    assert gone["SEQUENCE"] > taken["SEQUENCE"]
    amal.ok(f"/tasks/{task['id']}/sign-ups")
    [again] = entries(url)
    assert (again["UID"], again["STATUS"]) == (taken["UID"], "CONFIRMED")
    assert again["SEQUENCE"] > gone["SEQUENCE"]
    helpers.network.ok(f"/tasks/{task['id']}/cancel")
    [off] = entries(url)
    assert off["STATUS"] == "CANCELLED"
    assert off["SEQUENCE"] > again["SEQUENCE"]


def test_nobody_else_is_named_and_a_shift_that_one_drives_stands_there_once(helpers: Helpers) -> None:
    amal, other = helpers.somebody(), helpers.somebody()
    helpers.task(people_wanted=2, title="Sort", note="Ask for Maria")
    to_drive = helpers.to_drive()
    amal.ok(f"/tasks/{to_drive['id']}/sign-ups")
    url = address(amal)
    [drive] = entries(url)
    assert str(drive["SUMMARY"]).startswith("Drive a van: ")
    text = httpx.get(url).text
    assert "Maria" not in text
    assert "A volunteer" not in text
    assert entries(address(other)) == []


def test_a_driver_finds_the_shifts_that_are_theirs(helpers: Helpers) -> None:
    driver = helpers.somebody("driver")
    me = driver.get("/me").json()["person_id"]
    named = helpers.network.http.patch(
        f"/shifts/{helpers.shift['id']}",
        json={"driver_name": "A driver", "driver_person_id": me},
        headers={"If-Match": f'"{helpers.shift["version"]}"'},
    )
    assert named.is_success, named.text
    [shift] = entries(address(driver))
    assert (str(shift["SUMMARY"]), str(shift["LOCATION"])) == ("Shift: White van", "Depot")


def test_the_address_is_the_same_until_it_is_ended_and_nobody_else_lists_or_ends_it(helpers: Helpers) -> None:
    amal = helpers.somebody()
    url = address(amal)
    assert address(amal) == url
    assert helpers.network.get("/feeds").json()["items"] == []
    assert helpers.network.post("/me/calendar").status_code == 403  # a key is nobody who could come
    assert amal.http.delete("/me/calendar").status_code == 204
    assert httpx.get(url).status_code == 404
    other = address(amal)
    assert other != url
    assert entries(other) == []


def test_it_closes_with_the_account(helpers: Helpers, network: ServiceClient) -> None:
    somebody: dict[str, Any] = entered(network, own(network), "volunteer", name="Leaves")
    url = address(signed_in(network, somebody))
    network.ok(f"/people/{somebody['id']}/disable")
    assert httpx.get(url).status_code == 404


def test_it_speaks_the_language_of_its_owner(helpers: Helpers) -> None:
    reader: dict[str, Any] = entered(helpers.network, own(helpers.network), "volunteer", name="أمل", language="ar")
    amal = signed_in(helpers.network, reader)
    task = helpers.task()
    amal.ok(f"/tasks/{task['id']}/sign-ups")
    [entry] = entries(address(amal))
    assert "فرز الطعام" in str(entry["SUMMARY"])

"""The pages of those who help and of those who ask for it, without a script: nothing typed is lost, nothing is done
twice."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from tests.cards.test_api import WISH, a_card
from tests.conftest import MORNING
from tests.people.builders import own
from tests.service_client import DAY, ServiceClient
from tests.volunteering.conftest import Helpers, config, helpers
from tests.web.desk.test_fleet_pages import key_of
from tests.web.test_pages import HOSTILE, Reader, person

__all__ = ["config", "helpers"]


@pytest.fixture
def office(network: ServiceClient) -> Iterator[Reader]:
    reader = Reader(network.address)
    reader.sign_in(person(network, own(network), "network_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def amal(network: ServiceClient) -> Iterator[Reader]:
    """A volunteer who reads Arabic."""
    reader = Reader(network.address, "ar")
    reader.sign_in(person(network, own(network), "volunteer"))
    yield reader
    reader.http.close()


def test_a_volunteer_comes_home_to_their_tasks_and_opens_no_other_page(amal: Reader, helpers: Helpers) -> None:
    assert amal.http.get("/").url.path == "/my-tasks"
    for path in ("/day", "/tasks", "/volunteers", "/fleet", "/offers", "/people", "/sites"):
        assert amal.http.get(path).status_code == 403, path
    pages = amal.http.get("/pages").text
    assert "/my-tasks/profile" in pages
    assert 'href="/offers"' not in pages


def test_a_task_is_offered_once_however_often_the_button_is_pressed(office: Reader, helpers: Helpers) -> None:
    form: dict[str, Any] = {
        "key": key_of(office.http.get("/tasks/new").text), "kind": "sorting", "title": HOSTILE, "place": "Depot",
        "day": DAY, "starts": "09:00", "ends": "11:00", "people_wanted": "٣", "skills": ["lifting"], "bring": "Gloves",
    }  # fmt: skip
    wrong = office.http.post("/tasks/new", data={**form, "ends": "late"})
    assert (wrong.status_code, 'value="Gloves"' in wrong.text) == (422, True)
    for _ in range(2):
        shown = office.http.post("/tasks/new", data=form)
        assert (shown.status_code, HOSTILE in shown.text) == (200, False)
    [task] = helpers.network.get("/tasks").json()["items"]
    assert (task["title"], task["people_wanted"], task["skills"]) == (HOSTILE, 3, ["lifting"])


def test_a_shift_without_a_driver_is_offered_from_its_line(office: Reader, helpers: Helpers) -> None:
    page = office.http.get(f"/fleet?date={DAY}").text
    assert f'href="/tasks/new?shift={helpers.shift["id"]}"' in page
    form = office.http.get(f"/tasks/new?shift={helpers.shift['id']}").text
    assert f'<option value="{helpers.shift["id"]}" selected>' in form


def test_who_is_too_late_is_told_and_shown_what_else_is_open(
    amal: Reader, helpers: Helpers, network: ServiceClient
) -> None:
    task = helpers.to_drive()
    helpers.somebody().ok(f"/tasks/{task['id']}/sign-ups")
    answer = amal.http.post("/my-tasks/take", data={"task_id": task["id"]})
    assert (answer.status_code, "سبقك أحدهم إلى المكان الأخير" in answer.text) == (409, True)


def test_who_drives_opens_their_route_from_twelve_hours_before(
    amal: Reader, helpers: Helpers, clock: HandSetClock
) -> None:
    task = helpers.to_drive()
    amal.http.post("/my-tasks/take", data={"task_id": task["id"]})
    [place] = helpers.network.get(f"/tasks/{task['id']}/sign-ups").json()["items"]
    opened = amal.http.post("/my-tasks/route", data={"sign_up_id": place["id"]})
    assert "/drive/wasl_drive_" in str(opened.url)
    assert opened.status_code == 200
    assert clock() == MORNING
    somebody = Reader(helpers.network.address)
    somebody.sign_in(person(helpers.network, own(helpers.network), "volunteer"))
    assert somebody.http.post("/my-tasks/route", data={"sign_up_id": place["id"]}).status_code == 404
    somebody.http.close()


def test_an_application_that_misfits_keeps_all_that_was_typed_and_one_taken_back_is_gone(
    network: ServiceClient, helpers: Helpers
) -> None:
    wish = {"is_on": True, "slug": "newport", "name_en": "Newport"}
    assert network.http.put("/network/public-page", json=wish).is_success
    reader = Reader(network.address)
    form: dict[str, Any] = {"name": HOSTILE, "email": "nobody", "slots": ["6 morning"], "skills": ["lifting"]}
    shown = reader.http.post("/n/newport/help", data=form)
    assert (shown.status_code, HOSTILE in shown.text) == (422, False)
    assert "Write an e-mail address such as name@example.org." in shown.text
    assert "Tick that you agree: without it nothing of you may be kept." in shown.text
    assert 'value="6 morning" checked' in shown.text
    sent = reader.http.post("/n/newport/help", data={**form, "email": "amal@example.org", "agrees": "on"})
    assert "It has arrived." in sent.text
    assert [each["state"] for each in network.get("/volunteers").json()["items"]] == ["waiting"]
    gone = reader.http.post(f"{sent.url.path}/take-back")
    assert (gone.status_code, network.get("/volunteers").json()["items"]) == (200, [])
    assert reader.http.get(sent.url.path).status_code == 404
    assert reader.http.cookies == {}
    reader.http.close()


def test_who_wrote_through_a_card_that_they_want_to_drive_stands_beside_the_applications(
    office: Reader, network: ServiceClient
) -> None:
    network.ok("/cards", a_card())
    for wish, name in (("drive", "Who drives"), ("give_food", "Who gives")):
        sent = {**WISH, "wish": wish, "name": name}
        assert httpx.post(f"{network.address}/api/v1/public-cards/sara/enquiries", json=sent).status_code == 202
    shown = office.http.get("/volunteers").text
    assert ("Who drives" in shown, "Who gives" in shown, 'href="/cards"' in shown) == (True, False, True)
    dispatcher = Reader(network.address)
    dispatcher.sign_in(person(network, own(network), "dispatcher"))
    assert "Who drives" not in dispatcher.http.get("/volunteers").text
    dispatcher.http.close()


def test_the_address_of_ones_calendar_is_given_renewed_and_ended_with_a_button(amal: Reader, helpers: Helpers) -> None:
    def address() -> str | None:
        found = re.search(r'value="(http[^"]+/feeds/wasl_calendar_[^"]+\.ics)"', amal.http.get("/my-tasks").text)
        return None if found is None else found[1]

    assert address() is None
    amal.http.post("/my-tasks/calendar", data={"wish": "give"})
    first = address()
    assert first is not None
    assert httpx.get(first).status_code == 200
    amal.http.post("/my-tasks/calendar", data={"wish": "renew"})
    second = address()
    assert second not in (None, first)
    assert httpx.get(first).status_code == 404
    amal.http.post("/my-tasks/calendar", data={"wish": "end"})
    assert address() is None

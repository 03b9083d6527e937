"""The page of lent vehicles: offered in a form, accepted, planned with, ended; in both languages, for both sides."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from app.settings import Settings
from tests.browser.visit import DESK, PHONE, Visit
from tests.service_client import DAY, FOOD_BANK, ServiceClient
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, person

NEXT_WEEK = "2026-12-02"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


class Sides:
    """A sponsor with a van, a food bank, their administrators at their pages, and the network's dispatcher."""

    def __init__(self, network: ServiceClient) -> None:
        self.network = network
        self.sponsor = network.organisation("sponsor", "Harbour Bank")
        self.bank = network.organisation("food_bank", "Raven House")
        self.sponsors, self.banks = (network.client_of(each, "organisation", "fleet") for each in self.both)
        self.van = self.sponsors.ok("/vehicles", {"name": "Harbour van", "capacity_kg": "800"})
        self.place = self.banks.site(FOOD_BANK, "Raven House", kind="distribution_point")
        self.emails = [person(network, each, "organisation_admin") for each in self.both]
        self.lender, self.borrower, self.dispatcher = (Reader(network.address) for _ in range(3))
        for reader, email in zip((self.lender, self.borrower), self.emails, strict=True):
            reader.sign_in(email)
        self.dispatcher.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))

    @property
    def both(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.sponsor, self.bank

    def form(self, **fields: str) -> dict[str, str]:
        return {
            "vehicle_id": self.van["id"], "borrower_organisation_id": self.bank["id"], "valid_from": DAY,
            "valid_until": NEXT_WEEK, "conditions": "Back with a full tank", **fields,
        }  # fmt: skip

    def loan(self) -> dict[str, Any]:
        [found] = self.network.get("/vehicle-loans").json()["items"]
        return dict(found)


@pytest.fixture
def sides(network: ServiceClient) -> Iterator[Sides]:
    found = Sides(network)
    yield found
    for reader in (found.lender, found.borrower, found.dispatcher):
        reader.http.close()


def answered(reader: Reader, loan: dict[str, Any], verb: str, **fields: str) -> str:
    sent = {"version": str(loan["version"]), **fields}
    return words(reader.http.post(f"/loans/{loan['id']}/{verb}", data=sent).text)


def test_a_vehicle_is_lent_planned_with_by_its_borrower_and_taken_back(sides: Sides) -> None:
    page = words(sides.lender.http.post("/loans", data=sides.form()).text)
    assert "Not lent yet: still to accept: Raven House" in page
    assert "Back with a full tank" in page
    assert "/accept" not in sides.lender.http.get("/loans").text
    page = answered(sides.borrower, sides.loan(), "accept")
    assert "Lent today" in page
    assert "Wednesday 25 November 2026 – Wednesday 2 December 2026" in page
    fleet = sides.borrower.http.get(f"/fleet?date={DAY}").text
    assert "Lent to you until" in fleet
    assert f"/fleet/vehicles/{sides.van['id']}" not in fleet
    assert sides.borrower.http.get(f"/fleet/vehicles/{sides.van['id']}").status_code == 403
    form = {
        "vehicle_id": sides.van["id"], "driver_name": "Sam", "day": DAY, "starts": "08:00", "ends": "12:00",
        "start_site_id": sides.place["id"], "end_site_id": sides.place["id"],
    }  # fmt: skip
    assert "Added." in words(sides.borrower.http.post("/fleet/shifts/new", data=form).text)
    late = sides.borrower.http.post("/fleet/shifts/new", data={**form, "day": "2026-12-09"})
    assert late.status_code == 409
    assert "Harbour van is not lent to you on 2026-12-09." in words(late.text)
    # The last day of the loan is a week later.
    again = sides.borrower.http.post("/fleet/shifts/repeat", data={"day": NEXT_WEEK})
    assert "Taken over" in words(again.text)
    refused = answered(sides.lender, sides.loan(), "end", reason="It is needed")
    assert f"Harbour van has a shift on {NEXT_WEEK} already." in refused
    [later] = sides.banks.get("/shifts", service_date=NEXT_WEEK).json()["items"]
    sides.banks.ok(f"/shifts/{later['id']}/cancel")
    assert "Ended." in answered(sides.lender, sides.loan(), "end", reason="It is needed")


def test_shifts_are_not_taken_over_beyond_the_loan(sides: Sides) -> None:
    loan = sides.sponsors.ok("/vehicle-loans", sides.form(valid_until=DAY))
    sides.banks.ok(f"/vehicle-loans/{loan['id']}/accept")
    sides.banks.ok(
        "/shifts",
        {
            "vehicle_id": sides.van["id"], "starts_at": f"{DAY}T08:00:00Z", "ends_at": f"{DAY}T12:00:00Z",
            "start_site_id": sides.place["id"], "end_site_id": sides.place["id"],
        },
    )  # fmt: skip
    page = words(sides.borrower.http.post("/fleet/shifts/repeat", data={"day": NEXT_WEEK}).text)
    assert "Nothing was taken over" in page
    assert "Harbour van" not in words(sides.borrower.http.get(f"/fleet?date={NEXT_WEEK}").text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"valid_until": "2026-11-01"}, "The last day is before the first one: swap the two."),
        ({"valid_from": ""}, "Write the date as 2026-11-24."),
        ({"valid_from": "2026-11-02", "valid_until": "2026-11-03"}, "These days are over."),
        ({"borrower_organisation_id": "somebody"}, "Choose one of those that are shown."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(sides: Sides, fields: dict[str, str], said: str) -> None:
    form = sides.form(conditions=HOSTILE, **fields)
    answer = sides.lender.http.post("/loans", data=form)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert HOSTILE not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert f'value="{form["valid_until"]}"' in answer.text
    assert sides.network.get("/vehicle-loans").json()["items"] == []


def test_the_network_asks_and_each_side_is_asked_on_its_own_page(sides: Sides) -> None:
    page = words(sides.dispatcher.http.post("/loans", data=sides.form()).text)
    assert re.search(r"still to accept: Harbour Bank\s*, Raven House", page), page
    loan = sides.loan()
    assert "A vehicle" in words(sides.borrower.http.get("/loans").text)
    assert "Harbour van" in answered(sides.lender, loan, "accept")
    answered(sides.borrower, sides.loan(), "accept")
    assert sides.loan()["state"] == "accepted"
    assert "Changed meanwhile" not in words(sides.dispatcher.http.get("/loans").text)
    stale = sides.lender.http.post(f"/loans/{loan['id']}/end", data={"version": "1", "reason": "Late"})
    assert stale.status_code == 412
    assert "It was changed since you read it." in words(stale.text)


def test_who_plans_no_vehicles_has_no_such_page(sides: Sides) -> None:
    for role in ("donor_staff", "volunteer"):
        reader = Reader(sides.network.address)
        reader.sign_in(person(sides.network, sides.bank, role))
        assert reader.http.get("/loans").status_code == 403
        reader.http.close()
    assert sides.lender.http.get(f"/loans?vehicle={sides.van['id']}").status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size"), [("ar", PHONE), ("en", DESK)], ids=["ar-390", "en-1440"])
def test_the_page_fits_the_screen_in_both_languages(
    browser: Browser, sides: Sides, language: str, size: dict[str, int]
) -> None:
    first = sides.sponsors.ok("/vehicle-loans", sides.form())
    sides.banks.ok(f"/vehicle-loans/{first['id']}/accept")
    sides.sponsors.ok("/vehicle-loans", sides.form(valid_from="2026-12-05", valid_until="2026-12-06"))
    visit = Visit(browser, sides.network.address, language, size)
    visit.sign_in(sides.emails[0])
    visit.page.goto(f"/loans?vehicle={sides.van['id']}")
    visit.show(f"loans-{language}-{size['width']}")
    assert visit.page.locator(".agreement").count() == 2
    visit.page.goto(f"/fleet?date={DAY}")
    visit.show(f"loans-fleet-{language}-{size['width']}")
    visit.context.close()

"""Hours of sites over HTTP: weekly, receiving, by date, as OpenStreetMap writes them; a closed day takes no offer."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain import opening
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.partners import Site
from app.planning.snapshot import read_day, receiving_windows
from app.web.store import offer_form
from tests.service_client import (
    ALL_DAY,
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_need,
    an_offer,
)

CLOSED = {"date": DAY, "closed": True, "note": "Stocktaking"}
KEPT = {"windows": [], **CLOSED}


def patched(client: ServiceClient, site: dict[str, Any], body: dict[str, Any], version: int = 1) -> Any:
    return client.http.patch(f"/sites/{site['id']}", json=body, headers={"If-Match": f'"{version}"'})


def test_a_site_has_its_week_its_receiving_hours_its_exceptions_and_its_access(network: ServiceClient) -> None:
    receiving = [{"weekdays": [3], "opens": "09:00", "closes": "11:00"}]
    half = {"date": "2026-12-24", "windows": [{"opens": "08:00", "closes": "12:00"}]}
    site = network.site(FOOD_BANK, "Bank", receiving_windows=receiving, exceptions=[half, CLOSED], access="stairs")
    assert site["receiving_windows"] == receiving
    assert site["exceptions"] == [KEPT, {"closed": False, "note": "", **half}]
    assert site["access"] == "stairs"
    changed = patched(network, site, {"receiving_windows": None, "access": "dock"}).json()
    assert (changed["receiving_windows"], changed["access"]) == (None, "dock")
    assert changed["exceptions"] == site["exceptions"]
    assert patched(network, site, {"exceptions": []}, 2).json()["exceptions"] == []


def test_opening_hours_are_read_as_openstreetmap_writes_them(network: ServiceClient) -> None:
    text = "Mo-Fr 08:00-20:00; 2026 Dec 25 off"
    site = network.site(FOOD_BANK, "Bank", windows=None, opening_hours=text)
    assert site["windows"] == [{"weekdays": [1, 2, 3, 4, 5], "opens": "08:00", "closes": "20:00"}]
    assert [(each["date"], each["closed"]) for each in site["exceptions"]] == [("2026-12-25", True)]
    changed = patched(network, site, {"opening_hours": "Sa 10:00-12:00"}).json()
    assert changed["windows"] == [{"weekdays": [6], "opens": "10:00", "closes": "12:00"}]
    assert changed["exceptions"] == []
    refused = patched(network, site, {"opening_hours": "when we feel like it"}, 2)
    assert (refused.status_code, refused.json()["code"]) == (422, "opening_hours_unreadable")
    assert refused.json()["errors"][0]["pointer"] == "/opening_hours"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"windows": None}, "/windows"),
        ({"opening_hours": "24/7"}, "/windows"),
        ({"exceptions": [{"date": DAY}]}, "/exceptions/0"),
        ({"exceptions": [{**CLOSED, "windows": [{"opens": "08:00", "closes": "09:00"}]}]}, "/exceptions/0"),
        ({"exceptions": [CLOSED, CLOSED]}, "/exceptions"),
        (
            {"exceptions": [{"date": DAY, "windows": [{"opens": "09:00", "closes": "08:00"}]}]},
            "/exceptions/0/windows/0",
        ),
        ({"receiving_windows": []}, "/receiving_windows"),
        ({"access": "ladder"}, "/access"),
    ],
)
def test_hours_that_do_not_fit_are_refused_at_their_field(
    network: ServiceClient, fields: dict[str, Any], pointer: str
) -> None:
    body = {"kind": "store", "name": "S", "latitude": FOOD_BANK[0], "longitude": FOOD_BANK[1], "windows": ALL_DAY}
    problem = network.post("/sites", {**body, **fields}).json()
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_store_that_is_closed_by_date_takes_no_offer_and_what_it_had_stays_out_of_the_plan(
    network: ServiceClient, database: Database
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    offer = network.ok("/offers", an_offer(store))
    me = network.get("/me").json()["network"]["id"]

    def planned() -> int:
        with database.transaction(Scope(network=me)) as session:
            return len(read_day(session, me, date.fromisoformat(DAY)).offers)

    assert planned() == 1  # the twin: without the closure it is planned, and a second one is taken
    assert patched(network, store, {"exceptions": [CLOSED]}).is_success
    assert planned() == 0
    refused = network.post("/offers", an_offer(store))
    assert (refused.status_code, refused.json()["code"]) == (422, "site_closed")
    assert refused.json()["detail"].startswith(f"Lidl is closed on {DAY}.")
    moved = {"pickup_from": "2026-11-26T08:00:00+00:00", "pickup_until": "2026-11-26T12:00:00+00:00"}
    amended = network.http.patch(f"/offers/{offer['id']}", json=moved, headers={"If-Match": '"1"'})
    assert amended.json()["service_date"] == "2026-11-26"


def test_a_plan_brings_food_within_the_receiving_hours_of_that_date(network: ServiceClient, database: Database) -> None:
    weekly = [{"weekdays": [3], "opens": "09:00", "closes": "11:00"}]
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point", receiving_windows=weekly)
    network.ok("/needs", a_need(bank))
    me = network.get("/me").json()["network"]["id"]

    def hours() -> list[tuple[int, int]]:
        with database.transaction(Scope(network=me)) as session:
            day = read_day(session, me, date.fromisoformat(DAY))
            (site,) = (each for each in day.sites.values() if each.name == "Bank")
            return [(window.earliest // 3600, window.latest // 3600) for window in receiving_windows(day, site)]

    assert hours() == [(9, 11)]
    other = {"date": DAY, "windows": [{"opens": "13:00", "closes": "14:00"}]}
    assert patched(network, bank, {"exceptions": [other]}).is_success
    assert hours() == [(13, 14)]
    assert patched(network, bank, {"exceptions": [CLOSED]}, 2).is_success
    assert hours() == []


def a_store(**fields: Any) -> Site:
    return Site(windows=[{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "08:00", "closes": "20:00"}], **fields)


def test_the_next_pickup_passes_over_a_closed_day_and_knows_the_hours_of_a_date() -> None:
    zone, evening = ZoneInfo("Europe/London"), datetime(2026, 11, 24, 21, tzinfo=UTC)
    other = {"date": "2026-11-26", "closed": False, "windows": [{"opens": "10:00", "closes": "11:30"}], "note": ""}
    form = offer_form.fresh("k", a_store(exceptions=[KEPT, other]), evening, zone)
    assert (form.day, form.pickup_from, form.pickup_until) == ("2026-11-26", "10:00", "11:30")


def test_the_next_pickup_of_a_day_whose_clocks_change_is_what_the_clock_shows() -> None:
    zone, before = ZoneInfo("Europe/London"), datetime(2027, 3, 27, 22, tzinfo=UTC)
    form = offer_form.fresh("k", a_store(exceptions=[]), before, zone)
    assert (form.day, form.pickup_from, form.pickup_until) == ("2027-03-28", "08:00", "11:00")
    ((opens, _),) = opening.windows_on(date(2027, 3, 28), zone, a_store().windows)
    assert opens == datetime(2027, 3, 28, 7, tzinfo=UTC)

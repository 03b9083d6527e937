"""A site's and a driver's days in any calendar, behind an address that can be closed; parsed back with the library."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from icalendar import Calendar

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.settings import Settings
from tests.conftest import MORNING
from tests.hand_made_plan import Ride, draft
from tests.service_client import (
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
    found_network,
)

ARABIC = "سوبرماركت الأمانة في شارع كارديف الطويل جدًّا، المدخل الخلفي بجانب موقف السيارات الكبير"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """Plans are written by hand here: no worker."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@dataclass(frozen=True)
class Partners:
    """Two supermarkets and a food bank, each with its office, and a van of the network's."""

    lidl: dict[str, Any]
    tesco: dict[str, Any]
    bank: dict[str, Any]
    of_lidl: ServiceClient
    of_tesco: ServiceClient
    of_bank: ServiceClient
    bread: dict[str, Any]
    milk: dict[str, Any]
    need: dict[str, Any]
    shift: dict[str, Any]


@pytest.fixture
def partners(network: ServiceClient) -> Partners:
    shops = [network.organisation("supermarket", name) for name in ("Lidl", "Tesco")]
    bank = network.organisation("food_bank", "Duffryn")
    lidl = network.site(LIDL_CARDIFF_ROAD, ARABIC, organisation_id=shops[0]["id"])
    tesco = network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=shops[1]["id"])
    pantry = network.site(FOOD_BANK, "Pantry", kind="distribution_point", organisation_id=bank["id"])
    depot = network.site(FOOD_BANK, "Depot", kind="depot")
    offices = [network.client_of(each, "organisation", "offers", "needs") for each in (*shops, bank)]
    return Partners(
        lidl, tesco, pantry, *offices,
        bread=offices[0].ok("/offers", an_offer(lidl, a_line(kg="62"))),
        milk=offices[1].ok("/offers", an_offer(tesco, a_line(description="خبز طازج", kg="20"))),
        need=offices[2].ok("/needs", a_need(pantry, kg="90")),
        shift=network.vehicle_and_shift(depot),
    )  # fmt: skip


def subscribed(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=30)


def events_at(url: str) -> dict[str, Any]:
    """What the calendar shows now, by summary."""
    answer = subscribed(url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no letter is cut in two
    return {str(event["SUMMARY"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def feed_of(client: ServiceClient, **wish: Any) -> str:
    url: str = client.ok("/feeds", wish)["url"]
    return url


def apart(text: str) -> str:
    """A name or number within Arabic words."""
    return f"\u2068{text}\u2069"


def test_a_store_and_a_food_bank_see_their_own_visits_alone(
    network: ServiceClient, partners: Partners, database: Database
) -> None:
    of_lidl = feed_of(partners.of_lidl, kind="site", site_id=partners.lidl["id"])
    of_bank = feed_of(partners.of_bank, kind="site", site_id=partners.bank["id"])
    plan = draft(
        database, network, partners.shift,
        Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"),
        Ride(partners.milk, partners.need, 20_000, "09:30", "11:00"),
    )  # fmt: skip
    assert events_at(of_lidl) == {}  # a draft is nobody's business
    network.published(plan)
    collection = events_at(of_lidl)
    assert list(collection) == [f"Van collects 62 kg from {ARABIC}"]
    [event] = collection.values()
    assert event["DTSTART"].dt.isoformat() == "2026-11-25T09:00:00+00:00"
    assert (event["STATUS"], event["SEQUENCE"], str(event["LOCATION"])) == ("CONFIRMED", 1, ARABIC)
    assert event["LAST-MODIFIED"].dt == MORNING
    assert str(event["DESCRIPTION"]) == "Loaves, 62 kg, for Pantry"
    delivery = events_at(of_bank)
    assert list(delivery) == [f"Van brings 82 kg from {ARABIC}, Tesco, Spytty"]
    assert "خبز طازج, 20 kg, from Tesco, Spytty" in str(next(iter(delivery.values()))["DESCRIPTION"])


def test_a_newer_plan_moves_a_visit_under_its_uid_and_cancels_what_it_makes_no_more(
    network: ServiceClient, partners: Partners, database: Database, clock: HandSetClock
) -> None:
    of_lidl = feed_of(partners.of_lidl, kind="site", site_id=partners.lidl["id"])
    of_tesco = feed_of(partners.of_tesco, kind="site", site_id=partners.tesco["id"])
    bread = Ride(partners.bread, partners.need, 62_000, "09:00", "11:00")
    network.published(
        draft(database, network, partners.shift, bread, Ride(partners.milk, partners.need, 20_000, "09:30", "11:00"))
    )
    [before] = events_at(of_lidl).values()
    tag = subscribed(of_lidl).headers["ETag"]
    assert subscribed(of_lidl, **{"If-None-Match": tag}).status_code == 304
    clock.set(MORNING.replace(minute=20))
    later = Ride(partners.bread, partners.need, 40_000, "10:15", "11:00")
    network.published(draft(database, network, partners.shift, later))
    answer = subscribed(of_lidl, **{"If-None-Match": tag})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, max-age=300")
    [(summary, after)] = events_at(of_lidl).items()
    assert summary == f"Van collects 40 kg from {ARABIC}"
    assert (after["UID"], after["SEQUENCE"], after["STATUS"]) == (before["UID"], 2, "CONFIRMED")
    assert after["DTSTART"].dt.isoformat() == "2026-11-25T10:15:00+00:00"
    [(summary, cancelled)] = events_at(of_tesco).items()
    assert summary == "Cancelled: Van collects 20 kg from Tesco, Spytty"
    assert (cancelled["STATUS"], cancelled["SEQUENCE"]) == ("CANCELLED", 2)
    assert cancelled["LAST-MODIFIED"].dt == MORNING.replace(minute=20)


@pytest.mark.parametrize("by", ["driver_name", "vehicle_id"])
def test_a_driver_sees_shifts_and_the_stops_of_published_routes(
    network: ServiceClient, partners: Partners, database: Database, by: str
) -> None:
    url = feed_of(network, kind="shift_driver", **{by: partners.shift[by]})
    assert list(events_at(url)) == ["Shift: White van, Driver"]
    network.published(
        draft(database, network, partners.shift, Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"))
    )
    found = events_at(url)
    assert list(found) == ["Shift: White van, Driver", f"Collect 62 kg at {ARABIC}", "Deliver 62 kg at Pantry"]
    assert found["Deliver 62 kg at Pantry"]["GEO"].latitude == pytest.approx(FOOD_BANK[0])


def test_a_feed_is_of_ones_own_and_its_address_is_shown_once_and_can_be_closed(
    network: ServiceClient, partners: Partners, database: Database, server: LiveServer, clock: HandSetClock
) -> None:
    wish = {"kind": "site", "site_id": partners.lidl["id"]}
    made = partners.of_lidl.ok("/feeds", wish, **{"Idempotency-Key": "f"})
    assert partners.of_lidl.ok("/feeds", wish, **{"Idempotency-Key": "f"})["url"] is None
    listed = partners.of_lidl.get("/feeds")
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    assert made["url"].rsplit("/", 1)[1].removesuffix(".ics") not in listed.text
    with found_network(database, server.address, clock, "Stranger") as stranger:
        for other in (partners.of_tesco, stranger):
            assert other.post("/feeds", {**wish, "name": "mine now"}).status_code == 404
            assert other.http.delete(f"/feeds/{made['id']}").status_code == 404
        for path, field in (("vehicle_id", partners.shift["vehicle_id"]), ("driver_name", "Driver")):
            assert partners.of_tesco.post("/feeds", {"kind": "shift_driver", path: field}).status_code == 404
    assert subscribed(made["url"]).status_code == 200
    assert partners.of_lidl.http.delete(f"/feeds/{made['id']}").status_code == 204
    assert subscribed(made["url"]).status_code == 404
    assert subscribed(f"{server.address}/feeds/wasl_feed_made-up.ics").status_code == 404


def test_an_arabic_feed_says_everything_in_arabic_with_each_name_in_its_own_direction(
    network: ServiceClient, partners: Partners, database: Database
) -> None:
    plan = draft(
        database, network, partners.shift,
        Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"),
        Ride(partners.milk, partners.need, 9_500, "09:30", "11:00"),
    )  # fmt: skip
    network.published(plan)
    of_bank = feed_of(partners.of_bank, kind="site", site_id=partners.bank["id"], language="ar")
    answer = subscribed(of_bank)
    assert answer.headers["Content-Language"] == "ar"
    assert b"PRODID:-//Wasl//Calendar feed//AR" in answer.content
    [(summary, event)] = events_at(of_bank).items()
    assert summary == f"تُحضر المركبة {apart('72')} كغ من {apart(ARABIC)}، {apart('Tesco, Spytty')}"
    assert f"{apart('خبز طازج')}، {apart('9.5')} كغ، من {apart('Tesco, Spytty')}" in str(event["DESCRIPTION"])
    of_lidl = feed_of(partners.of_lidl, kind="site", site_id=partners.lidl["id"], language="ar")
    [(summary, event)] = events_at(of_lidl).items()
    assert summary == f"تجمع المركبة {apart('62')} كغ من {apart(ARABIC)}"
    assert str(event["DESCRIPTION"]) == f"{apart('Loaves')}، {apart('62')} كغ، إلى {apart('Pantry')}"
    driver = feed_of(network, kind="shift_driver", driver_name="Driver", language="ar")
    assert set(events_at(driver)) == {
        f"مناوبة: {apart('White van')}، {apart('Driver')}",
        f"جمع {apart('62')} كغ من {apart(ARABIC)}",
        f"جمع {apart('9.5')} كغ من {apart('Tesco, Spytty')}",
        f"تسليم {apart('72')} كغ في {apart('Pantry')}",
    }


def test_a_feed_has_the_language_that_is_asked_for_else_that_of_the_person_who_makes_it_else_english(
    network: ServiceClient, partners: Partners
) -> None:
    person = {"name": "Zaynab", "email": "zaynab@example.org", "role": "organisation_admin", "language": "ar"}
    office = partners.lidl["organisation_id"]
    network.ok(f"/organisations/{office}/people", {**person, "password": "a long enough password"})
    signed_in = network.ok("/sign-in", {"email": person["email"], "password": "a long enough password"})
    zaynab = network.another(signed_in["token"])
    wish = {"kind": "site", "site_id": partners.lidl["id"]}
    assert zaynab.ok("/feeds", wish)["language"] == "ar"
    assert zaynab.ok("/feeds", {**wish, "language": "en"})["language"] == "en"
    assert partners.of_lidl.ok("/feeds", wish)["language"] == "en"
    assert sorted(each["language"] for each in zaynab.get("/feeds").json()["items"]) == ["ar", "en", "en"]
    assert zaynab.post("/feeds", {**wish, "language": "cy"}).status_code == 422


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "site"},
        {"kind": "site", "driver_name": "Driver"},
        {"kind": "shift_driver", "site_id": str(uuid4())},
        {"kind": "shift_driver"},
        {"kind": "shift_driver", "driver_name": "Driver", "vehicle_id": str(uuid4())},
        {"kind": "week", "site_id": str(uuid4())},
    ],
)
def test_a_feed_names_one_thing(network: ServiceClient, wish: dict[str, Any]) -> None:
    assert network.post("/feeds", wish).status_code == 422

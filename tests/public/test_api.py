"""What everybody may read of a network: places that were put there, and its own sums; nothing when it is off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import QueuePool, create_engine, text, update
from sqlalchemy.orm import Session

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope
from app.models.plans import Route
from app.public import figures
from app.public.figures import Figures
from tests.arrivals.conftest import the_hour
from tests.conftest import TestDatabase
from tests.feeds.test_api import Partners
from tests.hand_made_plan import Ride, draft
from tests.public.conftest import SLUG, WEEKDAYS, a_point, named, put
from tests.service_client import FOOD_BANK, ServiceClient, an_event, found_network, kilograms, report, stops_of
from tests.webhooks.receiver import eventually


def asked(network: ServiceClient, slug: str = SLUG, **headers: str) -> httpx.Response:
    """What nobody in particular is answered."""
    return httpx.get(f"{network.address}/api/v1/public-pages/{slug}", headers=headers, timeout=60)


def read(network: ServiceClient) -> dict[str, Any]:
    answer = asked(network)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_page_is_off_until_it_is_switched_on_and_off_is_as_if_it_had_never_been(network: ServiceClient) -> None:
    first = network.get("/network/public-page").json()
    assert (first["is_on"], first["slug"], first["name_en"], first["version"]) == (False, "", "Newport", 0)
    never = asked(network)
    made = put(network, "/network/public-page", named(is_on=False))
    off = asked(network)
    assert (never.status_code, never.json()) == (off.status_code, off.json())
    assert off.status_code == 404
    put(network, "/network/public-page", named(), made["version"])
    assert read(network)["name_ar"] == "طعام نيوبورت"
    put(network, "/network/public-page", named(is_on=False), made["version"] + 1)
    assert asked(network).json() == never.json()


def test_without_the_look_at_the_switch_a_page_that_is_off_would_be_there(
    network: ServiceClient, migrated: TestDatabase
) -> None:
    """The twin."""
    put(network, "/network/public-page", named(is_on=False))
    careless = "SELECT network_id FROM public_pages WHERE slug = wanted"
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION wasl_network_shown_as(wanted text) RETURNS uuid LANGUAGE sql STABLE"
                f" SECURITY DEFINER SET search_path = pg_catalog, public AS $$ {careless} $$"
            )
        )
    engine.dispose()
    assert asked(network).status_code == 200


def test_partners_read_what_their_networks_page_is_and_do_not_change_it(
    network: ServiceClient, partners: Partners, page: dict[str, Any]
) -> None:
    assert partners.of_bank.get("/network/public-page").json() == page
    refused = partners.of_bank.http.put("/network/public-page", json=named(is_on=False), headers={"If-Match": '"1"'})
    assert refused.status_code == 403
    assert asked(network).status_code == 200


def test_a_page_changes_from_the_version_that_was_read(network: ServiceClient) -> None:
    put(network, "/network/public-page", named())
    assert network.http.put("/network/public-page", json=named()).status_code == 428
    assert network.http.put("/network/public-page", json=named(), headers={"If-Match": '"7"'}).status_code == 412


@pytest.mark.parametrize("slug", ["Newport", "new port", "-newport", "new--port", "ab", "نيوبورت", "a" * 61, ""])
def test_an_address_is_of_small_letters_digits_and_single_hyphens(network: ServiceClient, slug: str) -> None:
    refused = network.http.put("/network/public-page", json=named(slug=slug))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/slug")
    assert asked(network, slug or "%20").status_code == 404


def test_two_networks_have_two_addresses(
    network: ServiceClient, database: Database, server: LiveServer, clock: HandSetClock, page: dict[str, Any]
) -> None:
    with found_network(database, server.address, clock, "Stranger") as stranger:
        taken = stranger.http.put("/network/public-page", json=named(name_en="Mine"))
        assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
        assert taken.json()["errors"][0]["pointer"] == "/slug"
        put(stranger, "/network/public-page", named(slug="elsewhere", name_en="Elsewhere"))
        assert asked(network, "elsewhere").json()["points"] == []
        assert "Pantry" not in asked(network, "elsewhere").text
    assert [each["name"] for each in read(network)["points"]] == ["Pantry"]


def test_the_page_says_which_places_are_open_until_when_and_when_the_others_open(
    network: ServiceClient, partners: Partners, page: dict[str, Any], clock: HandSetClock
) -> None:
    kitchen = network.site(FOOD_BANK, "Kitchen", kind="warehouse")
    evening = [{"weekdays": [3], "opens": "17:00", "closes": "19:00"}]
    put(network, f"/sites/{kitchen['id']}/distribution-point", a_point(windows=evening))
    clock.set(the_hour("11:00"))
    first, second = read(network)["points"]
    assert (first["name"], first["open_until"]) == ("Pantry", "2026-11-25T12:30:00Z")
    assert (first["note_en"], first["note_ar"], first["phone"]) == ("Bring a bag", "أحضر كيسًا", "+44 1633 123456")
    assert first["next_opening"]["opens_at"] == "2026-11-26T10:00:00Z"
    assert (second["name"], second["open_until"]) == ("Kitchen", None)
    clock.set(the_hour("13:00"))
    assert [each["name"] for each in read(network)["points"]] == ["Kitchen", "Pantry"]


def test_days_that_are_different_are(network: ServiceClient, partners: Partners, page: dict[str, Any]) -> None:
    path = f"/sites/{partners.bank['id']}/distribution-point"
    other = [
        {"date": "2026-11-25", "closed": True},
        {"date": "2026-11-26", "windows": [{"opens": "15:00", "closes": "16:00"}]},
    ]
    kept = put(partners.of_bank, path, a_point(exceptions=other), 1)
    assert [each["closed"] for each in kept["exceptions"]] == [True, False]
    [point] = read(network)["points"]
    assert point["openings"][0] == {"opens_at": "2026-11-26T15:00:00Z", "closes_at": "2026-11-26T16:00:00Z"}


def test_only_its_own_organisation_puts_a_place_on_the_page_and_the_networks_staff_may_take_it_off(
    network: ServiceClient, partners: Partners
) -> None:
    put(network, "/network/public-page", named())
    path = f"/sites/{partners.bank['id']}/distribution-point"
    refused = network.http.put(path, json=a_point())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    put(network, path, a_point(is_public=False))
    assert read(network)["points"] == []
    put(partners.of_bank, path, a_point(), 1)
    assert len(read(network)["points"]) == 1
    put(network, path, a_point(note_en="Use the side door"), 2)
    put(network, path, a_point(is_public=False), 3)
    assert read(network)["points"] == []
    assert partners.of_tesco.http.put(path, json=a_point()).status_code == 404
    assert partners.of_tesco.get(path).status_code == 404


def test_no_store_is_ever_on_the_page(network: ServiceClient, partners: Partners, page: dict[str, Any]) -> None:
    refused = partners.of_lidl.http.put(f"/sites/{partners.lidl['id']}/distribution-point", json=a_point())
    assert (refused.status_code, refused.json()["code"]) == (422, "not_at_a_store")
    change = partners.of_bank.http.patch(
        f"/sites/{partners.bank['id']}", json={"kind": "store"}, headers={"If-Match": '"1"'}
    )
    assert change.is_success
    assert read(network)["points"] == []


def test_a_place_goes_when_its_organisation_takes_no_part_any_more(
    network: ServiceClient, partners: Partners, page: dict[str, Any]
) -> None:
    theirs = partners.bank["organisation_id"]
    [partnership] = [each for each in network.get("/partnerships").json()["items"] if each["organisation_id"] == theirs]
    path = f"/partnerships/{partnership['id']}/suspend"
    network.ok(path, {"reason": "A pause"}, **{"If-Match": f'"{partnership["version"]}"'})
    assert read(network)["points"] == []


def test_nothing_recorded_is_no_figure_and_what_reached_people_is_the_networks_sum_with_its_sources(
    network: ServiceClient, partners: Partners, page: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    before = read(network)["impact"]
    assert (before["month"], before["this_month"], before["all_time"]) == ("2026-11-01", None, None)
    plan = draft(database, network, partners.shift, Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"))
    with database.transaction(Scope(network=network.network_id())) as session:
        session.execute(update(Route).values(metres=10_000))
    network.published(plan)
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("11:10"))
        pickup, drop_off, food = stops_of(driver)
        told = report(
            driver,
            an_event(pickup, "collected", kilograms(food)),
            an_event(drop_off, "delivered", kilograms(food, "60"), occurred_at=the_hour("11:05").isoformat()),
        )
        assert told == ["stored", "stored"]
    after = read(network)["impact"]
    month = after["this_month"]
    assert month == after["all_time"]
    assert (month["kg"], month["meals"], month["people"]) == ("60", 142, 40)
    assert (month["fewest_meals"], month["most_meals"]) == (95, 142)
    assert (month["kg_co2e_driving"], month["kg_co2e"]) == ("2.79", "93.21")  # 96 kg but for ten kilometres
    assert (month["least_kg_co2e"], month["most_kg_co2e"]) == ("27.81", "216.81")
    assert [each["value"] for each in after["co2e_factors"]] == [1600, 510, 3660]
    assert all(each["source"] for each in after["meal_factors"] + after["co2e_factors"])
    clock.set(the_hour("11:10").replace(month=12))
    later = read(network)["impact"]
    assert (later["month"], later["this_month"], later["all_time"]["kg"]) == ("2026-12-01", None, "60")


def test_figures_are_worked_out_once_in_ten_minutes_however_many_ask(
    network: ServiceClient, page: dict[str, Any], clock: HandSetClock, tables_read: list[str]
) -> None:
    first = read(network)["impact"]["worked_out_at"]
    assert "ledger_entries" in tables_read
    tables_read.clear()
    clock.set(the_hour("06:09"))
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: read(network)["impact"]["worked_out_at"], range(16)))
    assert set(found) == {first}
    assert "ledger_entries" not in tables_read
    clock.set(the_hour("06:10"))
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: read(network)["impact"]["worked_out_at"], range(16)))
    assert set(found) <= {first, "2026-11-25T06:10:00Z"}  # the old ones while somebody works out the new ones
    assert read(network)["impact"]["worked_out_at"] == "2026-11-25T06:10:00Z"
    assert tables_read.count("ledger_entries") == 2  # in and out, day by day: the month and all time are sums of it


@dataclass
class Slowly:
    """Working out that has begun and goes on until a test lets it end."""

    begun: Event
    may_end: Event
    times: int = 0


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slowly]:
    really, found = figures._worked_out, Slowly(Event(), Event())

    def slow(session: Session, *of: Any) -> Figures:
        found.times += 1
        found.begun.set()
        assert found.may_end.wait(60)
        return really(session, *of)

    monkeypatch.setattr(figures, "_worked_out", slow)
    yield found
    found.may_end.set()


def test_while_figures_are_worked_out_everybody_else_is_shown_the_old_ones(
    network: ServiceClient, page: dict[str, Any], clock: HandSetClock, slowly: Slowly
) -> None:
    slowly.may_end.set()
    first = read(network)["impact"]["worked_out_at"]
    slowly.begun.clear()
    slowly.may_end.clear()
    clock.set(the_hour("06:10"))
    with ThreadPoolExecutor(30) as many:
        slow = many.submit(read, network)
        assert slowly.begun.wait(30)
        found = list(many.map(lambda _: read(network)["impact"]["worked_out_at"], range(29)))
        assert set(found) == {first}
        slowly.may_end.set()
        assert slow.result()["impact"]["worked_out_at"] == "2026-11-25T06:10:00Z"
    assert slowly.times == 2


def test_whoever_waits_for_the_first_figures_holds_no_connection(
    network: ServiceClient, page: dict[str, Any], database: Database, slowly: Slowly
) -> None:
    with ThreadPoolExecutor(30) as many:
        waiting = [many.submit(read, network) for _ in range(30)]
        assert slowly.begun.wait(30)
        eventually(lambda: cast(QueuePool, database.engine.pool).checkedout() == 1)
        assert network.get("/network").status_code == 200
        slowly.may_end.set()
        assert len({each.result()["impact"]["worked_out_at"] for each in waiting}) == 1
    assert slowly.times == 1


def test_a_network_does_not_wait_for_another(slowly: Slowly, database: Database, clock: HandSetClock) -> None:
    now, ours, theirs = clock(), uuid4(), uuid4()
    with ThreadPoolExecutor(2) as many:
        first = many.submit(figures.figures_of, database, ours, now.date(), now)
        assert slowly.begun.wait(30)
        slowly.begun.clear()
        second = many.submit(figures.figures_of, database, theirs, now.date(), now)
        assert slowly.begun.wait(30)
        slowly.may_end.set()
        assert first.result() == second.result()


def a_drive(database: Database, network: ServiceClient, partners: Partners, metres: int) -> None:
    """Published: bread for the pantry, there at eleven."""
    plan = draft(database, network, partners.shift, Ride(partners.bread, partners.need, 62_000, "09:00", "11:00"))
    with database.transaction(Scope(network=network.network_id())) as session:
        session.execute(update(Route).values(metres=metres))
    network.published(plan)


def handed_over(network: ServiceClient, partners: Partners, clock: HandSetClock, kg: str) -> None:
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("11:10"))
        pickup, drop_off, food = stops_of(driver)
        at = the_hour("11:05").isoformat()
        told = report(
            driver,
            an_event(pickup, "collected", kilograms(food)),
            an_event(drop_off, "delivered", kilograms(food, kg), occurred_at=at),
        )
        assert told == ["stored", "stored"]


def test_driving_that_lies_ahead_is_not_taken_off_yet(
    network: ServiceClient, partners: Partners, page: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    month = {}
    a_drive(database, network, partners, 10_000)
    for time in ("06:30", "10:59", "11:40"):
        now = the_hour(time)
        found = figures.figures_of(database, network.network_id(), now.date(), now)
        month[time] = found.this_month.driving_co2e_grams
    assert month == {"06:30": 0, "10:59": 0, "11:40": 2790}


def test_no_people_were_reached_where_nothing_was_handed_over(
    network: ServiceClient, partners: Partners, page: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    a_drive(database, network, partners, 10_000)
    handed_over(network, partners, clock, "0")
    now = the_hour("11:40")
    found = figures.figures_of(database, network.network_id(), now.date(), now)
    assert (found.all_time.grams, found.all_time.people) == (0, None)


def test_people_are_no_longer_reached_when_the_report_is_corrected_to_nothing(
    network: ServiceClient, partners: Partners, page: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    a_drive(database, network, partners, 10_000)
    handed_over(network, partners, clock, "60")
    now = the_hour("11:10")
    assert figures.figures_of(database, network.network_id(), now.date(), now).all_time.people == 40
    with network.driver(partners.shift) as driver:
        clock.set(the_hour("11:20"))
        _, drop_off, food = stops_of(driver)
        at = the_hour("11:15").isoformat()
        assert report(driver, an_event(drop_off, "delivered", kilograms(food, "0"), occurred_at=at)) == ["stored"]
    now = the_hour("11:40")
    assert figures.figures_of(database, network.network_id(), now.date(), now).all_time.people is None


def test_it_names_no_person_no_store_no_driver_and_no_partners_figure(
    network: ServiceClient, partners: Partners, page: dict[str, Any]
) -> None:
    said = asked(network).text
    for word in (
        "Tesco",
        partners.lidl["name"],
        "Driver",
        "Loaves",
        "Depot",
        "Duffryn",
        partners.bank["organisation_id"],
    ):
        assert word not in said, word


def test_it_may_be_kept_for_a_minute_and_has_a_tag_and_no_cookie(network: ServiceClient, page: dict[str, Any]) -> None:
    first = asked(network)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "set-cookie" not in first.headers
    assert asked(network, **{"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_whoever_tries_many_addresses_waits(network: ServiceClient, page: dict[str, Any]) -> None:
    tried = [asked(network, f"page-{number}").status_code for number in range(51)]
    assert (set(tried[:50]), tried[50]) == ({404}, 429)
    assert asked(network).status_code == 200  # what is there is always there


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"windows": []}, "/windows"),
        ({"windows": [{**WEEKDAYS[0], "closes": "09:00"}]}, "/windows/0"),
        ({"phone": "ask Mary"}, "/phone"),
        ({"note_en": "x" * 201}, "/note_en"),
        ({"exceptions": [{"date": "2026-12-25"}]}, "/exceptions/0"),
        ({"exceptions": [{"date": "2026-12-25", "closed": True}] * 2}, "/exceptions"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(partners: Partners, wrong: dict[str, Any], pointer: str) -> None:
    path = f"/sites/{partners.bank['id']}/distribution-point"
    answer = partners.of_bank.http.put(path, json=a_point(**wrong))
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])

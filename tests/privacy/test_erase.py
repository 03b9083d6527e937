"""Erasing: kilograms stay, names go. Real people, a driven day, and a search of all that the database holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from app.audit.service import verify_network
from app.domain.personal import ERASED_DRIVER, ERASED_PERSON
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.tenancy import Scope
from tests.conftest import TestDatabase
from tests.hand_made_plan import Ride, draft
from tests.service_client import (
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_need,
    an_event,
    an_offer,
    kilograms,
)

NAME, EMAIL, PASSWORD = "Zaynab Quill", "zaynab.quill@example.org", "a long enough password"


@pytest.fixture
def superuser(migrated: TestDatabase) -> Iterator[Engine]:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    yield engine
    engine.dispose()


def where_it_says(superuser: Engine, *words: str) -> set[str]:
    """The tables with a row whose text holds one of the words."""
    found = set()
    with superuser.connect() as connection:
        tables = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ).scalars()
        for table in list(tables):
            for word in words:
                said = text(f"SELECT EXISTS (SELECT 1 FROM {table} t WHERE lower(t::text) LIKE :word)")
                if connection.execute(said, {"word": f"%{word.lower()}%"}).scalar():
                    found.add(table)
    return found


def books(superuser: Engine) -> list[Any]:
    with superuser.connect() as connection:
        return list(connection.execute(text("SELECT * FROM ledger_entries ORDER BY id")))


def everything_but(superuser: Engine, table: str, *columns: str) -> list[Any]:
    said = " - ".join(["to_jsonb(t)", *(f"'{column}'" for column in columns)])
    with superuser.connect() as connection:
        return list(connection.execute(text(f"SELECT {said} FROM {table} t ORDER BY id")))


def signed_in(network: ServiceClient, organisation: dict[str, Any], **fields: Any) -> tuple[str, ServiceClient]:
    body = {"name": NAME, "email": EMAIL, "role": "dispatcher", "password": PASSWORD, **fields}
    made = network.ok(f"/organisations/{organisation['id']}/people", body, **{"Idempotency-Key": body["email"]})
    token = network.ok("/sign-in", {"email": body["email"], "password": body["password"]})["token"]
    return made["id"], network.another(token)


def a_published_day(
    network: ServiceClient, asking: ServiceClient, database: Database
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A day whose driver is called as the person is, who asked for its plan too; published over the API."""
    shop = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    offer, need = network.ok("/offers", an_offer(store)), network.ok("/needs", a_need(bank))
    van = network.ok("/vehicles", {"name": "White van", "capacity_kg": "600"})
    hours = {"starts_at": f"{DAY}T08:00:00+00:00", "ends_at": f"{DAY}T16:00:00+00:00"}
    places = {"start_site_id": bank["id"], "end_site_id": bank["id"]}
    wish = {"vehicle_id": van["id"], "driver_name": NAME, **hours, **places}
    shift = network.ok("/shifts", wish, **{"Idempotency-Key": "shift"})
    plan = draft(database, network, shift, Ride(offer, need, 10_000), asked_by=NAME)
    asking.published(plan)
    return shift, plan


def drive(network: ServiceClient, shift: dict[str, Any], plan: dict[str, Any]) -> ServiceClient:
    driver = network.driver(shift)
    stops = {stop["kind"]: stop for stop in plan["routes"][0]["stops"]}
    allocation = stops["pickup"]["allocations"][0]
    note = {"note": f"{NAME} says: the gate was closed"}
    events = [
        an_event(stops["pickup"], "collected", kilograms(allocation), **note),
        an_event(stops["drop_off"], "delivered", kilograms(allocation), **note),
    ]
    driver.ok("/driver/stop-events", {"events": events}, **{"Idempotency-Key": "events"})
    return driver


def test_an_erased_person_is_named_nowhere_and_no_gram_is_lost(
    network: ServiceClient, superuser: Engine, database: Database
) -> None:
    organisation = network.get("/me").json()["organisation"]
    person, own = signed_in(network, organisation)
    shift, plan = a_published_day(network, own, database)
    driver = drive(network, shift, plan)
    # The twin: the search finds the name wherever it is.
    said = where_it_says(superuser, NAME, EMAIL)
    assert said >= {"people", "credentials", "shifts", "routes", "plan_runs", "stop_events", "idempotency_records"}
    assert "audit_entries" not in said
    ledger, trail = books(superuser), everything_but(superuser, "audit_entries")
    events = everything_but(superuser, "stop_events", "note")
    assert ledger
    path = f"/people/{person}/erase"
    refused = network.post(path, {"confirm": "somebody@example.org"})
    assert (refused.status_code, refused.json()["code"]) == (422, "confirmation_differs")
    assert where_it_says(superuser, NAME, EMAIL) == said

    erased = network.ok(path, {"confirm": EMAIL}, **{"Idempotency-Key": "erase"})
    assert erased == {"id": person, "shifts": 1, "notes": 2, "sessions": 1}

    assert where_it_says(superuser, NAME, EMAIL) == set()
    assert books(superuser) == ledger
    assert everything_but(superuser, "stop_events", "note") == events
    assert everything_but(superuser, "audit_entries")[:-1] == trail
    network_id = network.get("/me").json()["network"]["id"]
    assert network.get("/audit-entries/verification").json()["intact"] is True
    assert verify_network(database, network_id, None).broken is None
    deeds = network.get("/audit-entries", actor=person).json()["items"]
    assert {deed["action"] for deed in deeds} == {"people.sign_in", "plans.publish"}
    assert {deed["actor"]["name"] for deed in deeds} == {ERASED_PERSON}
    assert own.get("/me").status_code == driver.get("/driver/route").status_code == 401
    assert network.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 401
    route = network.get(f"/plans/{plan['id']}").json()["routes"][0]
    assert route["driver_name"] == ERASED_DRIVER
    assert network.ok(path, {"confirm": EMAIL}, **{"Idempotency-Key": "erase"}) == erased
    changes_of_frozen_routes_are_refused(database, network_id)


def changes_of_frozen_routes_are_refused(database: Database, network_id: str) -> None:
    """Nothing but that one change passes, and that one in this direction alone."""
    for change in (
        "UPDATE routes SET driver_name = 'Somebody else'",
        "UPDATE routes SET vehicle_name = 'erased driver'",
        "UPDATE routes SET driver_name = 'erased driver', metres = metres + 1",
        "UPDATE routes SET driver_name = 'erased driver', id = gen_random_uuid()",
        "DELETE FROM routes",
        "UPDATE stops SET access_notes = 'erased driver'",
        "UPDATE allocations SET grams = grams + 1",
    ):
        with (
            pytest.raises(WaslError, match="A published plan does not change"),
            database.transaction(Scope(network=network_id)) as session,  # type: ignore[arg-type]
        ):
            session.execute(text(change))
    with database.transaction(Scope(network=network_id)) as session:  # type: ignore[arg-type]
        session.execute(text("UPDATE routes SET driver_name = 'erased driver'"))


def a_shift_of(network: ServiceClient, name: str, day: str, van: str, bank: str) -> dict[str, Any]:
    hours = {"starts_at": f"{day}T08:00:00+00:00", "ends_at": f"{day}T16:00:00+00:00"}
    body = {"vehicle_id": van, "driver_name": name, **hours, "start_site_id": bank, "end_site_id": bank}
    return network.ok("/shifts", body)


def test_a_driver_is_erased_from_all_shifts_of_the_name_and_nobody_else_is(
    network: ServiceClient, superuser: Engine
) -> None:
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")["id"]
    van = network.ok("/vehicles", {"name": "Van", "capacity_kg": "600"})["id"]
    shifts = [
        a_shift_of(network, name, f"2026-11-{25 + day}", van, bank)
        for day, name in enumerate([NAME, NAME.upper(), "Zaynab Quillon", NAME])
    ]
    link = network.driver(shifts[0])
    path = f"/shifts/{shifts[0]['id']}/erase-driver"
    assert network.post(path, {"confirm": "Zaynab"}).json()["code"] == "confirmation_differs"
    assert network.ok(path, {"confirm": f" {NAME.lower()} "}) == {
        "id": shifts[0]["id"], "shifts": 3, "notes": 0, "sessions": 0,
    }  # fmt: skip
    names = [network.get(f"/shifts/{shift['id']}").json()["driver_name"] for shift in shifts]
    assert names == [ERASED_DRIVER, ERASED_DRIVER, "Zaynab Quillon", ERASED_DRIVER]
    assert link.get("/me").status_code == 401
    assert where_it_says(superuser, f'{NAME}"') == where_it_says(superuser, f"{NAME},") == set()


def test_only_those_who_may_erase_and_only_their_own_people(network: ServiceClient) -> None:
    home = network.get("/me").json()["organisation"]
    shop = network.organisation("supermarket", "Lidl")
    dispatcher, _ = signed_in(network, home)
    staff, _ = signed_in(network, shop, email="staff@example.org", role="donor_staff")
    office, till = network.client_of(shop, "organisation"), network.client_of(shop, "offers")
    for path in (f"/people/{dispatcher}", "/people/00000000-0000-4000-8000-000000000000"):
        assert office.post(f"{path}/erase", {"confirm": EMAIL}).status_code == 404
        assert office.get(f"{path}/export").status_code == 404
    assert till.post(f"/people/{staff}/erase", {"confirm": "staff@example.org"}).status_code == 403
    assert till.get(f"/people/{staff}/export").status_code == 403
    assert office.ok(f"/people/{staff}/erase", {"confirm": "STAFF@example.org"})["sessions"] == 1
    own_office = network.client_of(home, "organisation")
    answer = own_office.post(f"/people/{dispatcher}/erase", {"confirm": EMAIL})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_person_reads_everything_that_is_kept_about_them(network: ServiceClient) -> None:
    organisation = network.get("/me").json()["organisation"]
    person, own = signed_in(network, organisation, role="network_admin")
    own.organisation("sponsor", "Sponsor")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")["id"]
    van = network.ok("/vehicles", {"name": "Van", "capacity_kg": "600"})["id"]
    shift = a_shift_of(network, NAME, DAY, van, bank)
    for known in (own.get("/me/export").json(), network.get(f"/people/{person}/export").json()):
        assert (known["person"]["name"], known["person"]["email"]) == (NAME, EMAIL)
        assert [each["id"] for each in known["shifts"]] == [shift["id"]]
        assert len(known["sessions"]) == 1
        assert {entry["action"] for entry in known["audit_entries"]} >= {"people.add", "partners.add"}
        assert "hash" not in str(known["person"].keys()) + str(known["sessions"])
        assert "argon2" not in str(known)
    answer = network.get("/me/export")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_person")
    exported = network.get("/audit-entries", action="people.export").json()["items"]
    assert [each["actor"]["kind"] for each in exported] == ["credential", "person"]

"""Loans of vehicles over HTTP: offered, accepted, driven by the borrower alone, ended; nobody else sees them."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine, create_engine, select, text, update

from app.fleet import loans
from app.kit.auth import Principal
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.fleet import Vehicle
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase
from tests.people.builders import entered, signed_in
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

TOMORROW, DAY_AFTER, NEXT_WEEK = "2026-11-26", "2026-11-27", "2026-12-02"
WHY = {"reason": "It is needed at home"}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


class Lending:
    """A supermarket with a van, a food bank that borrows it, and another that has nothing to do with it."""

    def __init__(self, network: ServiceClient) -> None:
        self.network = network
        self.shop, self.bank, self.other = (
            network.organisation(kind, name)
            for kind, name in (("supermarket", "Lidl"), ("food_bank", "Raven House"), ("food_bank", "Other"))
        )
        self.shops, self.banks, self.others = (
            network.client_of(each, "organisation", "fleet") for each in (self.shop, self.bank, self.other)
        )
        self.van = self.shops.ok("/vehicles", {"name": "Lidl van", "capacity_kg": "800"})
        self.store = self.shops.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
        self.place = self.banks.site(FOOD_BANK, "Raven House", kind="distribution_point")

    def wish(self, first: str = DAY, last: str = DAY_AFTER, **fields: Any) -> dict[str, Any]:
        days = {"valid_from": first, "valid_until": last}
        return {"vehicle_id": self.van["id"], "borrower_organisation_id": self.bank["id"], **days, **fields}

    def lent(self, first: str = DAY, last: str = DAY_AFTER) -> dict[str, Any]:
        offered = self.shops.ok("/vehicle-loans", self.wish(first, last))
        return self.banks.ok(f"/vehicle-loans/{offered['id']}/accept")

    def shift(self, day: str, site: dict[str, Any], begins: str = "08:00", ends: str = "12:00") -> dict[str, Any]:
        return {
            "vehicle_id": self.van["id"], "driver_name": "Sam", "starts_at": f"{day}T{begins}:00Z",
            "ends_at": f"{day}T{ends}:00Z", "start_site_id": site["id"], "end_site_id": site["id"],
        }  # fmt: skip


@pytest.fixture
def lending(network: ServiceClient) -> Lending:
    return Lending(network)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def patched(client: ServiceClient, path: str, version: int, **fields: Any) -> httpx.Response:
    return client.http.patch(path, json=fields, headers={"If-Match": f'"{version}"'})


# ---- agreed ----------------------------------------------------------------------------------------------------------


def test_what_its_owner_offers_is_lent_when_the_borrower_accepts(lending: Lending) -> None:
    offered = lending.shops.ok("/vehicle-loans", lending.wish(conditions="Back with a full tank"))
    assert (offered["state"], offered["offered_by"], offered["borrower_agreed_at"]) == ("offered", "lender", None)
    path = f"/vehicle-loans/{offered['id']}"
    for who in (lending.shops, lending.network):
        assert refusal(who.post(f"{path}/accept")) == (422, "other_organisation_accepts")
    assert lending.banks.get(f"/vehicles/{lending.van['id']}").json() == lending.van
    assert refusal(lending.banks.post(f"{path}/accept", None, **{"If-Match": '"9"'})) == (412, "stale_version")
    accepted = lending.banks.post(f"{path}/accept", None, **{"If-Match": '"1"'})
    assert (accepted.json()["state"], accepted.headers["ETag"]) == ("accepted", '"2"')
    assert lending.shops.get(path).json() == accepted.json()
    assert refusal(lending.banks.post(f"{path}/accept")) == (409, "loan_moved_on")


def test_what_the_network_asks_for_both_accept_and_the_vehicle_is_shown_when_its_owner_has(lending: Lending) -> None:
    asked = lending.network.ok("/vehicle-loans", lending.wish())
    assert (asked["offered_by"], asked["lender_agreed_at"]) == ("network", None)
    path = f"/vehicle-loans/{asked['id']}"
    assert lending.banks.ok(f"{path}/accept")["state"] == "offered"
    assert lending.banks.get(f"/vehicles/{lending.van['id']}").status_code == 404
    assert lending.shops.ok(f"{path}/accept")["state"] == "accepted"
    assert lending.banks.get(f"/vehicles/{lending.van['id']}").status_code == 200


def test_the_network_borrows_for_its_own_organisation(lending: Lending) -> None:
    own = lending.network.get("/me").json()["organisation"]["id"]
    asked = lending.network.ok("/vehicle-loans", lending.wish(borrower_organisation_id=own))
    assert lending.shops.ok(f"/vehicle-loans/{asked['id']}/accept")["state"] == "accepted"
    depot = lending.network.site(FOOD_BANK, "Depot", kind="depot")
    assert lending.network.ok("/shifts", lending.shift(DAY, depot))["organisation_id"] == own


def test_what_does_not_fit_is_refused(lending: Lending) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for fields, told in (
        ({"borrower_organisation_id": lending.shop["id"]}, (422, "loan_to_itself")),
        ({"borrower_organisation_id": nobody}, (404, "not_found")),
        ({"vehicle_id": nobody}, (404, "not_found")),
        ({"valid_from": "2026-11-20", "valid_until": "2026-11-24"}, (422, "loan_days_over")),
        ({"valid_from": DAY_AFTER, "valid_until": DAY}, (422, "invalid_request")),
    ):
        assert refusal(lending.shops.post("/vehicle-loans", lending.wish(**fields))) == told, fields
    assert lending.shops.http.delete(f"/vehicles/{lending.van['id']}").status_code == 204
    assert refusal(lending.shops.post("/vehicle-loans", lending.wish())) == (409, "vehicle_retired")


# ---- driven ----------------------------------------------------------------------------------------------------------


def test_while_it_is_lent_its_shifts_are_the_borrowers_and_nobody_elses(lending: Lending) -> None:
    lending.lent()
    shift = lending.banks.ok("/shifts", lending.shift(TOMORROW, lending.place))
    assert shift["organisation_id"] == lending.bank["id"]
    by_network = lending.network.ok("/shifts", lending.shift(DAY, lending.place))
    assert by_network["organisation_id"] == lending.bank["id"]
    for day in (DAY, TOMORROW, DAY_AFTER):
        mine = lending.shops.post("/shifts", lending.shift(day, lending.store, "13:00", "15:00"))
        assert refusal(mine) == (409, "vehicle_lent")
    later = lending.banks.post("/shifts", lending.shift("2026-11-28", lending.place))
    assert refusal(later) == (409, "vehicle_not_lent")
    assert "2026-11-28" in later.json()["detail"]
    assert (
        lending.shops.ok("/shifts", lending.shift("2026-11-28", lending.store))["organisation_id"]
        == (lending.shop["id"])
    )


def test_a_shift_of_the_borrower_is_not_moved_out_of_the_loan(lending: Lending) -> None:
    lending.lent()
    shift = lending.banks.ok("/shifts", lending.shift(DAY_AFTER, lending.place))
    path = f"/shifts/{shift['id']}"
    out = {"starts_at": "2026-11-28T08:00:00Z", "ends_at": "2026-11-28T12:00:00Z"}
    assert refusal(patched(lending.banks, path, 1, **out)) == (409, "vehicle_not_lent")
    assert lending.banks.get(path).json() == shift
    within = {"starts_at": f"{TOMORROW}T09:00:00Z", "ends_at": f"{TOMORROW}T12:00:00Z"}
    moved = patched(lending.banks, path, 1, **within).json()
    assert (moved["service_date"], moved["organisation_id"], moved["version"]) == (TOMORROW, lending.bank["id"], 2)


def test_the_borrowers_night_is_not_driven_by_the_owner_too(lending: Lending) -> None:
    lending.lent(DAY, DAY)
    night = {**lending.shift(DAY, lending.place, "22:00"), "ends_at": f"{TOMORROW}T03:00:00Z"}
    lending.banks.ok("/shifts", night)
    early = lending.shops.post("/shifts", lending.shift(TOMORROW, lending.store, "02:00", "05:00"))
    assert refusal(early) == (409, "vehicle_busy")


def test_a_driver_of_the_borrower_is_named_and_one_of_the_owner_is_not(lending: Lending) -> None:
    lending.lent()
    theirs, owners = (
        entered(lending.network, each, "driver", name=name)
        for each, name in ((lending.bank, "Rana"), (lending.shop, "Omar"))
    )
    shift = {**lending.shift(DAY, lending.place), "driver_person_id": owners["id"]}
    assert refusal(lending.banks.post("/shifts", shift)) == (422, "driver_unknown")
    named = lending.banks.ok("/shifts", {**shift, "driver_person_id": theirs["id"]})
    assert (named["driver_name"], named["driver_person_id"]) == ("Rana", theirs["id"])


def test_what_was_driven_stays_the_borrowers_when_the_loan_is_over(lending: Lending, clock: HandSetClock) -> None:
    loan = lending.lent(DAY, NEXT_WEEK)
    driven = lending.banks.ok("/shifts", lending.shift(DAY, lending.place))
    later = lending.banks.ok("/shifts", lending.shift(DAY_AFTER, lending.place))
    path = f"/vehicle-loans/{loan['id']}"
    assert refusal(lending.shops.post(f"{path}/end", WHY)) == (409, "vehicle_planned")
    lending.banks.ok(f"/shifts/{later['id']}/cancel")
    ended = lending.shops.ok(f"{path}/end", WHY)
    assert (ended["state"], ended["ended_on"], ended["reason"]) == ("ended", DAY, WHY["reason"])
    assert refusal(lending.banks.post(f"{path}/end", WHY)) == (409, "loan_moved_on")
    # Today is the borrower's last day; from tomorrow on the owner plans it again.
    assert refusal(lending.shops.post("/shifts", lending.shift(DAY, lending.store, "13:00", "15:00"))) == (
        (409, "vehicle_lent")
    )
    lending.shops.ok("/shifts", lending.shift(TOMORROW, lending.store))
    assert refusal(lending.banks.post("/shifts", lending.shift(DAY_AFTER, lending.place))) == (409, "vehicle_not_lent")
    clock.set(MORNING + timedelta(days=30))
    assert lending.banks.get(f"/shifts/{driven['id']}").json() == driven
    assert lending.banks.get(f"/vehicles/{lending.van['id']}").json()["name"] == "Lidl van"
    assert lending.shops.get(f"/shifts/{driven['id']}").status_code == 404
    # What the owner drives afterwards, the borrower of yesterday reads nothing of.
    assert [each["service_date"] for each in lending.shops.get("/shifts").json()["items"]] == [TOMORROW]
    assert TOMORROW not in {each["service_date"] for each in lending.banks.get("/shifts").json()["items"]}


def test_an_accepted_loan_stands_in_the_way_of_shifts_already_planned_and_of_retiring(lending: Lending) -> None:
    planned = lending.shops.ok("/shifts", lending.shift(TOMORROW, lending.store))
    offered = lending.shops.ok("/vehicle-loans", lending.wish())
    path = f"/vehicle-loans/{offered['id']}"
    told = lending.banks.post(f"{path}/accept")
    assert refusal(told) == (409, "vehicle_planned")
    assert TOMORROW in told.json()["detail"]
    lending.shops.ok(f"/shifts/{planned['id']}/cancel")
    lending.banks.ok(f"{path}/accept")
    assert refusal(lending.shops.http.delete(f"/vehicles/{lending.van['id']}")) == (409, "vehicle_lent")
    lending.shops.ok(f"{path}/end", WHY)
    assert lending.shops.http.delete(f"/vehicles/{lending.van['id']}").status_code == 409  # today is lent still


def test_what_is_offered_is_declined_or_taken_back(lending: Lending) -> None:
    for who in (lending.banks, lending.shops):
        offered = lending.shops.ok("/vehicle-loans", lending.wish())
        assert who.ok(f"/vehicle-loans/{offered['id']}/end", WHY)["state"] == "ended"
        assert refusal(lending.banks.post(f"/vehicle-loans/{offered['id']}/accept")) == (409, "loan_moved_on")
    lending.shops.ok("/shifts", lending.shift(DAY, lending.store))


# ---- seen ------------------------------------------------------------------------------------------------------------


def test_the_borrower_reads_the_vehicle_and_nothing_else_of_its_owners(lending: Lending) -> None:
    other = lending.shops.ok("/vehicles", {"name": "Lidl lorry", "capacity_kg": "900"})
    before = lending.shops.ok("/shifts", lending.shift("2026-11-29", lending.store))
    loan = lending.lent()
    assert [each["id"] for each in lending.banks.get("/vehicles").json()["items"]] == [lending.van["id"]]
    for path in (f"/vehicles/{other['id']}", f"/shifts/{before['id']}", f"/sites/{lending.store['id']}"):
        assert lending.banks.get(path).status_code == 404
    van = f"/vehicles/{lending.van['id']}"
    assert refusal(patched(lending.banks, van, 1, name="Ours now")) == (403, "forbidden")
    assert refusal(lending.banks.http.delete(van)) == (403, "forbidden")
    on = lending.wish(NEXT_WEEK, NEXT_WEEK, borrower_organisation_id=lending.other["id"])
    assert refusal(lending.banks.post("/vehicle-loans", on)) == (403, "forbidden")
    assert lending.shops.get(van).json() == lending.van
    assert lending.banks.get(f"/vehicle-loans/{loan['id']}/carried").json() == {"routes": 0, "metres": 0, "kg": "0"}


def test_the_database_lets_the_borrower_read_the_vehicle_and_change_nothing_of_it(
    lending: Lending, database: Database
) -> None:
    lending.lent()
    with database.transaction(Scope(organisation=UUID(lending.bank["id"]))) as session:
        assert session.scalars(select(Vehicle.name)).all() == ["Lidl van"]
        assert session.execute(update(Vehicle).values(name="Ours now")).rowcount == 0
    with database.transaction(Scope(organisation=UUID(lending.other["id"]))) as session:
        assert session.scalars(select(Vehicle.name)).all() == []


def test_a_third_organisation_sees_nothing_of_it(lending: Lending) -> None:
    loan = lending.lent()
    for who, sees in ((lending.shops, 1), (lending.banks, 1), (lending.network, 1), (lending.others, 0)):
        assert len(who.get("/vehicle-loans").json()["items"]) == sees
    path = f"/vehicle-loans/{loan['id']}"
    for answer in (
        lending.others.get(path),
        lending.others.get(f"{path}/carried"),
        lending.others.post(f"{path}/accept"),
        lending.others.post(f"{path}/end", WHY),
        lending.others.get(f"/vehicles/{lending.van['id']}"),
        lending.others.post("/vehicle-loans", lending.wish(NEXT_WEEK, NEXT_WEEK)),
    ):
        assert refusal(answer) == (404, "not_found")
    assert lending.network.get("/vehicle-loans", state="offered").json()["items"] == []
    assert len(lending.network.get("/vehicle-loans", vehicle_id=lending.van["id"]).json()["items"]) == 1


@pytest.mark.parametrize("role", ["volunteer", "driver", "donor_staff"])
def test_who_plans_no_vehicles_reads_no_loans(lending: Lending, role: str) -> None:
    lending.lent()
    somebody = signed_in(lending.network, entered(lending.network, lending.bank, role, name="Somebody"))
    assert refusal(somebody.get("/vehicle-loans")) == (403, "forbidden")


def test_every_verb_is_in_the_trail_of_who_did_what(lending: Lending) -> None:
    offered = lending.shops.ok("/vehicle-loans", lending.wish(conditions="Ask Sam for the key"))
    lending.banks.ok(f"/vehicle-loans/{offered['id']}/accept")
    lending.shops.ok(f"/vehicle-loans/{offered['id']}/end", WHY)
    trail = lending.shops.get("/audit-entries", limit=200).json()["items"]
    found = [each for each in trail if each["action"].startswith("loans.")]
    assert [each["action"] for each in found][::-1] == ["loans.offer", "loans.accept", "loans.end"]
    assert "Sam" not in str(found)


# ---- never twice -----------------------------------------------------------------------------------------------------


def test_one_vehicle_is_lent_once_on_each_day(lending: Lending) -> None:
    first, second = (
        lending.shops.ok("/vehicle-loans", lending.wish(*days, borrower_organisation_id=who["id"]))
        for days, who in (((DAY, DAY_AFTER), lending.bank), ((DAY_AFTER, NEXT_WEEK), lending.other))
    )
    lending.banks.ok(f"/vehicle-loans/{first['id']}/accept")
    assert refusal(lending.others.post(f"/vehicle-loans/{second['id']}/accept")) == (409, "vehicle_lent")
    assert refusal(lending.shops.post("/vehicle-loans", lending.wish(TOMORROW, TOMORROW))) == (409, "vehicle_lent")
    next_to_it = lending.wish("2026-11-28", NEXT_WEEK, borrower_organisation_id=lending.other["id"])
    third = lending.shops.ok("/vehicle-loans", next_to_it)
    assert lending.others.ok(f"/vehicle-loans/{third['id']}/accept")["state"] == "accepted"


@pytest.fixture
def superuser(migrated: TestDatabase) -> Iterator[Engine]:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    yield engine
    engine.dispose()


def until_it_waits_or_is_done(superuser: Engine, other: "Future[httpx.Response]") -> None:
    """Until the other's answer is there, or stands behind a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + 30
    while not other.done():
        with superuser.connect() as connection:
            if connection.execute(waiting).scalar():
                return
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.02)


def accepted_at_once(lending: Lending, database: Database, superuser: Engine) -> int:
    """How many of two loans of the same days are lent, where both are accepted before either is known."""
    first, second = (
        lending.shops.ok("/vehicle-loans", lending.wish(borrower_organisation_id=who["id"]))
        for who in (lending.bank, lending.other)
    )
    office = Principal(
        "api_key", uuid4(), lending.network.network_id(), UUID(lending.bank["id"]), "office",
        scopes=frozenset({"fleet"}),
    )  # fmt: skip
    with ThreadPoolExecutor(1) as beside:
        with database.transaction(office.scope) as session:
            loans.accept_loan(session, office, UUID(first["id"]), None, MORNING)
            other = beside.submit(lending.others.post, f"/vehicle-loans/{second['id']}/accept")
            until_it_waits_or_is_done(superuser, other)
        assert other.result(30).status_code in (200, 409)
    return len(lending.network.get("/vehicle-loans", state="accepted").json()["items"])


def test_of_two_who_accept_at_once_one_has_the_vehicle(lending: Lending, database: Database, superuser: Engine) -> None:
    assert accepted_at_once(lending, database, superuser) == 1


def test_without_the_vehicles_lock_both_would_have_it(
    lending: Lending, database: Database, superuser: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: it is the lock that keeps the days apart."""
    monkeypatch.setattr(loans, "lock", lambda session, vehicle: None)
    assert accepted_at_once(lending, database, superuser) == 2

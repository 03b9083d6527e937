"""Many offers in one request: all are taken or none, and every fault is named."""

from typing import Any

from sqlalchemy import func, select

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry
from tests.service_client import TESCO_SPYTTY, ServiceClient, a_line, an_offer


def test_many_offers_are_posted_in_one_request_and_their_ids_are_listed(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    offers = [an_offer(store, a_line(kg=str(kg), note=f"crate {kg}")) for kg in range(1, 41)]
    response = till.post("/offers/bulk", {"offers": offers})
    assert response.status_code == 201, response.text
    ids = response.json()["ids"]
    assert len(set(ids)) == 40
    read = till.get(f"/offers/{ids[2]}").json()
    assert (read["lines"][0]["kg"], read["lines"][0]["note"]) == ("3", "crate 3")


def test_one_bad_offer_keeps_all_from_being_taken_and_every_fault_has_its_pointer(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    offers = [
        an_offer(store),
        an_offer(store, a_line(category="frozen_food"), a_line(mark_date="2026-11-30")),
        an_offer(store, pickup_until="2026-11-25T07:00:00+00:00"),
        an_offer(store, site_id="00000000-0000-4000-8000-000000000000"),
    ]
    response = till.post("/offers/bulk", {"offers": offers})
    assert response.status_code == 422
    assert {(error["pointer"], error["code"]) for error in response.json()["errors"]} == {
        ("/offers/1/lines/0/temperature_class", "temperature_class_unfit"),
        ("/offers/1/lines/1/date_mark", "date_mark_missing"),
        ("/offers/2/pickup_until", "window_inverted"),
        ("/offers/3/site_id", "not_found"),
    }
    assert till.get("/offers").json()["items"] == []


def test_a_field_that_does_not_fit_is_pointed_at_within_its_offer(till: ServiceClient, store: dict[str, Any]) -> None:
    offers = [an_offer(store) for _ in range(3)] + [an_offer(store, a_line(kg="-1"))]
    response = till.post("/offers/bulk", {"offers": offers})
    assert [error["pointer"] for error in response.json()["errors"]] == ["/offers/3/lines/0/kg"]


def test_one_key_covers_the_whole_of_them(database: Database, till: ServiceClient, store: dict[str, Any]) -> None:
    body = {"offers": [an_offer(store), an_offer(store)]}
    first = till.post("/offers/bulk", body, **{"Idempotency-Key": "night-1"})
    again = till.post("/offers/bulk", body, **{"Idempotency-Key": "night-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(till.get("/offers").json()["items"]) == 2
    with database.transaction(Scope(organisation=till.get("/me").json()["organisation"]["id"])) as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 2


def test_more_than_two_hundred_or_none_are_refused(till: ServiceClient, store: dict[str, Any]) -> None:
    for offers in ([], [an_offer(store)] * 201):
        assert till.post("/offers/bulk", {"offers": offers}).json()["errors"][0]["pointer"] == "/offers"


def test_another_organisations_site_is_not_found(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any]
) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=tesco["id"])
    response = till.post("/offers/bulk", {"offers": [an_offer(store), an_offer(theirs)]})
    assert [error["pointer"] for error in response.json()["errors"]] == ["/offers/1/site_id"]


def test_the_list_of_categories_is_named_in_the_readers_language(till: ServiceClient) -> None:
    english = till.get("/categories").json()
    assert next(item["code"] for item in english["items"]) == "bread_and_bakery"
    assert set(english["sources"]) == {"gpc", "wrap", "fao"}
    arabic = till.http.get("/categories", headers={"Accept-Language": "ar-SA,en;q=0.5"})
    assert arabic.headers["Content-Language"] == "ar"
    assert arabic.json()["items"][0]["name"] == "الخبز والمخبوزات"
    assert {each["code"] for each in arabic.json()["items"][0]["gpc"]} >= {"50180000", "10000164"}

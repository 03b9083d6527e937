"""Offers over HTTP: posted, read, amended, withdrawn, and refused with a sentence at the field."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from tests.service_client import ServiceClient, a_line, an_offer


def test_an_offer_is_posted_read_and_listed(till: ServiceClient, store: dict[str, Any]) -> None:
    response = till.post("/offers", an_offer(store, a_line(kg="62.5"), a_line(kg="٣٫٥", description="Rolls")))
    assert response.status_code == 201
    offer = response.json()
    assert response.headers["Location"] == f"/api/v1/offers/{offer['id']}"
    assert [line["kg"] for line in offer["lines"]] == ["62.5", "3.5"]
    assert offer["service_date"] == "2026-11-25"
    read = till.get(f"/offers/{offer['id']}")
    assert read.json() == offer
    assert read.headers["ETag"] == '"1"'
    assert till.get("/offers", service_date="2026-11-25").json()["items"] == [offer]
    assert till.get("/offers", service_date="2026-11-26").json()["items"] == []


def test_pages_of_offers_follow_each_other_without_gap_or_repetition(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    posted = [till.ok("/offers", an_offer(store))["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = till.get("/offers", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [offer["id"] for offer in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(posted)
    assert till.get("/offers", cursor="made up").status_code == 422


def test_the_same_key_gets_the_first_answer_and_posts_once(till: ServiceClient, store: dict[str, Any]) -> None:
    first = till.post("/offers", an_offer(store), **{"Idempotency-Key": "monday-1"})
    again = till.post("/offers", an_offer(store), **{"Idempotency-Key": "monday-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(till.get("/offers").json()["items"]) == 1
    other = till.post("/offers", an_offer(store, a_line(kg="11")), **{"Idempotency-Key": "monday-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kg": "-3"}, "/lines/0/kg"),
        ({"kg": "NaN"}, "/lines/0/kg"),
        ({"kg": 12.5}, "/lines/0/kg"),
        ({"kg": "0"}, "/lines/0/kg"),
        ({"kg": "900000"}, "/lines/0/kg"),
        ({"category": "weapons"}, "/lines/0/category"),
        ({"colour": "green"}, "/lines/0/colour"),
        ({"description": ""}, "/lines/0/description"),
        ({"mark_date": "tomorrow"}, "/lines/0/mark_date"),
        ({"allergens": ["dust"]}, "/lines/0/allergens/0"),
        ({"crates": -1}, "/lines/0/crates"),
        ({"kg": "Infinity"}, "/lines/0/kg"),
        ({"kg": "1e3"}, "/lines/0/kg"),
        ({"gtin": "4006381333932"}, "/lines/0/gtin"),
        ({"gtin": "12345"}, "/lines/0/gtin"),
        ({"gtin": "00000000"}, "/lines/0/gtin"),
        ({"note": "x" * 301}, "/lines/0/note"),
        ({"description": "Loaves\x00"}, "/lines/0/description"),
        ({"note": "ring\x07"}, "/lines/0/note"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_a_sentence(
    till: ServiceClient, store: dict[str, Any], change: dict[str, Any], pointer: str
) -> None:
    response = till.post("/offers", an_offer(store, a_line(**change)))
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "invalid_request"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["detail"].endswith(".")
    assert till.get("/offers").json()["items"] == []


@pytest.mark.parametrize(
    ("line", "window", "code"),
    [
        ({"date_mark": "use_by", "mark_date": "2026-11-24"}, {}, "use_by_passed"),
        ({"date_mark": "use_by"}, {}, "use_by_date_missing"),
        ({"mark_date": "2026-11-28"}, {}, "date_mark_missing"),
        ({"category": "frozen_food"}, {}, "temperature_class_unfit"),
        ({}, {"pickup_until": "2026-11-25T07:00:00+00:00"}, "window_inverted"),
        (
            {},
            {"pickup_from": "2026-11-24T07:00:00+00:00", "pickup_until": "2026-11-24T09:00:00+00:00"},
            "window_past",
        ),
        ({}, {"pickup_until": "2026-11-27T07:00:00+00:00"}, "window_too_long"),
    ],
)
def test_each_rule_of_food_safety_has_its_own_code(
    till: ServiceClient, store: dict[str, Any], line: dict[str, Any], window: dict[str, Any], code: str
) -> None:
    response = till.post("/offers", an_offer(store, a_line(**line), **window))
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert till.get("/offers").json()["items"] == []


def test_a_time_without_its_offset_is_refused(till: ServiceClient, store: dict[str, Any]) -> None:
    response = till.post("/offers", an_offer(store, pickup_from="2026-11-25T08:00:00"))
    assert response.json()["errors"][0]["pointer"] == "/pickup_from"
    assert "offset" in response.json()["detail"]


def test_an_offer_is_amended_from_the_version_that_was_read(till: ServiceClient, store: dict[str, Any]) -> None:
    offer = till.ok("/offers", an_offer(store, a_line(kg="10")))
    path = f"/offers/{offer['id']}"
    change = {"note": "Ring twice", "lines": [a_line(kg="7")]}
    assert till.http.patch(path, json=change).status_code == 428
    assert till.http.patch(path, json=change, headers={"If-Match": '"9"'}).status_code == 412
    done = till.http.patch(path, json=change, headers={"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert (done.json()["note"], [line["kg"] for line in done.json()["lines"]]) == ("Ring twice", ["7"])
    assert done.headers["ETag"] == '"2"'
    assert till.http.patch(path, json=change, headers={"If-Match": '"1"'}).status_code == 412


def test_an_amended_or_withdrawn_offer_leaves_no_gram_unaccounted(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any]
) -> None:
    amended = till.ok("/offers", an_offer(store, a_line(kg="10")))
    till.http.patch(
        f"/offers/{amended['id']}", json={"lines": [a_line(kg="7")]}, headers={"If-Match": '"1"'}
    ).raise_for_status()
    withdrawn = till.ok("/offers", an_offer(store, a_line(kg="5")))
    assert till.ok(f"/offers/{withdrawn['id']}/withdraw")["state"] == "withdrawn"
    balance = network.get("/reports/day", service_date="2026-11-25").json()["actuals"]
    assert (balance["kg_still_open"], balance["kg_withdrawn"], balance["kg_unaccounted"]) == ("7", "15", "0")


def test_a_withdrawn_offer_cannot_be_changed_any_more(till: ServiceClient, store: dict[str, Any]) -> None:
    offer = till.ok("/offers", an_offer(store))
    till.ok(f"/offers/{offer['id']}/withdraw")
    again = till.post(f"/offers/{offer['id']}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "offer_withdrawn")


def test_an_unknown_offer_is_not_found(till: ServiceClient) -> None:
    response = till.get("/offers/00000000-0000-4000-8000-000000000000")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_body_above_one_megabyte_is_refused(till: ServiceClient) -> None:
    assert till.http.post("/offers", content=b" " * 1_000_001).status_code == 413


def test_a_query_parameter_that_nobody_knows_is_refused_by_name(till: ServiceClient) -> None:
    response = till.get("/offers", colour="green", limit=2)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/colour")
    assert response.json()["errors"][0]["code"] == "unknown_parameter"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_know_is_refused_with_a_sentence(
    till: ServiceClient, store: dict[str, Any], word: str
) -> None:
    text = json.dumps(an_offer(store, a_line(kg="10"))).replace('"10"', word)
    response = till.http.post("/offers", content=text, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/lines/0/kg"]
    assert "as text" in response.json()["detail"]


def test_half_a_sign_is_refused_and_nothing_is_taken(till: ServiceClient, store: dict[str, Any]) -> None:
    text = json.dumps(an_offer(store, a_line(description="LONELY"))).replace("LONELY", "\\ud800")
    response = till.http.post("/offers", content=text, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/lines/0/description")
    assert till.get("/offers").json()["items"] == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("4006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("73513537", "00000073513537"),
        ("10012345000017", "10012345000017"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "04006381333931"),
        ("4006381-333931", "04006381333931"),
    ],
)
def test_a_barcode_number_is_kept_as_fourteen_digits(
    till: ServiceClient, store: dict[str, Any], written: str, kept: str
) -> None:
    offer = till.ok("/offers", an_offer(store, a_line(gtin=written, note="Ring twice")))
    assert (offer["lines"][0]["gtin"], offer["lines"][0]["note"]) == (kept, "Ring twice")
    change = {"note": "Back door"}
    amended = till.http.patch(f"/offers/{offer['id']}", json=change, headers={"If-Match": '"1"'}).json()
    assert amended["lines"][0]["gtin"] == kept


def test_a_wrong_barcode_number_has_its_own_code(till: ServiceClient, store: dict[str, Any]) -> None:
    error = till.post("/offers", an_offer(store, a_line(gtin="4006381333932"))).json()["errors"][0]
    assert (error["code"], error["detail"].startswith("This is not a barcode number")) == ("gtin_invalid", True)


def test_a_window_across_the_autumn_clock_change_is_as_long_as_it_truly_is(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    """On 31 October 2027 clocks in London show 01:30 twice: an hour lies between the two."""
    window = {"pickup_from": "2027-10-31T01:30:00+01:00", "pickup_until": "2027-10-31T01:30:00+00:00"}
    offer = till.ok("/offers", an_offer(store, **window))
    assert offer["service_date"] == "2027-10-31"
    assert (offer["pickup_from"], offer["pickup_until"]) == ("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z")
    turned = {"pickup_from": window["pickup_until"], "pickup_until": window["pickup_from"]}
    refused = till.post("/offers", an_offer(store, **turned))
    assert (refused.status_code, refused.json()["code"]) == (422, "window_inverted")
    assert refused.json()["detail"] == "The pickup must end after it begins."


def test_what_becomes_of_an_offer_is_announced_to_the_donor_and_to_nobody_elses_shop(
    database: Database, network: ServiceClient, till: ServiceClient, store: dict[str, Any], lidl: dict[str, Any]
) -> None:
    offer = till.ok("/offers", an_offer(store, a_line(kg="62.5")))
    change = {"lines": [a_line(kg="7")]}
    till.http.patch(f"/offers/{offer['id']}", json=change, headers={"If-Match": '"1"'}).raise_for_status()
    till.ok(f"/offers/{offer['id']}/withdraw")
    competitor = network.organisation("supermarket", "Aldi")

    def heard(scope: Scope) -> list[tuple[str, str]]:
        with database.transaction(scope) as session:
            rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
            return [(row.kind, row.data["kg"]) for row in rows if row.kind.startswith("offer.")]

    told = [("offer.posted", "62.5"), ("offer.amended", "7"), ("offer.withdrawn", "7")]
    assert heard(Scope(organisation=UUID(lidl["id"]))) == told
    assert heard(Scope(organisation=UUID(competitor["id"]))) == []
    home = network.network_id()
    assert heard(Scope(network=home)) == told

"""Who signs for food at a door is stored with the report, once, and seen by the two whose food it is."""

from typing import Any
from uuid import uuid4

import pytest

from app.domain.personal import ERASED_PERSON
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.doors import StopSignature
from tests.driving.test_stop_photos import a_photo
from tests.service_client import ServiceClient, an_event, kilograms, report, stops_of

STROKES = [[10, 20, 200, 90, 410, 30], [500, 60]]
SIGNED = {"signed_by": "Rana Haddad", "strokes": STROKES}


def kept(database: Database, network: ServiceClient) -> list[StopSignature]:
    with database.transaction(Scope(network=network.network_id())) as session:
        return list(session.query(StopSignature).order_by(StopSignature.signed_at))


def test_a_signature_is_stored_once_with_the_two_whose_food_it_is(
    network: ServiceClient, shift: dict[str, Any], database: Database
) -> None:
    with network.driver(shift) as driver:
        pickup, drop_off, food = stops_of(driver)
        event = an_event(pickup, "collected", kilograms(food), signature=SIGNED)
        assert report(driver, event) == ["stored"]
        assert report(driver, event, event) == ["already_stored", "already_stored"]
        other = {**event, "signature": {"signed_by": "Somebody else"}}
        assert report(driver, other) == ["conflict"]
        assert report(driver, an_event(drop_off, "delivered", kilograms(food))) == ["stored"]
    [row] = kept(database, network)
    assert (row.signed_by, row.strokes, row.stop_kind) == ("Rana Haddad", STROKES, "pickup")
    assert str(row.event_id) == event["id"]
    assert [str(each) for each in row.offer_line_ids] == [food["offer_line_id"]]
    assert [str(each) for each in row.organisation_ids] == [shift["organisation_id"]]  # gives and receives, here


def test_a_report_that_names_no_food_is_about_all_of_its_stop(
    network: ServiceClient, shift: dict[str, Any], database: Database
) -> None:
    with network.driver(shift) as driver:
        pickup, _, food = stops_of(driver)
        report(driver, an_event(pickup, "failed", reason="nothing_there", signature={"signed_by": "At the till"}))
    [row] = kept(database, network)
    assert [str(each) for each in row.offer_line_ids] == [food["offer_line_id"]]


def test_where_no_food_is_handed_over_there_is_nothing_to_sign_for_nor_to_photograph(
    network: ServiceClient, shift: dict[str, Any], database: Database
) -> None:
    with network.driver(shift) as driver:
        start = driver.get("/driver/route").json()["route"]["stops"][0]
        event = an_event(start, "failed", reason="other", signature=SIGNED)
        assert report(driver, event) == ["stored"]
        path, picture = f"/driver/stop-events/{event['id']}/photos/{uuid4()}", a_photo("orange")
        refused = driver.http.put(path, content=picture, headers={"Content-Type": "image/png"})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert kept(database, network) == []


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        ({"signed_by": "", "strokes": []}, "Write a name or draw a signature."),
        ({"strokes": [[1, 2, 3]]}, "each with its x and its y"),
        ({"strokes": [[1, 2000]]}, "between 0 and 1000"),
        ({"strokes": [[1.5, 2.5]]}, "A whole number belongs here."),
        ({"strokes": "M0 0L1 1"}, "A list belongs here."),
        ({"signed_by": "x" * 81}, "Write at most 80 characters."),
    ],
)
def test_what_is_no_signature_is_told_and_nothing_is_stored(
    network: ServiceClient, shift: dict[str, Any], signature: dict[str, Any], told: str
) -> None:
    with network.driver(shift) as driver:
        pickup, _, food = stops_of(driver)
        event = an_event(pickup, "collected", kilograms(food), signature=signature)
        answer = driver.post("/driver/stop-events", {"events": [event]})
        assert answer.status_code == 422
        assert told in answer.text
        assert {each["state"] for each in driver.get("/driver/route").json()["progress"]} == {"waiting"}


def test_with_its_person_go_name_and_drawing(network: ServiceClient, shift: dict[str, Any], database: Database) -> None:
    me = network.get("/me").json()["organisation"]
    body = {"name": "Rana Haddad", "email": "rana@example.org", "role": "donor_staff", "password": "a long enough one"}
    person = network.ok(f"/organisations/{me['id']}/people", body)
    with network.driver(shift) as driver:
        pickup, _, food = stops_of(driver)
        signed = {**SIGNED, "signed_by": " rana haddad"}
        report(driver, an_event(pickup, "collected", kilograms(food), signature=signed))
    [told] = network.get(f"/people/{person['id']}/export").json()["signatures"]
    assert (told["signed_by"], told["strokes"]) == ("rana haddad", STROKES)
    network.ok(f"/people/{person['id']}/erase", {"confirm": "rana@example.org"})
    [row] = kept(database, network)
    assert (row.signed_by, row.strokes) == (ERASED_PERSON, [])

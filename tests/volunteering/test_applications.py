"""Somebody applies on the network's public page, is accepted or refused, and what they sent goes where it should."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.privacy.forgetting import forget
from tests.conftest import MORNING
from tests.service_client import ServiceClient

AMAL = {
    "name": "Amal", "email": "amal@example.org", "phone": "01633 3", "language": "ar", "languages": ["ar", "en"],
    "skills": ["licence_b", "lifting"], "vehicle": "car", "vehicle_kg": "200", "slots": ["6 morning", "2 evening"],
    "agrees": True,
}  # fmt: skip


@pytest.fixture
def page(network: ServiceClient) -> str:
    """The network's page, on."""
    wish = {"is_on": True, "slug": "newport", "name_en": "Newport"}
    assert network.http.put("/network/public-page", json=wish).is_success
    return f"{network.address}/api/v1/public-pages/newport/applications"


def applied(page: str, **fields: Any) -> httpx.Response:
    return httpx.post(page, json={**AMAL, **fields})


def test_who_is_accepted_is_invited_and_their_application_becomes_their_profile(
    network: ServiceClient, page: str
) -> None:
    sent = applied(page).json()
    assert sent["url"].endswith(f"/help/{sent['token']}")
    [row] = network.get("/volunteers", state="waiting").json()["items"]
    assert (row["name"], row["vehicle_kg"], row["slots"]) == ("Amal", "200", ["2 evening", "6 morning"])
    accepted = network.ok(f"/volunteers/{row['id']}/accept", {})
    assert (accepted["invitation"]["role"], accepted["volunteer"]["state"]) == ("volunteer", "accepted")
    token = accepted["invitation"]["link"]["token"]
    session = network.ok("/invitations/accept", {"token": token, "password": "heron kettle umbrella 41"})
    amal = network.another(session["token"])
    profile = amal.get("/me/volunteer-profile").json()
    assert (profile["skills"], profile["phone"], profile["tasks_done"]) == (["licence_b", "lifting"], "01633 3", 0)
    [row] = network.get("/volunteers").json()["items"]
    assert (row["name"], row["email"], row["state"]) == ("Amal", "amal@example.org", "accepted")
    assert network.post(f"/volunteers/{row['id']}/accept", {}).json()["code"] == "application_decided"


def test_an_invitation_taken_back_leaves_nothing_of_the_application(network: ServiceClient, page: str) -> None:
    applied(page)
    [row] = network.get("/volunteers").json()["items"]
    accepted = network.ok(f"/volunteers/{row['id']}/accept", {})
    assert network.http.delete(f"/invitations/{accepted['invitation']['id']}").is_success
    assert network.get("/volunteers").json()["items"] == []


def test_a_refusal_says_why_and_goes_after_sixty_days(
    network: ServiceClient, page: str, database: Database, clock: HandSetClock
) -> None:
    applied(page)
    [row] = network.get("/volunteers").json()["items"]
    refused = network.ok(f"/volunteers/{row['id']}/refuse", {"reason": "We have enough hands until spring."})
    assert (refused["state"], refused["refusal"]) == ("refused", "We have enough hands until spring.")
    forget(database, network.network_id(), MORNING + timedelta(days=59))
    assert len(network.get("/volunteers").json()["items"]) == 1
    forget(database, network.network_id(), MORNING + timedelta(days=61))
    assert network.get("/volunteers").json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"agrees": False}, "/agrees"),
        ({"email": "nobody"}, "/email"),
        ({"languages": ["xx"]}, "/languages"),
        ({"slots": ["8 morning"]}, "/slots"),
        ({"skills": ["flying"]}, "/skills/0"),
    ],
    ids=["does not agree", "no address", "no language", "no day", "no skill"],
)
def test_what_does_not_fit_is_said_at_its_field(
    network: ServiceClient, page: str, fields: dict[str, Any], pointer: str
) -> None:
    answer = applied(page, **fields)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert network.get("/volunteers").json()["items"] == []


def test_a_page_that_is_off_takes_no_application_and_many_from_one_address_are_too_many(
    network: ServiceClient, page: str
) -> None:
    assert httpx.post(page.replace("newport", "cardiff"), json=AMAL).status_code == 404
    answers = {applied(page).status_code for _ in range(40)}
    assert answers == {201, 429}

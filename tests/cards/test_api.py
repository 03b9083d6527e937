"""Cards over HTTP: shown to everybody, written through by anybody, counted when an administrator says yes."""

from typing import Any

import httpx
import pytest

from app.cards.shown import TOLD_FROM
from app.domain.throttle import ENQUIRIES
from tests.funding.conftest import a_grant
from tests.public.conftest import config
from tests.service_client import NO_CERTIFICATES, ServiceClient

__all__ = ["config"]
WISH = {"wish": "give_food", "name": "Nadia", "contact": "nadia@example.org", "message": "Bread on Fridays"}


def a_card(**fields: Any) -> dict[str, Any]:
    return {
        "slug": "sara",
        "kind": "ambassador",
        "name_en": "Sara Haddad",
        "name_ar": "سارة الحدّاد",
        "sentence_en": "Every loaf reaches somebody",
        "consent": True,
        **fields,
    }


@pytest.fixture
def nobody(network: ServiceClient) -> Any:
    with httpx.Client(base_url=f"{network.address}/api/v1", timeout=60, verify=NO_CERTIFICATES) as http:
        yield http


def came(nobody: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = nobody.get("/public-cards/sara").json()["brought_in"]
    return found


def test_a_name_is_shown_only_where_they_said_yes_and_an_address_is_one_cards(network: ServiceClient) -> None:
    unasked = network.post("/cards", a_card(consent=False))
    assert (unasked.status_code, "said yes" in unasked.text) == (422, True)
    network.ok("/cards", a_card())
    assert network.post("/cards", a_card(name_en="Other")).json()["code"] == "address_taken"
    assert network.post("/cards", a_card(slug="No Slug")).status_code == 422


def test_whoever_writes_is_counted_when_accepted_and_whoever_looks_never(
    network: ServiceClient, nobody: httpx.Client
) -> None:
    network.ok("/cards", a_card())
    for _ in range(3):
        shown = nobody.get("/public-cards/sara")
        assert (shown.json()["name_ar"], shown.json()["kg"], "Set-Cookie" in shown.headers) == (
            "سارة الحدّاد", None, False,
        )  # fmt: skip
    none = {"donors": 0, "drivers": 0, "gifts": 0, "amount": None}
    assert came(nobody) == none
    for wish in ("give_food", "drive", "give_money"):
        assert nobody.post("/public-cards/sara/enquiries", json={**WISH, "wish": wish}).status_code == 202
    assert came(nobody) == none
    by_wish = {each["wish"]: each for each in network.get("/enquiries").json()["items"]}
    assert by_wish["give_food"]["contact"] == "nadia@example.org"
    for each in by_wish.values():
        assert network.ok(f"/enquiries/{each['id']}/accept")["state"] == "accepted"
        again = network.post(f"/enquiries/{each['id']}/accept")
        assert (again.status_code, again.json()["code"]) == (409, "enquiry_decided")
    assert came(nobody) == {**none, "donors": 1, "drivers": 1}


def test_money_counts_by_its_grant_and_its_amount_is_told_when_it_is_nobodys_alone(
    network: ServiceClient, nobody: httpx.Client
) -> None:
    card = network.ok("/cards", a_card())
    for number in range(1, TOLD_FROM + 1):
        network.ok("/grants", a_grant(giver=f"Giver {number}", amount="100.00", card_id=card["id"]))
        amount = None if number < TOLD_FROM else f"{number}00.00"
        assert came(nobody) == {"donors": 0, "drivers": 0, "gifts": number, "amount": amount}
    stranger = "0b6c2f2e-0000-4000-8000-000000000001"
    assert network.post("/grants", a_grant(card_id=stranger)).status_code == 404


def test_what_is_declined_is_deleted_at_once(network: ServiceClient, nobody: httpx.Client) -> None:
    network.ok("/cards", a_card())
    nobody.post("/public-cards/sara/enquiries", json=WISH)
    [wrote] = network.get("/enquiries").json()["items"]
    assert network.http.delete(f"/enquiries/{wrote['id']}").status_code == 204
    assert network.get("/enquiries").json()["items"] == []
    assert network.post(f"/enquiries/{wrote['id']}/accept").status_code == 404
    assert "Nadia" not in network.get("/audit-entries").text


def test_only_administrators_read_what_was_written(network: ServiceClient, nobody: httpx.Client) -> None:
    network.ok("/cards", a_card())
    nobody.post("/public-cards/sara/enquiries", json=WISH)
    bank = network.organisation("food_bank", "Pantry")
    for scopes in (("organisation", "needs"), ("plans", "organisation")):
        assert network.client_of(bank, "organisation").get("/enquiries").status_code == 403, scopes
    assert nobody.get("/enquiries").status_code == 401


def test_a_card_that_is_off_is_not_there_and_nobody_can_write_through_it(
    network: ServiceClient, nobody: httpx.Client
) -> None:
    card = network.ok("/cards", a_card())
    off = network.http.patch(f"/cards/{card['id']}", json={"is_on": False}, headers={"If-Match": '"1"'})
    assert off.json()["is_on"] is False
    assert nobody.get("/public-cards/sara").status_code == 404
    assert nobody.post("/public-cards/sara/enquiries", json=WISH).status_code == 404
    assert nobody.get("/public-cards/nobodys").status_code == 404


def test_who_writes_again_and_again_is_told_to_wait(network: ServiceClient, nobody: httpx.Client) -> None:
    network.ok("/cards", a_card())
    for _ in range(ENQUIRIES.address):
        assert nobody.post("/public-cards/sara/enquiries", json=WISH).status_code == 202
    refused = nobody.post("/public-cards/sara/enquiries", json=WISH)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert nobody.post("/public-cards/sara/enquiries", json={**WISH, "contact": ""}).status_code == 422
    assert nobody.post("/public-cards/sara/enquiries", json={**WISH, "message": "x" * 501}).status_code == 422

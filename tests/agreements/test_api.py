"""Agreements over HTTP: a side proposes, the other accepts, and nobody else sees them."""

from typing import Any

import pytest

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.agreements import Agreement
from app.settings import Settings
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

WHY = {"reason": "Because"}
PAPER = {"signed_document": {"name": "Agreement", "signed_on": DAY}}


@pytest.fixture
def config(tmp_path: Any) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


class Sides:
    """A supermarket, a food bank, and a partner who has nothing to do with them."""

    def __init__(self, network: ServiceClient) -> None:
        self.network = network
        self.shop, self.bank, self.other = (
            network.organisation(kind, name)
            for kind, name in (("supermarket", "Lidl"), ("food_bank", "Raven House"), ("food_bank", "Other"))
        )
        self.shops, self.banks, self.others = (
            network.client_of(each, "organisation") for each in (self.shop, self.bank, self.other)
        )

    def wish(self, **fields: Any) -> dict[str, Any]:
        sides = {"donor_organisation_id": self.shop["id"], "receiver_organisation_id": self.bank["id"]}
        return {**sides, **fields}

    def agreed(self, **fields: Any) -> dict[str, Any]:
        proposed = self.shops.ok("/agreements", self.wish(**fields))
        return self.banks.ok(f"/agreements/{proposed['id']}/accept")


@pytest.fixture
def sides(network: ServiceClient) -> Sides:
    return Sides(network)


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_what_one_side_proposes_the_other_accepts(sides: Sides) -> None:
    store = sides.shops.site(LIDL_CARDIFF_ROAD, "Store")
    proposed = sides.banks.ok(
        "/agreements",
        sides.wish(store_ids=[store["id"]], weekdays=[4, 2, 2], categories=["drinks"], paid_by="donor",
                   driver_organisation_id=sides.bank["id"], valid_until="2027-11-24"),
    )  # fmt: skip
    assert (proposed["state"], proposed["proposed_by"], proposed["valid_from"]) == ("proposed", "receiver", DAY)
    assert (proposed["weekdays"], proposed["kind"], proposed["exclusive"]) == ([2, 4], "only", False)
    assert refusal(sides.banks.post(f"/agreements/{proposed['id']}/accept")) == (422, "other_side_accepts")
    accepted = sides.shops.post(f"/agreements/{proposed['id']}/accept", None, **{"If-Match": '"1"'})
    assert (accepted.json()["state"], accepted.headers["ETag"]) == ("active", '"2"')
    assert sides.banks.get(f"/agreements/{proposed['id']}").json() == accepted.json()
    assert refusal(sides.shops.post(f"/agreements/{proposed['id']}/accept")) == (409, "agreement_moved_on")


def test_what_the_network_proposes_both_accept_or_have_signed_on_paper(sides: Sides) -> None:
    first, second = (sides.network.ok("/agreements", sides.wish()) for _ in range(2))
    assert first["proposed_by"] == "network"
    assert refusal(sides.network.post(f"/agreements/{first['id']}/accept")) == (422, "other_side_accepts")
    assert sides.shops.ok(f"/agreements/{first['id']}/accept")["state"] == "proposed"
    assert sides.banks.ok(f"/agreements/{first['id']}/accept")["state"] == "active"
    on_paper = sides.network.ok(f"/agreements/{second['id']}/accept", PAPER)
    assert (on_paper["state"], on_paper["signed_document"]["name"]) == ("active", "Agreement")


def test_a_side_speaks_for_itself_whatever_paper_it_names(sides: Sides) -> None:
    proposed = sides.network.ok("/agreements", sides.wish())
    assert sides.shops.ok(f"/agreements/{proposed['id']}/accept", PAPER)["state"] == "proposed"


def test_only_the_two_and_the_network_see_it(sides: Sides) -> None:
    agreed = sides.agreed()
    for who, sees in ((sides.shops, 1), (sides.banks, 1), (sides.network, 1), (sides.others, 0)):
        assert len(who.get("/agreements").json()["items"]) == sees
    assert refusal(sides.others.get(f"/agreements/{agreed['id']}")) == (404, "not_found")
    assert refusal(sides.others.post(f"/agreements/{agreed['id']}/end", WHY)) == (404, "not_found")
    assert refusal(sides.others.post("/agreements", sides.wish())) == (404, "not_found")
    listed = sides.network.get("/agreements", state="active", organisation_id=sides.other["id"]).json()
    assert listed["items"] == []


def test_it_is_ended_or_declined_by_either_side_for_good(sides: Sides) -> None:
    agreed = sides.agreed()
    ended = sides.banks.ok(f"/agreements/{agreed['id']}/end", WHY)
    assert (ended["state"], ended["reason"]) == ("ended", "Because")
    assert refusal(sides.shops.post(f"/agreements/{agreed['id']}/end", WHY)) == (409, "agreement_moved_on")
    proposed = sides.shops.ok("/agreements", sides.wish())
    stale = sides.banks.post(f"/agreements/{proposed['id']}/end", WHY, **{"If-Match": '"7"'})
    assert refusal(stale) == (412, "stale_version")
    assert sides.banks.ok(f"/agreements/{proposed['id']}/end", WHY)["state"] == "ended"


def test_it_changes_by_another_in_its_place_that_both_accept(sides: Sides) -> None:
    agreed = sides.agreed()
    new = sides.banks.ok("/agreements", sides.wish(replaces_id=agreed["id"], valid_from="2026-12-01", kind="first"))
    assert sides.shops.get(f"/agreements/{agreed['id']}").json()["state"] == "active"
    sides.shops.ok(f"/agreements/{new['id']}/accept")
    before = sides.shops.get(f"/agreements/{agreed['id']}").json()
    assert (before["state"], before["replaced_by_id"], before["valid_until"]) == ("ended", new["id"], "2026-11-30")
    again = sides.banks.post("/agreements", sides.wish(replaces_id=agreed["id"]))
    assert refusal(again) == (409, "agreement_moved_on")


def test_what_is_not_theirs_is_not_agreed_on(sides: Sides) -> None:
    store = sides.others.site(LIDL_CARDIFF_ROAD, "Somebody else's")
    place = sides.banks.site(FOOD_BANK, "Our place", kind="distribution_point")
    assert sides.shops.ok("/agreements", sides.wish(receiver_site_id=place["id"]))["receiver_site_id"] == place["id"]
    nobody = "00000000-0000-4000-8000-000000000000"
    for fields in (
        {"store_ids": [store["id"]]},
        {"receiver_site_id": store["id"]},
        {"driver_organisation_id": nobody},
        {"receiver_organisation_id": nobody},
        {"replaces_id": nobody},
    ):
        assert refusal(sides.shops.post("/agreements", sides.wish(**fields))) == (404, "not_found"), fields
    for fields in ({"kind": "first", "exclusive": True}, {"valid_until": "2026-01-01"}, {"weekdays": [8]}):
        assert refusal(sides.shops.post("/agreements", sides.wish(**fields))) == (422, "invalid_request"), fields


def test_every_verb_is_in_the_trail_of_who_did_what(sides: Sides, database: Database) -> None:
    agreed = sides.agreed(note="call at the back door")
    sides.shops.ok(f"/agreements/{agreed['id']}/end", WHY)
    trail = sides.shops.get("/audit-entries", limit=200).json()["items"]
    found = [each for each in trail if each["action"].startswith("agreements.")]
    assert [each["action"] for each in found][::-1] == ["agreements.propose", "agreements.accept", "agreements.end"]
    assert "back door" not in str(found)
    with database.transaction(Scope(organisation=sides.other["id"])) as session:
        assert session.query(Agreement).all() == []

"""Photos of offers over HTTP: who adds, sees and removes them."""

import hashlib
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import create_engine, select, text

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.offers import OfferPhoto
from app.models.plans import Plan
from tests.conftest import TestDatabase
from tests.hand_made_plan import Ride, draft
from tests.offers.test_pictures import a_photo
from tests.service_client import FOOD_BANK, ServiceClient, a_line, a_need, an_offer


def send(
    client: ServiceClient, offer: dict[str, Any], body: bytes = b"", kind: str = "image/jpeg", **headers: str
) -> httpx.Response:
    headers = {"Content-Type": kind, **headers}
    return client.http.post(f"/offers/{offer['id']}/photos", content=body or a_photo(), headers=headers)


def test_a_photo_is_added_listed_shown_and_removed(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any]
) -> None:
    offer = till.ok("/offers", an_offer(store))
    added = send(till, offer, **{"Idempotency-Key": "photo-1"})
    assert added.status_code == 201, added.text
    photo = added.json()
    assert send(till, offer, **{"Idempotency-Key": "photo-1"}).json() == photo
    path = f"/offers/{offer['id']}/photos"
    assert added.headers["Location"] == f"/api/v1{path}/{photo['id']}"
    assert network.get(path).json()["items"] == [photo]
    shown = till.get(f"{path}/{photo['id']}")
    assert (shown.headers["Content-Type"], shown.headers["ETag"]) == ("image/jpeg", f'"{photo["sha256"]}"')
    assert "private" in shown.headers["Cache-Control"]
    assert hashlib.sha256(shown.content).hexdigest() == photo["sha256"]
    same = till.http.get(f"{path}/{photo['id']}", headers={"If-None-Match": shown.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert till.http.delete(f"{path}/{photo['id']}").status_code == 204
    assert till.get(path).json()["items"] == []
    assert till.get(f"{path}/{photo['id']}").status_code == 404


def test_what_cannot_be_kept_is_refused_with_a_sentence(till: ServiceClient, store: dict[str, Any]) -> None:
    offer = till.ok("/offers", an_offer(store))
    for body, kind in ((b"no picture", "image/png"), (a_photo("GIF"), "image/gif"), (a_photo(), "text/plain")):
        answer = send(till, offer, body, kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "photo_unreadable"), answer.text
    assert send(till, offer, b"\xff" * 1_000_001).status_code == 413
    assert [send(till, offer).status_code for _ in range(7)] == [201] * 6 + [409]
    assert send(till, offer).json()["detail"] == "An offer has at most 6 photos. Remove one first."
    till.ok(f"/offers/{offer['id']}/withdraw")
    assert send(till, offer).json()["code"] == "offer_withdrawn"


def test_receivers_see_the_photos_of_food_that_a_published_plan_gives_them(
    network: ServiceClient,
    till: ServiceClient,
    store: dict[str, Any],
    database: Database,
    migrated: TestDatabase,
) -> None:
    bank = network.organisation("food_bank", "Duffryn Community")
    site = network.site(FOOD_BANK, "Duffryn", kind="distribution_point", organisation_id=bank["id"])
    offer, other = till.ok("/offers", an_offer(store, a_line(kg="20"))), till.ok("/offers", an_offer(store))
    photo = send(till, offer).json()
    send(till, other)
    need, shift = network.ok("/needs", a_need(site)), network.vehicle_and_shift(site)
    receiver, driver = network.client_of(bank, "needs"), network.driver(shift)
    competitor = network.client_of(network.organisation("supermarket", "Aldi"), "offers")
    path = f"/offers/{offer['id']}/photos"
    plan = draft(database, network, shift, Ride(offer, need, 20_000))
    for client in (receiver, competitor):
        assert client.get(path).status_code == 404  # nothing is promised yet
    network.published(plan)
    assert receiver.get(path).json()["items"] == [photo]
    assert receiver.get(f"{path}/{photo['id']}").headers["Content-Type"] == "image/jpeg"
    assert receiver.get(f"/offers/{other['id']}/photos").status_code == 404
    assert receiver.http.delete(f"{path}/{photo['id']}").status_code in (403, 404)
    assert driver.get(path).status_code == 403  # a driver's link opens its route and nothing else
    for address in (path, f"{path}/{photo['id']}"):
        assert competitor.get(address).status_code == 404
    assert send(competitor, offer).status_code == 404
    with database.transaction(Scope(organisation=UUID(bank["id"]))) as session:
        assert session.scalars(select(OfferPhoto.offer_id)).all() == [UUID(offer["id"])]
    engine = create_engine(migrated.owner_url)  # without the guard the database would show them all
    with engine.begin() as owner:
        owner.execute(text("DROP POLICY promised ON offer_photos"))
        owner.execute(text("CREATE POLICY promised ON offer_photos FOR SELECT USING (true)"))
    engine.dispose()
    with database.transaction(Scope(organisation=UUID(bank["id"]))) as session:
        assert session.scalar(text("SELECT count(*) FROM offer_photos")) == 2
    with database.transaction(Scope(network=network.network_id())) as session:
        session.get_one(Plan, UUID(plan["id"])).state = "superseded"
    assert receiver.get(path).status_code == 404

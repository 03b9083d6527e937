"""No tenant sees or changes another's rows: over HTTP it is 404, in the database there is nothing."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope
from tests.conftest import TestDatabase
from tests.service_client import (
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_need,
    an_offer,
    found_network,
)

ALL_SCOPES = ("offers", "needs", "fleet", "plans", "partners")


def everything_of(network: ServiceClient, place: tuple[float, float]) -> dict[str, str]:
    """A network with one of each thing: the address of each."""
    shop = network.organisation("supermarket", "A shop with the canary in its name")
    store = network.site(place, "canary store", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "canary bank", kind="distribution_point")
    offer = network.ok("/offers", an_offer(store))
    need = network.ok("/needs", a_need(bank))
    shift = network.vehicle_and_shift(bank, name="canary van")
    run = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    plan = network.planned()
    return {
        "organisation": f"/organisations/{shop['id']}",
        "site": f"/sites/{store['id']}",
        "offer": f"/offers/{offer['id']}",
        "need": f"/needs/{need['id']}",
        "vehicle": f"/vehicles/{shift['vehicle_id']}",
        "shift": f"/shifts/{shift['id']}",
        "run": f"/plan-runs/{run['id']}",
        "plan": f"/plans/{plan['id']}",
        "document": f"/plans/{plan['id']}/document",
        "route": f"/routes/{plan['routes'][0]['id']}",
    }


def test_another_networks_things_are_404_and_in_no_list(
    database: Database, server: LiveServer, clock: HandSetClock, network: ServiceClient
) -> None:
    theirs = everything_of(network, LIDL_CARDIFF_ROAD)
    with found_network(database, server.address, clock, "Stranger") as stranger:
        for noun, path in theirs.items():
            assert network.get(path).status_code == 200, noun
            answer = stranger.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), noun
        for path in ("/organisations", "/sites", "/offers", "/needs", "/vehicles", "/shifts", "/plans"):
            assert "canary" not in stranger.get(path).text, path
        changes: list[tuple[str, str, Any]] = [
            ("PATCH", theirs["site"], {"name": "mine now"}),
            ("PATCH", theirs["offer"], {"note": "mine now"}),
            ("PATCH", theirs["need"], {"kg": "1"}),
            ("POST", theirs["offer"] + "/withdraw", None),
            ("POST", theirs["plan"] + "/publish", None),
            ("POST", theirs["shift"] + "/driver-links", None),
            ("POST", theirs["organisation"] + "/api-keys", {"name": "k", "scopes": ["offers"]}),
        ]
        for method, path, body in changes:
            answer = stranger.http.request(method, path, json=body, headers={"If-Match": '"1"'})
            assert answer.status_code == 404, (method, path, answer.text)


def test_a_supermarket_sees_neither_its_competitors_offers_nor_the_food_banks_needs(
    network: ServiceClient,
) -> None:
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    need = network.ok("/needs", a_need(bank))
    offers, clients = [], []
    for name, place in (("Lidl", LIDL_CARDIFF_ROAD), ("Tesco", TESCO_SPYTTY)):
        shop = network.organisation("supermarket", name)
        client = network.client_of(shop, "offers")
        store = network.site(place, name, organisation_id=shop["id"])
        offers.append(client.ok("/offers", an_offer(store)))
        clients.append(client)
    lidl, tesco = clients
    assert [offer["id"] for offer in lidl.get("/offers").json()["items"]] == [offers[0]["id"]]
    assert tesco.get(f"/offers/{offers[0]['id']}").status_code == 404
    assert tesco.post("/offers", an_offer({"id": offers[0]["site_id"]})).status_code == 404
    assert lidl.get(f"/needs/{need['id']}").status_code == 403


def test_a_key_does_only_what_its_scopes_say(network: ServiceClient) -> None:
    shop = network.organisation("supermarket", "Lidl")
    with network.client_of(shop, "offers") as till:
        assert till.get("/plans").status_code == 403
        assert till.post("/organisations", {"kind": "carrier", "name": "x"}).status_code == 403
        assert till.post("/plan-runs", {"service_date": "2026-11-25"}).status_code == 403


def test_a_revoked_key_is_dead_on_the_next_request(network: ServiceClient) -> None:
    shop = network.organisation("supermarket", "Lidl")
    made = network.ok(f"/organisations/{shop['id']}/api-keys", {"name": "till", "scopes": ["offers"]})
    with ServiceClient(network.address, made["key"]) as till:
        assert till.get("/offers").status_code == 200
        assert network.http.delete(f"/api-keys/{made['id']}").status_code == 204
        answer = till.get("/offers")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_key_is_stored_as_its_digest_alone_and_never_shown_again(
    network: ServiceClient, migrated: TestDatabase
) -> None:
    shop = network.organisation("supermarket", "Lidl")
    body = {"name": "till", "scopes": ["offers"]}
    path = f"/organisations/{shop['id']}/api-keys"
    made = network.ok(path, body, **{"Idempotency-Key": "k"})
    assert network.ok(path, body, **{"Idempotency-Key": "k"})["key"] != made["key"]
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with engine.connect() as connection:
        for table in ("credentials", "idempotency_records", "audit_entries"):
            found = connection.execute(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :s"), {"s": f"%{made['key']}%"}
            )
            assert found.scalar() == 0, table
    engine.dispose()


@pytest.mark.parametrize("path", ["/offers", "/me", "/plans", "/sites", "/driver/route", "/reports/day"])
def test_without_a_key_nothing_is_answered(server: LiveServer, path: str) -> None:
    with ServiceClient(server.address, None) as nobody:
        assert nobody.get(path).status_code == 401
    with ServiceClient(server.address, "wasl_key_made-up") as nobody:
        assert nobody.get(path).status_code == 401


def test_every_operation_of_the_api_wants_to_know_who_asks(server: LiveServer) -> None:
    open_to_all = {
        "/livez", "/readyz", "/api/v1/sign-in", "/api/v1/sign-in/link", "/api/v1/sign-in/link/use",
        "/api/v1/invitations/accept", "/api/v1/van/{token}",  # whoever has the link
        "/api/v1/papers/{code}",  # whoever has the paper
        "/api/v1/public-pages/{slug}/applications",  # whoever wants to help
        "/api/v1/public-pages/{slug}",  # what a network shows to everybody, by its own wish
        "/api/v1/public-cards/{slug}", "/api/v1/public-cards/{slug}/enquiries",
    }  # fmt: skip
    with ServiceClient(server.address, None) as nobody:
        document = nobody.http.get("/../openapi.json").json()
        asked = 0
        for path, operations in document["paths"].items():
            if path in open_to_all or path.startswith("/api/v1/regions/") or not path.startswith("/api/"):
                continue
            for method in operations:
                address = re.sub(r"{[a-z_]+}", str(UUID(int=1)), path)
                answer = nobody.http.request(method, f"{server.address}{address}", json={})
                assert answer.status_code == 401, (method, path, answer.status_code)
                asked += 1
    assert asked > 25


def test_without_a_scope_the_services_role_sees_no_row_of_any_tenant(
    network: ServiceClient, database: Database
) -> None:
    network.organisation("supermarket", "Lidl")
    with database.transaction(Scope()) as session:
        tables = session.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version'"
            )
        ).all()
        assert len(tables) > 15
        for table in tables:
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


def test_without_row_security_the_same_look_finds_rows(network: ServiceClient, migrated: TestDatabase) -> None:
    """The twin of the test above: it is the guard that hides them."""
    network.organisation("supermarket", "Lidl")
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE organisations NO FORCE ROW LEVEL SECURITY"))
        assert connection.execute(text("SELECT count(*) FROM organisations")).scalar() == 2
        connection.rollback()
    engine.dispose()

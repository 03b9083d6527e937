"""Keys of an organisation: listed without their secret, handed out and taken back by its own administrators alone."""

from datetime import timedelta
from typing import Any

from app.kit.clock import HandSetClock
from tests.people.builders import entered, own, signed_in
from tests.service_client import ServiceClient


def test_keys_are_listed_with_how_they_begin_and_when_they_were_used_and_never_whole(
    network: ServiceClient, lidl: dict[str, Any], clock: HandSetClock
) -> None:
    admin = signed_in(network, entered(network, lidl, "organisation_admin"))
    path = f"/organisations/{lidl['id']}/api-keys"
    end = (clock() + timedelta(days=30)).isoformat()
    made = admin.ok(path, {"name": "Tills", "scopes": ["offers"], "expires_at": end})
    page = admin.get("/api-keys")
    (found,) = page.json()["items"]
    assert made["key"] not in page.text
    assert (found["name"], found["scopes"], found["last_used_on"]) == ("Tills", ["offers"], None)
    assert made["key"].startswith(found["prefix"])
    assert len(made["key"]) - len(found["prefix"]) > 35
    admin.another(made["key"]).get("/me")
    assert admin.get("/api-keys").json()["items"][0]["last_used_on"] == "2026-11-25"
    past = admin.post(path, {"name": "k", "scopes": ["offers"], "expires_at": clock().isoformat()})
    assert (past.status_code, past.json()["code"]) == (422, "expiry_past")
    assert len(network.get("/api-keys").json()["items"]) == 2
    assert admin.http.delete(f"/api-keys/{made['id']}").status_code == 204
    assert admin.get("/api-keys").json()["items"] == []


def test_nobody_takes_back_another_organisations_key(network: ServiceClient, lidl: dict[str, Any]) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.ok(f"/organisations/{tesco['id']}/api-keys", {"name": "k", "scopes": ["offers"]})
    admin = signed_in(network, entered(network, lidl, "organisation_admin"))
    with network.client_of(lidl, "organisation", "plans") as planner:  # sees the rows of the whole network
        for client in (admin, planner):
            assert client.http.delete(f"/api-keys/{theirs['id']}").status_code == 404
            assert theirs["id"] not in client.get("/api-keys").text
            assert (
                client.post(f"/organisations/{tesco['id']}/api-keys", {"name": "k", "scopes": ["offers"]}).status_code
                == 404
            )
    assert network.another(theirs["key"]).get("/me").status_code == 200
    assert network.http.delete(f"/api-keys/{theirs['id']}").status_code == 204


def test_a_key_of_an_office_hands_out_what_an_administrator_may_and_no_more(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    path = f"/organisations/{lidl['id']}/api-keys"
    with network.client_of(lidl, "organisation") as office:
        for scope in ("offers", "needs", "fleet", "organisation"):
            assert office.post(path, {"name": "k", "scopes": [scope]}).status_code == 201, scope
        for scope in ("plans", "partners"):
            answer = office.post(path, {"name": "k", "scopes": ["offers", scope]})
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), scope
    with network.client_of(lidl, "offers", "needs", "fleet", "plans") as other:
        assert other.post(path, {"name": "k", "scopes": ["offers"]}).status_code == 403
        assert other.get("/api-keys").status_code == 403
    assert signed_in(network, entered(network, own(network), "dispatcher")).get("/api-keys").status_code == 403

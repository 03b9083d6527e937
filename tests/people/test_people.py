"""People are entered, listed, changed, disabled: by their own administrators, never beyond what those may."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from app.people import service
from app.people.schemas import PersonIn
from tests.conftest import TestDatabase
from tests.people.builders import PASSWORD, an_invitation, as_owner, entered, own, signed_in
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient


def patch(client: ServiceClient, person: dict[str, Any], version: int | None = None, **change: Any) -> Any:
    headers = {"If-Match": f'"{version or person["version"]}"'}
    return client.http.patch(f"/people/{person['id']}", json=change, headers=headers)


def test_an_administrator_sees_the_people_of_the_own_organisation_and_the_networks_staff_all(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    admin, theirs = entered(network, lidl, "organisation_admin"), entered(network, tesco)
    client = signed_in(network, admin)
    assert [each["id"] for each in client.get("/people").json()["items"]] == [admin["id"]]
    assert client.get(f"/people/{admin['id']}").headers["ETag"] == '"1"'
    assert client.get(f"/people/{theirs['id']}").status_code == 404
    for path in (f"/people/{theirs['id']}/disable", f"/people/{theirs['id']}/enable"):
        assert client.post(path).status_code == 404
    assert patch(client, theirs, name="Mine now").status_code == 404
    assert client.post(f"/organisations/{tesco['id']}/people", an_invitation()).status_code == 404
    first = network.get("/people", limit=1).json()
    second = network.get("/people", limit=1, cursor=first["next_cursor"]).json()
    paged = [each["id"] for page in (first, second) for each in page["items"]]
    assert sorted(paged) == sorted([admin["id"], theirs["id"]])  # of one moment, so by id
    assert [e["id"] for e in network.get("/people", organisation_id=tesco["id"]).json()["items"]] == [theirs["id"]]
    assert "password" not in network.get("/people").text
    assert signed_in(network, theirs).get("/people").status_code == 403


def test_a_key_that_also_plans_runs_nobody_elses_office(network: ServiceClient, lidl: dict[str, Any]) -> None:
    """Whoever plans sees the rows of the whole network; that is no leave to act in all of it."""
    tesco = network.organisation("supermarket", "Tesco")
    theirs = entered(network, tesco)
    with network.client_of(lidl, "organisation", "plans") as key:
        assert key.get("/people").json()["items"] == []
        assert key.get(f"/people/{theirs['id']}").status_code == 404
        assert key.post(f"/people/{theirs['id']}/disable").status_code == 404
        assert key.post(f"/organisations/{tesco['id']}/people", an_invitation()).status_code == 404
        assert key.post(f"/organisations/{lidl['id']}/people", an_invitation()).status_code == 201
        assert key.post(f"/organisations/{lidl['id']}/people", an_invitation(role="dispatcher")).status_code == 403


def test_a_person_is_changed_from_the_version_that_was_read(network: ServiceClient, lidl: dict[str, Any]) -> None:
    person = entered(network, lidl)
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    elsewhere = network.site(FOOD_BANK, "Bank")
    assert network.http.patch(f"/people/{person['id']}", json={"name": "N"}).status_code == 428
    changed = patch(network, person, name="Noor", site_id=store["id"], language="ar")
    assert (changed.json()["name"], changed.json()["site_id"], changed.json()["language"]) == (
        "Noor",
        store["id"],
        "ar",
    )
    assert changed.headers["ETag"] == '"2"'
    assert patch(network, person, 1, name="N").status_code == 412
    assert patch(network, person, 2, site_id=elsewhere["id"]).status_code == 404
    assert patch(network, person, 2, site_id=None).json()["site_id"] is None


def test_an_organisations_administrator_neither_makes_nor_touches_who_may_do_more(network: ServiceClient) -> None:
    office = own(network)
    above = entered(network, office, "network_admin")
    entered(network, office, "network_admin")
    admin = signed_in(network, entered(network, office, "organisation_admin"))
    staff = entered(network, office)
    assert patch(admin, staff, role="driver").status_code == 200
    for role in ("dispatcher", "network_admin"):
        assert patch(admin, staff, 2, role=role).json()["code"] == "forbidden"
    assert patch(admin, above, role="driver").status_code == 403
    assert patch(admin, above, name="Somebody").status_code == 403
    assert admin.post(f"/people/{above['id']}/disable").status_code == 403
    invited = network.ok(f"/organisations/{office['id']}/invitations", an_invitation(role="network_admin"))
    assert admin.post(f"/invitations/{invited['id']}/renew").status_code == 403
    assert admin.http.delete(f"/invitations/{invited['id']}").status_code == 403


def test_another_role_holds_from_the_next_request_on(network: ServiceClient) -> None:
    office = own(network)
    entered(network, office, "network_admin")
    person = entered(network, office, "network_admin")
    client = signed_in(network, person)
    assert client.get("/people").status_code == 200
    patch(network, person, role="donor_staff")
    assert client.get("/people").status_code == 401
    assert signed_in(network, person).get("/people").status_code == 403


def test_who_is_disabled_gets_in_no_more_until_enabled(network: ServiceClient, lidl: dict[str, Any]) -> None:
    person = entered(network, lidl)
    client = signed_in(network, person)
    assert network.ok(f"/people/{person['id']}/disable")["state"] == "disabled"
    assert network.ok(f"/people/{person['id']}/disable")["version"] == 2
    assert client.get("/me").status_code == 401
    answer = network.post("/sign-in", {"email": person["email"], "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert network.ok(f"/people/{person['id']}/enable")["state"] == "active"
    assert client.get("/me").status_code == 401
    assert signed_in(network, person).get("/me").status_code == 200


def test_the_last_administrator_of_a_network_stays(network: ServiceClient) -> None:
    office = own(network)
    first, second = (entered(network, office, "network_admin") for _ in range(2))
    client = signed_in(network, first)
    client.ok(f"/people/{second['id']}/disable")
    answer = client.post(f"/people/{first['id']}/disable")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert patch(client, first, role="dispatcher").json()["code"] == "last_administrator"
    assert patch(client, first, name="Still here").status_code == 200
    assert client.get("/me").status_code == 200


def at_once(network: ServiceClient) -> list[int]:
    """Two administrators disable each other at the same moment."""
    office = own(network)
    people = [entered(network, office, "network_admin") for _ in range(2)]
    clients = [signed_in(network, each) for each in people]

    def disable(pair: tuple[ServiceClient, dict[str, Any]]) -> int:
        return pair[0].post(f"/people/{pair[1]['id']}/disable").status_code

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(disable, zip(clients, reversed(people), strict=True)))


def test_two_administrators_who_disable_each_other_at_once_leave_one(
    network: ServiceClient, migrated: TestDatabase
) -> None:
    assert at_once(network) in ([200, 401], [200, 409])
    with as_owner(migrated) as connection:
        assert connection.execute(text("SELECT count(*) FROM people WHERE state = 'active'")).scalar() == 1


def test_without_the_rule_the_network_is_left_to_nobody(
    network: ServiceClient, migrated: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_keep_an_administrator", lambda session, person: None)
    person = entered(network, own(network), "network_admin")
    network.ok(f"/people/{person['id']}/disable")
    with as_owner(migrated) as connection:
        assert connection.execute(text("SELECT count(*) FROM people WHERE state = 'active'")).scalar() == 0


@pytest.mark.parametrize(
    "password", ["password1234", "qwertyuiop12", "aaaaaaaaaaaaaaaa", "Noor Haddad 1990", "noor.haddad@example.org"]
)
def test_a_password_that_others_would_guess_is_refused(
    network: ServiceClient, lidl: dict[str, Any], password: str
) -> None:
    wish = {"name": "Noor Haddad", "email": "noor.haddad@example.org", "role": "donor_staff", "password": password}
    answer = network.post(f"/organisations/{lidl['id']}/people", wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "password_too_easy")
    assert answer.json()["errors"][0]["pointer"] == "/password"


def test_what_two_requests_are_compared_by_holds_no_password() -> None:
    wish = PersonIn(name="Noor", email="noor@example.org", role="driver", password=PASSWORD)
    assert PASSWORD not in str(wish.model_dump(mode="json"))


def test_what_is_done_to_people_is_in_the_audit_trail(
    network: ServiceClient, lidl: dict[str, Any], migrated: TestDatabase
) -> None:
    person = entered(network, lidl)
    signed_in(network, person).post("/sign-out")
    patch(network, person, name="Noor")
    network.ok(f"/people/{person['id']}/disable")
    network.ok(f"/people/{person['id']}/enable")
    with as_owner(migrated) as connection:
        query = text("SELECT action FROM audit_entries WHERE subject_id = :id ORDER BY id")
        done = connection.execute(query, {"id": person["id"]}).scalars().all()
    assert list(done) == [
        "people.add", "people.sign_in", "people.sign_out", "people.change", "people.disable", "people.enable",
    ]  # fmt: skip

"""Partners over HTTP: pins far from streets are refused, people sign in and out, rights do not grow by themselves."""

from typing import Any

import pytest

from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

PASSWORD = "a long enough password"
AT_SEA = (51.50, -2.90)


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


def a_person(**fields: Any) -> dict[str, Any]:
    return {"name": "P", "email": "p@example.org", "role": "donor_staff", "password": PASSWORD, **fields}


def test_a_pin_far_from_every_street_is_refused_with_a_sentence(network: ServiceClient) -> None:
    body = {
        "kind": "store",
        "name": "A ship",
        "latitude": AT_SEA[0],
        "longitude": AT_SEA[1],
        "windows": [{"weekdays": [1], "opens": "08:00", "closes": "09:00"}],
    }
    answer = network.post("/sites", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "far_from_streets")
    assert "A ship is " in answer.json()["detail"]
    assert network.get("/sites").json() == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"latitude": 99}, "/latitude"),
        ({"windows": []}, "/windows"),
        ({"windows": [{"weekdays": [8], "opens": "08:00", "closes": "09:00"}]}, "/windows/0/weekdays/0"),
        ({"windows": [{"weekdays": [1], "opens": "09:00", "closes": "08:00"}]}, "/windows/0"),
        ({"kind": "palace"}, "/kind"),
    ],
)
def test_a_site_that_does_not_fit_is_refused_at_its_field(
    network: ServiceClient, fields: dict[str, Any], pointer: str
) -> None:
    body = {
        "kind": "store",
        "name": "S",
        "latitude": FOOD_BANK[0],
        "longitude": FOOD_BANK[1],
        "windows": [{"weekdays": [1], "opens": "08:00", "closes": "09:00"}],
    }
    problem = network.post("/sites", {**body, **fields}).json()
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_site_is_changed_from_the_version_that_was_read(network: ServiceClient) -> None:
    site = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    path = f"/sites/{site['id']}"
    changed = network.http.patch(path, json={"access_notes": "Ring"}, headers={"If-Match": '"1"'})
    assert (changed.json()["access_notes"], changed.json()["name"]) == ("Ring", "Lidl")
    assert network.http.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    assert network.get(path).headers["ETag"] == '"2"'


def test_somebody_signs_in_and_out_and_the_session_is_dead_at_once(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    network.ok(f"/organisations/{lidl['id']}/people", a_person())
    token = network.ok("/sign-in", {"email": "P@Example.org", "password": PASSWORD})["token"]
    person = network.another(token)
    me = person.get("/me").json()
    assert (me["role"], me["organisation"]["name"]) == ("donor_staff", "Lidl")
    assert person.post("/sign-out").status_code == 204
    assert person.get("/me").status_code == 401


@pytest.mark.parametrize("email", ["p@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    network: ServiceClient, lidl: dict[str, Any], email: str
) -> None:
    network.ok(f"/organisations/{lidl['id']}/people", a_person())
    answer = network.post("/sign-in", {"email": email, "password": "wrong wrong wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert "do not belong together" in answer.json()["detail"]


def test_an_address_signs_in_for_one_person_only(network: ServiceClient, lidl: dict[str, Any]) -> None:
    path = f"/organisations/{lidl['id']}/people"
    network.ok(path, a_person())
    again = network.post(path, a_person())
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    assert network.post(path, a_person(email="q@example.org", password="short")).status_code == 422


def test_an_organisations_administrator_appoints_no_dispatcher_and_hands_out_no_planning_key(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    path = f"/organisations/{lidl['id']}"
    network.ok(f"{path}/people", a_person(role="organisation_admin"))
    admin = network.another(network.ok("/sign-in", {"email": "p@example.org", "password": PASSWORD})["token"])
    wish = a_person(email="d@example.org", role="dispatcher")
    assert admin.post(f"{path}/people", wish).status_code == 403
    assert admin.post(f"{path}/people", {**wish, "role": "donor_staff"}).status_code == 201
    assert admin.post(f"{path}/api-keys", {"name": "k", "scopes": ["plans"]}).status_code == 403
    assert admin.post(f"{path}/api-keys", {"name": "k", "scopes": ["offers"]}).status_code == 201


def test_a_password_is_kept_as_argon2_alone(network: ServiceClient, lidl: dict[str, Any], migrated: Any) -> None:
    from sqlalchemy import create_engine, text

    network.ok(f"/organisations/{lidl['id']}/people", a_person())
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE people NO FORCE ROW LEVEL SECURITY"))
        kept = connection.execute(text("SELECT password_hash FROM people")).scalar()
        connection.rollback()
    engine.dispose()
    assert str(kept).startswith("$argon2id$")

"""Partners over HTTP: pins far from streets are refused, people sign in and out, rights do not grow by themselves."""

from typing import Any

import pytest

from app.kit.db import Database
from app.partners.founding import choose_roads
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient

PASSWORD = "a long enough password"
AT_SEA = (51.545, -2.99)
REMOTE = (51.546398, -2.968119)


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


def a_person(**fields: Any) -> dict[str, Any]:
    return {"name": "P", "email": "p@example.org", "role": "donor_staff", "password": PASSWORD, **fields}


def test_a_network_that_estimates_its_travel_still_knows_where_streets_are(
    network: ServiceClient, database: Database
) -> None:
    choose_roads(database, network.network_id(), {"provider": "estimate"})
    assert network.site(LIDL_CARDIFF_ROAD, "Lidl")["metres_to_street"] < 100
    answer = network.post("/sites", a_site(AT_SEA, name="A ship"))
    assert (answer.status_code, answer.json()["code"]) == (422, "in_water")


@pytest.mark.parametrize(
    ("place", "code", "pointers"),
    [
        ((51.537865, -2.957746), "far_from_streets", ["/latitude"]),
        (AT_SEA, "in_water", ["/latitude"]),
        ((51.50, -2.90), "outside_region", ["/latitude"]),
        (LIDL_CARDIFF_ROAD[::-1], "swapped_coordinates", ["/latitude", "/longitude"]),
        ((51.594904, -3.021495), "cut_off", ["/latitude"]),
    ],
)
def test_a_pin_that_no_vehicle_can_reach_is_refused_with_a_sentence(
    network: ServiceClient, place: tuple[float, float], code: str, pointers: list[str]
) -> None:
    answer = network.post("/sites", a_site(place, name="A ship"))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "A ship" in answer.json()["detail"]
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert network.get("/sites").json()["items"] == []


def test_a_pin_at_some_distance_from_a_street_is_taken_with_a_warning(network: ServiceClient) -> None:
    site = network.ok("/sites", a_site(REMOTE, name="A farm"))
    assert [warning["code"] for warning in site["warnings"]] == ["pin_far_from_street"]
    assert f"A farm is {site['metres_to_street']} m from" in site["warnings"][0]["detail"]
    assert network.site(LIDL_CARDIFF_ROAD, "Lidl")["warnings"] == []


def test_a_pin_that_is_moved_is_checked_like_a_new_one(network: ServiceClient) -> None:
    site = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    path = f"/sites/{site['id']}"

    def moved(place: tuple[float, float], version: int) -> Any:
        body = {"latitude": place[0], "longitude": place[1]}
        return network.http.patch(path, json=body, headers={"If-Match": f'"{version}"'})

    answer = moved(AT_SEA, 1)
    assert (answer.status_code, answer.json()["code"]) == (422, "in_water")
    assert "Lidl" in answer.json()["detail"]
    assert network.get(path).json() == site
    assert moved(REMOTE, 1).json()["warnings"]
    back = moved(FOOD_BANK, 2).json()
    assert (back["latitude"], back["longitude"], back["warnings"]) == (*FOOD_BANK, [])
    assert back["metres_to_street"] < 50


def a_site(place: tuple[float, float], **fields: Any) -> dict[str, Any]:
    body = {
        "kind": "store",
        "name": "S",
        "latitude": place[0],
        "longitude": place[1],
        "windows": [{"weekdays": [1], "opens": "08:00", "closes": "09:00"}],
    }
    return {**body, **fields}


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
    problem = network.post("/sites", a_site(FOOD_BANK, **fields)).json()
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
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))  # past row security
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT password_hash FROM people")).scalar()
    engine.dispose()
    assert str(kept).startswith("$argon2id$")


def test_a_site_says_what_it_can_store_by_temperature_class(network: ServiceClient) -> None:
    unlimited = network.site(FOOD_BANK, "Bank")["storage_kg"]
    assert unlimited == {"ambient": None, "chilled": None, "frozen": None, "hot": None}
    room = {"ambient": "500", "chilled": "80.5", "frozen": "0", "hot": None}
    site = network.site(FOOD_BANK, "Bank", storage_kg={**room, "hot": None})
    assert site["storage_kg"] == room
    path = f"/sites/{site['id']}"
    changed = network.http.patch(path, json={"storage_kg": {"chilled": "90"}}, headers={"If-Match": '"1"'})
    assert changed.json()["storage_kg"] == {**unlimited, "chilled": "90"}
    kept = network.http.patch(path, json={"name": "Food bank"}, headers={"If-Match": '"2"'})
    assert kept.json()["storage_kg"] == changed.json()["storage_kg"]
    for wrong in ({"chilled": "-1"}, {"chilled": 80}, {"cellar": "1"}):
        refused = network.http.patch(path, json={"storage_kg": wrong}, headers={"If-Match": '"3"'})
        assert refused.json()["code"] == "invalid_request"

"""A key with one scope that edits and another that sees the network edits no more than the first alone would."""

from tests.service_client import LIDL_CARDIFF_ROAD, TESCO_SPYTTY, ServiceClient

PASSWORD = "heron kettle umbrella 41"


def test_a_key_that_plans_and_edits_its_own_organisation_edits_no_other(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    tesco = network.organisation("supermarket", "Tesco")
    own = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    theirs = network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    person = network.ok(
        f"/organisations/{tesco['id']}/people",
        {"name": "Person", "email": "person@example.org", "role": "donor_staff", "password": PASSWORD},
    )
    with network.client_of(lidl, "organisation", "plans") as key:
        version = {"If-Match": '"1"'}
        assert key.get(f"/sites/{theirs['id']}").status_code == 200  # a planner sees where to drive
        changed = key.http.patch(f"/sites/{theirs['id']}", json={"name": "mine now"}, headers=version)
        assert changed.status_code == 404
        added = {name: theirs[name] for name in ("kind", "name", "latitude", "longitude", "windows")}
        assert key.post("/sites", {**added, "organisation_id": tesco["id"]}).status_code == 404
        assert key.get(f"/people/{person['id']}/export").status_code == 404
        assert key.post(f"/people/{person['id']}/erase", {"confirm": "person@example.org"}).status_code == 404
        trail = key.get("/audit-entries", limit=200).json()["items"]
        assert {lidl["id"]} == {
            each["organisation_id"] if each["organisation_id"] == lidl["id"] else each["subject_organisation_id"]
            for each in trail
        }
        assert key.http.patch(f"/sites/{own['id']}", json={"name": "Lidl 2"}, headers=version).status_code == 200


def test_a_key_that_runs_the_network_still_does(network: ServiceClient) -> None:
    """The twin: what sees the network and allows the deed in one, reaches everybody's."""
    coordinator = network.get("/me").json()["organisation"]
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    with network.client_of(coordinator, "partners") as key:
        changed = key.http.patch(f"/sites/{theirs['id']}", json={"name": "Tesco 2"}, headers={"If-Match": '"1"'})
        assert changed.status_code == 200
        assert theirs["id"] in {each["subject_id"] for each in key.get("/audit-entries", limit=200).json()["items"]}

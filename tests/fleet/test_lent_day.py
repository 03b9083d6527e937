"""A day that was driven with a lent van: its lender reads how much it carried and how far, and no route."""

from typing import Any

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from tests.funding.conftest import counted
from tests.reports.together.conftest import Town, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient

__all__ = ["config", "town", "workshop"]


def lent_to_the_kitchen(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """The supermarket's van for the food bank that has none, and its shift of the day; nobody else drives."""
    for name, shift in town.shifts.items():
        town.offices[name].ok(f"/shifts/{shift['id']}/cancel")
    lidl, kitchen = town.offices["Lidl"], town.offices["Kitchen"]
    van = lidl.ok("/vehicles", {"name": "Lidl van", "capacity_kg": "600", "cost_per_km": "2.00"})
    days = {"valid_from": DAY, "valid_until": DAY}
    wish = {"vehicle_id": van["id"], "borrower_organisation_id": town.organisations["Kitchen"]["id"], **days}
    loan = lidl.ok("/vehicle-loans", wish)
    kitchen.ok(f"/vehicle-loans/{loan['id']}/accept")
    [home] = kitchen.get("/sites").json()["items"]
    shift = kitchen.ok(
        "/shifts",
        {
            "vehicle_id": van["id"], "driver_name": "Driver", "starts_at": f"{DAY}T08:00:00Z",
            "ends_at": f"{DAY}T16:00:00Z", "start_site_id": home["id"], "end_site_id": home["id"],
        },
    )  # fmt: skip
    return loan, shift


def test_the_lender_reads_what_the_van_was_recorded_to_carry_and_no_route(
    network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock
) -> None:
    loan, shift = lent_to_the_kitchen(town)
    plan = published(network, workshop)
    [route] = plan["routes"]
    assert route["shift_id"] == shift["id"]
    lidl, path = town.offices["Lidl"], f"/vehicle-loans/{loan['id']}/carried"
    assert lidl.get(path).json()["routes"] == 0  # what is planned is not recorded
    driven(network, clock, plan)
    counted(network)
    found = lidl.get(path).json()
    assert (found["routes"], found["metres"]) == (1, route["metres"])
    assert float(found["kg"]) == float(plan["kg_allocated"]) > 0
    assert town.offices["Kitchen"].get(path).json() == found
    assert lidl.get(f"/shifts/{shift['id']}").status_code == 404
    assert town.offices["Pantry"].get(path).status_code == 404

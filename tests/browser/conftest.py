"""What the journeys begin with: a network with its people, before anything is offered."""

from typing import Any

import pytest

from tests.browser.visit import PASSWORD
from tests.service_client import DUFFRYN_CENTRE, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need


@pytest.fixture
def day(network: ServiceClient) -> dict[str, Any]:
    """A store with its assistant, two food banks, a van, a dispatcher and an administrator."""
    me = network.get("/me").json()
    lidl = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=lidl["id"], address="Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point", access_notes="Ring the bell")
    duffryn = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="20"))
    network.ok("/needs", a_need(duffryn, kg="30"))
    for organisation, role, site in (
        (lidl, "donor_staff", store["id"]),
        (me["organisation"], "dispatcher", None),
        (me["organisation"], "network_admin", None),
        (me["organisation"], "volunteer", None),
    ):
        body = {"name": role, "email": f"{role}@example.org", "role": role, "password": PASSWORD, "site_id": site}
        network.ok(f"/organisations/{organisation['id']}/people", body)
    return {"store": store, "bank": bank, "shift": network.vehicle_and_shift(bank)}

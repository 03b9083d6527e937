"""What every test of driving stands on."""

from typing import Any

import pytest

from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer


@pytest.fixture
def shift(network: ServiceClient) -> dict[str, Any]:
    """A published day with one store, one food bank and 30 kg of bread."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store, a_line(kg="30")))
    shift = network.vehicle_and_shift(bank)
    network.published(network.planned())
    return shift

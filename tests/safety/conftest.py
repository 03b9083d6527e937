"""A published day with one chilled line on a van, and no worker: these tests need no solver."""

from pathlib import Path
from typing import Any

import pytest

from app.kit.db import Database
from app.settings import Settings
from tests.hand_made_plan import Ride, draft
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def shop(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def shift(network: ServiceClient, database: Database, shop: dict[str, Any]) -> dict[str, Any]:
    """30 kg of yoghurt whose use-by date is the day itself, on the way to a food bank."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    need = network.ok("/needs", a_need(bank, category="dairy_and_eggs"))
    yoghurt = a_line(
        category="dairy_and_eggs", description="Yoghurt", kg="30", temperature_class="chilled", date_mark="use_by",
        mark_date=DAY,
    )  # fmt: skip
    offer = network.ok("/offers", an_offer(store, yoghurt))
    shift = network.vehicle_and_shift(bank)
    network.published(draft(database, network, shift, Ride(offer, need, 30_000)))
    return {**shift, "offer_id": offer["id"]}

"""A network with a store and a food bank, and no worker: these tests need no solver."""

from pathlib import Path
from typing import Any

import pytest

from app.kit.db import Database
from app.settings import Settings
from tests.hand_made_plan import Ride, draft
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def shop(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def day(network: ServiceClient, shop: dict[str, Any]) -> dict[str, Any]:
    """30 kg of bread on offer, a need of bread, and a shift; nothing planned yet."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    return {
        "need": network.ok("/needs", a_need(bank)),
        "offer": network.ok("/offers", an_offer(store, a_line(kg="30"))),
        "shift": network.vehicle_and_shift(bank),
        "bank": bank,
    }


@pytest.fixture
def driven(network: ServiceClient, database: Database, day: dict[str, Any]) -> dict[str, Any]:
    """The same with a published plan that takes all of it."""
    plan = draft(database, network, day["shift"], Ride(day["offer"], day["need"], 30_000))
    return {**day, "plan": network.published(plan)}

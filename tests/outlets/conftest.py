"""A store with 30 kg of bread on offer, a food bank, a shift, and three outlets; no worker."""

from typing import Any

import pytest

from tests.ledger.conftest import config, day, shop
from tests.service_client import ServiceClient

__all__ = ["config", "day", "shop"]


def an_outlet(kind: str = "community_fridge", **fields: Any) -> dict[str, Any]:
    """One that takes bread and meat unless said otherwise."""
    return {"kind": kind, "name": kind, "categories": ["bread_and_bakery", "meat_and_fish"], **fields}


@pytest.fixture
def outlets(network: ServiceClient) -> dict[str, dict[str, Any]]:
    return {kind: network.ok("/outlets", an_outlet(kind)) for kind in ("community_fridge", "animal_feed", "compost")}

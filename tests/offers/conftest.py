"""One supermarket with a store and a till that posts for it."""

from typing import Any

import pytest

from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def store(network: ServiceClient, lidl: dict[str, Any]) -> dict[str, Any]:
    return network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=lidl["id"])


@pytest.fixture
def till(network: ServiceClient, lidl: dict[str, Any]) -> ServiceClient:
    return network.client_of(lidl, "offers")

"""What every test of driving stands on."""

from typing import Any

import pytest

from tests.planned_here import worker_solves_here
from tests.service_client import ServiceClient, a_published_shift


@pytest.fixture
def shift(network: ServiceClient) -> dict[str, Any]:
    """A published day with one store, one food bank and 30 kg of bread."""
    with worker_solves_here():
        return a_published_shift(network)

"""A driver's link opens the driver's addresses and nothing else, over every operation that there is."""

import re

import pytest

from app.kit import web
from tests.service_client import FOOD_BANK, ServiceClient


def test_the_link_opens_no_operation_but_the_drivers(network: ServiceClient) -> None:
    shift = network.vehicle_and_shift(network.site(FOOD_BANK, "Bank"))
    document = network.http.get("/../openapi.json").json()
    asked = 0
    with network.driver(shift) as driver:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if not operation.get("security"):  # open to everybody: signing in, map tiles, health
                    continue
                address = re.sub(r"{[a-z_]+}", shift["id"], path)
                answer = driver.http.request(method, f"{network.address}{address}", json={})
                if path.startswith("/api/v1/driver/"):
                    # To share no longer needs no route: there is nothing to forget, and nothing to refuse.
                    forgets = (method, path) == ("delete", "/api/v1/driver/position")
                    assert answer.status_code in ((204,) if forgets else (404, 422)), (method, path, answer.text)
                else:
                    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)
                asked += 1
    assert asked > 60


def test_without_the_border_a_link_would_answer_elsewhere(
    network: ServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = network.vehicle_and_shift(network.site(FOOD_BANK, "Bank"))
    monkeypatch.setattr(web, "_is_drivers", lambda request: True)
    with network.driver(shift) as driver:
        assert driver.post("/sign-out").status_code == 204

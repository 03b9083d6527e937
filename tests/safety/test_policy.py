"""A network tightens the limits of food safety and never loosens them; what it says holds on posting and in plans."""

from typing import Any

import pytest

from app.domain.safety_limits import LIMITS
from tests.service_client import DAY, LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer

NEXT_DAY = "2026-11-26"


def tightened(network: ServiceClient, **limits: Any) -> dict[str, Any]:
    version = network.get("/network").headers["ETag"]
    answer = network.http.patch("/network", json={"food_safety": limits}, headers={"If-Match": version})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def milk(**fields: Any) -> dict[str, Any]:
    return a_line(
        category="dairy_and_eggs", temperature_class="chilled", **{"date_mark": "use_by", "mark_date": DAY, **fields}
    )


def test_the_limits_are_read_with_their_sources(network: ServiceClient) -> None:
    limits = network.get("/food-safety").json()["limits"]
    assert [each["name"] for each in limits] == [limit.name for limit in LIMITS]
    chilled = limits[0]
    assert (chilled["law"], chilled["network"], chilled["stricter"]) == ("8", "8", "lower")
    assert "8 °C" in chilled["source"]
    tightened(network, chilled_highest_celsius="4.5", best_before_tolerance_days=3)
    limits = {each["name"]: each["network"] for each in network.get("/food-safety").json()["limits"]}
    assert (limits["chilled_highest_celsius"], limits["best_before_tolerance_days"]) == ("4.5", "3")


def test_a_network_is_changed_from_the_version_that_was_read(network: ServiceClient) -> None:
    read = network.get("/network")
    assert read.json()["food_safety"]["frozen_highest_celsius"] == "-15"
    change = {"food_safety": {"frozen_highest_celsius": "-18"}}
    assert network.http.patch("/network", json=change).status_code == 428
    changed = network.http.patch("/network", json=change, headers={"If-Match": read.headers["ETag"]})
    assert changed.json()["food_safety"]["frozen_highest_celsius"] == "-18"
    assert network.http.patch("/network", json=change, headers={"If-Match": read.headers["ETag"]}).status_code == 412
    assert network.get("/network").headers["ETag"] == changed.headers["ETag"] != read.headers["ETag"]
    assert tightened(network, frozen_highest_celsius=None)["food_safety"]["frozen_highest_celsius"] == "-15"


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"chilled_highest_celsius": "9"}, "8 °C"),
        ({"frozen_highest_celsius": "-14"}, "-15 °C"),
        ({"hot_lowest_celsius": "60"}, "63 °C"),
        ({"hot_longest_minutes": 180}, "120 minutes"),
        ({"pickup_longest_hours": 48}, "24 hours"),
        ({"minimum_days_before_use_by": -1, "chilled_highest_celsius": "5"}, "0 days"),
    ],
)
def test_a_looser_limit_is_refused_with_the_one_that_holds(
    network: ServiceClient, limits: dict[str, Any], limit: str
) -> None:
    version = network.get("/network").headers["ETag"]
    refused = network.http.patch("/network", json={"food_safety": limits}, headers={"If-Match": version})
    assert (refused.status_code, refused.json()["code"]) == (422, "limit_loosened")
    assert limit in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == f"/food_safety/{next(iter(limits))}"
    assert network.get("/network").headers["ETag"] == version


@pytest.mark.parametrize("limits", [{"chilled_highest_celsius": "NaN"}, {"hot_longest_minutes": 0}, {"ice": 1}])
def test_a_policy_that_does_not_fit_is_refused(network: ServiceClient, limits: dict[str, Any]) -> None:
    version = network.get("/network").headers["ETag"]
    refused = network.http.patch("/network", json={"food_safety": limits}, headers={"If-Match": version})
    assert refused.json()["code"] == "invalid_request"


def test_only_the_networks_administrators_change_it_and_every_partner_reads_it(
    network: ServiceClient, shop: dict[str, Any]
) -> None:
    with network.client_of(shop, "offers") as till:
        version = till.get("/network").headers["ETag"]
        change = {"food_safety": {"chilled_highest_celsius": "5"}}
        assert till.http.patch("/network", json=change, headers={"If-Match": version}).status_code == 403
        assert till.get("/food-safety").status_code == 200


@pytest.mark.parametrize(
    ("limits", "line", "code"),
    [
        ({"minimum_days_before_use_by": 1}, milk(), "use_by_too_close"),
        (
            {"best_before_tolerance_days": 2},
            a_line(date_mark="best_before", mark_date="2026-11-22"),
            "best_before_too_old",
        ),
        ({"pickup_longest_hours": 3}, a_line(), "window_too_long"),
    ],
)
def test_the_policy_holds_when_offers_are_posted(
    network: ServiceClient, limits: dict[str, Any], line: dict[str, Any], code: str
) -> None:
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    network.ok("/offers", an_offer(store, line))
    tightened(network, **limits)
    assert network.post("/offers", an_offer(store, line)).json()["code"] == code

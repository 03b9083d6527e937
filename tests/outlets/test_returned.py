"""Food that came back from a van and was settled as returned may go to an outlet, and late reports still add up."""

from typing import Any

import pytest

from app.domain.outlets import may_have_returned
from app.ledger import settlement
from tests.ledger.conftest import driven
from tests.ledger.test_api import partly_refused, places
from tests.outlets.test_api import Outlets, hand_over
from tests.service_client import DAY, ServiceClient, an_event, kilograms, report, stops_of

__all__ = ["driven"]


@pytest.fixture
def came_back(network: ServiceClient, driven: dict[str, Any]) -> dict[str, Any]:
    """15 kg delivered, 15 kg back at the store."""
    food = partly_refused(network, driven)
    network.ok(f"/allocations/{food['id']}/settle", {"returned_kg": "15"})
    return driven


def delivered_after_all(network: ServiceClient, driven: dict[str, Any]) -> list[str]:
    """A driver's late report: 20 kg were delivered."""
    with network.driver(driven["shift"]) as driver:
        _, drop_off, food = stops_of(driver)
        later = an_event(drop_off, "delivered", kilograms(food, "20"), occurred_at="2026-11-25T12:00:00+00:00")
        return report(driver, later)


def test_it_is_open_food_and_an_outlet_takes_it(
    network: ServiceClient, came_back: dict[str, Any], outlets: Outlets
) -> None:
    [food] = network.get("/outlets/open-food", service_date=DAY).json()["items"]
    assert food["kg"] == "15"
    assert [each["kind"] for each in food["outlets"]] == ["community_fridge", "animal_feed", "compost"]
    assert hand_over(network, outlets["community_fridge"], came_back["offer"], "9").status_code == 201
    assert hand_over(network, outlets["compost"], came_back["offer"], "6").status_code == 201
    assert places(network, came_back["offer"]) == {"kg_delivered": "15", "kg_community_fridge": "9", "kg_compost": "6"}
    assert network.get("/outlets/open-food", service_date=DAY).json()["items"] == []
    actuals = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (actuals["kg_collected"], actuals["kg_unaccounted"], actuals["kg_still_open"]) == ("30", "0", "0")


def test_no_more_than_came_back(network: ServiceClient, came_back: dict[str, Any], outlets: Outlets) -> None:
    refused = hand_over(network, outlets["compost"], came_back["offer"], "15.1")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_so_much_left")


def test_a_late_report_that_takes_what_an_outlet_has_is_kept_and_adds_up(
    network: ServiceClient, came_back: dict[str, Any], outlets: Outlets
) -> None:
    hand_over(network, outlets["compost"], came_back["offer"], "15")
    assert delivered_after_all(network, came_back) == ["stored"]
    # 30 kg were posted, 35 kg are told of: there was more food than anybody knew.
    assert places(network, came_back["offer"]) == {"kg_delivered": "20", "kg_compost": "15"}
    actuals = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert actuals["kg_unaccounted"] == "0"


def test_without_the_cover_the_late_report_would_be_lost(
    network: ServiceClient, came_back: dict[str, Any], outlets: Outlets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(settlement, "_cover", lambda *_: ())
    hand_over(network, outlets["compost"], came_back["offer"], "15")
    with pytest.raises(AssertionError):
        delivered_after_all(network, came_back)


def test_people_get_nothing_that_has_to_be_cooled_and_came_back() -> None:
    assert not may_have_returned("community_fridge", "chilled")
    assert may_have_returned("community_fridge", "ambient")
    assert may_have_returned("compost", "hot")

"""A store that keeps what found no van offers it on the next day; nothing is offered twice."""

from typing import Any

import pytest

from app.ledger.jobs import expire_everywhere
from tests.escalation.conftest import BreadDay
from tests.ledger.test_api import places
from tests.service_client import DAY, a_line, an_offer

LASTING = {"date_mark": "best_before", "mark_date": "2026-12-10"}


@pytest.fixture
def cake(day: BreadDay) -> dict[str, Any]:
    """12 kg in 3 crates that last for weeks."""
    return day.till.ok("/offers", an_offer(day.store, a_line(kg="12", crates=3, description="Cake", **LASTING)))


def keep(day: BreadDay, offer: dict[str, Any]) -> Any:
    return day.till.post(f"/escalations/{offer['lines'][0]['id']}/offer-next-day")


@pytest.mark.parametrize("time", ["12:30", "14:30"])
def test_the_rest_is_offered_on_the_next_day_and_no_more_on_this_one(
    day: BreadDay, cake: dict[str, Any], time: str
) -> None:
    """Also where it was booked as not fetched in time."""
    day.at("12:00")
    day.at(time)
    expire_everywhere(day.database, day.clock)
    again = keep(day, cake)
    assert again.status_code == 201, again.text
    posted = again.json()
    assert (posted["service_date"], posted["pickup_from"]) == ("2026-11-26", "2026-11-26T08:00:00Z")
    assert (posted["lines"][0]["kg"], posted["lines"][0]["mark_date"]) == ("12", "2026-12-10")
    assert places(day.network, cake) == {"kg_withdrawn": "12"}
    assert places(day.network, posted) == {"kg_offered": "12"}
    ladder = day.ladder(cake["lines"][0]["id"])
    assert (ladder["state"], ladder["ended_as"]) == ("over", "next_day")
    twice = keep(day, cake)
    assert (twice.status_code, twice.json()["code"]) == (409, "ladder_over")


def test_a_store_keeps_nothing_that_does_not_last_or_when_it_is_closed(day: BreadDay, cake: dict[str, Any]) -> None:
    refused = keep(day, day.offer)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_on_the_next_day")
    closed = {"exceptions": [{"date": "2026-11-26", "closed": True}]}
    day.network.http.patch(f"/sites/{day.store['id']}", json=closed, headers={"If-Match": '"1"'}).raise_for_status()
    assert keep(day, cake).json()["code"] == "not_on_the_next_day"


def test_what_a_food_bank_takes_today_is_not_kept_while_a_van_can_come(day: BreadDay, cake: dict[str, Any]) -> None:
    day.at("08:00")
    [ask] = [each for each in day.asks(day.near) if each["description"] == "Cake"]
    day.near.ok(f"/asks/{ask['id']}/answer", {"takes": True})
    refused = keep(day, cake)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_wanted")
    day.at("12:00")
    assert keep(day, cake).status_code == 201


def test_nobody_else_keeps_a_stores_food(day: BreadDay, cake: dict[str, Any]) -> None:
    path = f"/escalations/{cake['lines'][0]['id']}/offer-next-day"
    assert day.near.post(path).status_code == 403
    other = day.network.client_of(day.network.organisation("supermarket", "Tesco"), "offers")
    assert other.post(path).status_code == 404
    assert day.network.get("/escalations", service_date=DAY).json()["items"]

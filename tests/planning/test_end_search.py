"""A dispatcher who has seen enough takes the best plan so far, by API and on the day's page."""

import time
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer
from tests.web.test_pages import Reader, desk  # noqa: F401

LONG_SECONDS = 600  # nobody waits for it
PATIENCE_SECONDS = 60
OFFERED = "Take the best plan so far"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(
        data_folder=tmp_path, plan_seconds=LONG_SECONDS, worker="on", solver_at_hand="off", request_log="off"
    )


@pytest.fixture
def searching(network: ServiceClient) -> dict[str, Any]:
    """A run that has found a plan, and would search on for ten minutes."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store))
    network.vehicle_and_shift(bank)
    run = network.ok("/plan-runs", {"service_date": DAY})
    return until(network, run["id"], lambda found: found["progress"].get("grams_allocated"))


def until(network: ServiceClient, run_id: str, said: Any) -> dict[str, Any]:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        found: dict[str, Any] = network.get(f"/plan-runs/{run_id}").json()
        if said(found) or found["state"] in ("done", "failed"):
            return found
        time.sleep(0.2)
    raise AssertionError(found)


def test_a_search_that_somebody_ends_gives_its_best_plan_checked_and_compared(
    network: ServiceClient, searching: dict[str, Any]
) -> None:
    assert (searching["state"], searching["search_ended_by"]) == ("running", None)
    ended = network.ok(f"/plan-runs/{searching['id']}/end-search", None)
    assert ended["search_ended_by"]
    again = network.ok(f"/plan-runs/{searching['id']}/end-search", None)
    assert again["search_ended_by"] == ended["search_ended_by"]
    over = until(network, searching["id"], lambda found: False)
    assert over["state"] == "done"
    plan = network.get(f"/plans/{over['plan_id']}").json()
    assert (plan["state"], len(plan["routes"]), plan["unserved"]) == ("draft", 1, [])
    assert plan["figures"]["alone"]["kg_delivered"] > 0
    late = network.post(f"/plan-runs/{searching['id']}/end-search")
    assert (late.status_code, late.json()["code"]) == (409, "run_has_ended")


def test_the_smallest_change_is_not_ended_early(network: ServiceClient, searching: dict[str, Any]) -> None:
    network.ok(f"/plan-runs/{searching['id']}/end-search", None)
    plan = network.get(f"/plans/{until(network, searching['id'], lambda found: False)['plan_id']}").json()
    network.published(plan)
    change = network.ok(f"/plans/{plan['id']}/changes", {})
    refused = network.post(f"/plan-runs/{change['id']}/end-search")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_end")


def test_the_page_offers_the_best_plan_so_far_and_shows_it(
    network: ServiceClient,
    searching: dict[str, Any],
    desk: Reader,  # noqa: F811
) -> None:
    assert OFFERED in desk.http.get("/day", params={"date": DAY}).text
    wish = {"day": DAY, "run_id": searching["id"]}
    taken = desk.http.post("/day/end-search", data=wish)
    assert taken.status_code == 200
    assert OFFERED not in taken.text
    until(network, searching["id"], lambda found: False)
    too_late = desk.http.post("/day/end-search", data=wish)
    assert (too_late.status_code, OFFERED in too_late.text) == (200, False)
    assert "Publish" in too_late.text

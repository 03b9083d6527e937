"""At the network's cut-off time the plan of the day is asked for by itself, once, and again when offers come late."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.plans import PlanRun
from app.planning import asking
from app.planning.cut_off import plan_anew
from app.planning.cut_off_jobs import ask_everywhere
from app.settings import Settings
from tests.hand_made_plan import Ride, draft
from tests.service_client import (
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)
Ask = Callable[[str], int]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


def cut_off(network: ServiceClient, at: str | None, day: str = "same_day") -> dict[str, Any]:
    """The network's answer to another cut-off time; None takes it away."""
    version = network.get("/network").headers["ETag"]
    wish = None if at is None else {"at": at, "day": day}
    answer = network.http.patch("/network", json={"cut_off": wish}, headers={"If-Match": version})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def ask(database: Database, clock: HandSetClock) -> Ask:
    """Let it be that time of the day, and the job come round; how many plans it asked for."""

    def at(time: str) -> int:
        moment = time if "T" in time else f"{DAY}T{time}:00"
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        return ask_everywhere(database, clock)

    return at


@pytest.fixture
def runs(database: Database, network: ServiceClient) -> Callable[[], list[PlanRun]]:
    """All that was asked for so far."""
    network_id = network.network_id()

    def all_of() -> list[PlanRun]:
        with database.transaction(Scope(network=network_id)) as session:
            return list(session.scalars(select(PlanRun).order_by(PlanRun.requested_at, PlanRun.id)))

    return all_of


@pytest.fixture
def store(network: ServiceClient) -> dict[str, Any]:
    return network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")


def end_runs(database: Database, network_id: UUID) -> None:
    """As if a worker had planned."""
    with database.transaction(Scope(network=network_id)) as session:
        session.execute(update(PlanRun).values(state="done"))


def waiting(database: Database, task: str) -> int:
    """How many jobs of a kind wait."""
    with database.transaction(Scope()) as session:
        counted = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'")
        return int(session.scalar(counted, {"task": task}) or 0)


def test_a_plan_is_asked_for_at_the_cut_off_once_and_by_the_cut_off_time(
    network: ServiceClient, store: dict[str, Any], ask: Ask, runs: Callable[[], list[PlanRun]]
) -> None:
    assert cut_off(network, "07:30")["cut_off"] == {"at": "07:30:00", "day": "same_day"}
    network.ok("/offers", an_offer(store))
    assert ask("07:29") == 0
    assert ask("07:30") == 1
    assert ask("07:31") == 0
    [run] = runs()
    assert (run.service_date, run.requested_by, run.state) == (TODAY, "the cut-off time", "queued")


def test_the_next_day_is_planned_on_the_evening_before(
    network: ServiceClient, store: dict[str, Any], ask: Ask, runs: Callable[[], list[PlanRun]]
) -> None:
    cut_off(network, "18:00", "day_before")
    tomorrow = {"pickup_from": f"{TOMORROW}T08:00:00Z", "pickup_until": f"{TOMORROW}T12:00:00Z"}
    network.ok("/offers", an_offer(store, **tomorrow))
    assert ask("17:59") == 0
    assert ask("18:00") == 1
    assert [run.service_date for run in runs()] == [TOMORROW]


def test_what_stands_is_filled_in_when_the_day_is_planned(
    network: ServiceClient, store: dict[str, Any], ask: Ask
) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    stands = {key: value for key, value in a_need(bank).items() if key != "service_date"}
    network.ok("/standing-needs", {**stands, "weekdays": [1, 2, 3, 4, 5, 6, 7], "starts_on": DAY})
    network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    assert ask("07:00") == 1
    assert [each["service_date"] for each in network.get("/needs").json()["items"]] == [DAY]


def test_after_a_standstill_the_day_is_caught_up_and_no_day_before(
    network: ServiceClient, store: dict[str, Any], ask: Ask, runs: Callable[[], list[PlanRun]]
) -> None:
    cut_off(network, "07:00")
    network.ok("/offers", an_offer(store))
    next_day = {"pickup_from": f"{TOMORROW}T08:00:00Z", "pickup_until": f"{TOMORROW}T12:00:00Z"}
    network.ok("/offers", an_offer(store, **next_day))
    assert ask(f"{TOMORROW}T09:10:00") == 1
    assert [run.service_date for run in runs()] == [TOMORROW]


def test_a_day_without_food_is_asked_for_when_food_comes(
    network: ServiceClient, store: dict[str, Any], ask: Ask
) -> None:
    cut_off(network, "07:00")
    assert ask("07:00") == 0
    network.ok("/offers", an_offer(store))
    assert ask("07:05") == 1


def test_food_that_no_van_can_fetch_any_more_asks_for_nothing(
    network: ServiceClient, store: dict[str, Any], ask: Ask
) -> None:
    cut_off(network, "07:00")
    network.ok("/offers", an_offer(store))
    assert ask("12:00") == 0


def test_a_day_whose_plan_is_published_is_left_alone(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database
) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    need, offer = network.ok("/needs", a_need(bank)), network.ok("/offers", an_offer(store))
    network.ok("/offers", an_offer(store))
    shift = network.vehicle_and_shift(bank)
    network.published(draft(database, network, shift, Ride(offer, need, 10_000)))
    cut_off(network, "07:00")
    assert ask("07:00") == 0


def test_a_late_offer_asks_for_the_plan_again_and_many_within_a_minute_ask_once(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database, clock: HandSetClock
) -> None:
    network.ok("/offers", an_offer(store))
    assert waiting(database, asking.PLAN_ANEW) == 0
    cut_off(network, "07:00")
    ask("07:00")
    end_runs(database, network.network_id())
    network.ok("/offers", an_offer(store, a_line(kg="4")))
    network.ok("/offers", an_offer(store, a_line(kg="5")))
    assert waiting(database, asking.PLAN_ANEW) == 1
    with database.transaction(Scope(network=network.network_id())) as session:
        run = plan_anew(session, network.network_id(), TODAY, clock())
    assert run is not None
    assert (run.requested_by, run.changes_plan_id) == ("the cut-off time", None)


def test_a_late_offer_of_another_organisation_asks_too(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database
) -> None:
    """A store sees no planning, and its offer makes the plan anew all the same."""
    tesco = network.organisation("supermarket", "Tesco")
    spytty = network.site(TESCO_SPYTTY, "Tesco Spytty", organisation_id=tesco["id"])
    network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    ask("07:00")
    network.client_of(tesco, "offers").ok("/offers", an_offer(spytty))
    assert waiting(database, asking.PLAN_ANEW) == 1


@pytest.mark.parametrize("deed", ["withdrawn", "amended", "moved to the next day"])
def test_an_offer_that_is_taken_back_or_changed_asks_again(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database, deed: str
) -> None:
    offer = network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    ask("07:00")
    match = {"If-Match": f'"{offer["version"]}"'}
    if deed == "withdrawn":
        network.ok(f"/offers/{offer['id']}/withdraw", None, **match)
    else:
        moved = {"pickup_from": f"{TOMORROW}T08:00:00Z", "pickup_until": f"{TOMORROW}T12:00:00Z"}
        change = {"lines": [a_line(kg="3")]} if deed == "amended" else moved
        assert network.http.patch(f"/offers/{offer['id']}", json=change, headers=match).is_success
    assert waiting(database, asking.PLAN_ANEW) == 1


def test_what_comes_while_the_day_is_being_planned_makes_another_run_follow(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database, clock: HandSetClock,
    runs: Callable[[], list[PlanRun]],
) -> None:  # fmt: skip
    network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    ask("07:00")
    with database.transaction(Scope(network=network.network_id())) as session:
        plan_anew(session, network.network_id(), TODAY, clock())
    [run] = runs()
    assert run.again
    end_runs(database, network.network_id())
    with database.transaction(Scope(network=network.network_id())) as session:
        follower = asking.follow_up(session, session.get_one(PlanRun, run.id), clock())
    assert follower is not None
    assert (follower.requested_by, follower.again) == ("the cut-off time", False)


def test_a_day_that_nobody_planned_by_itself_is_not_planned_anew(
    network: ServiceClient, store: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    network.ok("/offers", an_offer(store))
    with database.transaction(Scope(network=network.network_id())) as session:
        assert plan_anew(session, network.network_id(), TODAY, clock()) is None


def test_a_draft_that_somebody_edited_stays_beside_the_new_one(
    network: ServiceClient, store: dict[str, Any], ask: Ask, database: Database, clock: HandSetClock
) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    need, offer = network.ok("/needs", a_need(bank)), network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    ask("07:00")
    end_runs(database, network.network_id())
    shift = network.vehicle_and_shift(bank)
    plan = draft(database, network, shift, Ride(offer, need, 10_000))
    network.ok("/offers", an_offer(store, a_line(kg="4")))
    with database.transaction(Scope(network=network.network_id())) as session:
        assert plan_anew(session, network.network_id(), TODAY, clock()) is not None
    assert network.published(plan)["state"] == "published"


def test_a_cut_off_is_set_from_the_version_that_was_read_taken_away_and_in_the_audit_trail(
    network: ServiceClient, store: dict[str, Any], ask: Ask
) -> None:
    network.ok("/offers", an_offer(store))
    cut_off(network, "07:00")
    stale = network.http.patch("/network", json={"cut_off": None}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert cut_off(network, None)["cut_off"] is None
    assert ask("07:00") == 0
    trail = network.get("/audit-entries", action="network.change").json()["items"]
    assert [each["detail"]["changes"]["cut_off"]["after"] for each in trail if "changes" in each["detail"]]
    bad = network.http.patch(
        "/network", json={"cut_off": {"at": "25:00", "day": "same_day"}}, headers={"If-Match": '"3"'}
    )
    assert bad.status_code == 422

"""What was turned down again and again is planned for somebody else; it is shown, can be taken off and forgotten."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.planning import snapshot
from tests.conftest import MORNING
from tests.declines.conftest import YOGHURT, YoghurtDay, receivers
from tests.hand_made_plan import Ride, draft
from tests.service_client import DAY, a_need, an_event, an_offer, kilograms, report

TOMORROW = "2026-11-26"
DAIRY = "dairy_and_eggs"


@pytest.fixture
def four(day: YoghurtDay, database: Database) -> Callable[[int, int], None]:
    """Four times yoghurt for the first food bank: how often it is declined beforehand, and how often refused at the
    door; the rest is taken."""

    def happen(declined: int, refused: int = 0) -> None:
        [need] = day.first.get("/needs", service_date=DAY).json()["items"]
        offers = [day.network.ok("/offers", an_offer(day.store, {**YOGHURT, "kg": "7"})) for _ in range(4)]
        rides = [
            Ride(offer, need, 7000, f"09:0{n}", f"10:0{n}") for n, offer in enumerate(offers)
        ]  # each with stops of its own
        day.network.published(draft(database, day.network, day.shift, *rides))
        found = sorted(day.first.get("/allocations").json()["items"], key=lambda each: each["pickup_at"])
        for each in found[:declined]:
            day.first.ok(f"/allocations/{each['id']}/decline", {"reason": "not_wanted"})
        for number, each in enumerate(found[declined:]):
            kind = "refused" if number < refused else "delivered"
            stop = next(s for s in day.stops("drop_off") if each["id"] in [a["id"] for a in s["allocations"]])
            with day.network.driver(day.shift) as driver:
                reason = {"reason": "refused_at_the_door"} if kind == "refused" else {}
                assert report(driver, an_event(stop, kind, kilograms(each), **reason)) == ["stored"]

    return happen


def tomorrow(day: YoghurtDay, kg: str, room_of_the_other: str) -> dict[str, str]:
    """Who gets how much of tomorrow's yoghurt, where the first food bank asks for plenty."""
    day.first.ok("/needs", a_need(day.bank, kg="90", category=DAIRY, service_date=TOMORROW, priority=5))
    day.second.ok("/needs", a_need(day.other, kg=room_of_the_other, category=DAIRY, service_date=TOMORROW))
    times = {name: f"{TOMORROW}T{at}:00+00:00" for name, at in (("pickup_from", "08:00"), ("pickup_until", "12:00"))}
    day.network.ok("/offers", an_offer(day.store, {**YOGHURT, "kg": kg}, **times))
    vehicle = day.network.get("/vehicles").json()["items"][0]
    shift = {"starts_at": f"{TOMORROW}T08:00:00+00:00", "ends_at": f"{TOMORROW}T16:00:00+00:00", "driver_name": "D"}
    day.network.ok(
        "/shifts",
        {**shift, "vehicle_id": vehicle["id"], "start_site_id": day.bank["id"], "end_site_id": day.bank["id"]},
    )
    return receivers(day.planned(TOMORROW))


def lesson(day: YoghurtDay) -> dict[str, Any]:
    [found] = day.first.get("/declines/learnt").json()
    return dict(found)


def test_what_was_turned_down_three_times_of_four_is_not_planned_for_it_while_another_can_take_it(
    day: YoghurtDay, four: Callable[..., None]
) -> None:
    four(2, refused=1)
    assert (lesson(day)["turned_down"], lesson(day)["cases"], lesson(day)["reluctant"]) == (3, 4, True)
    assert tomorrow(day, "20", "50") == {"Duffryn Centre": "20.0"}


def test_where_nobody_else_has_room_for_it_it_is_planned_there_all_the_same(
    day: YoghurtDay, four: Callable[..., None]
) -> None:
    four(3)
    assert "Newport Food Bank" in tomorrow(day, "40", "10")


def test_without_what_was_learnt_the_food_would_be_planned_there(
    day: YoghurtDay, four: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the same day for a planner that learns nothing."""
    four(3)
    monkeypatch.setattr(snapshot, "reluctant_places", lambda *_: frozenset())
    assert "Newport Food Bank" in tomorrow(day, "20", "50")


def test_turned_down_twice_is_no_lesson_yet(day: YoghurtDay, four: Callable[..., None]) -> None:
    four(2)
    assert (lesson(day)["turned_down"], lesson(day)["reluctant"]) == (2, False)


def test_forgetting_makes_it_planned_as_for_anybody(
    day: YoghurtDay, four: Callable[..., None], database: Database
) -> None:
    four(3)
    day.clock.set(MORNING + timedelta(hours=12))
    wish = {"site_id": day.bank["id"], "category": DAIRY}
    assert day.second.post("/declines/learnt/forget", wish).status_code == 404
    day.first.ok("/declines/learnt/forget", wish)
    assert day.first.get("/declines/learnt").json() == []
    with database.transaction(Scope(network=day.network.network_id())) as session:
        found = snapshot.read_day(session, day.network.network_id(), (MORNING + timedelta(days=1)).date())
    assert found.reluctant == frozenset()


def test_taking_it_off_the_need_ends_what_stands_of_it(day: YoghurtDay, four: Callable[..., None]) -> None:
    standing = day.first.ok(
        "/standing-needs",
        {"site_id": day.bank["id"], "category": DAIRY, "kg": "30", "weekdays": [1, 2, 3, 4], "starts_on": TOMORROW},
    )
    four(3)
    assert lesson(day)["standing_need_ids"] == [standing["id"]]
    wish = {"site_id": day.bank["id"], "category": DAIRY}
    assert day.second.post("/declines/learnt/take-off", wish).status_code == 404
    assert day.first.ok("/declines/learnt/take-off", wish) == {"standing_need_ids": [standing["id"]]}
    assert day.first.get(f"/standing-needs/{standing['id']}").json()["state"] == "ended"
    assert day.first.ok("/declines/learnt/take-off", wish) == {"standing_need_ids": []}


def test_a_food_bank_sees_its_own_lessons_and_the_network_all(day: YoghurtDay, four: Callable[..., None]) -> None:
    four(3)
    assert [each["site_name"] for each in day.network.get("/declines/learnt").json()] == ["Newport Food Bank"]
    assert day.second.get("/declines/learnt").json() == []
    assert day.till.get("/declines/learnt").status_code == 403


def test_declines_for_want_of_room_are_no_lesson(day: YoghurtDay) -> None:
    day.decline("no_room")
    assert day.first.get("/declines/learnt").json() == []

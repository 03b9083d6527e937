"""What the solver is told: who may get what until when under the network's own limits, what a site can store, whom
fairness favours; and that its checker holds a plan to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

import routing
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Site
from app.planning.snapshot import Day, to_problem
from app.roads.travel import Travel

DAY = date(2026, 11, 25)
HOURS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}]
HOUR = 3600


def a_site(**fields: Any) -> Site:
    body = {
        "id": uuid4(), "organisation_id": uuid4(), "windows": HOURS, "setup_seconds": 60, "service_seconds": 60,
        "temperature_classes": ["ambient", "chilled", "hot"], "storage_grams": {}, "exceptions": [],
    }  # fmt: skip
    return Site(**{**body, **fields})


def a_day(line: dict[str, Any], *, limits: dict[str, Any] | None = None, **site: Any) -> Day:
    """One line at a store, one need at a food bank, one van."""
    store, bank = a_site(), a_site(**site)
    row = OfferLine(
        id=uuid4(), organisation_id=store.organisation_id, position=0,
        **{
            "category": "dairy_and_eggs", "description": "Milk", "grams": 40_000, "crates": 4,
            "temperature_class": "chilled", "date_mark": "use_by", "mark_date": DAY, "allergens": [],
            "dietary_flags": [], "splittable": True, **line,
        },
    )  # fmt: skip
    offer = Offer(
        id=uuid4(), site_id=store.id, service_date=DAY, pickup_from=datetime(2026, 11, 25, 8, tzinfo=UTC),
        pickup_until=datetime(2026, 11, 25, 9, tzinfo=UTC),
    )  # fmt: skip
    offer.__dict__["lines"] = [row]
    need = Need(
        id=uuid4(), organisation_id=bank.organisation_id, site_id=bank.id, service_date=DAY, category=row.category,
        grams=100_000, minimum_shelf_life_days=0, accepts_past_best_before=True, excluded_allergens=[],
        required_dietary_flags=[], people_served=10, priority=5,
    )  # fmt: skip
    vehicle = Vehicle(
        id=uuid4(), profile="car", capacity_grams=600_000, capacity_crates=100, chilled_grams=300_000, frozen_grams=0,
        hot_grams=100_000, cents_per_km=50, cents_per_hour=1500, cents_per_use=0, grams_co2e_per_km=200,
    )  # fmt: skip
    shift = Shift(
        id=uuid4(), organisation_id=bank.organisation_id, vehicle_id=vehicle.id, start_site_id=bank.id,
        end_site_id=bank.id, starts_at=datetime(2026, 11, 25, 7, tzinfo=UTC),
        ends_at=datetime(2026, 11, 25, 16, tzinfo=UTC),
    )  # fmt: skip
    return Day(
        network=Network(time_zone="Europe/London", food_safety=limits or {}),
        service_date=DAY,
        offers=[offer],
        available={row.id: row.grams},
        needs=[need],
        shifts=[shift],
        vehicles={vehicle.id: vehicle},
        sites={store.id: store, bank.id: bank},
        organisations={},
        pace=None,
        service_times={},
    )


def problem_of(day: Day) -> routing.Problem:
    sites = tuple(day.sites)
    tables = np.array([[[0, 600], [600, 0]], [[0, 5000], [5000, 0]]], dtype=np.int32)
    return to_problem(day, {"car": Travel("car", sites, (), tables, "by hand", "", estimated=True)})


def test_use_by_food_may_arrive_until_the_last_second_of_its_day() -> None:
    [pair] = problem_of(a_day({})).eligibilities or ()
    assert pair.deliver_by == 24 * HOUR - 1


@pytest.mark.parametrize(
    ("line", "limits"),
    [
        ({}, {"minimum_days_before_use_by": 1}),
        (
            {"date_mark": "best_before", "mark_date": date(2026, 11, 20)},
            {"best_before_tolerance_days": 4},
        ),
    ],
)
def test_what_the_network_keeps_out_is_eligible_nowhere(line: dict[str, Any], limits: dict[str, Any]) -> None:
    assert len(problem_of(a_day(line)).eligibilities or ()) == 1
    assert problem_of(a_day(line, limits=limits)).eligibilities == ()


def test_a_stricter_network_wants_hot_food_sooner() -> None:
    hot = {"category": "chilled_prepared", "temperature_class": "hot", "date_mark": "none", "mark_date": None}
    arrivals = [
        (problem_of(a_day(hot, limits=limits)).eligibilities or ())[0].deliver_by
        for limits in ({}, {"hot_longest_minutes": 90})
    ]
    assert arrivals == [10 * HOUR, 9 * HOUR + HOUR // 2]


def test_a_need_says_how_urgent_it_is() -> None:
    assert problem_of(a_day({})).needs[0].priority_percent == 200


def test_a_sites_storage_is_the_solvers_and_a_plan_beyond_it_is_found_out() -> None:
    room = {"ambient": None, "chilled": 15_000, "frozen": 0}
    problem = problem_of(a_day({}, storage_grams=room))
    bank = next(site for site in problem.sites if site.id == problem.needs[0].site)
    assert bank.storage == routing.Storage(None, 15_000, 0, None)
    plan = routing.solve(problem, seconds=1, seed=1)
    assert sum(each.grams for each in plan.allocations) == 15_000
    assert routing.check(problem, plan) == ()
    smaller = replace(bank, storage=routing.Storage(None, 14_999, 0, None))
    tighter = replace(problem, sites=tuple(smaller if site is bank else site for site in problem.sites))
    assert "no_more_than_can_be_stored" in {
        each.rule for each in routing.check(tighter, replace(plan, problem_digest=tighter.digest()))
    }

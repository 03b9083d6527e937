"""Small problems that read like the story of a test, and random ones for properties."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from routing import Eligibility, Load, Lot, Need, Problem, Shift, Site, TimeWindow, TravelMatrix

MORNING = TimeWindow(8 * 3600, 12 * 3600)
WORKDAY = TimeWindow(7 * 3600, 17 * 3600)
END_OF_DAY = 24 * 3600 - 1
METRES_PER_SECOND = 8


def a_lot(id: str = "bread", **fields: Any) -> Lot:
    """Forty kilograms of bread at the store."""
    base = Lot(id, f"offer of {id}", "store", "bread", 40_000, 5, "ambient", MORNING, True, 200)
    return replace(base, **fields)


def a_need(id: str = "bank bread", **fields: Any) -> Need:
    """A food bank that takes a hundred kilograms of bread all day."""
    base = Need(id, "bank", "bank", "bread", 100_000, (WORKDAY,), 50)
    return replace(base, **fields)


def a_shift(id: str = "van", **fields: Any) -> Shift:
    """A van from and to the food bank, with a chilled compartment."""
    base = Shift(
        id,
        f"vehicle {id}",
        "bank",
        "bank",
        "bank",
        WORKDAY,
        Load(500_000, 100, 200_000, 0, 0),
        "car",
        45,
        1200,
        1500,
        279,
    )
    return replace(base, **fields)


def travel(points: Sequence[tuple[float, float]]) -> TravelMatrix:
    """Straight roads in metres."""
    metres = tuple(tuple(round(math.dist(a, b)) for b in points) for a in points)
    return TravelMatrix(tuple(tuple(m // METRES_PER_SECOND for m in row) for row in metres), metres)


def a_problem(
    lots: Sequence[Lot] = (),
    needs: Sequence[Need] = (),
    shifts: Sequence[Shift] = (),
    *,
    places: dict[str, tuple[float, float]] | None = None,
    deliver_by: int = END_OF_DAY,
    sites: dict[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> Problem:
    """Store and food bank five kilometres apart; every lot may go to every need of its category."""
    places = places or {"store": (0, 0), "bank": (5000, 0)}
    return Problem(
        service_date="2026-11-25",
        time_zone="Europe/London",
        sites=tuple(Site(name, 300, 60, **(sites or {}).get(name, {})) for name in places),
        lots=tuple(lots),
        needs=tuple(needs),
        eligibilities=tuple(
            Eligibility(lot.id, need.id, deliver_by) for lot in lots for need in needs if lot.category == need.category
        ),
        shifts=tuple(shifts),
        travel={"car": travel(list(places.values()))},
        **fields,
    )


def a_city(seed: int, lots: int = 12, stores: int = 5, banks: int = 4, vans: int = 2) -> Problem:
    """A random day: several categories and temperature classes, tight and loose windows, small and large vans."""
    rng = random.Random(seed)
    places = {
        **{f"store {i}": (rng.gauss(0, 4000), rng.gauss(0, 4000)) for i in range(stores)},
        **{f"bank {i}": (rng.gauss(0, 4000), rng.gauss(0, 4000)) for i in range(banks)},
    }
    classes = {"bread": "ambient", "dairy": "chilled", "ice": "frozen"}
    offered = [
        a_lot(
            f"lot {i}",
            site=f"store {rng.randrange(stores)}",
            category=(category := rng.choice(list(classes))),
            temperature_class=classes[category],
            grams=rng.randrange(500, 120_000),
            crates=rng.randrange(0, 12),
            window=TimeWindow(begin := rng.randrange(7, 12) * 3600, begin + rng.randrange(1, 5) * 3600),
            splittable=rng.random() < 0.8,
            value_per_kg=rng.choice((0, 100, 300)),
        )
        for i in range(lots)
    ]
    asked = [
        a_need(
            f"need {bank} {category}",
            organisation=f"org {bank}",
            site=f"bank {bank}",
            category=category,
            grams=rng.randrange(1_000, 150_000),
            windows=rng.choice(((WORKDAY,), (TimeWindow(9 * 3600, 10 * 3600), TimeWindow(13 * 3600, 15 * 3600)))),
            people_served=rng.randrange(5, 80),
        )
        for bank in range(banks)
        for category in classes
        if rng.random() < 0.8
    ]
    driven = [
        a_shift(
            f"van {van}",
            organisation=f"org {van % banks}",
            start_site=f"bank {van % banks}",
            end_site=f"bank {van % banks}",
            window=TimeWindow(7 * 3600, rng.randrange(12, 17) * 3600),
            capacity=Load(rng.randrange(50, 400) * 1000, rng.randrange(8, 80), 60_000, rng.choice((0, 40_000)), 0),
        )
        for van in range(vans)
    ]
    return a_problem(offered, asked, driven, places=places, deliver_by=rng.choice((END_OF_DAY, 13 * 3600)))

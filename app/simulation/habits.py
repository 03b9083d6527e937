"""What stores do week by week: on which weekdays they post what, how late, and what they take back. Pure and seeded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.food import FOODS, PICKUPS, Food, line_of, offer_of, size_of
from app.roads.places import Place
from app.simulation.chance import chance, happens

KINDS_OF_FOOD = (4, 9)  # that a store usually has over
DAY_STRAYS = 0.35  # standard deviation of the logarithm of a day's kilograms
LATE_PICKUP = timedelta(hours=3)


@dataclass(frozen=True)
class Habit:
    """One store: its weekdays, the usual kilograms of each kind of food, and how reliable it is (shares of 1)."""

    store: str
    weekdays: frozenset[int]
    usual: tuple[tuple[Food, float], ...]
    offers: int
    silent: float
    late: float
    amends: float
    withdraws: float


@dataclass(frozen=True)
class Post:
    """One offer: when it is posted, what it says (`site_id` is missing), and what the store does to it afterwards."""

    posted_at: datetime
    offer: dict[str, Any]
    late: bool = False
    amended_at: datetime | None = None
    amended_lines: tuple[dict[str, Any], ...] = ()
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class StoreDay:
    """What a store does for one day; `silent`: it should have posted and says nothing."""

    posts: tuple[Post, ...] = ()
    silent: bool = False


def habits_of(stores: Sequence[Place], seed: int) -> tuple[Habit, ...]:
    """The habits of each store."""
    return tuple(_habit(store, seed) for store in stores)


def _habit(store: Place, seed: int) -> Habit:
    rng = chance(seed, "habit", store.osm_id)
    offers, kilograms = size_of(store)
    foods = rng.sample(FOODS, rng.randint(*KINDS_OF_FOOD))
    return Habit(
        store=store.osm_id,
        weekdays=frozenset(rng.sample(range(1, 8), rng.randint(4, 7))),
        usual=tuple((food, rng.uniform(*kilograms)) for food in foods),
        offers=offers,
        silent=rng.uniform(0.0, 0.15),
        late=rng.uniform(0.02, 0.25),
        amends=rng.uniform(0.0, 0.2),
        withdraws=rng.uniform(0.0, 0.1),
    )


def store_day(habit: Habit, day: date, zone: ZoneInfo, seed: int) -> StoreDay:
    """What the store does for that day: the same for the same seed."""
    if day.isoweekday() not in habit.weekdays:
        return StoreDay()
    if happens(seed, habit.silent, "silent", habit.store, day):
        return StoreDay(silent=True)
    return StoreDay(tuple(_post(habit, day, zone, seed, number) for number in range(habit.offers)))


def _post(habit: Habit, day: date, zone: ZoneInfo, seed: int, number: int) -> Post:
    rng = chance(seed, "post", habit.store, day, number)
    late = rng.random() < habit.late
    foods = rng.sample(habit.usual, min(len(habit.usual), rng.choice((1, 1, 2, 2, 3))))
    lines = [line_of(food, day, _kilograms(kg * math.exp(rng.gauss(0, DAY_STRAYS))), rng) for food, kg in foods]
    if late:
        posted = datetime.combine(day, time(8), tzinfo=zone) + timedelta(minutes=rng.randint(0, 240))
        opens = posted + timedelta(minutes=rng.randint(10, 45))
        closes = opens + LATE_PICKUP
    else:
        # The evening before, or early that morning.
        posted = datetime.combine(day, time(5, 30), tzinfo=zone) + timedelta(minutes=rng.randint(0, 100))
        if rng.random() < 0.5:
            posted -= timedelta(hours=rng.randint(9, 12))
        opens, closes = (datetime.combine(day, each, tzinfo=zone) for each in rng.choice(PICKUPS))
    afterwards = posted + timedelta(minutes=rng.randint(10, 120))
    amends, withdraws = rng.random() < habit.amends, rng.random() < habit.withdraws
    changed = [{**line, "kg": f"{_kilograms(float(line['kg']) * rng.uniform(0.5, 1.3)):g}"} for line in lines]
    return Post(
        posted_at=posted,
        offer=offer_of(opens, closes, lines),
        late=late,
        amended_at=afterwards if amends else None,
        amended_lines=tuple(changed) if amends else (),
        withdrawn_at=afterwards + timedelta(minutes=5) if withdraws else None,
    )


def _kilograms(kg: float) -> float:
    return max(1.0, round(2 * kg) / 2)

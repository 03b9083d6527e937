"""The invented food of the day: what stores of each size post, and what receivers ask for. The same for a seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.city import LARGE, MIDDLE, RECEIVERS, Receiver
from app.roads.places import Place


@dataclass(frozen=True)
class Food:
    """One kind of surplus: category, how it is kept, its date, and the kilograms of a crate."""

    category: str
    description: str
    temperature_class: str
    date_mark: str
    days_left: tuple[int, int]
    kg_per_crate: float
    allergens: tuple[str, ...] = ()
    dietary_flags: tuple[str, ...] = ()


FOODS: tuple[Food, ...] = (
    Food("bread_and_bakery", "Sliced bread, yesterday's", "ambient", "best_before", (0, 2), 8, ("gluten",)),
    Food("bread_and_bakery", "Rolls and baguettes", "ambient", "none", (0, 0), 6, ("gluten",)),
    Food("bread_and_bakery", "Scones and cakes", "ambient", "best_before", (1, 3), 6, ("gluten", "eggs", "milk")),
    Food("fruit_and_vegetables", "Mixed vegetables", "ambient", "none", (0, 0), 12, (), ("vegan",)),
    Food("fruit_and_vegetables", "Apples and bananas", "ambient", "none", (0, 0), 12, (), ("vegan",)),
    Food("fruit_and_vegetables", "Bagged salad", "chilled", "use_by", (0, 2), 5, (), ("vegan",)),
    Food("dairy_and_eggs", "Yoghurt", "chilled", "use_by", (0, 4), 10, ("milk",), ("vegetarian",)),
    Food("dairy_and_eggs", "Milk, 2 litres", "chilled", "use_by", (1, 3), 14, ("milk",)),
    Food("dairy_and_eggs", "Eggs, boxes with one broken", "ambient", "best_before", (3, 10), 9, ("eggs",)),
    Food("meat_and_fish", "Chicken portions", "chilled", "use_by", (0, 1), 10, (), ("halal",)),
    Food("meat_and_fish", "Minced beef", "chilled", "use_by", (0, 1), 10),
    Food("chilled_prepared", "Ready meals", "chilled", "use_by", (0, 2), 8, ("gluten", "milk")),
    Food("chilled_prepared", "Sandwiches", "chilled", "use_by", (0, 0), 6, ("gluten", "milk", "eggs")),
    Food("frozen_food", "Frozen vegetables", "frozen", "best_before", (60, 200), 10, (), ("vegan",)),
    Food("frozen_food", "Fish fingers, dented boxes", "frozen", "best_before", (30, 150), 9, ("fish", "gluten")),
    Food("ambient_groceries", "Tins, dented", "ambient", "best_before", (90, 400), 14),
    Food("ambient_groceries", "Pasta and rice", "ambient", "best_before", (60, 300), 12, ("gluten",)),
    Food("drinks", "Juice, end of promotion", "ambient", "best_before", (20, 90), 14),
)
# What receivers ask for against what is offered: more than there is, so that who gets how much is a question, but for
# bread, of which there is always too much.
SPOKEN_FOR, BREAD_SPOKEN_FOR = 1.12, 0.85
PICKUPS = ((time(8), time(11)), (time(8), time(13)), (time(9), time(12, 30)), (time(10), time(14)))
SMALLEST_NEED_KG = 5


def size_of(store: Place) -> tuple[int, tuple[int, int]]:
    """Offers of a store and the kilograms of one of its lines."""
    if store.name in LARGE:
        return 5, (18, 60)
    if store.name in MIDDLE:
        return 3, (10, 36)
    return 2, (4, 14)


def offers_of(store: Place, day: date, zone: ZoneInfo, rng: random.Random) -> list[dict[str, Any]]:
    """What one store posts that morning; `site_id` is still missing."""
    count, kilograms = size_of(store)
    return [_offer(day, zone, kilograms, rng) for _ in range(count)]


def _offer(day: date, zone: ZoneInfo, kilograms: tuple[int, int], rng: random.Random) -> dict[str, Any]:
    opens, closes = rng.choice(PICKUPS)
    foods = rng.sample(FOODS, rng.choice((1, 1, 2, 2, 3)))
    lines = [line_of(food, day, rng.randint(2 * kilograms[0], 2 * kilograms[1]) / 2, rng) for food in foods]
    return offer_of(datetime.combine(day, opens, tzinfo=zone), datetime.combine(day, closes, tzinfo=zone), lines)


def offer_of(opens: datetime, closes: datetime, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """An offer of these lines; `site_id` is still missing."""
    return {"pickup_from": opens.isoformat(), "pickup_until": closes.isoformat(), "note": "", "lines": lines}


def line_of(food: Food, day: date, kg: float, rng: random.Random) -> dict[str, Any]:
    """A line of an offer that is fetched on a day."""
    marked = None if food.date_mark == "none" else day + timedelta(days=rng.randint(*food.days_left))
    return {
        "category": food.category,
        "description": food.description,
        "kg": f"{kg:g}",
        "crates": max(1, round(kg / food.kg_per_crate)),
        "temperature_class": food.temperature_class,
        "date_mark": food.date_mark,
        "mark_date": None if marked is None else marked.isoformat(),
        "allergens": list(food.allergens),
        "dietary_flags": list(food.dietary_flags),
    }


def needs_of(
    offers: Sequence[Mapping[str, Any]], day: date, rng: random.Random
) -> list[tuple[Receiver, dict[str, Any]]]:
    """What each receiver asks for; `site_id` is still missing. Shares follow people served and what can be kept."""
    offered: dict[str, float] = {}
    classes: dict[str, set[str]] = {}
    for offer in offers:
        for line in offer["lines"]:
            offered[line["category"]] = offered.get(line["category"], 0.0) + float(line["kg"])
            classes.setdefault(line["category"], set()).add(line["temperature_class"])
    found = []
    for category in sorted(offered):
        takers = [receiver for receiver in RECEIVERS if classes[category] & set(receiver.keeps)]
        weights = {receiver.osm_id: receiver.people * rng.uniform(0.6, 1.4) for receiver in takers}
        total = sum(weights.values())
        for receiver in takers:
            share = BREAD_SPOKEN_FOR if category == "bread_and_bakery" else SPOKEN_FOR
            kg = round(offered[category] * share * weights[receiver.osm_id] / total)
            if kg >= SMALLEST_NEED_KG:
                found.append((receiver, _need(category, kg, day, receiver)))
    return found


def _need(category: str, kg: int, day: date, receiver: Receiver) -> dict[str, Any]:
    return {
        "service_date": day.isoformat(),
        "category": category,
        "kg": str(kg),
        "people_served": receiver.people,
        "minimum_shelf_life_days": 0,
    }

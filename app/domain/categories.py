"""The food categories and what a kilogram of each counts in a plan: what spoils first is fetched first."""

from enum import StrEnum


class Category(StrEnum):
    """One documented list for offers, needs and reports."""

    BREAD_AND_BAKERY = "bread_and_bakery"
    FRUIT_AND_VEGETABLES = "fruit_and_vegetables"
    DAIRY_AND_EGGS = "dairy_and_eggs"
    MEAT_AND_FISH = "meat_and_fish"
    CHILLED_PREPARED = "chilled_prepared"
    FROZEN_FOOD = "frozen_food"
    AMBIENT_GROCERIES = "ambient_groceries"
    DRINKS = "drinks"
    OTHER = "other"


CATEGORIES: tuple[str, ...] = tuple(member.value for member in Category)

WORDS: dict[str, str] = {
    "bread_and_bakery": "bread and bakery",
    "fruit_and_vegetables": "fruit and vegetables",
    "dairy_and_eggs": "dairy and eggs",
    "meat_and_fish": "meat and fish",
    "chilled_prepared": "chilled meals",
    "frozen_food": "frozen food",
    "ambient_groceries": "groceries",
    "drinks": "drinks",
    "other": "other food",
}

# Weights of our own, in cents per kg: how much a food bank misses such food, not what it costs in a shop.
BASE_CENTS_PER_KG: dict[str, int] = {
    "bread_and_bakery": 150,
    "fruit_and_vegetables": 200,
    "dairy_and_eggs": 250,
    "meat_and_fish": 500,
    "chilled_prepared": 400,
    "frozen_food": 300,
    "ambient_groceries": 250,
    "drinks": 100,
    "other": 150,
}
# Percent of the base value by whole days left: the last day counts most, since tomorrow is too late.
URGENCY_PERCENT: tuple[tuple[int, int], ...] = ((0, 200), (1, 170), (2, 140), (4, 120), (7, 110))
# Loose food without a date, such as bread, counts as if it kept for a day or two.
URGENCY_PERCENT_UNDATED = 140
UNDATED_AND_SHORT_LIVED = frozenset({"bread_and_bakery", "fruit_and_vegetables", "chilled_prepared", "other"})


def value_cents_per_kg(category: str, days_left: int | None) -> int:
    """What a kilogram counts in the plan; `days_left` is None where the pack bears no date."""
    base = BASE_CENTS_PER_KG[category]
    if days_left is None:
        percent = URGENCY_PERCENT_UNDATED if category in UNDATED_AND_SHORT_LIVED else 100
    else:
        percent = next((percent for days, percent in URGENCY_PERCENT if days_left <= days), 100)
    return base * percent // 100

"""The food categories, what a kilogram of each counts in a plan (what spoils first is fetched first), and where each
belongs in the classifications of GS1, WRAP and FAO.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from app.domain.arabic_words import CATEGORIES as ARABIC


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


@dataclass(frozen=True)
class GpcCode:
    """A family or a brick of GS1's Global Product Classification, segment 50000000 (Food/Beverage)."""

    level: Literal["family", "brick"]
    code: str
    title: str


@dataclass(frozen=True)
class Groups:
    """Where a category belongs in the classifications of others.

    gpc: what lies wholly within the category. wrap: the food group that WRAP counts waste in.
    fao: the heading of the food loss index; None where a category mixes several.
    """

    gpc: tuple[GpcCode, ...]
    wrap: str | None
    fao: str | None
    remark: str = ""


@dataclass(frozen=True)
class Source:
    """Where a classification is published, and how sure we are of what we wrote down of it."""

    name: str
    edition: str
    note: str


SOURCES: dict[str, Source] = {
    "gpc": Source(
        "GS1 Global Product Classification",
        "as published in 2025 and 2026",
        "Codes and titles were compared with public extracts of the classification, not with GS1's own browser: look "
        "a code up there before you rely on it. The list is not complete: it names what was found in two extracts "
        "(families) or in one with the code's title (bricks).",
    ),
    "wrap": Source(
        "WRAP, food groups of Household Food and Drink Waste in the United Kingdom 2012",
        "November 2013, project code CFP102",
        "The groups' names as WRAP uses them; which category belongs to which group is our own reading.",
    ),
    "fao": Source(
        "FAO, Food Loss Index, SDG indicator 12.3.1.a: headings of the commodity basket",
        "Fabi and English, FAO Statistics Working Paper 18-13, 2019",
        "The index counts primary products before retail. Which category belongs to which heading is our own reading, "
        "by the main ingredient; a category that mixes several has none.",
    ),
}

_CEREALS, _PRODUCE = "Cereals & Pulses", "Fruits & Vegetables"
_ANIMAL = "Animals Products & Fish and fish products"


def _family(code: str, title: str) -> GpcCode:
    return GpcCode("family", code, title)


def _brick(code: str, title: str) -> GpcCode:
    return GpcCode("brick", code, title)


GROUPS: dict[str, Groups] = {
    "bread_and_bakery": Groups(
        (
            _family("50180000", "Bread/Bakery Products"),
            _brick("10000164", "Bread (Perishable)"),
            _brick("10000165", "Bread (Shelf Stable)"),
            _brick("10000160", "Biscuits/Cookies (Perishable)"),
            _brick("10000161", "Biscuits/Cookies (Shelf Stable)"),
            _brick("10000172", "Cakes - Sweet (Shelf Stable)"),
        ),
        "Bakery",
        _CEREALS,
        "Frozen bread (10000163) is `frozen_food`; baking mixes of the family are `ambient_groceries`.",
    ),
    "fruit_and_vegetables": Groups(
        (
            _family("50250000", "Fruits - Unprepared/Unprocessed (Fresh)"),
            _family("50260000", "Vegetables (Non Leaf) - Unprepared/Unprocessed (Fresh)"),
            _family("50350000", "Leaf Vegetables - Unprepared/Unprocessed (Fresh)"),
            _family("50370000", "Fruits/Vegetables Fresh & Fresh Cut"),
            _family("50380000", "Fruits/Vegetables Fresh Cut"),
        ),
        "Fresh vegetables and salads; Fresh fruit",
        _PRODUCE,
        "Potatoes are counted here; FAO counts them among roots and tubers.",
    ),
    "dairy_and_eggs": Groups(
        (
            _family("50130000", "Milk/Butter/Cream/Yogurts/Cheese/Eggs/Substitutes"),
            _brick("10000025", "Milk (Perishable)"),
            _brick("10000028", "Cheese (Perishable)"),
            _brick("10000278", "Yogurt (Perishable)"),
        ),
        "Dairy and eggs",
        _ANIMAL,
        "Frozen cheese (10000030) and ice cream (10000215) are `frozen_food`.",
    ),
    "meat_and_fish": Groups(
        (
            _family("50240000", "Meat/Poultry/Other Animals"),
            _family("50120000", "Fish and Seafood"),
        ),
        "Meat and fish",
        _ANIMAL,
        "Tins of meat and fish are `ambient_groceries`, frozen meat and fish `frozen_food`.",
    ),
    "chilled_prepared": Groups(
        (_family("50190000", "Prepared/Preserved Foods"), _family("50390000", "Meat/Fish/Seafood Substitutes")),
        "Meals (home-made and pre-prepared)",
        None,
        "What of the two families is sold chilled; shelf-stable soups (10000262) are `ambient_groceries`.",
    ),
    "frozen_food": Groups(
        (
            _family("50270000", "Fruits - Unprepared/Unprocessed (Frozen)"),
            _family("50290000", "Vegetables - Unprepared/Unprocessed (Frozen)"),
            _brick("10000163", "Bread (Frozen)"),
            _brick("10000030", "Cheese (Frozen)"),
            _brick("10000215", "Ice Cream/Ice Novelties (Frozen)"),
            _brick("10000270", "Vegetables - Prepared/Processed (Frozen)"),
        ),
        None,
        None,
        "Whatever is sold frozen, of every family; WRAP and FAO count it by what it is, not by how it is kept.",
    ),
    "ambient_groceries": Groups(
        (
            _family("50220000", "Cereal/Grain/Pulse Products"),
            _family("50150000", "Oils/Fats Edible"),
            _family("50160000", "Confectionery/Sugar Sweetening Products"),
            _family("50170000", "Seasonings/Preservatives/Extracts"),
            _family("50310000", "Fruits - Unprepared/Unprocessed (Shelf Stable)"),
            _family("50320000", "Vegetables - Unprepared/Unprocessed (Shelf Stable)"),
            _brick("10000242", "Pasta/Noodles - Not Ready to Eat (Shelf Stable)"),
            _brick("10000206", "Fruit - Prepared/Processed (Shelf Stable)"),
            _brick("10000272", "Vegetables - Prepared/Processed (Shelf Stable)"),
            _brick("10000262", "Soups - Prepared (Shelf Stable)"),
        ),
        "Staple foods; Cake and desserts; Confectionery and snacks; Condiments, sauces, herbs and spices",
        None,
        "Most of it is cereals and pulses, oils and sugar.",
    ),
    "drinks": Groups(
        (
            _family("50200000", "Beverages"),
            _brick("10000232", "Packaged Water - Unflavoured"),
            _brick("10000220", "Fruit Juice - Ready to Drink (Shelf Stable)"),
        ),
        "Drink",
        None,
        "Milk is `dairy_and_eggs`.",
    ),
    "other": Groups(
        (_family("50230000", "Food/Beverage Variety Packs"),),
        "Other",
        None,
        "Mixed crates, and whatever belongs nowhere else.",
    ),
}


def document() -> str:
    """The page docs/categories.md, written from the data above."""
    lines = [
        "# Categories of food",
        "",
        "One list for offers, needs and reports, and where each category belongs in the classifications of others. "
        "`GET /api/v1/categories` answers the same as JSON. This page is written by "
        "`python -m app.domain.categories`; the data and its sources stand in that module.",
        "",
        "| category | in English | in Arabic | GS1 GPC families | GS1 GPC bricks, among others | WRAP food group | "
        "FAO food loss index | remark |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for code in CATEGORIES:
        groups = GROUPS[code]
        families = _listed(groups, "family")
        bricks = _listed(groups, "brick")
        cells = (f"`{code}`", WORDS[code], ARABIC[code], families, bricks, groups.wrap, groups.fao, groups.remark)
        lines.append("| " + " | ".join(cell or "none" for cell in cells) + " |")
    lines += ["", "## Sources", ""]
    lines += [f"- **{source.name}** ({source.edition}). {source.note}" for source in SOURCES.values()]
    return "\n".join(lines) + "\n"


def _listed(groups: Groups, level: str) -> str:
    return "<br>".join(f"{each.code} {each.title}" for each in groups.gpc if each.level == level)


if __name__ == "__main__":
    print(document(), end="")

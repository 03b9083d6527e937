"""What a community fridge, animals and compost may have, for every kind of food."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.categories import CATEGORIES
from app.domain.food_safety import Line
from app.domain.foods import ALLERGENS, DATE_MARKS, DIETARY_FLAGS, TEMPERATURE_CLASSES
from app.domain.outlets import KINDS, Outlet, refusal_of

LONDON = ZoneInfo("Europe/London")
READY = datetime(2026, 11, 25, 8, tzinfo=UTC)
TODAY = date(2026, 11, 25)


def lines() -> st.SearchStrategy[Line]:
    def made(category: str, kept: str, mark: str, days: int, allergens: frozenset[str], flags: frozenset[str]) -> Line:
        day = None if mark == "none" else TODAY + timedelta(days=days)
        return Line(category, 1_000, kept, mark, day, allergens, flags)

    return st.builds(
        made, st.sampled_from(CATEGORIES), st.sampled_from(TEMPERATURE_CLASSES), st.sampled_from(DATE_MARKS),
        st.integers(-5, 5), st.frozensets(st.sampled_from(ALLERGENS), max_size=3),
        st.frozensets(st.sampled_from(DIETARY_FLAGS), max_size=2),
    )  # fmt: skip


def may(line: Line, kind: str, at: datetime = READY, *, animal_products: bool = False) -> bool:
    return (
        refusal_of(line, Outlet(kind, CATEGORIES, animal_products=animal_products), at, LONDON, ready_at=READY) is None
    )


@given(lines(), st.integers(0, 8 * 24))
def test_people_never_get_food_past_its_use_by_date_nor_hot_food_that_stood_too_long(line: Line, hours: int) -> None:
    at = READY + timedelta(hours=hours)
    if may(line, "community_fridge", at):
        assert not (
            line.date_mark == "use_by" and line.mark_date is not None and at.astimezone(LONDON).date() > line.mark_date
        )
        assert not (line.temperature_class == "hot" and hours > 2)


@given(lines(), st.booleans())
def test_animals_never_get_meat_fish_milk_eggs_or_what_a_kitchen_made(line: Line, approved: bool) -> None:
    if may(line, "animal_feed", animal_products=approved):
        assert line.category not in {"meat_and_fish", "dairy_and_eggs", "chilled_prepared", "frozen_food"}
        assert not line.allergens & {"milk", "eggs", "fish", "crustaceans", "molluscs"}
        assert line.temperature_class != "hot"


@given(lines())
def test_compost_that_is_not_approved_takes_what_animals_might_have_and_one_that_is_takes_all(line: Line) -> None:
    assert may(line, "compost") == may(line, "animal_feed")
    assert may(line, "compost", animal_products=True)


@pytest.mark.parametrize("kind", KINDS)
def test_bread_goes_to_every_kind_and_nowhere_that_does_not_take_bread(kind: str) -> None:
    bread = Line("bread_and_bakery", 1_000, "ambient", "none")
    assert may(bread, kind)
    only_fruit = Outlet(kind, ["fruit_and_vegetables"])
    found = refusal_of(bread, only_fruit, READY, LONDON, ready_at=READY)
    assert found is not None
    assert found.code == "outlet_does_not_take_it"


def test_a_fridge_takes_bread_past_its_best_before_date_and_no_chilled_food_that_it_cannot_keep() -> None:
    old = Line("bread_and_bakery", 1_000, "ambient", "best_before", TODAY - timedelta(days=1))
    assert may(old, "community_fridge")
    milk = Line("dairy_and_eggs", 1_000, "chilled", "use_by", TODAY)
    shelf = Outlet("community_fridge", CATEGORIES, ["ambient"])
    assert may(milk, "community_fridge")
    assert refusal_of(milk, shelf, READY, LONDON, ready_at=READY) is not None


def test_groceries_go_to_animals_only_where_the_pack_says_vegan() -> None:
    assert not may(Line("ambient_groceries", 1_000, "ambient", "none"), "animal_feed")
    assert may(
        Line("ambient_groceries", 1_000, "ambient", "none", None, frozenset(), frozenset({"vegan"})), "animal_feed"
    )

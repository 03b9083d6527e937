"""The lists that every layer shares."""

from app.domain.foods import ALLERGENS, DATE_MARKS, DIETARY_FLAGS, TEMPERATURE_CLASSES, with_implied


def test_there_are_fourteen_allergens() -> None:
    assert len(set(ALLERGENS)) == 14


def test_the_lists_hold_the_agreed_codes() -> None:
    assert TEMPERATURE_CLASSES == ("ambient", "chilled", "frozen", "hot")
    assert DATE_MARKS == ("use_by", "best_before", "none")
    assert "contains_pork" in DIETARY_FLAGS


def test_vegan_food_is_vegetarian_and_not_the_reverse() -> None:
    assert with_implied(frozenset({"vegan"})) == {"vegan", "vegetarian"}
    assert with_implied(frozenset({"vegetarian"})) == {"vegetarian"}

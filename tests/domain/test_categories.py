"""The food categories and what a kilogram counts."""

from app.domain.categories import BASE_CENTS_PER_KG, CATEGORIES, WORDS, value_cents_per_kg


def test_every_category_has_words_and_a_value() -> None:
    assert set(WORDS) == set(BASE_CENTS_PER_KG) == set(CATEGORIES)
    assert len(CATEGORIES) == 9


def test_food_counts_more_the_sooner_it_spoils() -> None:
    for category in CATEGORIES:
        values = [value_cents_per_kg(category, days) for days in range(-1, 30)]
        assert values == sorted(values, reverse=True)
        assert values[0] == 2 * values[-1] > 0


def test_loose_bread_without_a_date_is_more_urgent_than_tins_without_one() -> None:
    assert value_cents_per_kg("bread_and_bakery", None) == 210
    assert value_cents_per_kg("ambient_groceries", None) == 250

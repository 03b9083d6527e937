"""The food categories and what a kilogram counts."""

from app.domain import arabic_words, foods
from app.domain.categories import BASE_CENTS_PER_KG, CATEGORIES, GROUPS, WORDS, document, value_cents_per_kg
from app.web.language import catalogue
from tests.conftest import ROOT


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


def test_every_category_is_placed_in_the_classifications_of_others() -> None:
    assert list(GROUPS) == list(CATEGORIES)
    for groups in GROUPS.values():
        assert groups.gpc
        for each in groups.gpc:
            assert len(each.code) == 8
            assert each.code.isdigit()
            assert each.code.startswith("50" if each.level == "family" else "1000")
            assert each.title


def test_no_code_of_another_classification_belongs_to_two_categories() -> None:
    codes = [each.code for groups in GROUPS.values() for each in groups.gpc]
    assert len(codes) == len(set(codes))


def test_the_page_about_categories_is_written_from_the_data() -> None:
    assert (ROOT / "docs" / "categories.md").read_text() == document()


def test_the_arabic_words_are_those_of_the_pages() -> None:
    pages = catalogue("ar")
    assert pages is not None
    pairs = [(WORDS[code], word) for code, word in arabic_words.CATEGORIES.items()]
    for words in (arabic_words.TEMPERATURE_CLASSES, arabic_words.ALLERGENS, arabic_words.DIETARY_FLAGS):
        pairs += [(code.replace("_", " "), word) for code, word in words.items()]
    for english, word in pairs:
        message = pages.get(english)
        assert message is not None
        assert message.string == word


def test_every_code_has_its_arabic() -> None:
    assert list(arabic_words.CATEGORIES) == list(CATEGORIES)
    assert list(arabic_words.TEMPERATURE_CLASSES) == list(foods.TEMPERATURE_CLASSES)
    assert list(arabic_words.DATE_MARKS) == list(foods.DATE_MARKS)
    assert list(arabic_words.ALLERGENS) == list(foods.ALLERGENS)
    assert list(arabic_words.DIETARY_FLAGS) == list(foods.DIETARY_FLAGS)

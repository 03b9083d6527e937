"""What food comes to, by the versions of factors that are in force on its days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.counting import CountedFood, Reach, cited_on, counted_food, summed_by_day
from app.domain.impact import CO2E_PER_KG_FOOD, GRAMS_PER_MEAL, MOST_GRAMS_PER_MEAL, Factor
from app.domain.impact_factors import CO2E, MEALS, Choice

FIRST = date(2026, 11, 1)
DAYS = st.dates(FIRST, FIRST + timedelta(days=29))
CHOICES = st.lists(st.tuples(st.sampled_from(sorted(MEALS)), DAYS), max_size=3)


def chosen(*wishes: tuple[str, date]) -> list[Choice]:
    return [Choice("meals", number, code, MEALS[code], day) for number, (code, day) in enumerate(wishes, 1)]


def test_until_a_network_chooses_its_food_counts_with_the_defaults_and_has_the_range_of_all_others() -> None:
    found = counted_food({FIRST: 1_000_000})
    assert (found.meals, found.meals_least, found.meals_most) == (2_380, 1_597, 2_380)
    assert (found.co2e_grams, found.co2e_least, found.co2e_most) == (1_600_000, 510_000, 3_660_000)
    assert found.cited("meals") == (GRAMS_PER_MEAL, MOST_GRAMS_PER_MEAL)
    assert found.others("meals") == (MOST_GRAMS_PER_MEAL,)
    assert [each.number for each in found.factors] == [0, 0]
    assert counted_food({}) == CountedFood()


def test_driving_is_taken_off_what_food_avoids_and_off_its_range() -> None:
    found = Reach(counted_food({FIRST: 1_000_000}), driving_co2e_grams=279_000)
    assert (found.grams, found.meals, found.meals_range) == (1_000_000, 2_380, (1_597, 2_380))
    assert (found.co2e_grams, found.co2e_range) == (1_321_000, (231_000, 3_381_000))


def test_a_version_counts_from_its_day_on_and_a_number_outside_the_catalogue_widens_the_range() -> None:
    own = Choice("meals", 1, "own", Factor("Our survey", 800, "g of food per meal", "a survey"), FIRST + timedelta(1))
    found = counted_food({FIRST: 8_000, FIRST + timedelta(1): 8_000}, [own])
    assert [(each.number, each.grams, each.amount) for each in found.used("meals")] == [(0, 8_000, 19), (1, 8_000, 10)]
    assert (found.meals, found.meals_least, found.meals_most) == (29, 20, 38)
    assert [each.name for each in found.cited("meals")] == ["Our survey", "WRAP"]


def test_what_is_in_force_on_a_day_is_cited_with_what_others_count_with() -> None:
    assert cited_on([], FIRST) == (GRAMS_PER_MEAL, MOST_GRAMS_PER_MEAL, CO2E_PER_KG_FOOD,
                                   CO2E["food_rescue_hero"], CO2E["sharing_excess"])  # fmt: skip
    usda = chosen(("usda", FIRST))
    assert cited_on(usda, FIRST)[:3] == (MEALS["usda"], GRAMS_PER_MEAL, MOST_GRAMS_PER_MEAL)
    assert cited_on(usda, FIRST - timedelta(days=1))[0] == GRAMS_PER_MEAL


@given(st.lists(st.tuples(DAYS, st.integers(0, 10**8))), CHOICES)
def test_every_gram_counts_once_with_each_use_within_the_range(
    food: list[tuple[date, int]], wishes: list[tuple[str, date]]
) -> None:
    by_day = summed_by_day(food)
    found = counted_food(by_day, chosen(*wishes))
    total = sum(grams for _, grams in food)
    assert found.grams == total
    for use in ("meals", "co2e"):
        assert sum(each.grams for each in found.factors if each.use == use) == total
    versions = len(found.used("meals"))
    assert found.meals_least - versions <= found.meals <= found.meals_most
    assert found.co2e_least - 1 <= found.co2e_grams <= found.co2e_most + 1

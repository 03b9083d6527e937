"""Meals and CO2e."""

from datetime import date

from app.domain.impact import (
    CO2E_PER_KM_VAN,
    Factor,
    driving_co2e_grams,
    food_co2e_grams,
    meals,
    net_co2e_grams,
    people_on_the_fullest_day,
)


def test_a_tonne_is_2380_meals_by_the_factor_of_wrap() -> None:
    assert meals(1_000_000) == 2_380
    assert meals(419) == 0


def test_another_organisation_may_count_by_another_factor() -> None:
    assert meals(1_000_000, Factor("USDA", 544, "g of food per meal", "1.2 lb")) == 1_838


def test_a_kilogram_of_food_pays_for_about_six_kilometres_of_van() -> None:
    assert net_co2e_grams(1_000, 5_700, CO2E_PER_KM_VAN.value) > 0 > net_co2e_grams(1_000, 5_800, 279)
    assert (food_co2e_grams(10_000), driving_co2e_grams(10_000, 279)) == (16_000, 2_790)


def test_days_of_people_are_never_added_up() -> None:
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    served = {(monday, "pantry"): 40, (monday, "kitchen"): 25, (tuesday, "pantry"): 60}
    assert people_on_the_fullest_day(served) == 65
    assert people_on_the_fullest_day({}) is None

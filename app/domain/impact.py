"""What the kilograms mean: meals and CO2e, each factor with its name, source and the range of what others count with,
net of our own driving."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Factor:
    """A number that somebody published; shown with its name wherever its result is shown."""

    name: str
    value: int
    unit: str
    source: str


GRAMS_PER_MEAL = Factor(
    "WRAP",
    420,
    "g of food per meal",
    "WRAP 2018, after discussion with Public Health England; no official value exists",
)
CO2E_PER_KG_FOOD = Factor(
    "FareShare, Carbon Trust",
    1600,
    "g CO2e avoided per kg of food",
    "FareShare and Carbon Trust 2021: 6,699 t of food avoided 10,698 t CO2e",
)
CO2E_PER_KM_VAN = Factor(
    "UK conversion factors, diesel van 1.74 to 3.5 t",
    279,
    "g CO2e per km",
    "UK government greenhouse gas conversion factors 2025, direct emissions",
)
REFRIGERATION_PERCENT = Factor(
    "refrigerated against dry, rigid 3.5 to 7.5 t",
    119,
    "percent of the dry vehicle",
    "UK government greenhouse gas conversion factors 2025: 0.590 against 0.495 kg per km, none for vans",
)
# What others count with: the same food makes fewer or more meals, and avoids less or more.
MOST_GRAMS_PER_MEAL = Factor(
    "FAO, True Impact",
    626,
    "g of food per meal",
    "average intake by FAO, as True Impact counts; 1.2 pounds (544 g) in the United States",
)
LEAST_CO2E_PER_KG_FOOD = Factor(
    "Food Rescue Hero",
    510,
    "g CO2e avoided per kg of food",
    "Food Rescue Hero: 41 million pounds of food, 21 million pounds of CO2",
)
MOST_CO2E_PER_KG_FOOD = Factor(
    "Sharing Excess",
    3660,
    "g CO2e avoided per kg of food",
    "Sharing Excess: one value for all food",
)


def meals(grams: int, factor: Factor = GRAMS_PER_MEAL) -> int:
    """Whole meals that the food makes, rounded down: nobody eats half of one."""
    return grams // factor.value


def food_co2e_grams(grams: int, factor: Factor = CO2E_PER_KG_FOOD) -> int:
    """Grams of CO2e that using the food avoids."""
    return round(grams * factor.value / 1000)


def driving_co2e_grams(metres: int, grams_co2e_per_km: int) -> int:
    """Grams of CO2e of driving so far."""
    return round(metres * grams_co2e_per_km / 1000)


def net_co2e_grams(grams: int, metres: int, grams_co2e_per_km: int) -> int:
    """What is avoided after our own driving; negative when the drive cost more than the food saved."""
    return food_co2e_grams(grams) - driving_co2e_grams(metres, grams_co2e_per_km)


def people_on_the_fullest_day(by_day_and_place: Mapping[tuple[date, object], int]) -> int | None:
    """People at all places of the day that had most: the same people come again, so days are never added up."""
    days: dict[date, int] = {}
    for (day, _), people in by_day_and_place.items():
        days[day] = days.get(day, 0) + people
    most = max(days.values(), default=0)
    return most or None

"""Which published numbers a network may count meals and CO2e with, and which of them counts on which day. Pure.

A choice is a numbered version and never changes; a later one takes its place from its own first day on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain import impact
from app.domain.impact import Factor

Use = Literal["meals", "co2e"]
USES: tuple[Use, ...] = ("meals", "co2e")
OWN = "own"  # a network's own number, with its own name and source
CATALOGUE = "2026-11"  # the edition of what stands below

MEALS: Mapping[str, Factor] = {
    "wrap": impact.GRAMS_PER_MEAL,
    "feba": Factor(
        "FEBA",
        500,
        "g of food per meal",
        "worked out from FEBA 2019: 768,000 t of food and 4.2 million meals a day",
    ),
    "usda": Factor("USDA, Feeding America", 544, "g of food per meal", "1.2 pounds a meal, as Feeding America counts"),
    "fao": impact.MOST_GRAMS_PER_MEAL,
}
CO2E: Mapping[str, Factor] = {
    "food_rescue_hero": impact.LEAST_CO2E_PER_KG_FOOD,
    "fareshare": impact.CO2E_PER_KG_FOOD,
    "feba": Factor(
        "FEBA members",
        3200,
        "g CO2e avoided per kg of food",
        "food banks in Belgium: 22,229 t of food, 71,133 t of CO2e; Wiener Tafel: 746 t and 2,388 t",
    ),
    "sharing_excess": impact.MOST_CO2E_PER_KG_FOOD,
}
_UK = "UK government greenhouse gas conversion factors 2025, direct emissions"
_PER_KM = "g CO2e per km"
VANS: Mapping[str, Factor] = {
    "diesel_class_1": Factor("diesel van, class I, up to 1.305 t", 157, _PER_KM, _UK),
    "diesel_class_2": Factor("diesel van, class II, 1.305 to 1.74 t", 193, _PER_KM, _UK),
    "diesel_class_3": Factor("diesel van, class III, 1.74 to 3.5 t", impact.CO2E_PER_KM_VAN.value, _PER_KM, _UK),
    "diesel_average": Factor("diesel van, average", 256, _PER_KM, _UK),
    "petrol_average": Factor("petrol van, average", 213, _PER_KM, _UK),
    "battery_average": Factor("battery van, average, on the grid of the UK", 70, _PER_KM, _UK),
}
REFRIGERATION = impact.REFRIGERATION_PERCENT
CATALOGUES: Mapping[Use, Mapping[str, Factor]] = {"meals": MEALS, "co2e": CO2E}
UNITS: Mapping[Use, str] = {"meals": "g of food per meal", "co2e": "g CO2e avoided per kg of food"}
DEFAULTS: Mapping[Use, str] = {"meals": "wrap", "co2e": "fareshare"}
# What an own number may be: far around all that anybody has published.
BOUNDS: Mapping[Use, tuple[int, int]] = {"meals": (100, 2_000), "co2e": (1, 20_000)}


@dataclass(frozen=True)
class Choice:
    """The factor that counts from a day on. number: 0 where nobody has chosen. code: in the catalogue, or `own`."""

    use: Use
    number: int
    code: str
    factor: Factor
    counts_from: date


def default_of(use: Use) -> Choice:
    """What counts as long as nobody has chosen."""
    code = DEFAULTS[use]
    return Choice(use, 0, code, CATALOGUES[use][code], date.min)


def in_force(choices: Iterable[Choice], use: Use, day: date) -> Choice:
    """The newest choice of those that count on the day."""
    found = [each for each in choices if each.use == use and each.counts_from <= day]
    return max(found, key=lambda each: each.number, default=default_of(use))


def published_range(use: Use, *besides: Factor) -> tuple[Factor, Factor]:
    """The smallest and the largest number that anybody counts with, those besides the catalogue among them."""
    every = sorted((*CATALOGUES[use].values(), *besides), key=lambda each: each.value)
    return every[0], every[-1]

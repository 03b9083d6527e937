"""Invented offers, needs and vehicles for stores and food banks, on the calibration of the routing study.

The weights follow 424 real supermarket collections (April 2023: median 205 kg, mean 221, 90 % under 359, most 1241);
the log-normal of the study has their mean (215) and tail with a somewhat lower median (179).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from routing.instances.city_draw import Draw
from routing.problem import FairnessStep, Load, Lot, Need, Policy, Problem, Shift, Site, TimeWindow, TravelMatrix

SERVICE_DATE = "2026-11-25"
Fleet = Literal["plentiful", "scarce"]
SCARCE_PERCENT = 55  # of the vehicles of the plentiful day, rounded up

HOUR, FIVE_MINUTES = 3600, 300
SETUP_SECONDS = 300  # for each new stop
SERVICE_SECONDS = 180  # for each lot handled at it; the study's time per kg, at its mean weight
EARLIEST_PICKUP, LATEST_PICKUP = 6.5 * HOUR, 18 * HOUR
PICKUP_HOURS = (1.5, 2.5, 4.0)
COLD_HOURS_AFTER_WINDOW = (1.5, 4.0)
MOST_KG = 1241  # no real collection was heavier
NEED_PER_SUPPLY = 1.1
NEED_SPREAD = 0.7  # of the log-normal split between the food banks
NO_FROZEN = 0.3
MEALS_KG = 4.0  # kg a person and day: only `people_served` comes from it
KG_PER_CRATE = 12
ROOM_KG_PER_CRATE = 8  # so that weight fills a vehicle before crates do
CENTS_PER_KM, CENTS_PER_USE = 100, 2000
GRAMS_CO2E_PER_KM = 250

POLICY = Policy(value_per_kg=200, fairness=(FairnessStep(35, 120), FairnessStep(65, 60)))


@dataclass(frozen=True)
class Category:
    """Food of one temperature class: how often it is offered, and how it is weighed against the usual 2.00 a kg."""

    name: str
    temperature_class: str
    share: float
    perishability: tuple[float, float]


CATEGORIES = (
    Category("bread_and_bakery", "ambient", 0.20, (1.0, 1.4)),
    Category("fruit_and_vegetables", "ambient", 0.25, (1.0, 1.4)),
    Category("ambient_groceries", "ambient", 0.15, (0.8, 1.0)),
    Category("dairy_and_eggs", "chilled", 0.20, (1.0, 1.4)),
    Category("meat_and_fish", "chilled", 0.12, (1.2, 1.5)),
    Category("frozen_food", "frozen", 0.08, (0.8, 1.0)),
)

# When food banks receive, and how many of them do so.
RECEIVING: tuple[tuple[tuple[TimeWindow, ...], float], ...] = (
    ((TimeWindow(7 * HOUR, 19 * HOUR),), 0.3),
    ((TimeWindow(9 * HOUR, 17 * HOUR),), 0.3),
    ((TimeWindow(9 * HOUR, 13 * HOUR),), 0.2),
    ((TimeWindow(12 * HOUR, 20 * HOUR),), 0.2),
)


@dataclass(frozen=True)
class Setting:
    """Where a day takes place. `roads` gives the travel between the sites that it is asked for, in that order."""

    key: str
    stores: Sequence[str]
    banks: Sequence[str]
    roads: Callable[[Sequence[str]], TravelMatrix]
    time_zone: str = "UTC"
    estimated_travel: bool = True


@dataclass(frozen=True)
class Variant:
    """What the name of an instance may say of its day. A scarce day is the plentiful one without the last of its
    vehicles; `split` lets lots be shared out between food banks; a kilometre costs `cents_per_km`."""

    fleet: Fleet = "plentiful"
    split: bool = False
    cents_per_km: int = CENTS_PER_KM


def invented_day(setting: Setting, variant: Variant, *, offers: int, vehicles: int) -> Problem:
    """A day of offers at these stores, needs at these food banks and the vehicles of these food banks.

    Equal keys give equal days, whatever the variant, but for what the variant says. Stores without an offer are left
    out. `vehicles` is the plentiful number. Every lot may go to each need of its category, so that nothing grows with
    their product.
    """
    lots = _lots(Draw(f"{setting.key} offers"), setting.stores, offers, variant.split)
    needs = _needs(Draw(f"{setting.key} needs"), setting.banks, lots)
    shifts = _shifts(Draw(f"{setting.key} vehicles"), setting.banks, vehicles, variant.cents_per_km)
    offering = {lot.site for lot in lots}
    sites = [*(store for store in setting.stores if store in offering), *setting.banks]
    return Problem(
        service_date=SERVICE_DATE,
        time_zone=setting.time_zone,
        sites=tuple(Site(id, SETUP_SECONDS, SERVICE_SECONDS) for id in sites),
        lots=lots,
        needs=needs,
        eligibilities=None,
        shifts=shifts[: vehicles_of(vehicles, variant.fleet)],
        travel={"car": setting.roads(sites)},
        policy=POLICY,
        estimated_travel=setting.estimated_travel,
    )


def vehicles_of(plentiful: int, fleet: Fleet) -> int:
    """How many of the vehicles of a plentiful day this fleet has."""
    return plentiful if fleet == "plentiful" else -(-plentiful * SCARCE_PERCENT // 100)


def _even(seconds: float) -> int:
    """To the five minutes before: nobody says 07:43:11."""
    return int(seconds) // FIVE_MINUTES * FIVE_MINUTES


def _lots(draw: Draw, stores: Sequence[str], offers: int, split: bool) -> tuple[Lot, ...]:
    return tuple(_lot(draw, number, draw.one_of(stores), split) for number in range(1, offers + 1))


def _lot(draw: Draw, number: int, store: str, split: bool) -> Lot:
    category = draw.weighted([(each, each.share) for each in CATEGORIES])
    kg = min(MOST_KG, max(1, round(math.exp(draw.normal(5.19, 0.6)))))
    long = draw.one_of(PICKUP_HOURS) * HOUR
    earliest = _even(draw.between(EARLIEST_PICKUP, LATEST_PICKUP - long + FIVE_MINUTES))
    latest = earliest + int(long)
    cold = _even(latest + draw.between(*COLD_HOURS_AFTER_WINDOW) * HOUR)
    return Lot(
        id=f"lot-{number}",
        offer=f"offer-{number}",
        site=store,
        category=category.name,
        grams=kg * 1000,
        crates=-(-kg // KG_PER_CRATE),
        temperature_class=category.temperature_class,
        window=TimeWindow(earliest, latest),
        splittable=split,
        value_per_kg=round(POLICY.value_per_kg * draw.between(*category.perishability)),
        deliver_by=None if category.temperature_class == "ambient" else cold,
    )


def _needs(draw: Draw, banks: Sequence[str], lots: Sequence[Lot]) -> tuple[Need, ...]:
    """In every category 1.1 times what is offered, split log-normally between the food banks that take it."""
    hours = {bank: draw.weighted(RECEIVING) for bank in banks}
    frozen = [bank for bank in banks if not draw.chance(NO_FROZEN)] or banks[:1]
    found: dict[str, dict[str, int]] = {bank: {} for bank in banks}
    for category in CATEGORIES:
        takers = frozen if category.temperature_class == "frozen" else banks
        parts = {bank: math.exp(draw.normal(0, NEED_SPREAD)) for bank in takers}
        kg = NEED_PER_SUPPLY * sum(lot.grams for lot in lots if lot.category == category.name) / 1000
        for bank, part in parts.items():
            found[bank][category.name] = 1000 * round(kg * part / sum(parts.values()))
    return tuple(
        Need(
            f"{bank}:{category}",
            bank,
            bank,
            category,
            grams,
            hours[bank],
            round(sum(wanted.values()) / 1000 / MEALS_KG),
        )
        for bank, wanted in found.items()
        for category, grams in wanted.items()
        if grams
    )


def _shifts(draw: Draw, banks: Sequence[str], vehicles: int, cents_per_km: int) -> tuple[Shift, ...]:
    """Vehicles at home at the food banks in turn, so that as many of them as possible have one."""
    homes = draw.shuffled(banks)
    numbers = range(1, vehicles + 1)
    return tuple(_shift(draw, number, homes[(number - 1) % len(homes)], cents_per_km) for number in numbers)


def _shift(draw: Draw, number: int, home: str, cents_per_km: int) -> Shift:
    kg = 50 * round(draw.between(350, 1500) / 50)
    chilled, frozen = draw.chance(0.65), draw.chance(0.35)
    begin = _even(draw.between(6, 10) * HOUR)
    return Shift(
        id=f"shift-{number}",
        vehicle=f"vehicle-{number}",
        organisation=home,
        start_site=home,
        end_site=home,
        window=TimeWindow(begin, _even(begin + draw.between(8, 11) * HOUR)),
        capacity=Load(
            grams=kg * 1000,
            crates=kg // ROOM_KG_PER_CRATE,
            chilled_grams=kg * 1000 if chilled else 0,
            frozen_grams=kg * 1000 if frozen else 0,
        ),
        cents_per_km=cents_per_km,
        cents_per_use=CENTS_PER_USE,
        grams_co2e_per_km=GRAMS_CO2E_PER_KM,
    )

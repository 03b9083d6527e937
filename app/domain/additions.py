"""What one thing more would rescue on several days: added up, put beside what the search itself varies by, and ranked
by what a kilogram more costs. Pure. Money in hundredths of the network's currency."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

AdditionKind = Literal[
    "vehicle", "cooled_vehicle", "opens_earlier", "closes_later", "chilled_box", "driver_hour", "food_bank", "store"
]
KINDS: tuple[AdditionKind, ...] = get_args(AdditionKind)
MOST_DAYS = 31
USUAL_BOX_GRAMS = 60_000
USUAL_SECONDS_A_SEARCH = 4.0  # until a network's own searches have been measured
FIRST_SECONDS = 45.0  # of a day, for the plan that all its searches begin with
ANYWHERE = frozenset({"food_bank", "store"})  # on each day another place, or another model: one addition all the same

Standing = Literal["helps", "within_noise", "nothing"]

WORDS: dict[str, str] = {
    "vehicle": "One more vehicle, from {place}",
    "cooled_vehicle": "One more cooled vehicle, from {place}",
    "opens_earlier": "{place} opens an hour earlier",
    "closes_later": "{place} closes an hour later",
    "chilled_box": "A chilled box in {place}",
    "driver_hour": "One more driver hour for {place}",
    "food_bank": "One more food bank",
    "store": "One more store",
}
KIND_WORDS: dict[str, str] = {
    "vehicle": "One more vehicle",
    "cooled_vehicle": "One more cooled vehicle",
    "opens_earlier": "Opening an hour earlier",
    "closes_later": "Closing an hour later",
    "chilled_box": "One more chilled box",
    "driver_hour": "One more driver hour",
    "food_bank": "One more food bank",
    "store": "One more store",
}
CHART_WORDS: dict[str, str] = {
    "vehicle": "Vehicle, {place}",
    "cooled_vehicle": "Cooled vehicle, {place}",
    "opens_earlier": "{place}, earlier",
    "closes_later": "{place}, later",
    "chilled_box": "Box, {place}",
    "driver_hour": "Hour, {place}",
    "food_bank": "Food bank",
    "store": "Store",
}
PRICE_WORDS: dict[str, str] = {
    "vehicle": "A vehicle",
    "opening_hour": "An hour of opening",
    "chilled_box": "A chilled box",
    "driver_hour": "A driver hour",
    "partner": "A partner",
}
STANDING_WORDS: dict[Standing, str] = {
    "helps": "Rescues more",
    "within_noise": "Not more than the search itself varies",
    "nothing": "Rescues nothing more",
}
LEFT_OUT_WORDS: dict[str, str] = {
    "nothing_published": "No plan is published any more.",
    "books_disagree": "The ledger and the reports do not say the same: no figure is made of that.",
    "unreadable": "The day cannot be read or planned any more.",
}
# What stands behind every figure; a page and a paper show them all.
ASSUMPTIONS: tuple[str, ...] = (
    "Each day is planned again as it was and once with each addition: the same food, needs, vehicles and streets, the"
    " same steps of the same search with the same seed, both from one and the same plan. Routes that a dispatcher"
    " locked are free on both sides.",
    "A recorded day has the food that was really there by the ledger; a day that nobody reported has what was posted.",
    "The day as it was is searched several times with different seeds. What lies within their spread is no gain: it is"
    " said to be not more than the search itself varies.",
    "What driving costs varies with the search too: additions whose kilograms cost nearly the same are in no order.",
    "Only what may help is tried: places and vehicles that the plan of the day is held back by, and food that stays. On"
    " a day on which an addition is not tried it counts as nothing more, at its stated cost.",
    "The search leaves food where bringing it costs more than the network gives for a kilogram. It weighs fairness too:"
    " an addition may bring less food, and bring it where less came.",
    "Cost is what the day's driving costs more at the vehicles' own rates (kilometres, hours, use), and what was stated"
    " that the addition costs a day, on all days. Where nothing was stated, it is counted as nothing.",
    "One more vehicle is of the kind that the day has most of, at the hours that this kind has most often, from and to"
    " the place named. Without cooling it takes no chilled, frozen or hot food; a cooled one takes chilled food up to"
    " its whole load, and no frozen or hot food.",
    "An hour of opening is at the end of the last, or the beginning of the first, receiving hours; a store that closes"
    " later has its food fetched so much later. How long food keeps does not change.",
    "A chilled box takes chilled food alone, and its room comes off the vehicle's whole load.",
    "One more driver hour is at the end of the vehicle's last shift.",
    "One more food bank is the one in the middle by what it needs, once more, at the place from which the food that was"
    " left is fetched soonest. One more store is the one in the middle by what it offers, once more, next door to it.",
    "Whether a vehicle, a driver, a key to the door or a partner can be had is not looked at.",
)


@dataclass(frozen=True)
class Prices:
    """What having each thing costs a day, in cents; 0: nothing was stated."""

    vehicle: int = 0
    opening_hour: int = 0
    chilled_box: int = 0
    driver_hour: int = 0
    partner: int = 0

    def of(self, kind: str) -> int:
        """A day of an addition of that kind."""
        return {
            "vehicle": self.vehicle,
            "cooled_vehicle": self.vehicle,
            "opens_earlier": self.opening_hour,
            "closes_later": self.opening_hour,
            "chilled_box": self.chilled_box,
            "driver_hour": self.driver_hour,
            "food_bank": self.partner,
            "store": self.partner,
        }[kind]


@dataclass(frozen=True)
class Gain:
    """One addition on one day, as the difference to the day as it was. spread: grams that the search itself varied by
    on that day."""

    service_date: date
    kind: str
    subject: str
    grams: int
    metres: int
    seconds: int
    cents: int
    spread: int = 0

    @property
    def is_more(self) -> bool:
        """Whether it brought more than the search itself varies by."""
        return self.grams > self.spread


@dataclass(frozen=True)
class Added:
    """One addition over all days of a report. tried, helped: on how many of the days. least, most: grams of a day;
    a day on which it was not tried has none. stated_cents: what was stated, for all days; 0: nothing was."""

    kind: str
    subject: str
    days: int
    tried: int
    helped: int
    grams: int
    least: int
    most: int
    spread: int
    metres: int
    seconds: int
    driving_cents: int
    stated_cents: int

    @property
    def standing(self) -> Standing:
        """Whether it brings more food than the search itself varies by."""
        if self.grams <= 0:
            return "nothing"
        return "helps" if self.grams > self.spread else "within_noise"

    @property
    def cents(self) -> int:
        """What it costs more, all days; below zero where it spares driving."""
        return self.driving_cents + self.stated_cents

    @property
    def cents_per_kg(self) -> float | None:
        """Of a kilogram more; None where it rescues nothing more, or no more than the search varies by."""
        return self.cents * 1000 / self.grams if self.standing == "helps" else None

    @property
    def grams_a_day(self) -> int:
        """On average over all days of the report."""
        return round(self.grams / self.days) if self.days else 0


def ranked(gains: Iterable[Gain], prices: Prices, days: int) -> list[Added]:
    """All additions that were tried on these `days`, those that rescue more by what a kilogram more costs, the cheapest
    first; behind them those within what the search varies by, and those that rescue nothing more, by grams."""
    found: defaultdict[tuple[str, str], list[Gain]] = defaultdict(list)
    for each in gains:
        found[each.kind, "" if each.kind in ANYWHERE else each.subject].append(each)
    return sorted((_added(kind, subject, of, prices, days) for (kind, subject), of in found.items()), key=_place)


def _added(kind: str, subject: str, gains: Collection[Gain], prices: Prices, days: int) -> Added:
    by_day = [each.grams for each in gains] + [0] * (days - len(gains))
    return Added(
        kind,
        subject,
        days=days,
        tried=len(gains),
        helped=sum(each.is_more for each in gains),
        grams=sum(each.grams for each in gains),
        least=min(by_day),
        most=max(by_day),
        spread=sum(each.spread for each in gains),
        metres=sum(each.metres for each in gains),
        seconds=sum(each.seconds for each in gains),
        driving_cents=sum(each.cents for each in gains),
        stated_cents=prices.of(kind) * days,
    )


def _place(added: Added) -> tuple[int, float, int, str, str]:
    order: Mapping[Standing, int] = {"helps": 0, "within_noise": 1, "nothing": 2}
    return (order[added.standing], added.cents_per_kg or 0.0, -added.grams, added.kind, added.subject)


def spread_of(figures: Collection[int]) -> int:
    """How far the searches of one and the same day lie apart, in any one figure; 0 of fewer than two."""
    return max(figures) - min(figures) if figures else 0


def expected_seconds(searches: int, days: int, seconds_a_search: float | None) -> float:
    """About how long so many searches on so many days take. seconds_a_search: as it was measured, with its part of what
    a day takes beforehand; None: nothing was measured yet."""
    if seconds_a_search is not None:
        return searches * seconds_a_search
    return searches * USUAL_SECONDS_A_SEARCH + days * FIRST_SECONDS

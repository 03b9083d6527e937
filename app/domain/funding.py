"""Which grant paid for which route: each route's cost goes to grants to the cent, by a rule that anybody can repeat.

Days are gone through in order. A route is paid by the grants that may pay for it: restricted ones that its purpose fits
first, then those that end first. What no grant pays is uncovered. A grant entered more than `STANDS_AFTER` after
a day comes behind all that were there before, so that what was told of that day stays true.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID

from app.domain.counting import CountedFood, counted_food, summed_by_day
from app.domain.impact import driving_co2e_grams
from app.domain.impact_factors import Choice

Purpose = Literal["running", "vehicles", "cooling", "places", "weekdays"]
Why = Literal["restricted", "ends_first", "entered_later"]
STANDS_AFTER = timedelta(days=31)
PURPOSE_WORDS: dict[str, str] = {
    "running": "Any running cost",
    "vehicles": "Certain vehicles",
    "cooling": "Routes with chilled or frozen food",
    "places": "Certain food banks or a district",
    "weekdays": "Certain days of the week",
}
WHY_WORDS: dict[str, str] = {
    "restricted": "This money may pay for such routes alone, so it comes first.",
    "ends_first": "Of the money that may pay for it, this ended first.",
    "entered_later": "Entered later: it pays what was left uncovered.",
}
CHOOSES = frozenset({"vehicles", "places", "weekdays"})  # purposes that say which


@dataclass(frozen=True)
class Grant:
    """Money with a purpose: cents from `first` until `last`, both included; `ends` is sooner where it was ended.

    chosen: vehicles or places by id, weekdays by ISO number. Unless it is restricted, it may pay for any route.
    """

    id: UUID
    giver: str
    cents: int
    first: date
    last: date
    entered_on: date
    restricted: bool = False
    purpose: Purpose = "running"
    chosen: frozenset[str] = frozenset()
    ended_on: date | None = None

    @property
    def ends(self) -> date:
        """The last day on which it pays."""
        return self.last if self.ended_on is None else min(self.last, self.ended_on)


@dataclass(frozen=True)
class DrivenRoute:
    """One route that was driven, and what it cost in cents; grams are what reached food banks. places: by id."""

    id: UUID
    day: date
    number: int
    cents: int
    grams: int = 0
    metres: int = 0
    grams_co2e_driving: int = 0
    vehicle: str = ""
    cooled: bool = False
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Payment:
    """What one grant paid of one route, with the same part of what the route did. whole: nobody else paid."""

    grant: UUID
    route: UUID
    day: date
    cents: int
    grams: int
    metres: int
    grams_co2e_driving: int
    whole: bool
    why: Why


@dataclass(frozen=True)
class Assigned:
    """All payments in the order of days; what is left of each grant, and of each route uncovered, in cents."""

    payments: tuple[Payment, ...] = ()
    left: Mapping[UUID, int] = field(default_factory=dict)
    uncovered: Mapping[UUID, int] = field(default_factory=dict)

    def of_grant(self, grant: UUID) -> list[Payment]:
        """What one grant paid."""
        return [each for each in self.payments if each.grant == grant]


@dataclass(frozen=True)
class Rates:
    """What driving costs, in cents."""

    per_km: int
    per_hour: int
    per_use: int

    @property
    def known(self) -> bool:
        """Whether anybody has said what it costs."""
        return bool(self.per_km or self.per_hour or self.per_use)


def route_cents(metres: int, seconds: int, rates: Rates) -> int:
    """What a route cost, to the nearest cent."""
    thousandths = metres * rates.per_km + seconds * rates.per_hour * 1000 // 3600 + rates.per_use * 1000
    return (thousandths + 500) // 1000


def fits(grant: Grant, route: DrivenRoute) -> bool:
    """Whether the grant may pay for the route."""
    if not grant.first <= route.day <= grant.ends:
        return False
    return not grant.restricted or _has_purpose(grant, route)


def _has_purpose(grant: Grant, route: DrivenRoute) -> bool:
    if grant.purpose == "vehicles":
        return route.vehicle in grant.chosen
    if grant.purpose == "places":
        return not grant.chosen.isdisjoint(route.places)
    if grant.purpose == "weekdays":
        return str(route.day.isoweekday()) in grant.chosen
    return grant.purpose == "running" or route.cooled


def _late(grant: Grant, day: date) -> bool:
    return grant.entered_on > day + STANDS_AFTER


def _why(grant: Grant, day: date) -> Why:
    if _late(grant, day):
        return "entered_later"
    return "restricted" if grant.restricted else "ends_first"


def assigned(grants: Iterable[Grant], routes: Iterable[DrivenRoute]) -> Assigned:
    """Who paid for what. The same whatever order they come in; raises nothing."""
    # Restricted first, then what ends first, then what began first; the id decides where all else is the same.
    in_turn = sorted(grants, key=lambda each: (not each.restricted, each.last, each.first, each.id.int))
    left = {each.id: each.cents for each in in_turn}
    payments: list[Payment] = []
    uncovered: dict[UUID, int] = {}
    in_order = sorted(routes, key=lambda each: (each.day, each.number, each.id.int))
    for day, of_day in groupby(in_order, key=lambda each: each.day):
        able = sorted(
            (each for each in in_turn if left[each.id] and each.first <= day <= each.ends),
            key=lambda each: each.entered_on if _late(each, day) else date.min,
        )
        for route in of_day:
            due = route.cents
            for grant in able:
                if due and left[grant.id] and fits(grant, route):
                    paid = min(due, left[grant.id])
                    payments.append(_payment(grant, route, route.cents - due, paid))
                    left[grant.id] -= paid
                    due -= paid
            if due:
                uncovered[route.id] = due
    return Assigned(tuple(payments), left, uncovered)


def _payment(grant: Grant, route: DrivenRoute, before: int, paid: int) -> Payment:
    """The part between two amounts of the cost: parts that follow each other come to the whole, to the gram."""

    def part(amount: int) -> int:
        return amount * (before + paid) // route.cents - amount * before // route.cents

    return Payment(
        grant.id, route.id, route.day, paid, part(route.grams), part(route.metres), part(route.grams_co2e_driving),
        whole=paid == route.cents, why=_why(grant, route.day),
    )  # fmt: skip


@dataclass(frozen=True)
class Bought:
    """What some money paid for. in_part: routes, of all of these, that others paid for too. food: what came of it, by
    the factors in force on the days of the routes."""

    cents: int = 0
    routes: int = 0
    in_part: int = 0
    food: CountedFood = field(default_factory=CountedFood)
    metres: int = 0
    grams_co2e_driving: int = 0

    @property
    def grams(self) -> int:
        """Of food that reached food banks."""
        return self.food.grams

    @property
    def meals(self) -> int:
        """Whole meals that the food makes."""
        return self.food.meals

    @property
    def co2e_grams(self) -> int:
        """Avoided by using the food, after the driving."""
        return self.food.co2e_grams - self.grams_co2e_driving

    @property
    def co2e_range(self) -> tuple[int, int]:
        """The least and the most that somebody else would count, after the driving."""
        return self.food.co2e_least - self.grams_co2e_driving, self.food.co2e_most - self.grams_co2e_driving

    @property
    def cents_per_meal(self) -> float | None:
        """None where no food moved: nothing is per meal of it."""
        return self.cents / self.meals if self.meals else None


def bought(payments: Iterable[Payment], choices: Iterable[Choice] = ()) -> Bought:
    """What these payments paid for. choices: the versions of the network's factors."""
    found = list(payments)
    whole = {each.route: each.whole for each in found}
    return Bought(
        cents=sum(each.cents for each in found),
        routes=len(whole),
        in_part=sum(not each for each in whole.values()),
        food=counted_food(summed_by_day((each.day, each.grams) for each in found), choices),
        metres=sum(each.metres for each in found),
        grams_co2e_driving=sum(each.grams_co2e_driving for each in found),
    )


def route_co2e(metres: int, grams_per_km: int) -> int:
    """Grams of CO2e of a route."""
    return driving_co2e_grams(metres, grams_per_km)


@dataclass(frozen=True)
class Diversity:
    """How money is spread over givers. largest: the share of the one who gives most; index: Herfindahl's, from near 0
    to 1, where one gives all."""

    largest: float
    index: float
    givers: int

    @property
    def as_if(self) -> float:
        """How many givers who gave the same would be as many."""
        return 1 / self.index

    @property
    def as_one(self) -> bool:
        """Whether that is no more than one giver, as far as one decimal tells."""
        return round(self.as_if, 1) <= 1


def diversity(cents_by_giver: Mapping[str, int]) -> Diversity | None:
    """Of the money given; None where there is none."""
    amounts = [each for each in cents_by_giver.values() if each > 0]
    total = sum(amounts)
    if not total:
        return None
    return Diversity(max(amounts) / total, sum((each / total) ** 2 for each in amounts), len(amounts))


# From which share on of the largest giver each is said.
DIVERSITY_WORDS: Sequence[tuple[float, str]] = (
    (1.0, "All of the money comes from one giver."),
    (0.75, "More than three quarters of the money come from one giver."),
    (0.55, "More than half of the money comes from one giver."),
    (0.45, "Half of the money comes from one giver."),
    (0.3, "A good third of the money comes from one giver."),
    (0.0, "No giver gives as much as a third of the money."),
)


def diversity_sentence(found: Diversity) -> str:
    """What that is in plain words; the share itself is shown beside it."""
    return next(words for least, words in DIVERSITY_WORDS if found.largest >= least)


def by_giver(grants: Iterable[Grant]) -> dict[str, int]:
    """Cents by who gave them."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in grants:
        found[each.giver] += each.cents
    return dict(found)

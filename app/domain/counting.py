"""What food comes to in meals and CO2e, by the version of each factor that is in force on its day: the one way in which
every page, paper and answer counts. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain import impact
from app.domain.impact import Factor
from app.domain.impact_factors import USES, Choice, Use, in_force, published_range


@dataclass(frozen=True)
class Counted:
    """One version of a factor and what was counted with it: grams of food of the days from `first` to `last`, and what
    that makes, in meals or in grams of CO2e."""

    use: Use
    number: int
    code: str
    name: str
    value: int
    unit: str
    source: str
    first: date
    last: date
    grams: int
    amount: int

    @property
    def factor(self) -> Factor:
        """The number itself."""
        return Factor(self.name, self.value, self.unit, self.source)


@dataclass(frozen=True)
class CountedFood:
    """Grams of food and what they come to, in whole meals and in grams of CO2e that using the food avoids, before any
    driving; with the least and the most that somebody else would count. factors: in the order of their days."""

    grams: int = 0
    factors: tuple[Counted, ...] = ()
    meals: int = 0
    meals_least: int = 0
    meals_most: int = 0
    co2e_grams: int = 0
    co2e_least: int = 0
    co2e_most: int = 0

    def used(self, use: Use) -> tuple[Counted, ...]:
        """The versions that it is counted with."""
        return tuple(each for each in self.factors if each.use == use)

    def others(self, use: Use) -> tuple[Factor, ...]:
        """What others count with, least and most, as far as it is not what this is counted with."""
        own = [each.factor for each in self.used(use)]
        return tuple(each for each in _cited(use, own) if each not in own)

    def cited(self, use: Use) -> tuple[Factor, ...]:
        """What it is counted with, the newest first, and then what others count with least and most."""
        return _cited(use, [each.factor for each in reversed(self.used(use))])


def counted_food(grams_by_day: Mapping[date, int], choices: Iterable[Choice] = ()) -> CountedFood:
    """What people got, by day, as it counts. Each version's days are added up before they are rounded, once."""
    known = list(choices)
    made: Mapping[Use, Callable[[int, Factor], int]] = {"meals": impact.meals, "co2e": impact.food_co2e_grams}
    factors = []
    for use in USES:
        by_version: defaultdict[Choice, list[date]] = defaultdict(list)
        for day in sorted(grams_by_day):
            by_version[in_force(known, use, day)].append(day)
        for choice, days in by_version.items():  # as their first days come
            grams, factor = sum(grams_by_day[day] for day in days), choice.factor
            factors.append(
                Counted(
                    use, choice.number, choice.code, factor.name, factor.value, factor.unit, factor.source,
                    days[0], days[-1], grams, made[use](grams, factor),
                )
            )  # fmt: skip
    total = sum(grams_by_day.values())
    used = {use: [each.factor for each in factors if each.use == use] for use in USES}
    fewest, most = published_range("meals", *used["meals"])
    least_co2e, most_co2e = published_range("co2e", *used["co2e"])
    return CountedFood(
        grams=total,
        factors=tuple(factors),
        meals=sum(each.amount for each in factors if each.use == "meals"),
        meals_least=impact.meals(total, most),  # the more food a meal is, the fewer it makes
        meals_most=impact.meals(total, fewest),
        co2e_grams=sum(each.amount for each in factors if each.use == "co2e"),
        co2e_least=impact.food_co2e_grams(total, least_co2e),
        co2e_most=impact.food_co2e_grams(total, most_co2e),
    )


def summed_by_day(grams: Iterable[tuple[date, int]]) -> dict[date, int]:
    """Grams by day, of many of one day."""
    found: Counter[date] = Counter()
    for day, each in grams:
        found[day] += each
    return dict(found)


def factor_on(choices: Iterable[Choice], use: Use, day: date) -> Factor:
    """The number in force on a day."""
    return in_force(choices, use, day).factor


def cited_on(choices: Sequence[Choice], day: date) -> tuple[Factor, ...]:
    """For both uses what is in force on a day, each followed by what others count with least and most."""
    return tuple(each for use in USES for each in _cited(use, [factor_on(choices, use, day)]))


def _cited(use: Use, own: Sequence[Factor]) -> tuple[Factor, ...]:
    others = published_range(use, *own) if own else ()
    return tuple(dict.fromkeys((*own, *others)))


@dataclass(frozen=True)
class Reach:
    """What food that reached people came to. people: of the day when it reached most, None where nobody says."""

    food: CountedFood
    driving_co2e_grams: int
    people: int | None = None

    @property
    def grams(self) -> int:
        """Of food."""
        return self.food.grams

    @property
    def meals(self) -> int:
        """By the factors that the network counts with."""
        return self.food.meals

    @property
    def meals_range(self) -> tuple[int, int]:
        """The fewest and the most that somebody else would count."""
        return self.food.meals_least, self.food.meals_most

    @property
    def co2e_grams(self) -> int:
        """Avoided by using the food, after our own driving."""
        return self.food.co2e_grams - self.driving_co2e_grams

    @property
    def co2e_range(self) -> tuple[int, int]:
        """The least and the most that somebody else would count, after our own driving."""
        return self.food.co2e_least - self.driving_co2e_grams, self.food.co2e_most - self.driving_co2e_grams

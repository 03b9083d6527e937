"""A network's impact over some days: from what each recorded day came to, to the figures of a report. Pure.

Only days that are over and that the books tell of are counted; those that nobody reported stand apart, as planned.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from app.domain import impact
from app.domain.counting import Counted, counted_food, summed_by_day
from app.domain.fairness import fill_rate, gini, lowest_fill_rate
from app.domain.impact_factors import Choice, in_force
from app.domain.ledger import MassBalance

FAIRNESS_DAYS = 28  # of one point of the curve: from day to day a fill rate jumps, over four weeks it is fair or not
POINT_EVERY = 7


@dataclass(frozen=True)
class VanDay:
    """One driven route: whose van, how far and how long by its plan, what it cost (None: the van has no rate) and the
    grams that it brought."""

    organisation: str
    metres: int
    seconds: int
    grams_co2e_per_km: int
    cents: int | None
    grams: int


@dataclass(frozen=True)
class BankDay:
    """What one food bank asked for and got, grams; people: whom the needs name of the places that got something."""

    wanted: int = 0
    delivered: int = 0
    people: int = 0


@dataclass(frozen=True)
class RecordedDay:
    """A day that is over, as the ledger and the drivers' reports have it. losses: grams by reason."""

    day: date
    balance: MassBalance
    routes_planned: int = 0
    vans: Sequence[VanDay] = ()
    banks: Mapping[str, BankDay] = field(default_factory=dict)
    losses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedDay:
    """A day with a published plan that nobody reported: what was to be, and no more."""

    day: date
    grams: int
    metres: int


@dataclass(frozen=True)
class Driving:
    """Metres by vans that cause so much CO2e a kilometre."""

    grams_co2e_per_km: int
    metres: int


@dataclass(frozen=True)
class Cost:
    """What the driven routes cost whose vans have a rate, and what they brought; left_out: whose vans have none."""

    cents: int
    grams: int
    meals: int
    routes: int
    left_out: tuple[str, ...] = ()

    @property
    def cents_per_meal(self) -> float | None:
        """None where no route has a cost, or none of them brought anything."""
        return self.cents / self.meals if self.routes and self.meals else None


@dataclass(frozen=True)
class Bank:
    """A food bank over some days. people: of the day on which it reached most."""

    organisation: str
    name: str
    wanted: int
    delivered: int
    people: int

    @property
    def fill(self) -> float | None:
        """None where it asked for nothing."""
        return fill_rate(self.delivered, self.wanted) if self.wanted else None

    @property
    def grams_per_person(self) -> float | None:
        """None where its needs name nobody."""
        return self.delivered / self.people if self.people else None


@dataclass(frozen=True)
class Point:
    """The four weeks that end with a day; `days` of them are recorded."""

    until: date
    days: int
    banks: tuple[Bank, ...]

    @property
    def lowest(self) -> float | None:
        """Of the food bank that is worst off."""
        return lowest_fill_rate((each.delivered, each.wanted) for each in self.banks)

    @property
    def gini(self) -> float | None:
        """How unlike the fill rates are."""
        return gini([each.fill for each in self.banks if each.fill is not None])


@dataclass(frozen=True)
class Figures:
    """All that a report says. Grams, metres and cents; what is counted with a factor stands with it in `factors`."""

    first: date
    last: date
    currency: str
    recorded: tuple[date, ...]
    planned: tuple[PlannedDay, ...]
    under_way: tuple[date, ...]
    balance: MassBalance
    factors: tuple[Counted, ...]
    meals: int
    meals_least: int
    meals_most: int
    food_co2e_grams: int
    co2e_least: int
    co2e_most: int
    driving: tuple[Driving, ...]
    driving_co2e_grams: int
    routes_planned: int
    routes_reported: int
    people: int | None
    cost: Cost
    losses: tuple[tuple[str, int], ...]
    banks: tuple[Bank, ...]
    points: tuple[Point, ...]

    @property
    def grams(self) -> int:
        """What people got."""
        return self.balance.for_people

    @property
    def co2e_grams(self) -> int:
        """Avoided, less our own driving."""
        return self.food_co2e_grams - self.driving_co2e_grams

    @property
    def metres(self) -> int:
        """Driven."""
        return sum(each.metres for each in self.driving)

    @property
    def rescued(self) -> float | None:
        """The share of all that was posted that reached people; None where nothing was."""
        return self.grams / self.balance.offered if self.balance.offered else None

    @property
    def lost_grams(self) -> int:
        """What reached nobody."""
        return sum(grams for _, grams in self.losses)

    @property
    def lowest(self) -> float | None:
        """The fill rate of the food bank that is worst off."""
        return lowest_fill_rate((each.delivered, each.wanted) for each in self.banks)

    @property
    def gini(self) -> float | None:
        """How unlike the food banks' fill rates are."""
        return gini([each.fill for each in self.banks if each.fill is not None])


def figures_of(
    first: date,
    last: date,
    recorded: Iterable[RecordedDay],
    *,
    planned: Iterable[PlannedDay] = (),
    under_way: Iterable[date] = (),
    choices: Sequence[Choice] = (),
    names: Mapping[str, str] | None = None,
    currency: str = "",
) -> Figures:
    """The figures of the days from `first` to `last`, both included. recorded: of the four weeks before them, too,
    which the first points of the curve need. names: of organisations."""
    every = sorted(recorded, key=lambda each: each.day)
    days = [each for each in every if first <= each.day <= last]
    called = names or {}
    food = counted_food(summed_by_day((each.day, each.balance.for_people) for each in days), choices)
    driving = _driving(days)
    driven = sum(impact.driving_co2e_grams(each.metres, each.grams_co2e_per_km) for each in driving)
    return Figures(
        first=first,
        last=last,
        currency=currency,
        recorded=tuple(each.day for each in days),
        planned=tuple(sorted((each for each in planned if first <= each.day <= last), key=lambda each: each.day)),
        under_way=tuple(sorted(day for day in under_way if first <= day <= last)),
        balance=summed_balance(each.balance for each in days),
        factors=food.factors,
        meals=food.meals,
        meals_least=food.meals_least,
        meals_most=food.meals_most,
        food_co2e_grams=food.co2e_grams,
        co2e_least=food.co2e_least - driven,
        co2e_most=food.co2e_most - driven,
        driving=driving,
        driving_co2e_grams=driven,
        routes_planned=sum(each.routes_planned for each in days),
        routes_reported=sum(len(each.vans) for each in days),
        people=impact.people_on_the_fullest_day(
            {(each.day, bank): of.people for each in days for bank, of in each.banks.items()}
        ),
        cost=_cost(days, choices, called),
        losses=_losses(days),
        banks=_banks(days, called),
        points=tuple(_point(every, until, called) for until in _ends(first, last)),
    )


def summed_balance(balances: Iterable[MassBalance]) -> MassBalance:
    """Several days' food together."""
    total: Counter[str] = Counter()
    for each in balances:
        total.update({name.name: getattr(each, name.name) for name in fields(MassBalance)})
    return MassBalance(**{name.name: total[name.name] for name in fields(MassBalance)})


def _driving(days: Iterable[RecordedDay]) -> tuple[Driving, ...]:
    metres: Counter[int] = Counter()
    for van in (van for each in days for van in each.vans):
        metres[van.grams_co2e_per_km] += van.metres
    return tuple(Driving(per_km, driven) for per_km, driven in sorted(metres.items()))


def _cost(days: Sequence[RecordedDay], choices: Sequence[Choice], names: Mapping[str, str]) -> Cost:
    """Vans without a rate are left out with the food that they brought: else a meal would look cheaper than it was."""
    brought: dict[Choice, int] = defaultdict(int)
    cents = routes = grams = 0
    left_out = set()
    for each in days:
        for van in each.vans:
            if van.cents is None:
                left_out.add(names.get(van.organisation, van.organisation))
                continue
            cents, routes, grams = cents + van.cents, routes + 1, grams + van.grams
            brought[in_force(choices, "meals", each.day)] += van.grams
    made = sum(impact.meals(of, choice.factor) for choice, of in brought.items())
    return Cost(cents, grams, made, routes, tuple(sorted(left_out)))


def _losses(days: Iterable[RecordedDay]) -> tuple[tuple[str, int], ...]:
    """The largest first."""
    found: Counter[str] = Counter()
    for each in days:
        found.update(each.losses)
    return tuple(
        sorted(((code, grams) for code, grams in found.items() if grams), key=lambda item: (-item[1], item[0]))
    )


def _banks(days: Sequence[RecordedDay], names: Mapping[str, str]) -> tuple[Bank, ...]:
    """By name."""
    of: dict[str, list[BankDay]] = defaultdict(list)
    for each in days:
        for bank, day in each.banks.items():
            of[bank].append(day)
    found = [
        Bank(
            bank,
            names.get(bank, bank),
            sum(each.wanted for each in own),
            sum(each.delivered for each in own),
            max(each.people for each in own),
        )
        for bank, own in of.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.name, each.organisation)))


def _ends(first: date, last: date) -> list[date]:
    """The days that the curve has a point of: the last one, and each seventh before it."""
    count = (last - first).days // POINT_EVERY
    return [last - timedelta(days=POINT_EVERY * before) for before in range(count, -1, -1)]


def _point(every: Sequence[RecordedDay], until: date, names: Mapping[str, str]) -> Point:
    since = until - timedelta(days=FAIRNESS_DAYS - 1)
    days = [each for each in every if since <= each.day <= until]
    return Point(until, len(days), _banks(days, names))


def reads_from(first: date) -> date:
    """The first day that the figures from this day on need: its four weeks."""
    return first - timedelta(days=FAIRNESS_DAYS - 1)


def split_by_reason(grams: int, claims: Iterable[tuple[str, int]], otherwise: str) -> dict[str, int]:
    """Grams by reason, each gram once: as far as each claim goes, in their order; what nobody claims has the last."""
    left, found = grams, Counter[str]()
    for reason, claimed in claims:
        taken = min(left, max(0, claimed))
        found[reason] += taken
        left -= taken
    found[otherwise] += left
    return {reason: of for reason, of in found.items() if of}


@dataclass(frozen=True)
class Difference:
    """What a report would say today, less what it says: grams, meals, grams of CO2e, cents. elsewhere: whether anything
    else is different, such as a food bank's need or why food was wasted."""

    grams: int
    meals: int
    co2e_grams: int
    cents: int
    elsewhere: bool = False

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.grams or self.meals or self.co2e_grams or self.cents or self.elsewhere)


def difference(published: Figures, now: Figures) -> Difference:
    """How far a published report is from what would be counted now."""
    counted = (
        now.grams - published.grams,
        now.meals - published.meals,
        now.co2e_grams - published.co2e_grams,
        now.cost.cents - published.cost.cents,
    )
    return Difference(*counted, elsewhere=now != published and not any(counted))

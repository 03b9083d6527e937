"""What an area's totals say, and what they keep to themselves so that nobody works out a partner's own figure. Pure.

The unit is a whole calendar month that is over. Each month's figure is shown or withheld by itself, and a total adds up
the months that are shown: so the difference between two ranges is always a sum of figures that could be read anyway.
With days, or with weeks beside months, the difference of two ranges could be one day of one store.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from app.domain.impact_factors import Choice
from app.domain.impact_report import BankDay, Cost, Figures, RecordedDay, VanDay, figures_of
from app.domain.ledger import MassBalance

# Partners that a figure is made of at least: of two, each takes away its own and has the other's; of three, none can.
FEWEST = 3
MOST_MONTHS = 12
WITHHELD = "A figure is shown where at least 3 partners have a part in it, and where no partner's own follows from it."


@dataclass(frozen=True)
class Part:
    """Grams by partner of one side of the border, on one day. offered and rescued: of the stores there; rescued is what
    of it reached people, wherever. received: by the food banks there."""

    offered: Mapping[str, int] = field(default_factory=dict)
    rescued: Mapping[str, int] = field(default_factory=dict)
    received: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AreaDay:
    """A recorded day. within: the area; elsewhere: the rest of the network. stores: those of the area that gave.
    people: by food bank, whom the needs name of its places in the area that got something. network: the whole day."""

    day: date
    within: Part
    elsewhere: Part
    stores: frozenset[str]
    people: Mapping[str, int]
    network: RecordedDay


@dataclass(frozen=True)
class AreaPlan:
    """A day with a published plan that nobody reported. Grams by food bank that were to come."""

    day: date
    within: Mapping[str, int]
    elsewhere: Mapping[str, int]


@dataclass(frozen=True)
class Month:
    """A month of an area. None: withheld, or nothing is recorded (days is 0). givers, banks: partners."""

    first: date
    days: int
    stores: int
    givers: int
    banks: int
    offered: int | None
    rescued: int | None
    received: int | None


@dataclass(frozen=True)
class AreaTotals:
    """All that is said of an area. Grams; of the months that show it. figures: of what its food banks received, in
    meals, CO2e and people, without any partner's; None where every month of it is withheld."""

    first: date
    last: date
    months: tuple[Month, ...]
    stores: int
    givers: int
    banks: int
    figures: Figures | None
    planned_days: int
    planned: int | None

    @property
    def days(self) -> int:
        """Recorded."""
        return sum(each.days for each in self.months)

    @property
    def offered(self) -> int | None:
        """By stores in the area."""
        return _sum(each.offered for each in self.months)

    @property
    def rescued(self) -> int | None:
        """Of what stores in the area offered, what reached people."""
        return _sum(each.rescued for each in self.months)

    @property
    def received(self) -> int | None:
        """What reached people through food banks in the area."""
        return _sum(each.received for each in self.months)

    @property
    def people(self) -> int | None:
        """Reached on the day that reached most, of those on which at least three food banks received."""
        return None if self.figures is None else self.figures.people

    @property
    def left_out(self) -> tuple[date, ...]:
        """The months with recorded days of which at least one figure is withheld."""
        return tuple(
            each.first for each in self.months if each.days and None in (each.offered, each.rescued, each.received)
        )


def first_of_next(month: date) -> date:
    """The first day of the month after that of a day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_of(first: date, last: date) -> list[date] | None:
    """The first days of the whole months from `first` to `last`; None where these are not whole months."""
    if first.day != 1 or last < first or (last + timedelta(days=1)).day != 1:
        return None
    found = [first]
    while (following := first_of_next(found[-1])) <= last:
        found.append(following)
    return found


def enough(parts: Mapping[str, int]) -> bool:
    """Whether so many partners have a part in a figure that none of them can be worked out."""
    return sum(grams > 0 for grams in parts.values()) >= FEWEST


def none_or_enough(parts: Mapping[str, int]) -> bool:
    """Whether what is left when a figure is taken from a larger one that others may know gives nobody away: the rest of
    the network, or what a store offered and nobody got."""
    return not any(grams > 0 for grams in parts.values()) or enough(parts)


def totals_of(
    first: date,
    last: date,
    days: Iterable[AreaDay],
    planned: Iterable[AreaPlan] = (),
    choices: Sequence[Choice] = (),
) -> AreaTotals:
    """The totals of the whole months from `first` to `last`. days: the recorded ones, each once.

    A factor counts from the first whole month on: two in one month would make two sums of it, and part it in two.
    """
    every = sorted((each for each in days if first <= each.day <= last), key=lambda each: each.day)
    by_month = {month: [each for each in every if _month(each.day) == month] for month in months_of(first, last) or []}
    months = tuple(_month_of(month, of) for month, of in by_month.items())
    received = [each for month in months if month.received is not None for each in by_month[month.first]]
    whole = [replace(each, counts_from=_first_whole_month(each.counts_from)) for each in choices]
    figures = figures_of(first, last, map(_of_the_area, received), choices=whole) if received else None
    if figures is not None:  # what it has of each partner goes no further
        figures = replace(figures, banks=(), points=(), cost=Cost(0, 0, 0, 0))
    plans = [each for each in planned if first <= each.day <= last]
    return AreaTotals(
        first=first,
        last=last,
        months=months,
        stores=len(frozenset[str]().union(*(each.stores for each in every))),
        givers=_count(each.within.offered for each in every),
        banks=_count(each.within.received for each in every),
        figures=figures,
        planned_days=len(plans),
        planned=_sum(_planned(plans, month) for month in by_month),
    )


def _first_whole_month(day: date) -> date:
    return day if day.day == 1 else first_of_next(day)


def _month(day: date) -> date:
    return day.replace(day=1)


def _month_of(first: date, days: Sequence[AreaDay]) -> Month:
    offered, rescued, received = (_added(getattr(each.within, name) for each in days) for name in _NAMES)
    elsewhere = {name: _added(getattr(each.elsewhere, name) for each in days) for name in _NAMES}
    not_rescued = {partner: grams - rescued.get(partner, 0) for partner, grams in offered.items()}
    says_offered = enough(offered) and none_or_enough(elsewhere["offered"])
    says_rescued = enough(rescued) and none_or_enough(not_rescued) and none_or_enough(elsewhere["rescued"])
    says_received = enough(received) and none_or_enough(elsewhere["received"])
    return Month(
        first=first,
        days=len(days),
        stores=len(frozenset[str]().union(*(each.stores for each in days))),
        givers=_count([offered]),
        banks=_count([received]),
        offered=sum(offered.values()) if says_offered else None,
        rescued=sum(rescued.values()) if says_rescued else None,
        received=sum(received.values()) if says_received else None,
    )


_NAMES = ("offered", "rescued", "received")


def _planned(plans: Iterable[AreaPlan], month: date) -> int | None:
    own = [each for each in plans if _month(each.day) == month]
    within, elsewhere = _added(each.within for each in own), _added(each.elsewhere for each in own)
    return sum(within.values()) if enough(within) and none_or_enough(elsewhere) else None


def _of_the_area(day: AreaDay) -> RecordedDay:
    """The day as if its area were a network: of each van's way, the share that its food has of the day's. People count
    where at least three food banks received on that day, since they are shown of one day alone."""
    received = sum(day.within.received.values())
    whole = day.network.balance.for_people
    vans = [_shared(van, received, whole) for van in day.network.vans] if whole else []
    people = day.people if enough(day.people) else {}
    banks = {bank: BankDay(delivered=grams, people=people.get(bank, 0)) for bank, grams in day.within.received.items()}
    return RecordedDay(day.day, MassBalance(delivered=received), vans=vans, banks=banks)


def _shared(van: VanDay, grams: int, of_grams: int) -> VanDay:
    metres, seconds = (round(each * grams / of_grams) for each in (van.metres, van.seconds))
    return VanDay(van.organisation, metres, seconds, van.grams_co2e_per_km, None, 0)


def _added(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in parts:
        found.update(each)
    return found


def _count(parts: Iterable[Mapping[str, int]]) -> int:
    """Partners that have a part."""
    return sum(grams > 0 for grams in _added(parts).values())


def _sum(values: Iterable[int | None]) -> int | None:
    """Of those that are shown; None where none is."""
    shown = [each for each in values if each is not None]
    return sum(shown) if shown else None

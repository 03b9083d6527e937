"""Duplicate effort on one day: the same store visited by several vans, vans at places close to each other, and visits
that carried less than they cost; each with what pooling it would save. Pure.

What is assumed stands in ASSUMPTIONS, which every page and answer shows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import combinations

from app.domain import impact
from app.domain.impact import Factor
from app.domain.pooling import Measured, Saving, better, moved_to_the_best, pooled
from app.domain.van_routes import Table, VanRoute, exact_cents

type Stops = tuple[tuple[str, int], ...]  # of which routes
type Savings = MutableMapping[Stops, Saving | None]
USUAL_METRES = 300
MOST_METRES = 2000

ASSUMPTIONS: tuple[str, ...] = (
    "A store counts as visited where a driver reported being there. Of a day that nobody reported, planned visits are"
    " shown by themselves and never as done; on a day that somebody reported, routes without a report are left out.",
    "Routes are as they were last published, and distances and times are those of the day's own street table. Places"
    " are near where the shorter way between them is at most the distance that you choose.",
    "Pooling takes a stop out of one route, with the drop-offs that nothing else is brought to, and puts it with its"
    " drop-offs at the best places of the other route. Of both ways round the one that saves most is shown, first of"
    " those that the room, the hours, the windows and the skills of the van allow.",
    "What is saved is never less than nothing: where pooling would cost way, time or money, it saves nothing. Savings"
    " of several entries lap over each other, so they are never added up.",
    "A visit carried less than it cost where its detour puts out more CO₂e than its food avoids, or costs more than the"
    " food is worth on the scale that the network plans by. Its detour is what the route would be spared without it.",
    "Costs are those of kilometres, hours and use at the rates of each van, without waiting. Where a van has no rates,"
    " no cost is said. Visits whose food nobody weighed are never called too small.",
)


class Kind(StrEnum):
    """What was done twice, or for little."""

    SAME_PLACE = "same_place"
    NEARBY = "nearby"
    LITTLE_FOOD = "little_food"


@dataclass(frozen=True)
class Visit:
    """A van at a store: the stop `halt` of a route. grams: what it took; None where nobody weighed it. worth_cents: of
    that food. agreed: an agreement says that this partner's vans alone fetch there."""

    route: str
    halt: int
    place: str
    partner: str
    vehicle: str
    grams: int | None
    worth_cents: int | None = None
    agreed: bool = False


@dataclass(frozen=True)
class VisitedDay:
    """A day's routes by id and their visits to stores. recorded: drivers reported them; else they were planned.
    savings: what was worked out before of the same routes, and is remembered. food: what a kilogram avoids, by the
    factor in force on that day."""

    day: date
    recorded: bool
    routes: Mapping[str, VanRoute]
    visits: Sequence[Visit]
    table: Table
    savings: Savings = field(default_factory=dict, compare=False)
    food: Factor = impact.CO2E_PER_KG_FOOD

    @cached_property
    def measured(self) -> Measured:
        """Its routes, each worked out once."""
        return Measured(self.table)

    def pooled(self, one: Visit, other: Visit) -> Saving | None:
        """What is saved when one van makes both stops."""
        stops = [(each.route, each.halt) for each in (one, other)]
        routes = [(self.routes[route], halt) for route, halt in stops]
        return self._remembered(tuple(stops), lambda: pooled(routes[0], routes[1], self.measured))

    def taken_over(self, visit: Visit) -> Saving | None:
        """What is saved when the van that can best makes this stop."""
        giver = self.routes[visit.route]
        takers = [route for route in self.routes.values() if route.id != visit.route]
        stops = ((visit.route, visit.halt), *((route.id, -1) for route in takers))
        return self._remembered(stops, lambda: moved_to_the_best(giver, visit.halt, takers, self.measured))

    def _remembered(self, stops: Stops, found: Callable[[], Saving | None]) -> Saving | None:
        if stops not in self.savings:
            saving = found()
            self.savings[stops] = None if saving is None else replace(saving, after=None)  # routes are large
            return saving
        return self.savings[stops]


@dataclass(frozen=True, order=True)
class Side:
    """A partner's vans at a place."""

    partner: str
    place: str


@dataclass(frozen=True)
class Detour:
    """What a visit takes: what its route would be spared without it. cents: None where the van has no rates."""

    metres: int = 0
    seconds: int = 0
    cents: int | None = None
    grams_co2e: int = 0


@dataclass(frozen=True)
class Found:
    """One duplicate of one day. sides: one where it is about one partner's visits. grams: of the visits that were
    weighed. metres_apart: the way between the places. saving: None where the street table does not tell."""

    kind: Kind
    sides: tuple[Side, ...]
    day: date
    recorded: bool
    visits: frozenset[tuple[str, int]]
    grams: int
    unweighed: int
    saving: Saving | None
    metres_apart: int = 0
    agreed: bool = False
    detour: Detour | None = None
    break_even_grams: Fraction | None = None  # food that avoids as much as the detour puts out


def found_on(day: VisitedDay, within_metres: int = USUAL_METRES) -> list[Found]:
    """Every duplicate of a day; several pairs of vans of the same partners at the same places are one, and save what
    the pair saves that saves most."""
    groups: defaultdict[tuple[Kind, tuple[Side, ...]], list[Found]] = defaultdict(list)
    for each in (*_pairs(day, within_metres), *_small(day)):
        groups[each.kind, each.sides].append(each)
    return [_merged(day, each) for _, each in sorted(groups.items())]


def _pairs(day: VisitedDay, within_metres: int) -> Iterator[Found]:
    apart_of = _Apart(day.table)
    for one, other in combinations(day.visits, 2):
        if one.route == other.route or (one.vehicle, one.partner) == (other.vehicle, other.partner):
            continue
        profiles = day.routes[one.route].van.profile, day.routes[other.route].van.profile
        apart = apart_of(one.place, other.place, *profiles)
        if apart is None or (one.place != other.place and apart > within_metres):
            continue
        yield Found(
            kind=Kind.SAME_PLACE if one.place == other.place else Kind.NEARBY,
            sides=tuple(sorted((Side(one.partner, one.place), Side(other.partner, other.place)))),
            day=day.day,
            recorded=day.recorded,
            visits=frozenset({(one.route, one.halt), (other.route, other.halt)}),
            grams=0,
            unweighed=0,
            saving=day.pooled(one, other),
            metres_apart=apart,
            agreed=one.agreed or other.agreed,
        )


class _Apart:
    """The shorter way between two places, each asked for once; None where the table knows none."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[tuple[str, str, str, str], int | None] = {}

    def __call__(self, here: str, there: str, *profiles: str) -> int | None:
        if here == there:
            return 0
        asked = (here, there, profiles[0], profiles[-1])
        if asked not in self._known:
            ways = [
                self._table.legs(profile, *ends) for profile in set(profiles) for ends in ((here, there), (there, here))
            ]
            self._known[asked] = min((leg[1] for leg in ways if leg is not None), default=None)
        return self._known[asked]


def _small(day: VisitedDay) -> Iterator[Found]:
    for visit in day.visits:
        detour = detour_of(day.routes[visit.route], visit.halt, day.measured)
        if detour is None or not carried_too_little(visit, detour, day.food):
            continue
        yield Found(
            kind=Kind.LITTLE_FOOD,
            sides=(Side(visit.partner, visit.place),),
            day=day.day,
            recorded=day.recorded,
            visits=frozenset({(visit.route, visit.halt)}),
            grams=0,
            unweighed=0,
            saving=day.taken_over(visit),
            agreed=visit.agreed,
            detour=detour,
        )


def detour_of(route: VanRoute, halt: int, measured: Measured) -> Detour | None:
    """What the route would be spared without this stop and what is brought only for it; None where it is not known."""
    given = measured.given(route, halt)
    now, spared, van = measured.taker(route).effort, given.spared, route.van
    if now is None or spared is None:
        return None
    metres, seconds = max(0, spared.metres), max(0, spared.seconds)
    cents = None
    if van.has_rates:
        whole = exact_cents(van, now, drives=bool(route.places))
        less = exact_cents(van, now - spared, drives=bool(given.rest.places))
        cents = max(0, round(whole - less))
    return Detour(metres, seconds, cents, impact.driving_co2e_grams(metres, van.grams_co2e_per_km))


def carried_too_little(visit: Visit, detour: Detour, food: Factor = impact.CO2E_PER_KG_FOOD) -> bool:
    """Whether the food of a visit was worth less than its detour, in CO2e (food: what a kilogram avoids) or money;
    never where nobody weighed it."""
    if visit.grams is None:
        return False
    by_carbon = detour.grams_co2e > impact.food_co2e_grams(visit.grams, food)
    by_money = None not in (detour.cents, visit.worth_cents) and (detour.cents or 0) > (visit.worth_cents or 0)
    return by_carbon or by_money


def _merged(day: VisitedDay, found: Sequence[Found]) -> Found:
    visits = frozenset().union(*(each.visits for each in found))
    detour = summed_detours(each.detour for each in found)
    weights = [each.grams for each in day.visits if (each.route, each.halt) in visits]
    return Found(
        kind=found[0].kind,
        sides=found[0].sides,
        day=day.day,
        recorded=day.recorded,
        visits=visits,
        grams=sum(grams for grams in weights if grams is not None),
        unweighed=weights.count(None),
        saving=better([each.saving for each in found]),
        metres_apart=found[0].metres_apart,
        agreed=any(each.agreed for each in found),
        detour=detour,
        break_even_grams=None if detour is None else Fraction(detour.grams_co2e * 1000, day.food.value),
    )


def summed_detours(detours: Iterable[Detour | None]) -> Detour | None:
    """What several visits took; without a cost where one has none."""
    known = [each for each in detours if each is not None]
    if not known:
        return None
    priced = [each.cents for each in known if each.cents is not None]
    return Detour(
        sum(each.metres for each in known),
        sum(each.seconds for each in known),
        sum(priced) if len(priced) == len(known) else None,
        sum(each.grams_co2e for each in known),
    )

"""The figures of a day, each defined here and nowhere else, so that the coordinated day and the day alone are
measured alike."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from routing.plan import Plan
from routing.problem import Problem


@dataclass(frozen=True)
class Figures:
    """One day in numbers.

    duplicate_visits: arrivals at a store that find nothing left to collect, and arrivals at a store where
        another partner's vehicle was earlier that day. Each such arrival counts once.
    people_served: for each receiving site, the most people any of its needs names, times the part of the
        site's needs that was delivered; summed, then rounded down. Several needs of one site are the same
        people, so they are not counted twice.
    lowest_fill_rate: the smallest part of its needs that any food bank received; 1.0 if nobody needs any.
    driver_seconds: from leaving to being back, waiting included.
    """

    grams_delivered: int
    metres: int
    driver_seconds: int
    vehicles: int
    grams_co2e_driving: int
    duplicate_visits: int
    people_served: int
    lowest_fill_rate: float


@dataclass(frozen=True)
class PartnerFigures:
    """One partner's day: what its places received, and what its vehicles did, whomever they drove for.

    empty_visits: visits of its vehicles to a store that left with nothing; duplicate_visits: as in `Figures`.
    fill_rate: the part of its needs that was delivered; None where it needs nothing.
    """

    grams_received: int
    metres: int
    driver_seconds: int
    vehicles: int
    grams_co2e_driving: int
    visits: int
    empty_visits: int
    duplicate_visits: int
    people_served: int
    fill_rate: float | None


@dataclass(frozen=True)
class DayFigures:
    """A day in numbers, whole and by partner: all organisations with a need or a shift."""

    figures: Figures
    partners: Mapping[str, PartnerFigures]


@dataclass(frozen=True)
class DrivenRoute:
    shift: str
    metres: int
    seconds: int


@dataclass(frozen=True)
class StoreVisit:
    """A vehicle of an organisation comes to collect at a store; grams is what it left with."""

    site: str
    begin: int
    organisation: str
    grams: int


def figures_of_plan(problem: Problem, plan: Plan) -> Figures:
    """The figures of the day if it goes as planned."""
    return figures_of_day(problem, *_as_planned(problem, plan))


def day_as_planned(problem: Problem, plan: Plan) -> DayFigures:
    """The same, by partner too."""
    return day_figures(problem, *_as_planned(problem, plan))


def _as_planned(problem: Problem, plan: Plan) -> tuple[list[DrivenRoute], list[StoreVisit], dict[str, int]]:
    delivered: dict[str, int] = defaultdict(int)
    collected: dict[tuple[str, int], int] = defaultdict(int)
    for allocation in plan.allocations:
        delivered[allocation.need] += allocation.grams
        collected[allocation.shift, allocation.pickup_stop] += allocation.grams
    visits = [
        StoreVisit(
            stop.site,
            stop.begin,
            problem.shifts_by_id[route.shift].organisation,
            collected[route.shift, number],
        )
        for route in plan.routes
        for number, stop in enumerate(route.stops)
        if stop.kind == "pickup"
    ]
    routes = [DrivenRoute(route.shift, route.metres, route.seconds) for route in plan.routes]
    return routes, visits, delivered


def day_figures(
    problem: Problem,
    routes: Iterable[DrivenRoute],
    visits: Iterable[StoreVisit],
    delivered: Mapping[str, int],
) -> DayFigures:
    """The figures of what was driven, visited and delivered (grams by need), whole and by partner."""
    routes, visits = tuple(routes), tuple(visits)
    shifts = problem.shifts_by_id
    partners = dict.fromkeys([need.organisation for need in problem.needs] + [s.organisation for s in problem.shifts])
    fills, people = fill_rates(problem, delivered), _people_by_partner(problem, delivered)
    received: dict[str, int] = defaultdict(int)
    for need in problem.needs:
        received[need.organisation] += delivered.get(need.id, 0)
    duplicates = [visit.organisation for visit in _duplicates(visits)]
    found = {}
    for partner in partners:
        driven = [route for route in routes if shifts[route.shift].organisation == partner]
        made = [visit for visit in visits if visit.organisation == partner]
        found[partner] = PartnerFigures(
            grams_received=received[partner],
            metres=sum(route.metres for route in driven),
            driver_seconds=sum(route.seconds for route in driven),
            vehicles=len({shifts[route.shift].vehicle for route in driven}),
            grams_co2e_driving=_grams_co2e(problem, driven),
            visits=len(made),
            empty_visits=sum(visit.grams == 0 for visit in made),
            duplicate_visits=duplicates.count(partner),
            people_served=int(people.get(partner, 0)),
            fill_rate=fills.get(partner),
        )
    return DayFigures(figures_of_day(problem, routes, visits, delivered), found)


def figures_of_day(
    problem: Problem,
    routes: Iterable[DrivenRoute],
    visits: Iterable[StoreVisit],
    delivered: Mapping[str, int],
) -> Figures:
    """The figures of what was driven, visited and delivered (grams by need)."""
    routes = tuple(routes)
    shifts = problem.shifts_by_id
    return Figures(
        grams_delivered=sum(delivered.values()),
        metres=sum(route.metres for route in routes),
        driver_seconds=sum(route.seconds for route in routes),
        vehicles=len({shifts[route.shift].vehicle for route in routes}),
        grams_co2e_driving=_grams_co2e(problem, routes),
        duplicate_visits=duplicate_visits(visits),
        people_served=int(sum(_people_by_partner(problem, delivered).values())),
        lowest_fill_rate=min(fill_rates(problem, delivered).values(), default=1.0),
    )


def duplicate_visits(visits: Iterable[StoreVisit]) -> int:
    """How many visits found nothing, or came after another partner's visit to the same store."""
    return sum(1 for _ in _duplicates(visits))


def _duplicates(visits: Iterable[StoreVisit]) -> Iterator[StoreVisit]:
    earlier: dict[str, set[str]] = defaultdict(set)
    for visit in sorted(visits, key=lambda visit: (visit.begin, visit.organisation, visit.site)):
        if visit.grams == 0 or earlier[visit.site] - {visit.organisation}:
            yield visit
        earlier[visit.site].add(visit.organisation)


def _grams_co2e(problem: Problem, routes: Iterable[DrivenRoute]) -> int:
    shifts = problem.shifts_by_id
    return round(sum(route.metres * shifts[route.shift].grams_co2e_per_km for route in routes) / 1000)


def fill_rates(problem: Problem, delivered: Mapping[str, int]) -> dict[str, float]:
    """For each food bank that needs anything: the part of it that was delivered."""
    wanted: dict[str, int] = defaultdict(int)
    got: dict[str, int] = defaultdict(int)
    for need in problem.needs:
        wanted[need.organisation] += need.grams
        got[need.organisation] += delivered.get(need.id, 0)
    return {bank: round(min(1.0, got[bank] / grams), 4) for bank, grams in wanted.items() if grams}


def _people_by_partner(problem: Problem, delivered: Mapping[str, int]) -> dict[str, float]:
    people: dict[str, int] = defaultdict(int)
    wanted: dict[str, int] = defaultdict(int)
    got: dict[str, int] = defaultdict(int)
    whose: dict[str, str] = {}
    for need in problem.needs:
        people[need.site] = max(people[need.site], need.people_served)
        wanted[need.site] += need.grams
        got[need.site] += delivered.get(need.id, 0)
        whose[need.site] = need.organisation
    found: dict[str, float] = defaultdict(float)
    for site, grams in wanted.items():
        found[whose[site]] += people[site] * min(1.0, got[site] / grams) if grams else 0.0
    return found

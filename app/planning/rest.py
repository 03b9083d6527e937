"""The rest of a day under way as the solver reads it: vehicles where they stand, what is on board, what came."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import routing
from app.domain.categories import value_cents_per_kg
from app.domain.food_safety import days_left
from app.domain.service_date import seconds_since_midnight
from app.kit.identities import identity
from app.models.offers import Offer, OfferLine
from app.models.partners import Site
from app.planning.agreed import Obeyed, obeying
from app.planning.snapshot import (
    Day,
    lots_of,
    needs_of,
    pace_steps,
    pairs_of,
    safety_line,
    shift_as_solved,
    site_as_solved,
    sites_of,
)
from app.planning.under_way import Cargo, DayUnderWay, Driving
from app.roads.provider import Profile
from app.roads.travel import Travel

# Food on a vehicle that goes to nobody is thrown away; what stays at its store can still go elsewhere, and has cost
# nobody a drive. So a change leaves it on board only where three times as much would be left at stores otherwise.
WORTH_ON_BOARD = 3

# Who is late finishes the round all the same: food that is on board would be thrown away, and people wait for it.
OVERTIME_SECONDS = 3600
# What is new to a day under way is planned into what leaves some of the rest of a shift: drives and stops take longer
# than planned as often as not, and what is on board when a shift ends was fetched for nobody.
SPARE_PART, SPARE_SECONDS = 0.2, 1800

type Legs = Callable[[routing.Shift], tuple[int, int] | None]


@dataclass(frozen=True)
class Rest:
    """The question of a replan: the day from now on, what is still to be driven of the plan, and what is new to it.

    A lot is an offer's line, by its id, or what is on board, by the identity of its promise.
    """

    problem: routing.Problem
    plan: routing.Plan
    news: routing.News
    on_board: Mapping[str, Cargo]
    obeyed: Obeyed | None = None  # agreements; where they came too late, what is promised stays

    def solved(self) -> routing.Problem:
        """The problem that the answer is for; the same in every process."""
        return routing.rest_of_day(self.problem, self.plan, self.news).problem


def sites_of_rest(under_way: DayUnderWay) -> list[Site]:
    """The places that the rest of the day touches, in a stable order."""
    stops = [stop.site_id for van in under_way.driving.values() for stop in van.stops.values()]
    on_board = [offer.site_id for offer, _ in under_way.offers.values()]
    found = [site.id for site in sites_of(under_way.day)]
    return [under_way.day.sites[site] for site in dict.fromkeys([*found, *stops, *on_board])]


def to_rest(under_way: DayUnderWay, travel: Mapping[Profile, Travel]) -> Rest:
    """The rest of the day. Pure: rows in, values out."""
    day, sites = under_way.day, sites_of_rest(under_way)
    on_board = {str(each.row.parcel_id): each for van in under_way.driving.values() for each in van.left_on_board()}
    came, stored = _came(under_way)
    numbers = {str(site.id): number for number, site in enumerate(sites)}
    tables: dict[str, routing.TravelMatrix] = {
        profile: routing.TravelMatrix(*found.between([site.id for site in sites])) for profile, found in travel.items()
    }

    def way_home(shift: routing.Shift) -> tuple[int, int] | None:
        return tables[shift.profile].leg(numbers[shift.start_site], numbers[shift.end_site])

    loaded = [_on_board(under_way, each) for each in on_board.values()]
    shifts = [_with_room(shift, loaded) for shift in _shifts_left(under_way)]
    problem = routing.Problem(
        service_date=day.service_date.isoformat(),
        time_zone=day.network.time_zone,
        sites=tuple(_site_left(site_as_solved(day, site), stored) for site in sites),
        lots=(*lots_of(day), *loaded),
        needs=tuple(_need_left(each, came, under_way.closed) for each in needs_of(day)),
        eligibilities=tuple(_pairs(under_way, on_board.values())),
        shifts=tuple(shifts),
        travel=tables,
        estimated_travel=any(found.estimated for found in travel.values()),
        pace=pace_steps(day),
    )
    tours = {str(shift): _tour(van, problem) for shift, van in under_way.driving.items()}
    promised = {(each.lot, each.need, shift) for shift, tour in tours.items() for visit in tour for each in visit.cargo}
    obeys = obeying(problem, under_way.agreements, promised)
    problem = obeys.problem
    late = _with_overtime(problem.shifts, routing.home_as_it_stands(problem, tours))
    problem = replace(problem, shifts=_with_ways_home(late, under_way, way_home))
    plan = routing.plan_as_it_stands(problem, tours)
    driven = {shift.id for shift in problem.shifts}
    news = routing.News(
        lots=tuple(_not_planned(problem, plan)),
        lock=tuple(str(shift) for shift in under_way.locked if str(shift) in driven),
    )
    return Rest(problem, plan, news, on_board, obeys.told())


def _came(under_way: DayUnderWay) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Grams that came today by need, and by site and temperature class."""
    came: Counter[str] = Counter()
    stored: Counter[tuple[str, str]] = Counter()
    for van in under_way.driving.values():
        for each in van.cargo:
            if not each.brought:
                continue
            came[str(each.row.need_id)] += each.brought
            stop = next((stop for stop in van.stops.values() if stop.id == each.row.drop_off_stop_id), None)
            if stop is not None:
                stored[str(stop.site_id), each.row.temperature_class] += each.brought
    return came, stored


def _site_left(site: routing.Site, stored: Mapping[tuple[str, str], int]) -> routing.Site:
    left: dict[str, Any] = {}
    for name in routing.CLASSES:
        limit = site.storage.limit_for(name)
        left[f"{name}_grams"] = None if limit is None else max(0, limit - stored.get((site.id, name), 0))
    return replace(site, storage=routing.Storage(**left))


def _need_left(need: routing.Need, came: Mapping[str, int], closed: frozenset[UUID]) -> routing.Need:
    grams = came.get(need.id, 0)
    windows = () if identity(need.site) in closed else need.windows
    return replace(need, grams=max(0, need.grams - grams), delivered_grams=grams, windows=windows)


def _on_board(under_way: DayUnderWay, each: Cargo) -> routing.Lot:
    offer, line = under_way.offers[each.row.offer_line_id]
    left = days_left(safety_line(line), under_way.day.service_date)
    return routing.Lot(
        id=str(each.row.parcel_id),
        offer=str(offer.id),
        site=str(offer.site_id),
        category=line.category,
        grams=each.on_board,
        crates=-(-line.crates * each.on_board // line.grams),
        temperature_class=line.temperature_class,
        window=_whole_day(under_way.day, offer),
        splittable=line.splittable,
        value_per_kg=WORTH_ON_BOARD * value_cents_per_kg(line.category, left),
        on_board=str(each.row.shift_id),
    )


def _whole_day(day: Day, offer: Offer) -> routing.TimeWindow:
    """When it was to be collected; nobody asks any more."""
    first, last = (
        seconds_since_midnight(moment, day.service_date, day.zone) for moment in (offer.pickup_from, offer.pickup_until)
    )
    return routing.TimeWindow(max(0, first), last)


def _pairs(under_way: DayUnderWay, on_board: Iterable[Cargo]) -> list[routing.Eligibility]:
    loaded = [(str(each.row.parcel_id), *under_way.offers[each.row.offer_line_id]) for each in on_board]
    forbidden = {(str(promise), str(need)) for promise, need in under_way.forbidden}
    return [
        *pairs_of(under_way.day, [(str(id), *found) for id, found in _collectable(under_way.day)]),
        *(pair for pair in pairs_of(under_way.day, loaded) if (pair.lot, pair.need) not in forbidden),
    ]


def _collectable(day: Day) -> Iterable[tuple[UUID, tuple[Offer, OfferLine]]]:
    return ((id, found) for id, found in day.lines.items() if day.available.get(id, 0) > 0)


def _shifts_left(under_way: DayUnderWay) -> Iterable[routing.Shift]:
    """The shifts that can still drive, from where and when they are free."""
    day = under_way.day
    now = seconds_since_midnight(under_way.now, day.service_date, day.zone)
    for shift in day.shifts:
        van = under_way.driving.get(shift.id)
        solved = _as_full(shift_as_solved(shift, day.vehicles[shift.vehicle_id], day.service_date, day.zone), van)
        if shift.id in under_way.gone:
            continue
        if van is None or not van.standing.left:
            if max(now, solved.window.earliest) < solved.window.latest:
                yield replace(solved, window=routing.TimeWindow(max(now, solved.window.earliest), solved.window.latest))
            continue
        free = seconds_since_midnight(van.standing.free_at, day.service_date, day.zone)
        earliest = max(0, min(free, routing.END_OF_PLANNING))
        if earliest <= solved.window.latest or van.ahead or van.left_on_board():
            yield replace(
                solved,
                start_site=str(van.stops[van.standing.at].site_id),
                window=routing.TimeWindow(earliest, max(earliest, solved.window.latest)),
                cents_per_use=0,  # it is out already
            )


def _as_full(shift: routing.Shift, van: Driving | None) -> routing.Shift:
    """A van takes no more than its driver could load, but what it has."""
    if van is None or van.full_at is None:
        return shift
    grams = max(van.full_at, sum(each.on_board for each in van.left_on_board()))
    return replace(shift, capacity=replace(shift.capacity, grams=min(shift.capacity.grams, grams)))


def _with_room(shift: routing.Shift, lots: Iterable[routing.Lot]) -> routing.Shift:
    """A van has room for what is on it already, whatever is written of it: food may be more than was said."""
    load = sum((lot.load_for(lot.grams) for lot in lots if lot.on_board == shift.id), routing.Load())
    return replace(shift, capacity=shift.capacity.with_room_for(load))


def _with_ways_home(shifts: Iterable[routing.Shift], under_way: DayUnderWay, legs: Legs) -> tuple[routing.Shift, ...]:
    """Who is out may drive home from where it is, though the shift is over by then."""
    out = {str(id) for id, van in under_way.driving.items() if van.standing.left}
    found = []
    for shift in shifts:
        leg = legs(shift) if shift.id in out else None
        home = 0 if leg is None else min(routing.END_OF_PLANNING, shift.window.earliest + 2 * leg[0])
        window = routing.TimeWindow(shift.window.earliest, max(shift.window.latest, home))
        found.append(replace(shift, window=window))
    return tuple(found)


def _with_overtime(shifts: Iterable[routing.Shift], home: Mapping[str, int]) -> Iterable[routing.Shift]:
    """The shifts in which a driver who runs late may finish the round. home: when each would be home, in seconds."""
    return (until_home(shift, home.get(shift.id, 0)) for shift in shifts)


def until_home(shift: routing.Shift, home: int) -> routing.Shift:
    """For what is planned already as long as it takes, though no longer than the overtime that people put up with; for
    what is new to the plan until some of the rest of the shift is spare."""
    earliest, latest = shift.window.earliest, shift.window.latest
    spare = min(SPARE_SECONDS, round((latest - earliest) * SPARE_PART))
    until = max(latest - spare, min(home, latest + OVERTIME_SECONDS))
    return replace(shift, window=routing.TimeWindow(earliest, min(until, routing.END_OF_PLANNING)))


def _tour(van: Driving, problem: routing.Problem) -> tuple[routing.Visit, ...]:
    """What the route has still to do, in its order."""
    if str(van.shift.id) not in problem.shifts_by_id:
        return ()
    lots = problem.lots_by_id
    handled: defaultdict[UUID, list[routing.Cargo]] = defaultdict(list)
    for part, each in enumerate(van.cargo):
        need = str(each.row.need_id)
        if not each.to_deliver or need not in problem.needs_by_id:
            continue
        if each.to_collect and str(each.row.offer_line_id) in lots:
            cargo = routing.Cargo(str(each.row.offer_line_id), need, each.to_collect, part)
            handled[each.row.pickup_stop_id].append(cargo)
            handled[each.row.drop_off_stop_id].append(cargo)
        elif str(each.row.parcel_id) in lots:
            handled[each.row.drop_off_stop_id].append(routing.Cargo(str(each.row.parcel_id), need, each.on_board, part))
    return tuple(
        routing.Visit(stop.kind, str(stop.site_id), tuple(handled[stop.id])) for stop in van.ahead if handled[stop.id]
    )


def _not_planned(problem: routing.Problem, plan: routing.Plan) -> Iterable[routing.Lot]:
    """What no route carries, wholly or in part: it is looked for a place for it first."""
    planned: Counter[str] = Counter()
    for each in plan.allocations:
        planned[each.lot] += each.grams
    return [lot for lot in problem.lots if planned[lot.id] < lot.grams]

"""A day under way as a problem of its own, in words that every problem has: shifts begin where and when their vehicle
is free, collected food is on board, needs and storage are less what came, and the plan's word is a promise."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from routing.locked import need_left, site_left
from routing.news import News, validate_news
from routing.pace import pace_of
from routing.plan import Allocation, Plan
from routing.problem import (
    END_OF_PLANNING,
    Break,
    Eligibility,
    LockedCargo,
    LockedRoute,
    LockedStop,
    Need,
    Problem,
    ProblemError,
    Promise,
    Shift,
    TimeWindow,
)
from routing.replan.lots_left import LotsLeft, lots_left
from routing.replan.standing import Standing, standings
from routing.retime import Cargo, Tour, Visit, place_breaks, retime, tour_of, with_breaks_in_place
from routing.travel import TravelMatrix

REPLAN_MOVE_CENTS = 300  # what a move costs in a replan under a policy that says nothing


@dataclass(frozen=True)
class RestOfDay:
    """What is still to be decided.

    problem: the rest of the day, with promises for all that the plan still has to do.
    planned: by shift, what the plan has still to drive, in the lots of the rest; also for shifts that are gone.
    origins: the lot of the day behind each lot of the rest. A lot that is partly on board is several in the rest.
    delivered: allocations that came to their food bank, as the plan has them.
    withdrawn: grams that are offered no more, by lot of the day.
    unlocked: shifts whose locked route cannot be driven any more, and which are therefore free.
    """

    problem: Problem
    planned: Mapping[str, Tour]
    origins: Mapping[str, str]
    delivered: tuple[Allocation, ...]
    withdrawn: Mapping[str, int]
    unlocked: tuple[str, ...]


def rest_of_day(day: Problem, plan: Plan, news: News) -> RestOfDay:
    """The rest of the day after the news. Raises ProblemError for news that do not fit the day or the plan, with the
    path of the field, or (with the path in the rest of the day) for a day that they make impossible: a vehicle that
    would be out twice, or more on board than it can carry.

    A vehicle that is out costs its use no more, and what it has driven counts against its limits. One that is late may
    still drive home. A break whose time has passed begins as soon as it can; one that has no time left in its shift is
    not taken. A shift that is over and has nothing left to do is left out.
    """
    validate_news(day, plan, news)
    stand = standings(day, plan, news)
    left = lots_left(day, plan, news, stand)
    driven = {route.shift for route in plan.routes}
    planned = {shift.id: _tour_left(plan, shift, stand[shift.id], left) for shift in day.shifts if shift.id in driven}
    shifts, travel = _shifts_left(day, news, stand, left, planned)
    driving = {shift.id: shift for shift in shifts}
    planned = {id: _with_breaks(tour, driving[id]) if id in driving else tour for id, tour in planned.items()}
    came, stored = _what_came(day, left.delivered)
    policy = day.policy if day.policy.move_cents else replace(day.policy, move_cents=REPLAN_MOVE_CENTS)
    problem = Problem(
        day.service_date,
        day.time_zone,
        tuple(site_left(site, stored) for site in day.sites),
        left.lots,
        tuple(_need_left(need, came, news) for need in _in_place(day.needs, news.needs)),
        _pairs_left(day, news, left),
        shifts,
        travel,
        policy,
        day.estimated_travel,
        promises=_promises(driving, plan, left),
        pace=day.pace,
    )
    problem, unlocked = _with_locks(problem, day, news, planned)
    return RestOfDay(problem, planned, left.origins, left.delivered, left.withdrawn, unlocked)


def _in_place[T: (Need, Shift)](before: Sequence[T], new: Sequence[T]) -> list[T]:
    """All things, each new one in the place of the one of its id, or at the end."""
    changed = {each.id: each for each in new}
    return [changed.pop(each.id, each) for each in before] + list(changed.values())


def _what_came(day: Problem, delivered: Iterable[Allocation]) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Grams by need, and by site and temperature class."""
    came: defaultdict[str, int] = defaultdict(int)
    stored: defaultdict[tuple[str, str], int] = defaultdict(int)
    for each in delivered:
        came[each.need] += each.grams
        stored[day.needs_by_id[each.need].site, day.lots_by_id[each.lot].temperature_class] += each.grams
    return came, stored


def _need_left(need: Need, came: Mapping[str, int], news: News) -> Need:
    grams = came.get(need.id, 0)
    rest = need if not grams else need_left(replace(need, grams=max(need.grams, grams)), grams)
    return replace(rest, windows=()) if need.site in news.closed else rest


def _pairs_left(day: Problem, news: News, left: LotsLeft) -> tuple[Eligibility, ...] | None:
    if day.eligibilities is None:
        return None
    pairs: Iterable[Eligibility] = day.eligibilities
    if news.eligibilities:
        pairs = {(pair.lot, pair.need): pair for pair in (*pairs, *news.eligibilities)}.values()
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, origin in left.origins.items():
        names[origin].append(name)
    as_they_were = {origin for origin, all_names in names.items() if all_names == [origin]}  # nearly all
    found: list[Eligibility] = []
    for pair in pairs:
        if pair.lot in as_they_were:
            found.append(pair)
        else:
            found += [Eligibility(name, pair.need, pair.deliver_by) for name in names.get(pair.lot, ())]
    return tuple(found)


def _tour_left(plan: Plan, shift: Shift, stand: Standing, left: LotsLeft) -> Tour:
    """What the shift's route still has to do, in the lots that are left."""
    route = next(route for route in plan.routes if route.shift == shift.id)
    numbers = [number for number, each in enumerate(plan.allocations) if each.shift == shift.id]
    found = []
    for visit in tour_of(plan, route, shift)[stand.stop :]:
        cargo = tuple(
            Cargo(left.of_allocation[numbers[each.part]], each.need, each.grams, each.part)
            for each in visit.cargo
            if numbers[each.part] in left.of_allocation
        )
        if cargo or visit.kind == "break":
            found.append(Visit(visit.kind, visit.site, cargo, visit.pause))
    return tuple(found) if any(visit.cargo for visit in found) else ()


def _with_breaks(tour: Tour, shift: Shift) -> Tour:
    """The tour with the breaks that the shift now has, in their old places or, if they are others, at its begin."""
    if not tour:
        return ()
    if sum(visit.kind == "break" for visit in tour) == len(shift.breaks):
        pauses = iter(shift.breaks)
        found = [replace(visit, pause=next(pauses)) if visit.kind == "break" else visit for visit in tour]
    else:
        pauses_first = [Visit("break", shift.start_site, (), pause) for pause in shift.breaks]
        found = [*pauses_first, *(visit for visit in tour if visit.kind != "break")]
    return with_breaks_in_place(found, shift.start_site)


def _shifts_left(
    day: Problem, news: News, stand: Mapping[str, Standing], left: LotsLeft, planned: Mapping[str, Tour]
) -> tuple[tuple[Shift, ...], Mapping[str, TravelMatrix]]:
    """The shifts that still drive, and travel with a way home for each of them."""
    busy = {lot.on_board for lot in left.lots} | {id for id, tour in planned.items() if tour}
    travel, found = dict(day.travel), []
    for shift in _in_place(day.shifts, news.shifts):
        here = stand.get(shift.id) or Standing(shift.start_site, news.now or 0)
        if shift.id in news.gone or (
            max(here.at, shift.window.earliest) > shift.window.latest and shift.id not in busy
        ):
            continue
        if not here.left:
            here = replace(here, site=shift.start_site)
        sites = [here.site, *(visit.site for visit in planned.get(shift.id, ())), shift.end_site]
        travel[shift.profile] = _with_way_home(day, travel[shift.profile], news, shift, sites)
        ends = [day.site_numbers[site] for site in (here.site, shift.end_site)]
        leg = travel[shift.profile].leg(ends[0], ends[1])
        home = pace_of(day).arrive(_free_from(shift, here), 0 if leg is None else leg[0])
        found.append(_shift_left(shift, here, home))
    return tuple(found), travel


def _free_from(shift: Shift, here: Standing) -> int:
    return min(END_OF_PLANNING, max(here.at, shift.window.earliest))


def _shift_left(shift: Shift, here: Standing, home: int) -> Shift:
    """The shift from where it is free; `home`: when it would be at its end if it drove there at once."""
    earliest = _free_from(shift, here)
    late = min(END_OF_PLANNING, home) if here.left or earliest > shift.window.latest else 0
    window = TimeWindow(earliest, max(shift.window.latest, late))
    shift = replace(
        shift, start_site=here.site, window=window, breaks=_breaks_left(shift.breaks[here.breaks :], window)
    )
    if not here.left:
        return shift
    return replace(
        shift,
        cents_per_use=0,
        maximum_metres=None if shift.maximum_metres is None else max(0, shift.maximum_metres - here.metres),
        maximum_stops=None if shift.maximum_stops is None else max(0, shift.maximum_stops - here.visits),
    )


def _breaks_left(breaks: Iterable[Break], window: TimeWindow) -> tuple[Break, ...]:
    found: list[Break] = []
    free, after = window.earliest, 0
    for pause in breaks:
        earliest = max(pause.window.earliest, after)
        begin = max(free, earliest)
        latest = max(pause.window.latest, begin)
        free, after = begin + pause.seconds, latest + 1
        if free > window.latest or latest > END_OF_PLANNING:
            break
        found.append(Break(TimeWindow(earliest, latest), pause.seconds))
    return tuple(found)


def _with_way_home(day: Problem, matrix: TravelMatrix, news: News, shift: Shift, sites: Sequence[str]) -> TravelMatrix:
    """The matrix with a road from where the shift is to its end: over the stops that it has planned, where no direct
    one leads. Raises ProblemError where these do not lead there either."""
    numbers = [day.site_numbers[site] for site in sites]
    if matrix.leg(numbers[0], numbers[-1]) is not None:
        return matrix
    legs = [matrix.leg(origin, destination) for origin, destination in pairwise(numbers)]
    known = [leg for leg in legs if leg is not None]
    if len(known) < len(legs):
        path = next((f"done[{n}].site" for n, each in enumerate(news.done) if each.shift == shift.id), "shifts")
        raise ProblemError(path, f"No road leads from {sites[0]} to {sites[-1]}.", "no_road")
    seconds, metres = np.array(matrix.seconds), np.array(matrix.metres)
    seconds[numbers[0], numbers[-1]] = sum(leg[0] for leg in known)
    metres[numbers[0], numbers[-1]] = sum(leg[1] for leg in known)
    return TravelMatrix(seconds, metres)


def _promises(driving: Collection[str], plan: Plan, left: LotsLeft) -> tuple[Promise, ...]:
    """The word of the plan, as far as what it names is still there."""
    found = (
        Promise(left.of_allocation[number], each.need, each.shift)
        for number, each in enumerate(plan.allocations)
        if number in left.of_allocation and each.shift in driving
    )
    return tuple(dict.fromkeys(found))


def _with_locks(
    problem: Problem, day: Problem, news: News, planned: Mapping[str, Tour]
) -> tuple[Problem, tuple[str, ...]]:
    """The problem with the locks that can be kept, and the shifts of those that cannot."""
    unlocked = []
    for id in dict.fromkeys([*(route.shift for route in day.locked), *news.lock]):
        if id not in problem.shifts_by_id:
            continue
        tour = planned.get(id, ())
        try:
            locked = replace(problem, locked=(*problem.locked, _locked(id, tour)))
        except ProblemError:
            unlocked.append(id)
            continue
        bare = tuple(visit for visit in tour if visit.kind != "break")
        if with_breaks_drivable(locked, locked.shifts_by_id[id], bare) is None:
            unlocked.append(id)
            continue
        problem = locked
    return problem, tuple(unlocked)


def _locked(shift: str, tour: Tour) -> LockedRoute:
    return LockedRoute(
        shift,
        tuple(
            LockedStop(visit.kind, visit.site, tuple(LockedCargo(c.lot, c.need, c.grams) for c in visit.cargo))
            for visit in tour
            if visit.kind != "break"
        ),
    )


def with_breaks_drivable(problem: Problem, shift: Shift, bare: Tour) -> Tour | None:
    """The tour, so far without breaks, with those of the shift; None if it cannot be driven."""
    found = place_breaks(problem, shift, bare)
    return None if found is None or (found and retime(problem, shift, found) is None) else found

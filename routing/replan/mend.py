"""A day under way, planned again within a second: the plan that stands is mended, not made anew, so that what people
have read stays true wherever it can."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.explain.reasons import MOST_LOOKS
from routing.insert import fill_up
from routing.later import Pairs, without_pairs
from routing.limits import MOST_CENTS
from routing.locked import free_tours, with_locked, without_locked
from routing.news import News
from routing.plan import Allocation, Plan
from routing.problem import Problem
from routing.replan.moved_stops import MovedStops, moved_stops
from routing.replan.rest_of_day import RestOfDay, rest_of_day
from routing.replan.tours_left import tours_left
from routing.retime import Tour, tours_of_plan
from routing.score import Left, tiers_of
from routing.solve import plan_of, ready_engine

ENGINE = "replan"
MOST_SHIFTS = 12  # searched: those nearest to what has changed; the others stay as they are
COOL = 50_000.0  # thousandths of a cent: hardly ever is something worse accepted on the way to something better
STOP_MOVES = 10  # a stop that moves costs so many times `move_cents`: driver, donor and food bank have all read it
SEARCH_PART = 0.5  # of the time; then the gaps are filled, and what stays is explained
EXPLAIN_PART = 0.75  # until then: the smallest change of a large day's lot takes a tenth of a second
FEW_LOOKS = 200_000  # for smallest changes, where steps are counted and not seconds


@dataclass(frozen=True)
class Replan:
    """The rest of the day and its new plan, which passes `routing.check` with that problem. `moved`: stops of the old
    plan that have moved; `forced`: those that could not stay, whoever plans, since nobody makes them once all that is
    impossible is taken off. A shift that is out and has no route has nothing left to do and goes home."""

    rest: RestOfDay
    plan: Plan
    moved: MovedStops
    forced: int

    @property
    def problem(self) -> Problem:
        """The problem that the plan is for."""
        return self.rest.problem

    @property
    def delivered(self) -> tuple[Allocation, ...]:
        """What came to its food bank before."""
        return self.rest.delivered


def replan(
    day: Problem,
    plan: Plan,
    news: News,
    *,
    seconds: float = 1.0,
    iterations: int | None = None,
    seed: int = 1,
    later: Pairs = (),
) -> Replan:
    """Plan the rest of a day after the news, in about so many seconds.

    day, plan: the problem of the day and a plan of it that passes `routing.check`; those of an earlier replan will do.
    news: what has changed, and how far the shifts are.
    iterations: steps of the search instead of seconds; the same seed then gives the same plan on every machine.
    later: pairs of a lot and a need that wait: only what is left over then goes to these. What the plan promises stays.

    What is done or on board stays as it is, and locked routes are driven as they are locked (`rest_of_day`).
    The search begins with the tours that are left, hardly warmer than it ends, and only with the shifts nearest to what
    has changed; every stop that it moves must be worth ten times the policy's `move_cents` (300 where the policy has
    0), besides what a broken promise costs. Of the plan, its bound and what each food bank could have are worked out
    anew, since the old ones need not hold for the rest of a day; smallest changes are looked for as long as there is
    time.

    Raises ProblemError for news that do not fit, or that make the day impossible.
    """
    engine = ready_engine("joint")
    began = time.monotonic()
    rest = rest_of_day(day, plan, news)
    free = without_locked(rest.problem)
    still = tours_left(rest)
    begin = free_tours(rest.problem, free, still)
    sooner = without_pairs(free, set(later) - _carried(begin))
    found = begin
    if free.lots and free.needs and free.shifts:
        if engine == "or-tools":  # without a compiler there is no search
            found = _filled(sooner, begin, engine, seed)
        else:
            found = _mended(sooner, begin, _places(day, rest, news, begin, free), began, seconds, iterations, seed)
        if sooner is not free:
            found = _filled(free, found, engine, seed)
    tours = with_locked(rest.problem, free, found)
    most_looks = MOST_LOOKS if iterations is None else FEW_LOOKS
    until = None if iterations is not None else began + seconds * EXPLAIN_PART
    new = plan_of(rest.problem, tours, seed, ENGINE, until=until, most_looks=most_looks)
    forced = moved_stops(rest.planned, _by_shift(rest.problem, still)).total
    return Replan(rest, new, moved_stops(rest.planned, tours_by_shift(rest.problem, new)), forced)


def tours_by_shift(problem: Problem, plan: Plan) -> dict[str, Tour]:
    """The tours of a plan by shift."""
    return _by_shift(problem, tours_of_plan(problem, plan))


def _carried(tours: Iterable[Tour]) -> set[tuple[str, str]]:
    """The lots and needs that meet on these tours."""
    return {(cargo.lot, cargo.need) for tour in tours for visit in tour for cargo in visit.cargo}


def _filled(problem: Problem, tours: tuple[Tour, ...], engine: str, seed: int) -> tuple[Tour, ...]:
    """With what finds a place as the tours are."""
    if engine == "or-tools":
        parts = [cargo.part for tour in tours for visit in tour for cargo in visit.cargo]
        return fill_up(problem, tours, first_part=max(parts, default=-1) + 1, stopped=lambda: False)
    from routing.joint.filling import finish

    return finish(problem, tours, seed)


def _by_shift(problem: Problem, tours: Sequence[Tour]) -> dict[str, Tour]:
    return dict(zip((shift.id for shift in problem.shifts), tours, strict=True))


def _places(day: Problem, rest: RestOfDay, news: News, tours: Sequence[Tour], free: Problem) -> set[str]:
    """The sites where something has changed: of lots and needs in the news, of changed shifts, and of all that a tour
    does not do any more."""
    changed = {*news.withdrawn, *(lot.id for lot in news.lots)}
    sites = {lot.site for lot in (*day.lots, *news.lots) if lot.id in changed}
    sites |= {need.site for need in news.needs} | set(news.closed) & set(rest.problem.sites_by_id)
    sites |= {shift.start_site for shift in news.shifts}
    now = dict(zip((shift.id for shift in free.shifts), tours, strict=True))
    locked = {route.shift for route in rest.problem.locked}
    for shift, tour in rest.planned.items():
        if shift not in locked:
            sites |= _handled(tour) - _handled(now.get(shift, ()))
    return sites


def _handled(tour: Tour) -> set[str]:
    return {visit.site for visit in tour if visit.kind != "break"}


def shifts_near(problem: Problem, tours: Sequence[Tour], places: Iterable[str], most: int) -> list[int]:
    """The numbers of the shifts that come nearest to any of these sites, by the road to it from their start or one of
    their stops."""
    targets = [problem.site_numbers[place] for place in places]
    ranks = []
    for number, (shift, tour) in enumerate(zip(problem.shifts, tours, strict=True)):
        sites = [problem.site_numbers[site] for site in (shift.start_site, *(visit.site for visit in tour))]
        metres = problem.travel[shift.profile].metres[sites][:, targets]
        roads = metres[metres >= 0]
        if len(roads):
            ranks.append((int(roads.min()), number))
    return [number for _, number in sorted(ranks)[:most]]


def _mended(
    problem: Problem,
    begin: tuple[Tour, ...],
    places: set[str],
    began: float,
    seconds: float,
    iterations: int | None,
    seed: int,
) -> tuple[Tour, ...]:
    """Everything put in that finds a place as the tours are, then a search about what has changed, of which only what
    pays is kept."""
    from routing.engine.search import Heat
    from routing.joint.filling import candidates_of, finish
    from routing.joint.groups import Divider, search_group

    firm = replace(problem, policy=replace(problem.policy, move_cents=_firm(problem)))
    filled = finish(firm, begin, seed)
    near = shifts_near(problem, filled, sorted(places), MOST_SHIFTS)
    time_left = seconds * SEARCH_PART - (time.monotonic() - began)
    if not near or (iterations is None and time_left <= 0):
        return filled
    group = Divider(firm, candidates_of(firm)).group_of(near, filled, seed)
    searched = search_group(group, time_left, iterations, Heat(COOL, COOL / 10))
    tours = list(filled)
    for shift, tour in zip(searched.shifts, searched.tours, strict=True):
        tours[shift] = tour
    return finish(firm, what_pays(problem, filled, tours), seed)


def _firm(problem: Problem) -> int:
    """What a broken promise costs in the search: as much as a stop that moves."""
    return min(MOST_CENTS, STOP_MOVES * problem.policy.move_cents)


def what_pays(problem: Problem, before: Sequence[Tour], after: Sequence[Tour]) -> tuple[Tour, ...]:
    """The tours after, but wherever some of them together are not worth the stops that they move, those before."""
    tours = tuple(after)
    for shifts in _exchanging(before, tours):
        back = tuple(before[n] if n in shifts else tour for n, tour in enumerate(tours))
        if not _is_possible(problem, back):
            continue
        moved = moved_stops(_numbered(before, shifts), _numbered(tours, shifts)).total
        gain = tiers_of(problem, tours).worth - tiers_of(problem, back).worth
        if gain <= moved * STOP_MOVES * problem.policy.move_cents * 1000:
            tours = back
    return tours


def _numbered(tours: Sequence[Tour], shifts: Iterable[int]) -> Mapping[str, Tour]:
    return {str(number): tours[number] for number in shifts}


def _exchanging(before: Sequence[Tour], after: Sequence[Tour]) -> list[set[int]]:
    """Sets of changed tours, such that no lot has gone from a tour of one set to a tour of another."""
    changed = [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if _said(old) != _said(new)]
    sets: list[tuple[set[int], set[str]]] = []
    for number in changed:
        lots = {cargo.lot for tour in (before[number], after[number]) for visit in tour for cargo in visit.cargo}
        joined = {number}
        apart = []
        for shifts, theirs in sets:
            if theirs & lots:
                joined, lots = joined | shifts, lots | theirs
            else:
                apart.append((shifts, theirs))
        sets = [*apart, (joined, lots)]
    return [shifts for shifts, _ in sets]


def _said(tour: Tour) -> list[tuple[object, ...]]:
    """What a tour does, whatever the pieces are called."""
    return [
        (visit.kind, visit.site, sorted((cargo.lot, cargo.need, cargo.grams) for cargo in visit.cargo))
        for visit in tour
    ]


def _is_possible(problem: Problem, tours: Sequence[Tour]) -> bool:
    """Whether lots, needs and storage have enough for all tours together."""
    left = Left(problem, tours)
    if any(grams < 0 for grams in (*left.lots.values(), *left.needs.values())):
        return False
    sites = {need.site for need in problem.needs}
    classes = {lot.temperature_class for lot in problem.lots}
    return all(left.room_at(site, each) >= 0 for site in sites for each in classes)

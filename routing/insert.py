"""The cheapest place for one more lot on the routes there are: fills what a search left over, and proves why
something finds no place."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from routing.engine.pieces import cut
from routing.limits import SMALLEST_PART_GRAMS
from routing.openings import Intervals, first_begin, last_begin
from routing.pace import pace_of
from routing.problem import Load, Lot, Need, Problem, Shift
from routing.retime import (
    Cargo,
    Tour,
    Visit,
    join_neighbours,
    loads_after,
    opening,
    opening_for,
    place_breaks,
    retime,
    with_breaks_in_place,
    work_seconds,
)
from routing.score import Left, cost_of, route_cost, value_per_kg

MOST_PAIRS = 1000  # of a lot that is left and a shift: a second's work


def can_look_everywhere(problem: Problem, left: Left) -> bool:
    """Whether so little is left that every place can be looked at here, to the gram: the engine knows pieces only, and
    where roads are missing it is blind to a stop that can be reached only from some others."""
    waiting = sum(bool(left.lots[lot.id] and open_needs(problem, lot, left)) for lot in problem.lots)
    return waiting * len(problem.shifts) <= MOST_PAIRS


@dataclass(frozen=True)
class Place:
    """Collect after the first `pickup` visits of the shift's tour, deliver after the first `drop_off` visits."""

    shift: int
    pickup: int
    drop_off: int
    need: str
    grams: int
    metres: int
    gain: int = 0  # worth less cost, in thousandths of a cent; not worth driving if not above 0
    cost: int = 0  # reckoned from the detour alone, be there waiting or not
    shares_a_stop: bool = False


@dataclass(frozen=True)
class Search:
    """What a search over all routes found: the best place, and how far the others got."""

    best: Place | None
    time_found: bool
    room_found: bool
    limit: str  # of the last place that was in time: "time", "metres" or "stops"


class Line:
    """One tour with its earliest and latest times, so that a place is judged without driving it all again."""

    def __init__(self, problem: Problem, shift: Shift, tour: Tour) -> None:
        self.problem, self.shift, self.tour, self.pace = problem, shift, tour, pace_of(problem)
        self.sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site]
        self.openings: list[Intervals] = [opening(problem, visit) for visit in tour]
        self.work = [work_seconds(problem, visit) for visit in tour]
        self.loads = loads_after(problem, tour, shift)
        self.leaves = self._earliest_leaves()
        self.latest = self._latest_begins()
        self.metres = sum(self.leg(a, b)[1] for a, b in zip(self.sites, self.sites[1:], strict=False))
        carried = {(cargo.lot, cargo.need) for visit in tour for cargo in visit.cargo}
        self.promised = {(each.lot, each.need) for each in problem.promises if each.shift == shift.id} - carried

    def leg(self, origin: str, destination: str) -> tuple[int, int]:
        """Seconds and metres of the travel tables."""
        return self.problem.leg(self.shift, origin, destination) or (10**9, 10**9)

    def leads(self, origin: str, destination: str) -> bool:
        """Whether there is a road."""
        return self.problem.leg(self.shift, origin, destination) is not None

    def arrive(self, leave: int, origin: str, destination: str) -> int:
        """When a drive ends that begins then."""
        return self.pace.arrive(leave, self.leg(origin, destination)[0])

    def _earliest_leaves(self) -> list[int]:
        leaves = [self.shift.window.earliest]
        for number, intervals in enumerate(self.openings):
            arrive = self.arrive(leaves[-1], self.sites[number], self.sites[number + 1])
            begin = first_begin(intervals, arrive)
            leaves.append((arrive if begin is None else begin) + self.work[number])
        return leaves

    def _latest_begins(self) -> list[int]:
        """For each visit and the end: the latest begin (arrival at the end) that keeps the rest in time."""
        latest = [self.shift.window.latest]
        for number in range(len(self.tour) - 1, -1, -1):
            drive = self.leg(self.sites[number + 1], self.sites[number + 2])[0]
            bound = self.pace.latest_leave(latest[0], drive) - self.work[number]
            begin = last_begin(self.openings[number], bound)
            latest.insert(0, bound if begin is None else begin)
        return latest

    def begin_at(self, number: int, arrive: int) -> int | None:
        """When the visit of this number begins (the end: arrival) if reached then; None if too late."""
        if number == len(self.tour):
            return arrive if arrive <= self.latest[number] else None
        begin = first_begin(self.openings[number], arrive)
        return begin if begin is not None and begin <= self.latest[number] else None

    def shared_by(self, position: int, kind: str, site: str) -> list[Visit]:
        """The visits before and after this position that are the same kind of stop at the same site."""
        neighbours = self.tour[max(0, position - 1) : position + 1]
        return [visit for visit in neighbours if (visit.kind, visit.site) == (kind, site)]

    def work_beside(self, shared: Sequence[Visit], site: str, lot: Lot) -> int:
        """Seconds that the lot adds at a stop beside these: no setup, and nothing where it is handled already."""
        here = self.problem.sites_by_id[site]
        if any(cargo.lot == lot.id for visit in shared for cargo in visit.cargo):
            return 0
        return here.service_seconds + (0 if shared else here.setup_seconds)

    def detour(self, position: int, site: str) -> int:
        """Metres that a visit after the first `position` visits adds."""
        before, after = self.sites[position], self.sites[position + 1]
        return self.leg(before, site)[1] + self.leg(site, after)[1] - self.leg(before, after)[1]

    def detour_seconds(self, position: int, *sites: str) -> int:
        """Seconds on the road that these visits after the first `position` visits add, at the pace of that time."""
        before, after = self.sites[position], self.sites[position + 1]
        way = (before, *sites, after)
        seconds = sum(self.leg(a, b)[0] for a, b in pairwise(way)) - self.leg(before, after)[0]
        return seconds * self.pace.percent_at(self.leaves[position]) // 100


def lines_of(problem: Problem, tours: Sequence[Tour], without: Collection[int] = ()) -> dict[int, Line]:
    """By number, the tours that may be changed, as `search_place` looks at them: not the locked ones."""
    locked = {route.shift for route in problem.locked}
    return {
        number: Line(problem, shift, tour)
        for number, (shift, tour) in enumerate(zip(problem.shifts, tours, strict=True))
        if shift.id not in locked and number not in without
    }


def search_place(
    problem: Problem,
    tours: Sequence[Tour],
    lot: Lot,
    left: Left,
    needs: Sequence[str] | None = None,
    without: Collection[int] = (),
    lines: Mapping[int, Line] | None = None,
) -> Search:
    """Look at every position on every route for what is left of the lot: as stops of its own first, and where that
    finds no place, at stops that the route makes anyway. The shifts of the numbers in `without` are passed over; who
    asks often of the same tours hands in the `lines_of` those that are to be looked at."""
    if lines is None:
        lines = lines_of(problem, tours, without)
    stops = 2 if lot.on_board is None else 1
    search = _search(problem, lines, lot, left, needs, lambda line, place: _limit_broken(line, place, stops))
    if search.best is not None:
        return search

    def at_its_stops(*, even_if_full: bool) -> Search:
        def fails(_: Line, place: Place) -> str:
            driven = (
                place.shares_a_stop and (place.grams or even_if_full) and insert(problem, tours, lot, place, part=-1)
            )
            return "" if driven else search.limit  # a shared stop must suit all it handles: only the clock can tell

        return _search(problem, lines, lot, left, needs, fails, sharing=True)

    shared = at_its_stops(even_if_full=False)
    if shared.best is None and not search.time_found:  # there may be time, though no room
        shared = at_its_stops(even_if_full=True)
    return shared if shared.time_found else search


def _search(
    problem: Problem,
    lines: Mapping[int, Line],
    lot: Lot,
    left: Left,
    needs: Sequence[str] | None,
    fails: Callable[[Line, Place], str],
    *,
    sharing: bool = False,
) -> Search:
    best: Place | None = None
    time_found = room_found = False
    limit = "time"
    for need_id in problem.needs_for(lot.id) if needs is None else needs:
        need = problem.needs_by_id[need_id]
        most = min(left.lots[lot.id], left.needs[need_id], left.room_at(need.site, lot.temperature_class))
        if most <= 0 or (not lot.splittable and most < lot.grams):
            continue
        for number, line in lines.items():
            if not line.shift.capacity.grams_for(lot.temperature_class) or not problem.may_carry(line.shift, lot):
                continue
            if not problem.may_stop(line.shift, need.site):
                continue
            if lot.on_board is None and not problem.may_stop(line.shift, lot.site):
                continue
            for place in _places(line, number, lot, need, most, sharing):
                over = fails(line, place)
                if over:
                    limit = over
                    continue
                time_found = True
                if not place.grams:
                    continue
                room_found = True
                judged = _with_gain(line, place, lot, need, left)
                if best is None or (judged.gain, -judged.metres) > (best.gain, -best.metres):
                    best = judged
    return Search(best, time_found, room_found, limit)


def _places(line: Line, number: int, lot: Lot, need: Need, most: int, sharing: bool) -> list[Place]:
    """All places that are in time, with the grams that find room there (perhaps none). With `sharing`, a stop beside
    one of its kind at the same site is reckoned to need no setup: such a place is yet to be driven."""
    problem, count = line.problem, len(line.tour)
    if lot.on_board is not None:
        return _places_on_board(line, number, lot, need, most, sharing)
    windows = opening_for(problem, "pickup", lot.id, need.id)
    receiving = opening_for(problem, "drop_off", lot.id, need.id)
    found = []
    for pickup in range(count + 1):
        begin = first_begin(windows, line.arrive(line.leaves[pickup], line.sites[pickup], lot.site))
        if begin is None:
            if line.leads(line.sites[pickup], lot.site):
                break  # every later position is later still
            continue
        shared = line.shared_by(pickup, "pickup", lot.site) if sharing else []
        leave = begin + line.work_beside(shared, lot.site, lot)
        site, room = lot.site, most
        metres = line.detour(pickup, lot.site)
        for drop_off in range(pickup, count + 1):
            room = min(room, _room(line.shift.capacity, line.loads[drop_off], lot, most))
            begin = first_begin(receiving, line.arrive(leave, site, need.site))
            if begin is None and line.leads(site, need.site):
                break
            also = line.shared_by(drop_off, "drop_off", need.site) if sharing else []
            done = None if begin is None else begin + line.work_beside(also, need.site, lot)
            following = line.sites[drop_off + 1]
            if done is not None and line.begin_at(drop_off, line.arrive(done, need.site, following)) is not None:
                extra = _extra_metres(line, lot.site, need.site, pickup, drop_off, metres)
                found.append(Place(number, pickup, drop_off, need.id, room, extra, shares_a_stop=bool(shared or also)))
            if drop_off == count:
                break
            reached = line.begin_at(drop_off, line.arrive(leave, site, line.sites[drop_off + 1]))
            if reached is None:
                break
            leave, site = reached + line.work[drop_off], line.sites[drop_off + 1]
    return found


def _places_on_board(line: Line, number: int, lot: Lot, need: Need, most: int, sharing: bool) -> list[Place]:
    """All places where what is on board already can be unloaded in time; it has its room."""
    receiving = opening_for(line.problem, "drop_off", lot.id, need.id)
    found = []
    for drop_off in range(len(line.tour) + 1):
        begin = first_begin(receiving, line.arrive(line.leaves[drop_off], line.sites[drop_off], need.site))
        if begin is None:
            if line.leads(line.sites[drop_off], need.site):
                break
            continue
        shared = line.shared_by(drop_off, "drop_off", need.site) if sharing else []
        done = begin + line.work_beside(shared, need.site, lot)
        if line.begin_at(drop_off, line.arrive(done, need.site, line.sites[drop_off + 1])) is not None:
            extra = line.detour(drop_off, need.site)
            found.append(Place(number, drop_off, drop_off, need.id, most, extra, shares_a_stop=bool(shared)))
    return found


def _extra_metres(line: Line, store: str, bank: str, pickup: int, drop_off: int, detour: int) -> int:
    if drop_off > pickup:
        return detour + line.detour(drop_off, bank)
    before, after = line.sites[pickup], line.sites[pickup + 1]
    way = line.leg(before, store)[1] + line.leg(store, bank)[1] + line.leg(bank, after)[1]
    return way - line.leg(before, after)[1]


def _room(capacity: Load, on_board: Load, lot: Lot, most: int) -> int:
    """Grams of the lot that fit beside what is on board: all or nothing if it must stay whole."""
    free = capacity - on_board
    reserved = max(0, free.grams)
    if lot.temperature_class != "ambient":
        reserved = max(0, min(reserved, free.grams_for(lot.temperature_class)))
    grams = min(most, reserved)
    if lot.crates:
        grams = min(grams, max(0, free.crates) * lot.grams // lot.crates)
    return grams if lot.splittable or grams == lot.grams else 0


def _limit_broken(line: Line, place: Place, more_stops: int) -> str:
    shift = line.shift
    if shift.maximum_metres is not None and line.metres + place.metres > shift.maximum_metres:
        return "metres"
    stops = sum(visit.kind != "break" for visit in line.tour) + more_stops
    return "stops" if shift.maximum_stops is not None and stops > shift.maximum_stops else ""


def _with_gain(line: Line, place: Place, lot: Lot, need: Need, left: Left) -> Place:
    problem, shift = line.problem, line.shift
    value = place.grams * value_per_kg(problem, lot) + left.fill.bonus_for(need, place.grams)
    seconds = _extra_seconds(line, place, lot, need)
    cost = cost_of(shift, place.metres, seconds) + (0 if line.tour else shift.cents_per_use * 1000)
    kept = problem.policy.move_cents * 1000 if (lot.id, need.id) in line.promised else 0
    return replace(place, gain=value + kept - cost, cost=cost)


def _extra_seconds(line: Line, place: Place, lot: Lot, need: Need) -> int:
    """Driving and work that the place adds; a stop already made there needs no setup again."""
    work = line.work_beside(line.shared_by(place.drop_off, "drop_off", need.site), need.site, lot)
    if lot.on_board is not None:
        return work + line.detour_seconds(place.drop_off, need.site)
    work += line.work_beside(line.shared_by(place.pickup, "pickup", lot.site), lot.site, lot)
    if place.pickup == place.drop_off:
        return work + line.detour_seconds(place.pickup, lot.site, need.site)
    return work + line.detour_seconds(place.pickup, lot.site) + line.detour_seconds(place.drop_off, need.site)


def insert(problem: Problem, tours: Sequence[Tour], lot: Lot, place: Place, part: int) -> tuple[Tour, ...] | None:
    """The tours with the lot in its place, or None if the shift cannot drive that after all."""
    cargo = (Cargo(lot.id, place.need, place.grams, part),)
    tour = tours[place.shift]
    bank = problem.needs_by_id[place.need].site
    collect = () if lot.on_board is not None else (Visit("pickup", lot.site, cargo),)
    changed = (
        *tour[: place.pickup],
        *collect,
        *tour[place.pickup : place.drop_off],
        Visit("drop_off", bank, cargo),
        *tour[place.drop_off :],
    )
    joined = join_neighbours(problem, problem.shifts[place.shift], changed)
    shift = problem.shifts[place.shift]
    joined = with_breaks_in_place(joined, shift.start_site) if tour else place_breaks(problem, shift, joined) or ()
    if not joined or retime(problem, shift, joined) is None:
        return None
    return (*tours[: place.shift], joined, *tours[place.shift + 1 :])


def _cost_more(problem: Problem, tours: Sequence[Tour], changed: Sequence[Tour], number: int) -> int:
    """What the shift's new tour costs beyond the old one, waiting included."""
    shift, costs = problem.shifts[number], []
    for tour in (changed[number], tours[number]):
        route = retime(problem, shift, tour) if tour else None
        costs.append(0 if route is None else route_cost(shift, route))
    return costs[0] - costs[1]


def least_part(problem: Problem, lot: Lot, left: Left) -> int:
    """The fewest grams of what is left of the lot that are worth a stop; where no vehicle takes as much, what one
    takes."""
    rest = left.lots[lot.id]
    return min(SMALLEST_PART_GRAMS, cut(problem, lot, rest)[0]) if lot.splittable and lot.on_board is None else rest


def open_needs(problem: Problem, lot: Lot, left: Left) -> list[str]:
    """The needs, by name, that can still take and store as much of the lot as is worth a stop."""
    least = least_part(problem, lot, left)
    return [
        need
        for need in problem.needs_for(lot.id)
        if min(left.needs[need], left.room_at(problem.needs_by_id[need].site, lot.temperature_class)) >= least
    ]


def fill_up(
    problem: Problem, tours: tuple[Tour, ...], *, first_part: int, stopped: Callable[[], bool]
) -> tuple[Tour, ...]:
    """Put in whatever is worth its detour, the most valuable lots first."""
    left, part = Left(problem, tours), first_part
    lots = sorted(
        (lot for lot in problem.lots if left.lots[lot.id]),
        key=lambda lot: (-value_per_kg(problem, lot) * left.lots[lot.id], lot.id),
    )
    found_one = True
    while found_one and not stopped():  # a place found for one lot may make the way to another shorter
        found_one = False
        for lot in lots:
            while left.lots[lot.id] and not stopped():
                found = _put_in(problem, tours, lot, left, part)
                if found is None:
                    break
                place, tours = found
                part, found_one = part + 1, True
                left.take(problem, lot.id, place.need, place.grams)
    return tours


def _put_in(
    problem: Problem, tours: tuple[Tour, ...], lot: Lot, left: Left, part: int
) -> tuple[Place, tuple[Tour, ...]] | None:
    """The best place that is worth its detour and enough for a stop, with the tours that use it; the next shift's where
    the clock, the breaks or the waiting of one are against it."""
    least, needs = least_part(problem, lot, left), open_needs(problem, lot, left)
    tried: set[int] = set()
    while needs and len(tried) < len(problem.shifts):
        place = search_place(problem, tours, lot, left, needs, tried).best
        if place is None:
            return None
        changed = insert(problem, tours, lot, place, part) if place.grams >= least else None
        if changed is not None and place.gain + place.cost > _cost_more(problem, tours, changed, place.shift):
            return place, changed
        if place.gain <= 0:
            return None
        tried.add(place.shift)
    return None

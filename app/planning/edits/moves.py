"""Moves on tours, pure: food is taken out of a tour or put into one, where it costs least or where somebody says."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from routing import (
    END_OF_PLANNING,
    Cargo,
    Problem,
    Shift,
    Tour,
    Visit,
    join_neighbours,
    late_visits,
    place_breaks,
    violations_of_refused_tour,
    with_breaks_in_place,
)
from routing.pace import AS_THE_TABLES
from routing.retime import retime, work_seconds

MOST_TRIED = 24  # places for two visits at once: a long route has a thousand

type Cost = tuple[int, int, int]
type Placed = tuple[Tour, int]  # a tour, and where in it the visit is that was put there


def without_cargo(shift: Shift, tour: Tour, gone: Iterable[Cargo]) -> Tour:
    """The tour that neither fetches nor brings this food; a stop that handles nothing else goes with it."""
    taken = set(gone)
    left = [
        visit if visit.kind == "break" else replace(visit, cargo=tuple(c for c in visit.cargo if c not in taken))
        for visit in tour
    ]
    return finished(shift, tuple(visit for visit in left if visit.kind == "break" or visit.cargo))


def finished(shift: Shift, tour: Tour) -> Tour:
    """With breaks where the vehicle then stands; nothing where nothing but breaks is left."""
    if all(visit.kind == "break" for visit in tour):
        return ()
    return with_breaks_in_place(tour, shift.start_site)


def moved_within(problem: Problem, shift: Shift, tour: Tour, place: int, position: int | None) -> Tour:
    """The visit at this place stands elsewhere on its tour: as stop number `position`, or where that costs least."""
    visit, rest = tour[place], (*tour[:place], *tour[place + 1 :])
    if position is not None:
        at = position - 1
        return _joined(problem, shift, finished(shift, (*rest[:at], visit, *rest[at:])))
    return _best(problem, shift, _places(rest, visit))[0]


def with_food(
    problem: Problem,
    shift: Shift,
    tour: Tour,
    anchor: Visit,
    others: Sequence[Visit],
    position: int | None = None,
    other_position: int | None = None,
) -> Tour:
    """The tour with a pickup and its drop-offs, or a drop-off and its pickups, put into it. A place that is not said is
    the one that breaks least and, of these, takes least time; a stop of the same kind at the same site is joined."""
    was_empty = not tour
    anchor, *others = _renumbered(tour, [anchor, *sorted(others, key=_grams, reverse=True)])
    places = list(_places(tour, anchor) if position is None else [_at(tour, anchor, position - 1)])
    if other_position is not None:
        found = _at(places[0][0], others.pop(), other_position - 1)[0]
    elif others:
        first = others.pop(0)
        both = [each for one in places for each in _beside(*one, anchor, first)]
        found = _best(problem, shift, _promising(problem, shift, both))[0]
    else:
        found = _best(problem, shift, places)[0]
    for other in others:
        found = _best(problem, shift, _beside(found, _place_of(found, anchor), anchor, other))[0]
    if was_empty and shift.breaks:
        found = place_breaks(problem, shift, found) or found
    return _joined(problem, shift, finished(shift, found))


def for_shift(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    """What another shift drove, driven by this one: with this one's breaks."""
    bare = tuple(visit for visit in tour if visit.kind != "break")
    return finished(shift, place_breaks(problem, shift, bare) or bare)


def counterparts(tour: Tour, visit: Visit, site_of: Callable[[Cargo], str]) -> list[Visit]:
    """The visits that the food of a visit takes at its other end, one a site."""
    kind = "drop_off" if visit.kind == "pickup" else "pickup"
    other_end = {cargo for each in tour if each.kind == kind for cargo in each.cargo}
    by_site: dict[str, list[Cargo]] = {}
    for cargo in visit.cargo:
        if cargo in other_end:
            by_site.setdefault(site_of(cargo), []).append(cargo)
    return [Visit(kind, site, tuple(cargo)) for site, cargo in by_site.items()]


def _renumbered(tour: Tour, visits: Sequence[Visit]) -> list[Visit]:
    """The visits with cargo that no other of the tour is taken for."""
    taken = (cargo.part for visit in tour for cargo in visit.cargo)
    numbers = count(max(taken, default=-1) + 1)
    parts: dict[Cargo, Cargo] = {}
    for visit in visits:
        for cargo in visit.cargo:
            if cargo not in parts:
                parts[cargo] = replace(cargo, part=next(numbers))
    return [replace(visit, cargo=tuple(parts[cargo] for cargo in visit.cargo)) for visit in visits]


def _grams(visit: Visit) -> int:
    return sum(cargo.grams for cargo in visit.cargo)


def _at(tour: Tour, visit: Visit, place: int) -> Placed:
    return (*tour[:place], visit, *tour[place:]), place


def _places(tour: Tour, visit: Visit, first: int = 0, last: int | None = None) -> Iterator[Placed]:
    """The visit at every place from the first to the last, and joined with every stop like it between them."""
    until = len(tour) if last is None else last
    for place in range(first, until + 1):
        yield _at(tour, visit, place)
        if place < until and visit.kind != "break" and (tour[place].kind, tour[place].site) == (visit.kind, visit.site):
            joined = replace(tour[place], cargo=(*tour[place].cargo, *visit.cargo))
            yield (*tour[:place], joined, *tour[place + 1 :]), place


def _beside(tour: Tour, place: int, anchor: Visit, other: Visit) -> Iterator[Placed]:
    """The other end of the anchor's food wherever it may be: drop-offs behind the pickup, pickups ahead."""
    return _places(tour, other, place + 1) if anchor.kind == "pickup" else _places(tour, other, 0, place)


def _place_of(tour: Tour, anchor: Visit) -> int:
    return next(
        place for place, visit in enumerate(tour) if visit.kind == anchor.kind and anchor.cargo[0] in visit.cargo
    )


def _best(problem: Problem, shift: Shift, places: Iterable[Placed]) -> Placed:
    """The tour that breaks the fewest rules, the least of them, and takes the least time. All that is broken is only
    looked for where every tour breaks something: that takes far longer than to see that one does not."""
    found = [(finished(shift, tour), place) for tour, place in places]
    least = _least_seconds(problem, shift, [tour for tour, _ in found])
    late: dict[int, int] = {}
    best: tuple[int, int] | None = None  # its seconds, and which it is
    for number in sorted(range(len(found)), key=least.__getitem__):
        if best is not None and least[number] > best[0]:
            break  # none that follows is as quick
        late[number] = late_visits(problem, shift, found[number][0])
        route = None if late[number] else retime(problem, shift, found[number][0])
        if route is not None and (best is None or (route.seconds, number) < best):
            best = route.seconds, number
    chosen = _breaking_least(problem, shift, [tour for tour, _ in found], late) if best is None else best[1]
    return found[chosen]


def _breaking_least(problem: Problem, shift: Shift, tours: Sequence[Tour], late: Mapping[int, int]) -> int:
    """Which of the tours, each of which breaks some rule, costs least; the first of those that cost the same. late: how
    many visits of each come too late: none breaks fewer rules than that."""
    best: tuple[Cost, int] | None = None
    for number in sorted(late, key=lambda number: (late[number], number)):
        if best is not None and late[number] > best[0][0]:
            break  # each that follows breaks more
        cost = _cost(problem, shift, tours[number])
        best = (cost, number) if best is None else min(best, (cost, number))
    assert best is not None  # noqa: S101
    return best[1]


def _least_seconds(problem: Problem, shift: Shift, tours: Sequence[Tour]) -> list[int]:
    """What each tour takes at least: its drives at the day's best pace and its work, and no waiting."""
    fastest = min((step.percent for step in problem.pace), default=AS_THE_TABLES)
    drives = _drive_seconds(problem, shift, tours)
    return [
        drive * min(fastest, AS_THE_TABLES) // AS_THE_TABLES + sum(work_seconds(problem, visit) for visit in tour)
        for tour, drive in zip(tours, drives, strict=True)
    ]


def _promising(problem: Problem, shift: Shift, placed: Sequence[Placed]) -> Sequence[Placed]:
    """Of very many places those with the shortest drives: the shortest of all, and for each place of the second visit
    the shortest, so that every hour of the day is tried."""
    if len(placed) <= MOST_TRIED:
        return placed
    drives = _drive_seconds(problem, shift, [tour for tour, _ in placed])
    order = sorted(range(len(placed)), key=lambda number: (drives[number], number))
    shortest: dict[int, int] = {}
    for number in order:
        shortest.setdefault(placed[number][1], number)
    return [placed[number] for number in sorted({*order[:MOST_TRIED], *shortest.values()})]


def _drive_seconds(problem: Problem, shift: Shift, tours: Sequence[Tour]) -> list[int]:
    """Of each tour, as the tables have it; a break is taken where the vehicle stands, and a missing road is no way."""
    numbers, table = problem.site_numbers, problem.travel[shift.profile].seconds
    start, end = numbers[shift.start_site], numbers[shift.end_site]
    of_length = defaultdict[int, list[tuple[int, list[int]]]](list)
    for position, tour in enumerate(tours):
        way = [start, *[numbers[visit.site] for visit in tour if visit.kind != "break"], end]
        of_length[len(way)].append((position, way))
    found = [0] * len(tours)
    for ways in of_length.values():  # all of one length at once
        stops = np.array([way for _, way in ways])
        seconds = table[stops[:, :-1], stops[:, 1:]]
        totals = np.where((seconds >= 0).all(axis=1), seconds.sum(axis=1, dtype=np.int64), END_OF_PLANNING)
        for (position, _), total in zip(ways, totals.tolist(), strict=True):
            found[position] = total
    return found


def _cost(problem: Problem, shift: Shift, tour: Tour) -> Cost:
    route, broken = violations_of_refused_tour(problem, shift, tour)
    return len(broken), sum(each.amount for each in broken), route.seconds


def _joined(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    return join_neighbours(problem, shift, tour)

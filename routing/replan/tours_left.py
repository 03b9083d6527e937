"""The tours that a search begins with when a day is replanned: what was planned, less what can no longer be done."""

from collections.abc import Iterable
from dataclasses import replace

from routing.by_hand import violations_of_tour
from routing.problem import Problem, Shift
from routing.replan.rest_of_day import RestOfDay, with_breaks_drivable
from routing.retime import Cargo, Tour, retime, with_breaks_in_place
from routing.score import Left, value_per_kg


def tours_left(rest: RestOfDay) -> tuple[Tour, ...]:
    """One tour for each shift of the rest of the day, every one of which can be driven. Food that may not go where it
    was to go, or for which nothing is left there, is taken off, then whatever makes a tour impossible, as little as
    possible of it at a time. Locked routes come first."""
    problem = rest.problem
    left = Left(problem, ())
    locked = {route.shift for route in problem.locked}
    found: dict[str, Tour] = {}
    for shift in sorted(problem.shifts, key=lambda shift: shift.id not in locked):
        tour = _allowed(problem, left, shift, rest.planned.get(shift.id, ()))
        tour = drivable(problem, shift, tour)
        for visit in tour:
            for cargo in visit.cargo if visit.kind == "drop_off" else ():
                left.take(problem, cargo.lot, cargo.need, cargo.grams)
        found[shift.id] = tour
    return tuple(found[shift.id] for shift in problem.shifts)


def _allowed(problem: Problem, left: Left, shift: Shift, tour: Tour) -> Tour:
    """The tour with no more than lots, needs and storage still have to give and to take."""
    lots, needs = dict(left.lots), dict(left.needs)
    rooms: dict[tuple[str, str], int] = {}
    kept: dict[Cargo, Cargo | None] = {}
    for cargo in (cargo for visit in tour if visit.kind == "drop_off" for cargo in visit.cargo):
        lot, need = problem.lots_by_id[cargo.lot], problem.needs_by_id[cargo.need]
        room = need.site, lot.temperature_class
        most = min(lots[lot.id], needs[need.id], rooms.setdefault(room, left.room_at(*room)))
        whole = not lot.splittable or lot.on_board is not None
        grams = cargo.grams if most >= cargo.grams else (0 if whole else most)
        if whole and not lot.splittable and grams != lot.grams:
            grams = 0
        if grams <= 0 or not problem.may_carry(shift, lot) or problem.deadline(lot.id, need.id) is None:
            kept[cargo] = None
            continue
        lots[lot.id] -= grams
        needs[need.id] -= grams
        rooms[room] -= grams
        kept[cargo] = cargo if grams == cargo.grams else replace(cargo, grams=grams)
    return _with_cargo(tour, kept, shift.start_site)


def _with_cargo(tour: Tour, kept: dict[Cargo, Cargo | None], start_site: str) -> Tour:
    """The tour with other cargo, and without stops that then handle nothing."""
    found = []
    for visit in tour:
        cargo = tuple(now for each in visit.cargo if (now := kept[each]) is not None)
        if cargo or visit.kind == "break":
            found.append(visit if cargo == visit.cargo else replace(visit, cargo=cargo))
    return with_breaks_in_place(found, start_site) if any(visit.cargo for visit in found) else ()


def drivable(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    """The tour if it can be driven, perhaps with its breaks elsewhere; else without the cargo whose loss mends most,
    and of several such the least valuable, until it can."""
    while tour:
        driven = _driven(problem, shift, tour)
        if driven is not None:
            return driven
        options = [_with_cargo(tour, _without(tour, cargo), shift.start_site) for cargo in _cargo(tour)]
        tour = min(options, key=lambda option: (*_faults(problem, shift, option), -_value(problem, option)))
    return ()


def _driven(problem: Problem, shift: Shift, tour: Tour) -> Tour | None:
    if retime(problem, shift, tour) is not None:
        return tour
    return with_breaks_drivable(problem, shift, tuple(visit for visit in tour if visit.kind != "break"))


def _cargo(tour: Tour) -> Iterable[Cargo]:
    return [cargo for visit in tour if visit.kind == "drop_off" for cargo in visit.cargo]


def _without(tour: Tour, cargo: Cargo) -> dict[Cargo, Cargo | None]:
    return {each: None if each == cargo else each for each in _cargo(tour)}


def _faults(problem: Problem, shift: Shift, tour: Tour) -> tuple[int, int]:
    """How many rules the tour breaks, and by how much."""
    if not tour:
        return 0, 0
    faults = violations_of_tour(problem, shift, tour)[1]
    return len(faults), sum(fault.amount for fault in faults)


def _value(problem: Problem, tour: Tour) -> int:
    return sum(cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot]) for cargo in _cargo(tour))

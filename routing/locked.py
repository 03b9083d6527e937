"""Locked routes are no matter for a search: what they carry is taken off lots, needs and storages beforehand, and they
are put beside what was found."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from routing.problem import CLASSES, LockedCargo, LockedRoute, Lot, Need, Problem, ProblemError, Site, Storage
from routing.retime import Cargo, Tour, Visit, place_breaks, retime


def without_locked(problem: Problem) -> Problem:
    """The problem of the shifts that are free, with what the locked ones leave over."""
    if not problem.locked:
        return problem
    locked = {route.shift for route in problem.locked}
    by_lot: defaultdict[str, int] = defaultdict(int)
    by_need: defaultdict[str, int] = defaultdict(int)
    stored: defaultdict[tuple[str, str], int] = defaultdict(int)
    for route in problem.locked:
        for stop in route.stops:
            for cargo in stop.cargo if stop.kind == "drop_off" else ():
                by_lot[cargo.lot] += cargo.grams
                by_need[cargo.need] += cargo.grams
                stored[stop.site, problem.lots_by_id[cargo.lot].temperature_class] += cargo.grams
    lots = tuple(rest for lot in problem.lots if lot.on_board not in locked and (rest := lot_left(lot, by_lot[lot.id])))
    kept = {lot.id for lot in lots}
    pairs = problem.eligibilities
    return replace(
        problem,
        sites=tuple(site_left(site, stored) for site in problem.sites),
        lots=lots,
        needs=tuple(need_left(need, by_need[need.id]) for need in problem.needs),
        eligibilities=None if pairs is None else tuple(pair for pair in pairs if pair.lot in kept),
        shifts=tuple(shift for shift in problem.shifts if shift.id not in locked),
        locked=(),
        promises=tuple(each for each in problem.promises if each.lot in kept and each.shift not in locked),
    )


def lot_left(lot: Lot, taken: int) -> Lot | None:
    """What is left of the lot when so many grams of it are taken; None if that is nothing, or part of a whole lot."""
    left = lot.grams - taken
    if left <= 0 or (taken and not lot.splittable):
        return None
    return replace(lot, grams=left, crates=lot.crates_for(left))


def need_left(need: Need, taken: int) -> Need:
    """The need when it has had so many grams of the day."""
    if not taken:
        return need
    return replace(need, grams=need.grams - taken, delivered_grams=need.delivered_grams + taken)


def site_left(site: Site, stored: Mapping[tuple[str, str], int]) -> Site:
    """The site when so many grams are stored there, by site and temperature class."""
    if not any(stored.get((site.id, name)) for name in CLASSES):
        return site
    limits = {}
    for name in CLASSES:
        limit = site.storage.limit_for(name)
        limits[f"{name}_grams"] = None if limit is None else max(0, limit - stored.get((site.id, name), 0))
    return replace(site, storage=Storage(**limits))


def with_locked(problem: Problem, free: Problem, tours: Sequence[Tour]) -> tuple[Tour, ...]:
    """One tour for each shift of the problem: those found for the free shifts, and the locked ones. Raises ProblemError
    if a locked route cannot be driven."""
    found = {shift.id: tour for shift, tour in zip(free.shifts, tours, strict=True)} | locked_tours(problem)
    return tuple(found[shift.id] for shift in problem.shifts)


def free_tours(problem: Problem, free: Problem, tours: Sequence[Tour]) -> tuple[Tour, ...]:
    """Of one tour for each shift of the problem, those of the free shifts."""
    by_shift = dict(zip((shift.id for shift in problem.shifts), tours, strict=True))
    return tuple(by_shift[shift.id] for shift in free.shifts)


def locked_tours(problem: Problem) -> dict[str, Tour]:
    """The tours of the locked shifts, with their breaks. Raises ProblemError if one cannot be driven."""
    found = {}
    for route in problem.locked:
        shift, tour = problem.shifts_by_id[route.shift], locked_tour(route)
        timed = place_breaks(problem, shift, tour)
        if timed is None or (timed and retime(problem, shift, timed) is None):
            number = problem.locked.index(route)
            sentence = "This route cannot be driven as it is locked: something would be late, or too much on board."
            raise ProblemError(f"locked[{number}]", sentence, "locked_not_drivable")
        found[route.shift] = timed
    return found


def locked_tour(route: LockedRoute) -> Tour:
    """The visits of a locked route."""
    seen: dict[str, Counter[LockedCargo]] = {"pickup": Counter(), "drop_off": Counter()}
    return tuple(
        Visit(stop.kind, stop.site, tuple(_cargo(each, seen[stop.kind]) for each in stop.cargo)) for stop in route.stops
    )


def _cargo(cargo: LockedCargo, seen: Counter[LockedCargo]) -> Cargo:
    """Equal cargo is told apart by the order in which it is collected, and delivered."""
    seen[cargo] += 1
    return Cargo(cargo.lot, cargo.need, cargo.grams, seen[cargo])

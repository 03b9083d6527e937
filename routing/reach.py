"""Could this vehicle bring this lot to this need if it did nothing else? What no shift can do alone, no plan
can do."""

from dataclasses import replace
from itertools import pairwise

from routing.openings import first_begin
from routing.pace import pace_of
from routing.problem import Lot, Need, Problem, Shift
from routing.retime import Cargo, Visit, opening, work_seconds

# In the order in which a trip fails; a trip that fails later got further.
STAGES = (
    "no_vehicle_with_skills",
    "no_vehicle_for_temperature_class",
    "exceeds_every_vehicle",
    "unreachable_by_road",
    "outside_every_shift",
    "no_receiving_window_in_time",
    "no_time_on_any_route",
)


def failure_of_trip(problem: Problem, shift: Shift, lot: Lot, need: Need) -> str | None:
    """The reason why the shift's vehicle cannot do the trip, or None if it can."""
    if not problem.may_carry(shift, lot) or not problem.may_stop(shift, need.site):
        return "no_vehicle_with_skills"
    if lot.on_board is None and not problem.may_stop(shift, lot.site):
        return "no_vehicle_with_skills"
    grams = 1 if lot.splittable else lot.grams
    if not shift.capacity.grams_for(lot.temperature_class):
        return "no_vehicle_for_temperature_class"
    if not lot.load_for(grams).fits_in(shift.capacity):
        return "exceeds_every_vehicle"
    stops = (need.site,) if lot.on_board is not None else (lot.site, need.site)
    legs = [problem.leg(shift, *pair) for pair in pairwise((shift.start_site, *stops, shift.end_site))]
    drives = [leg for leg in legs if leg is not None]
    if len(drives) < len(legs):
        return "unreachable_by_road"
    cargo = (Cargo(lot.id, need.id, grams),)
    failure = _failure_in_time(problem, shift, cargo, [seconds for seconds, _ in drives])
    if failure is not None:
        return failure
    too_many_stops = shift.maximum_stops is not None and shift.maximum_stops < len(stops)
    metres = sum(metres for _, metres in drives)
    too_far = shift.maximum_metres is not None and metres > shift.maximum_metres
    return "no_time_on_any_route" if too_many_stops or too_far else None


def _failure_in_time(problem: Problem, shift: Shift, cargo: tuple[Cargo, ...], drives: list[int]) -> str | None:
    lot, need = problem.lots_by_id[cargo[0].lot], problem.needs_by_id[cargo[0].need]
    drop_off = Visit("drop_off", need.site, cargo)
    pace, leave = pace_of(problem), shift.window.earliest
    if lot.on_board is None:
        pickup = Visit("pickup", lot.site, cargo)
        begin = first_begin(opening(problem, pickup), pace.arrive(leave, drives[0]))
        if begin is None or begin > shift.window.latest:
            return "outside_every_shift"
        leave = begin + work_seconds(problem, pickup)
    begin = first_begin(opening(problem, drop_off), pace.arrive(leave, drives[-2]))
    if begin is None:
        return "no_receiving_window_in_time"
    if pace.arrive(begin + work_seconds(problem, drop_off), drives[-1]) > shift.window.latest:
        return "outside_every_shift"
    return None


def kinds_of_shifts(problem: Problem) -> tuple[Shift, ...]:
    """One shift of each kind: what one can do alone, all of its kind can."""
    carrying = {lot.on_board for lot in problem.lots}
    kinds: dict[object, Shift] = {}
    for shift in problem.shifts:
        kinds.setdefault(shift if shift.id in carrying else replace(shift, id="", vehicle="", organisation=""), shift)
    return tuple(kinds.values())


def possible_pairs(problem: Problem) -> frozenset[tuple[str, str]]:
    """The allowed pairs of lot and need that at least one shift could serve."""
    shifts = kinds_of_shifts(problem)
    return frozenset(
        (lot, need)
        for lot, need in problem.pairs()
        if any(
            failure_of_trip(problem, shift, problem.lots_by_id[lot], problem.needs_by_id[need]) is None
            for shift in shifts
        )
    )

"""Could this vehicle bring this lot to this need if it did nothing else? What no shift can do alone, no plan
can do."""

from routing.openings import first_begin
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
    legs = [
        problem.leg(shift, shift.start_site, lot.site),
        problem.leg(shift, lot.site, need.site),
        problem.leg(shift, need.site, shift.end_site),
    ]
    drives = [leg for leg in legs if leg is not None]
    if len(drives) < len(legs):
        return "unreachable_by_road"
    cargo = (Cargo(lot.id, need.id, grams),)
    failure = _failure_in_time(problem, shift, cargo, [seconds for seconds, _ in drives])
    if failure is not None:
        return failure
    too_many_stops = shift.maximum_stops is not None and shift.maximum_stops < 2
    metres = sum(metres for _, metres in drives)
    too_far = shift.maximum_metres is not None and metres > shift.maximum_metres
    return "no_time_on_any_route" if too_many_stops or too_far else None


def _failure_in_time(problem: Problem, shift: Shift, cargo: tuple[Cargo, ...], drives: list[int]) -> str | None:
    pickup = Visit("pickup", problem.lots_by_id[cargo[0].lot].site, cargo)
    drop_off = Visit("drop_off", problem.needs_by_id[cargo[0].need].site, cargo)
    begin = first_begin(opening(problem, pickup), shift.window.earliest + drives[0])
    if begin is None or begin > shift.window.latest:
        return "outside_every_shift"
    arrive = begin + work_seconds(problem, pickup) + drives[1]
    begin = first_begin(opening(problem, drop_off), arrive)
    if begin is None:
        return "no_receiving_window_in_time"
    if begin + work_seconds(problem, drop_off) + drives[2] > shift.window.latest:
        return "outside_every_shift"
    return None


def possible_pairs(problem: Problem) -> frozenset[tuple[str, str]]:
    """The allowed pairs of lot and need that at least one shift could serve."""
    return frozenset(
        (lot, need)
        for lot, need in problem.pairs()
        if any(
            failure_of_trip(problem, shift, problem.lots_by_id[lot], problem.needs_by_id[need]) is None
            for shift in problem.shifts
        )
    )

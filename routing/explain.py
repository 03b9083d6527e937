"""Why a lot stays behind: the conditions are tried in order on the problem and on the finished routes, so the
reason given is the one that holds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from routing.insert import search_place
from routing.plan import Unserved
from routing.problem import Lot, Problem
from routing.reach import STAGES, failure_of_trip
from routing.retime import Tour
from routing.score import Left

if TYPE_CHECKING:
    from routing.engine.probe import Look

Details = dict[str, str | int]
MANY_LOTS = 200  # from here on the engine looks for places: plain Python would take minutes


class _Looks:
    """The engine's looks at all that is left, taken once, when the first is asked for."""

    def __init__(self) -> None:
        self.tours: Sequence[Tour] | None = None
        self.found: Mapping[str, Look] = {}

    def __call__(self, problem: Problem, tours: Sequence[Tour]) -> Mapping[str, "Look"]:
        if self.tours is not tours:
            from routing.engine.probe import look_everywhere

            self.tours, self.found = tours, look_everywhere(problem, tours)
        return self.found


def explain(problem: Problem, tours: Sequence[Tour]) -> tuple[Unserved, ...]:
    """Every lot that the tours leave over, in the order of the problem, with its reason."""
    left, looks = Left(problem, tours), _Looks()
    found = []
    for lot in problem.lots:
        grams = left.lots[lot.id]
        if grams:
            reason, details = _reason(problem, tours, lot, left, looks)
            found.append(Unserved(lot.id, grams, reason, details))
    return tuple(found)


def _reason(problem: Problem, tours: Sequence[Tour], lot: Lot, left: Left, looks: _Looks) -> tuple[str, Details]:
    needs = problem.needs_for(lot.id)
    if not needs:
        return "no_eligible_need", {"category": lot.category}
    smallest = 1 if lot.splittable else lot.grams
    open_needs = [need for need in needs if left.needs[need] >= smallest]
    if not open_needs:
        most = max(left.needs[need] for need in needs)
        return "no_need_left", {"category": lot.category, "needs": len(needs), "most_left_grams": most}
    roomy = [
        need for need in open_needs if left.room_at(problem.needs_by_id[need].site, lot.temperature_class) >= smallest
    ]
    if not roomy:
        return "storage_full", {"temperature_class": lot.temperature_class}
    failure = _furthest_failure(problem, lot, open_needs)
    if failure is not None:
        return failure, _details_of_trip(problem, lot, failure, open_needs)
    return _no_place(problem, tours, lot, left, looks)


def _furthest_failure(problem: Problem, lot: Lot, needs: Sequence[str]) -> str | None:
    """The reason of the trip that got furthest on an otherwise empty shift, or None if one succeeds."""
    furthest = -1
    for need in needs:
        for shift in problem.shifts:
            failure = failure_of_trip(problem, shift, lot, problem.needs_by_id[need])
            if failure is None:
                return None
            furthest = max(furthest, STAGES.index(failure))
    return STAGES[furthest] if furthest >= 0 else "outside_every_shift"


def _details_of_trip(problem: Problem, lot: Lot, reason: str, needs: Sequence[str]) -> Details:
    if reason == "no_vehicle_for_temperature_class":
        return {"temperature_class": lot.temperature_class}
    if reason == "no_vehicle_with_skills":
        return {"shifts": len(problem.shifts)}
    if reason == "exceeds_every_vehicle":
        largest = max(shift.capacity.grams_for(lot.temperature_class) for shift in problem.shifts)
        crates = max(shift.capacity.crates for shift in problem.shifts)
        return {"grams": lot.grams, "crates": lot.crates, "largest_grams": largest, "most_crates": crates}
    if reason == "unreachable_by_road":
        return {"site": lot.site}
    if reason == "outside_every_shift":
        window = lot.window
        return {"earliest": window.earliest, "latest": window.latest, "shifts": len(problem.shifts)}
    if reason == "no_receiving_window_in_time":
        deadline = max(problem.deadline(lot.id, need) or 0 for need in needs)
        details: Details = {"temperature_class": lot.temperature_class, "deliver_by": deadline}
        opens = [window.earliest for need in needs for window in problem.needs_by_id[need].windows]
        return details | ({"opens": min(opens)} if opens else {})
    return {"shifts": len(problem.shifts), "limit": "metres"}


def _no_place(problem: Problem, tours: Sequence[Tour], lot: Lot, left: Left, looks: _Looks) -> tuple[str, Details]:
    if len(problem.lots) > MANY_LOTS:
        look = looks(problem, tours)[lot.id]
        if not look.time_found:
            return "no_time_on_any_route", {"shifts": len(problem.shifts), "limit": "time"}
        if not look.room_found:
            return "vehicles_full", {"shifts": len(problem.shifts), "grams": left.lots[lot.id]}
        return "detour_not_worth_it", {"metres": look.metres, "grams": left.lots[lot.id]}
    search = search_place(problem, tours, lot, left)
    if not search.time_found:
        return "no_time_on_any_route", {"shifts": len(problem.shifts), "limit": search.limit}
    if search.best is None:
        return "vehicles_full", {"shifts": len(problem.shifts), "grams": left.lots[lot.id]}
    return "detour_not_worth_it", {"metres": search.best.metres, "grams": search.best.grams}

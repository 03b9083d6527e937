"""Why a lot stays behind, and the smallest change that would serve it. The conditions are tried in order on the problem
and on the finished routes, so the reason given is the one that holds."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from routing.engine.pieces import cut
from routing.insert import can_look_everywhere, least_part, search_place
from routing.plan import Change, Unserved
from routing.problem import Lot, Problem
from routing.reach import STAGES, failure_of_trip, kinds_of_shifts
from routing.retime import Tour
from routing.score import Left, value_per_kg

if TYPE_CHECKING:
    from routing.explain.changes import Changes

Details = dict[str, str | int]
MOST_LOOKS = 2_000_000  # for changes, in pairs of food bank and vehicle: a second or two


def explain(
    problem: Problem,
    tours: Sequence[Tour],
    *,
    most_looks: int = MOST_LOOKS,
    until: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Unserved, ...]:
    """Every lot that the tours leave over, in the order of the problem, with its reason and its smallest change: as far
    as the looks (the same on every machine), the second of the monotonic clock and whoever can stop this allow, the
    most valuable food first. Without machine code (`routing.engine.warm`) there are reasons only."""
    case = _Case(problem, tours)
    unserved = case.left.unserved
    reasons = {lot.id: case.reason(lot) for lot in problem.lots if lot.id in unserved}
    changes: dict[str, Change] = {}
    for lot in sorted(
        (problem.lots_by_id[lot] for lot in unserved), key=lambda lot: -unserved[lot.id] * value_per_kg(problem, lot)
    ):
        if stopped() or (until is not None and time.monotonic() > until) or case.looks > most_looks:
            break
        if reasons[lot.id][0] in MAY_CHANGE and case.changes is not None:
            proof = case.changes.for_lot(lot)
            if proof is not None:
                changes[lot.id] = proof.change
    return tuple(Unserved(lot, unserved[lot], *reasons[lot], changes.get(lot)) for lot in reasons)


# No single change that is tried helps with the others.
MAY_CHANGE = (
    "no_need_left",
    "storage_full",
    "exceeds_every_vehicle",
    "outside_every_shift",
    "no_receiving_window_in_time",
    "no_time_on_any_route",
    "vehicles_full",
)


class _Case:
    """A problem with finished tours, and what was looked up about them."""

    def __init__(self, problem: Problem, tours: Sequence[Tour]) -> None:
        self.problem, self.tours = problem, tuple(tours)
        self.left = Left(problem, tours)
        self.kinds = kinds_of_shifts(problem)
        self.looked_everywhere = can_look_everywhere(problem, self.left)
        self._changes: list[Changes | None] = []

    @property
    def changes(self) -> "Changes | None":
        """The compiled search, made when it is first asked for; None without machine code or without a shift."""
        if not self._changes:
            self._changes.append(_compiled(self.problem, self.tours))
        return self._changes[0]

    @property
    def looks(self) -> int:
        return self._changes[0].looks if self._changes and self._changes[0] is not None else 0

    def reason(self, lot: Lot) -> tuple[str, Details]:
        """The reason, and the facts that its sentence needs."""
        problem, left = self.problem, self.left
        needs = problem.needs_for(lot.id)
        if not needs:
            return "no_eligible_need", {"category": lot.category}
        smallest = least_part(problem, lot, left)
        open_needs = [need for need in needs if left.needs[need] >= smallest]
        if not open_needs:
            most = max(left.needs[need] for need in needs)
            return "no_need_left", {"category": lot.category, "needs": len(needs), "most_left_grams": most}
        room = {need: left.room_at(problem.needs_by_id[need].site, lot.temperature_class) for need in open_needs}
        roomy = [need for need in open_needs if room[need] >= smallest]
        if not roomy:
            return "storage_full", {"temperature_class": lot.temperature_class, "most_left_grams": max(room.values())}
        failure = self._furthest_failure(lot, roomy)
        if failure is not None:
            return failure, self._details_of_trip(lot, failure, roomy) | _who_has_it(problem, lot)
        reason, details = self._no_place(lot, roomy)
        return reason, details | _who_has_it(problem, lot)

    def _furthest_failure(self, lot: Lot, needs: Sequence[str]) -> str | None:
        """The reason of the trip that got furthest on an otherwise empty shift, or None if one succeeds."""
        furthest = -1
        for need in needs:
            for shift in self.kinds:
                failure = failure_of_trip(self.problem, shift, lot, self.problem.needs_by_id[need])
                if failure is None:
                    return None
                furthest = max(furthest, STAGES.index(failure))
        return STAGES[furthest] if furthest >= 0 else "outside_every_shift"

    def _details_of_trip(self, lot: Lot, reason: str, needs: Sequence[str]) -> Details:
        problem = self.problem
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
        return {"shifts": len(problem.shifts), "limit": "length"}

    def _no_place(self, lot: Lot, needs: Sequence[str]) -> tuple[str, Details]:
        """Alone a vehicle could do it; why not beside what the routes do."""
        if self.changes is None or self.looked_everywhere:
            return self._no_place_found_slowly(lot, needs)
        from routing.explain.what_if import WhatIf

        place, loose = self.changes.routes.place, WhatIf(whole=False)
        smallest = least_part(self.problem, lot, self.left)
        found = place(lot, cut(self.problem, lot, self.left.lots[lot.id])[0], loose) or place(lot, smallest, loose)
        if found is not None:
            metres = self.changes.routes.metres_more(found)
            return "detour_not_worth_it", {"metres": max(0, metres), "grams": found.grams}
        if place(lot, smallest, loose, load=0) is not None:
            return "vehicles_full", {"shifts": len(self.problem.shifts), "grams": self.left.lots[lot.id]}
        any_length = place(lot, smallest, WhatIf(whole=False, any_length=True), load=0)
        limit = "time" if any_length is None else "length"
        return "no_time_on_any_route", {"shifts": len(self.problem.shifts), "limit": limit}

    def _no_place_found_slowly(self, lot: Lot, needs: Sequence[str]) -> tuple[str, Details]:
        shifts = len(self.problem.shifts)
        search = search_place(self.problem, self.tours, lot, self.left, needs)
        if not search.time_found:
            limit = "time" if search.limit == "time" else "length"
            return "no_time_on_any_route", {"shifts": shifts, "limit": limit}
        if search.best is None or search.best.grams < least_part(self.problem, lot, self.left):
            return "vehicles_full", {"shifts": shifts, "grams": self.left.lots[lot.id]}
        return "detour_not_worth_it", {"metres": search.best.metres, "grams": search.best.grams}


def _who_has_it(problem: Problem, lot: Lot) -> Details:
    """The vehicle that food is on board of."""
    return {} if lot.on_board is None else {"vehicle": problem.shifts_by_id[lot.on_board].vehicle}


def _compiled(problem: Problem, tours: Sequence[Tour]) -> "Changes | None":
    if not problem.shifts:
        return None
    try:
        from routing.engine.compiled import is_compiled
        from routing.engine.fit import best_fit
        from routing.explain.changes import Changes
    except ImportError:
        return None
    if not is_compiled() and not best_fit.signatures:  # making the machine code takes longer than any answer is worth
        return None
    return Changes(problem, tours)

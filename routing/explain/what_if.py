"""What if a window were longer, a need larger, a vehicle more on the road? Finds the place that one lot would then have
on routes that otherwise stay as they are. Compiled, since every question looks at every place there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.engine.fit import best_fit, time_again
from routing.engine.layout import NEW_STOP, ON_BOARD, SAME_STOP
from routing.engine.pieces import Piece
from routing.engine.prepare import DIMENSIONS, prepare
from routing.engine.search import begin
from routing.engine.tours import load_tours, tours_of
from routing.limits import SMALLEST_PART_GRAMS
from routing.problem import Lot, Problem, Shift
from routing.reach import kinds_of_shifts
from routing.retime import Cargo, Tour, Visit, with_breaks_in_place
from routing.score import Left, value_per_kg

SPARE = " (one more)"  # added to the id of a shift that is like another one
MOST_KINDS = 40  # of shifts, to ask for one more of


@dataclass(frozen=True)
class WhatIf:
    """What would be different, in seconds and grams, for all food banks and shifts at once.

    any_length: shifts may drive any distance and make any number of stops.
    spare: a vehicle more, instead of those there are.
    whole: all of the grams or nothing.
    """

    pickup_later: int = 0
    pickup_earlier: int = 0
    open_later: int = 0
    open_earlier: int = 0
    back_later: int = 0
    out_earlier: int = 0
    need_grams: int = 0
    storage_grams: int = 0
    any_length: bool = False
    spare: bool = False
    whole: bool = True


AS_IT_IS = WhatIf()


@dataclass(frozen=True)
class Fit:
    """A place: this shift would drive this tour, with so many grams more for this need. `worth` is in thousandths of a
    cent, what it costs taken off."""

    shift: Shift
    tour: Tour
    need: str
    grams: int
    worth: float


class Routes:
    """Routes as they stand, with the lots that they leave over. A route that only plain Python can time (with part of
    what is on board, or one lot in several pieces at a stop) is left as it is."""

    def __init__(self, problem: Problem, tours: Sequence[Tour]) -> None:
        self.left = Left(problem, tours)
        self.lots = [number for number, lot in enumerate(problem.lots) if self.left.lots[lot.id]]
        spares = _spares(problem)
        self.like = {spare.id: shift for spare, shift in spares}  # the shifts that the spare ones are like
        self.first_spare = len(problem.shifts)
        self.problem = replace(problem, shifts=(*problem.shifts, *(spare for spare, _ in spares)), locked=())
        merged = [_merged(tour) for tour in tours] + [()] * len(spares)
        pieces = _carried(problem, merged)
        self.first = len(pieces)
        pieces += [Piece(number, 1) for number in self.lots]  # how much it is, is asked each time
        self.prepared = prepare(self.problem, pieces, {}, seed=1, remember=False)
        begin(self.prepared)
        load_tours(self.prepared, merged)
        found = tours_of(self.prepared)
        self.tours = tuple(mine or tour for mine, tour in zip(found, merged, strict=True))
        locked = {route.shift for route in problem.locked}
        usable = [
            shift.id not in locked and bool(mine or not tour)
            for shift, mine, tour in zip(problem.shifts, found, merged, strict=False)
        ]
        self.usable = np.array(usable, dtype=np.uint8)
        self.marks = np.zeros(len(self.problem.shifts), dtype=np.int64)
        self.no_limit = np.full(len(self.problem.shifts), np.inf)
        self.no_count = np.full(len(self.problem.shifts), 2**31, dtype=np.int64)
        self.rows = {problem.lots[number].id: row for row, number in enumerate(self.lots, self.first)}
        self.used = _used(problem, pieces)
        self.looks = 0  # how many pairs of food bank and vehicle were looked at
        self.need_numbers = {need.id: number for number, need in enumerate(problem.needs)}
        self.need_sites = np.array([problem.site_numbers[need.site] for need in problem.needs], dtype=np.int64)
        self.windows, self.window_counts = _windows(problem)

    def fit(self, lot: Lot, grams: int, what_if: WhatIf = AS_IT_IS) -> Fit | None:
        """The place for so many grams of the lot that is worth most; None if there is none that is worth driving to."""
        found = self.place(lot, grams, what_if)
        return found if found is not None and found.worth > 0.0 else None

    def place(self, lot: Lot, grams: int, what_if: WhatIf = AS_IT_IS, *, load: int | None = None) -> Fit | None:
        """The place that is worth most, be it less than nothing; None if there is none at all. It has room for `load`
        grams, for all that would go there if nothing else is said."""
        needs = self.problem.needs_for(lot.id)
        if not needs:
            return None
        numbers = np.array([self.need_numbers[need] for need in needs], dtype=np.int64)
        amounts = self._amounts(lot, needs, grams, what_if)
        worth = self._worth(lot, needs, amounts)
        windows, counts = self._opening(lot, numbers, what_if)
        self._enable(what_if)
        self._move_shifts(what_if.back_later, what_if.out_earlier)
        day = self.prepared.day
        if what_if.any_length:
            day = day._replace(vehicle_most_metres=self.no_limit, vehicle_most_stops=self.no_count)
        self.marks[:] = 0
        self.looks += len(needs) * len(self.marks)
        gain, vehicle, candidate, code = best_fit(
            day,
            self.prepared.state,
            self.rows[lot.id],
            self._loads(lot, amounts if load is None else [load] * len(needs)),
            float(lot.window.earliest - what_if.pickup_earlier),
            float(lot.window.latest + what_if.pickup_later),
            self.need_sites[numbers],
            numbers,
            worth,
            windows,
            counts,
            self.marks,
        )
        self._move_shifts(-what_if.back_later, -what_if.out_earlier)
        if vehicle < 0:
            return None
        cargo = Cargo(lot.id, needs[candidate], amounts[candidate], self.first)
        tour = self._with(int(vehicle), cargo, lot, int(code))
        return Fit(self.problem.shifts[vehicle], tour, cargo.need, cargo.grams, float(gain))

    def metres_more(self, fit: Fit) -> int:
        """How much longer the shift's route is with the fit."""
        number = [shift.id for shift in self.problem.shifts].index(fit.shift.id)
        return self._metres(fit.shift, fit.tour) - self._metres(fit.shift, self.tours[number])

    def _metres(self, shift: Shift, tour: Tour) -> int:
        sites = [shift.start_site, *(visit.site for visit in tour), shift.end_site] if tour else []
        legs = [self.problem.leg(shift, origin, destination) for origin, destination in pairwise(sites)]
        return sum(leg[1] for leg in legs if leg is not None)

    def _amounts(self, lot: Lot, needs: Sequence[str], grams: int, what_if: WhatIf) -> list[int]:
        """Grams that each need would take; 0 if too few."""
        least = grams if what_if.whole or not lot.splittable else min(grams, SMALLEST_PART_GRAMS)
        found = []
        for need in needs:
            site = self.problem.needs_by_id[need].site
            most = min(
                grams,
                self.left.needs[need] + what_if.need_grams,
                self.left.room_at(site, lot.temperature_class) + what_if.storage_grams,
            )
            found.append(most if most >= least else 0)
        return found

    def _worth(self, lot: Lot, needs: Sequence[str], amounts: Sequence[int]) -> NDArray[np.float64]:
        found = np.full(len(needs), -1.0)
        for number, (need, grams) in enumerate(zip(needs, amounts, strict=True)):
            if grams:
                bonus = self.left.fill.bonus_for(self.problem.needs_by_id[need], grams)
                found[number] = grams * value_per_kg(self.problem, lot) + bonus
        return found

    def _opening(
        self, lot: Lot, numbers: NDArray[np.int64], what_if: WhatIf
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Receiving windows of these needs as they would be, up to the deadline of the lot."""
        deadlines = [self.problem.deadline(lot.id, self.problem.needs[number].id) or 0 for number in numbers]
        latest = np.array(deadlines, dtype=np.float64)[:, None]
        windows = self.windows[numbers]
        windows[:, 0::2] -= what_if.open_earlier
        windows[:, 1::2] = np.minimum(windows[:, 1::2] + what_if.open_later, latest)
        given = np.arange(windows.shape[1] // 2)[None, :] < self.window_counts[numbers][:, None]
        counts: NDArray[np.int64] = (given & (windows[:, 0::2] <= latest)).sum(axis=1)
        return windows, counts

    def _loads(self, lot: Lot, amounts: Sequence[int]) -> NDArray[np.float64]:
        """What these amounts take up, a row each, in the dimensions of the prepared day."""
        rows = {grams: [getattr(lot.load_for(grams), name) for name in self.used] for grams in set(amounts)}
        return np.array([rows[grams] for grams in amounts], dtype=np.float64)

    def _enable(self, what_if: WhatIf) -> None:
        self.prepared.state.enabled[: self.first_spare] = self.usable * (not what_if.spare)
        self.prepared.state.enabled[self.first_spare :] = 1 if what_if.spare else 0

    def _move_shifts(self, later: int, earlier: int) -> None:
        if later or earlier:
            self.prepared.day.vehicle_until[:] += later
            self.prepared.day.vehicle_from[:] -= earlier
            time_again(self.prepared.day, self.prepared.state)

    def _with(self, vehicle: int, cargo: Cargo, lot: Lot, code: int) -> Tour:
        """The vehicle's tour with the cargo at the engine's place."""
        how, rest = code % 4, code // 4
        collect, unload = (-1, rest) if how == ON_BOARD else (rest // 2**20, rest % 2**20)
        at_stop, unload = unload % 2 == 1, unload // 2
        shift = self.problem.shifts[vehicle]
        visits = self._visits(vehicle)
        bank = self.problem.needs_by_id[cargo.need].site
        found: list[Visit] = []
        for stop, visit in enumerate(visits):
            joins = (how == SAME_STOP and stop == collect) or (at_stop and stop == unload)
            if visit is not None:
                found.append(replace(visit, cargo=(*visit.cargo, cargo)) if joins else visit)
            if how == NEW_STOP and stop == collect:
                found.append(Visit("pickup", lot.site, (cargo,)))
            if not at_stop and stop == unload:
                found.append(Visit("drop_off", bank, (cargo,)))
        return with_breaks_in_place(found, shift.start_site)

    def _visits(self, vehicle: int) -> list[Visit | None]:
        """None for the start, then the visits; an empty route has its breaks."""
        shift = self.problem.shifts[vehicle]
        tour = self.tours[vehicle] or tuple(Visit("break", shift.start_site, (), pause) for pause in shift.breaks)
        return [None, *tour]


def _spares(problem: Problem) -> list[tuple[Shift, Shift]]:
    """A shift more for each kind of shift that there is, with the one that it is like."""
    vehicles = {shift.vehicle for shift in problem.shifts}
    found = []
    for shift in kinds_of_shifts(problem)[:MOST_KINDS]:
        more = SPARE
        while shift.id + more in problem.shifts_by_id or shift.vehicle + more in vehicles:
            more += SPARE
        found.append((replace(shift, id=shift.id + more, vehicle=shift.vehicle + more), shift))
    return found


def _merged(tour: Tour) -> Tour:
    """The tour with what travels together as one cargo: a crate begun is a crate taken once."""
    if len({(cargo.lot, cargo.need) for visit in tour for cargo in visit.cargo}) == len(
        {cargo for visit in tour for cargo in visit.cargo}
    ):
        return tour
    collected = {cargo: stop for stop, visit in enumerate(tour) if visit.kind == "pickup" for cargo in visit.cargo}
    delivered = {cargo: stop for stop, visit in enumerate(tour) if visit.kind == "drop_off" for cargo in visit.cargo}
    whole: dict[tuple[str, str, int, int], Cargo] = {}
    for cargo, stop in delivered.items():
        key = cargo.lot, cargo.need, collected.get(cargo, -1), stop
        whole[key] = replace(whole[key], grams=whole[key].grams + cargo.grams) if key in whole else cargo
    found = []
    for number, visit in enumerate(tour):
        here = tuple(cargo for key, cargo in whole.items() if number in key[2:])
        found.append(replace(visit, cargo=here))
    return tuple(found)


def _carried(problem: Problem, tours: Sequence[Tour]) -> list[Piece]:
    """A piece for each cargo, in the order of unloading."""
    numbers = {lot.id: number for number, lot in enumerate(problem.lots)}
    return [
        Piece(numbers[cargo.lot], cargo.grams, carried=(shift, cargo.need))
        for shift, tour in enumerate(tours)
        for visit in tour
        if visit.kind == "drop_off"
        for cargo in visit.cargo
    ]


def _used(problem: Problem, pieces: Sequence[Piece]) -> list[str]:
    """The dimensions of the prepared day: the weight, and what else any piece takes up."""
    loads = [problem.lots[piece.lot].load_for(piece.grams) for piece in pieces]
    return [name for name in DIMENSIONS if name == "grams" or any(getattr(load, name) for load in loads)]


def _windows(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Receiving windows of all needs, one row each (earliest, latest, earliest ...), and how many they are."""
    counts = np.array([len(need.windows) for need in problem.needs], dtype=np.int64)
    found = np.zeros((len(counts), 2 * int(counts.max(initial=1))))
    for row, need in zip(found, problem.needs, strict=True):
        row[: 2 * len(need.windows)] = [edge for window in need.windows for edge in (window.earliest, window.latest)]
    return found, counts

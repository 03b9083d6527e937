"""Large days in groups: vehicles that are near each other, with what they carry and what lies about them, are a day of
their own. Groups are searched one by one or in several processes, and drawn anew for each round.

Of groups that are searched at the same time, what is left of a need belongs to the one that is nearest to it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing.engine.meter import Meter
from routing.engine.pieces import pieces_in
from routing.engine.prepare import Candidates, prepare
from routing.engine.search import Heat, begin, fill, improve
from routing.engine.tours import load_tours, tours_of
from routing.joint.regions import Map, halves, nearest
from routing.problem import CLASSES, Lot, Need, Problem, Shift, Site, Storage
from routing.retime import Tour
from routing.score import Fill
from routing.travel import TravelMatrix

GROUP_LOTS = 220


@dataclass(frozen=True)
class Group:
    """A part of a day: a problem of its own with the tours that its shifts drive now, and how full its food banks are
    with all that the others bring."""

    problem: Problem
    shifts: tuple[int, ...]  # numbers in the whole day
    tours: tuple[Tour, ...]
    candidates: Mapping[int, Sequence[str]]
    fill: Fill
    seed: int


@dataclass(frozen=True)
class Searched:
    """The tours found for a group's shifts."""

    shifts: tuple[int, ...]
    tours: tuple[Tour, ...]
    iterations: int


def search_group(group: Group, seconds: float, iterations: int | None, heat: Heat) -> Searched:
    """Search on from the group's tours for a while; with no time and no iterations at all, only put in what is left."""
    prepared = prepare(
        group.problem, pieces_in(group.problem, group.tours), group.candidates, seed=group.seed, fill=group.fill
    )
    begin(prepared)
    if not load_tours(prepared, group.tours):
        return Searched(group.shifts, group.tours, 0)
    fill(prepared)
    meter = Meter(seconds, iterations)
    if iterations is not None or seconds > 0:
        improve(prepared, meter, stopped=lambda: False, heat=heat)
    return Searched(group.shifts, tours_of(prepared), meter.done)


@dataclass(frozen=True)
class Drawn:
    """The group of each shift and of each lot, and where the groups are."""

    owner: NDArray[np.int64]
    lot_owner: NDArray[np.int64]
    middles: NDArray[np.float64]
    seed: int


class Divider:
    """Draws groups on the tours of a day."""

    def __init__(self, problem: Problem, candidates: Candidates) -> None:
        self.problem, self.candidates, self.where = problem, candidates, Map(problem)
        self.shift_numbers = {shift.id: number for number, shift in enumerate(problem.shifts)}
        self.lot_points = self.where.points[self.where.lot_sites]
        self.need_points = self.where.points[self.where.need_sites]
        self.fill = Fill(problem)
        self.count = max(1, -(-len(problem.lots) // GROUP_LOTS))

    def draw(self, tours: Sequence[Tour], seed: int) -> "Drawn":
        """Groups of neighbouring shifts; each shift, and each lot that no shift has, is in one of them. Before anything
        is planned, shifts are where they start."""
        rng = np.random.default_rng(seed)
        centres = np.stack([self.where.centre_of(number, tour) for number, tour in enumerate(tours)])
        weights = np.array([len(lots) + 0.2 for lots in _Carried(self.problem, tours).lots_of_shift])
        owner = halves(centres, weights, self.count, rng)
        middles = np.stack([centres[owner == number].mean(axis=0) for number in range(int(owner.max()) + 1)])
        lot_owner = nearest(self.lot_points, middles)
        for number, lot in enumerate(self.problem.lots):
            if lot.on_board is not None:
                lot_owner[number] = owner[self.shift_numbers[lot.on_board]]
        return Drawn(owner, lot_owner, middles, seed)

    def groups(self, drawn: "Drawn", members: Sequence[int], tours: Sequence[Tour]) -> list[Group]:
        """Some of the groups drawn, to be searched at the same time: what is left of a need belongs to the nearest of
        them."""
        carried = _Carried(self.problem, tours)
        need_owner = nearest(self.need_points, drawn.middles[list(members)])
        return [
            self._group(
                np.flatnonzero(drawn.owner == each),
                drawn.lot_owner == each,
                need_owner == number,
                carried,
                tours,
                drawn.seed + each,
            )
            for number, each in enumerate(members)
        ]

    def group_of(self, shifts: Sequence[int], tours: Sequence[Tour], seed: int) -> Group:
        """These shifts with what no shift carries, and with all that is left of the needs: the only group that is
        searched."""
        driving = {self.problem.shifts[shift].id for shift in shifts}
        lots = [lot.on_board is None or lot.on_board in driving for lot in self.problem.lots]
        needs = np.ones(len(self.problem.needs), dtype=bool)
        carried = _Carried(self.problem, tours)
        return self._group(np.array(sorted(shifts), dtype=np.int64), np.array(lots), needs, carried, tours, seed)

    def _group(
        self,
        shifts: NDArray[np.int64],
        owns_lot: NDArray[np.bool_],
        owns_need: NDArray[np.bool_],
        carried: "_Carried",
        tours: Sequence[Tour],
        seed: int,
    ) -> Group:
        problem = self.problem
        mine = _Carried(problem, [tours[shift] for shift in shifts])
        lots, numbers = self._lots(owns_lot, carried, mine)
        tried = {need for number in numbers for need in self.candidates.get(number, ())}
        needs, fullness = self._needs(owns_need, tried, carried, mine)
        part = part_of(problem, lots, needs, [problem.shifts[shift] for shift in shifts])
        if any(site.storage != Storage() for site in part.sites):
            owned = {problem.needs[number].site for number in np.flatnonzero(owns_need)}
            part = replace(part, sites=tuple(_room_left(site, carried, mine, site.id in owned) for site in part.sites))
        kept = {need.id for need in needs}
        wanted = {
            here: tuple(need for need in self.candidates.get(number, ()) if need in kept)
            for here, number in enumerate(numbers)
        }
        chosen = tuple(shifts.tolist())
        return Group(part, chosen, tuple(tours[shift] for shift in chosen), wanted, fullness, seed)

    def _needs(
        self, owned: NDArray[np.bool_], tried: set[str], carried: "_Carried", mine: "_Carried"
    ) -> tuple[list[Need], Fill]:
        fullness, needs = self.fill.copy(), []
        for need, own in zip(self.problem.needs, owned.tolist(), strict=True):
            others = carried.to_need[need.id] - mine.to_need[need.id]
            if others:
                fullness.add(need, others)
            here = own and need.id in tried
            grams = mine.to_need[need.id] + (need.grams - carried.to_need[need.id] if here else 0)
            if grams > 0:
                needs.append(need if grams == need.grams else replace(need, grams=grams))
        return needs, fullness

    def _lots(self, owned: NDArray[np.bool_], carried: "_Carried", mine: "_Carried") -> tuple[list[Lot], list[int]]:
        lots, numbers = [], []
        for number, (lot, own) in enumerate(zip(self.problem.lots, owned.tolist(), strict=True)):
            grams = mine.of_lot[lot.id] + (lot.grams - carried.of_lot[lot.id] if own else 0)
            if grams > 0:
                lots.append(lot if grams == lot.grams else replace(lot, grams=grams, crates=lot.crates_for(grams)))
                numbers.append(number)
        return lots, numbers


class _Carried:
    """Grams that tours deliver, by lot, by need and by storage."""

    def __init__(self, problem: Problem, tours: Sequence[Tour]) -> None:
        self.of_lot: defaultdict[str, int] = defaultdict(int)
        self.to_need: defaultdict[str, int] = defaultdict(int)
        self.stored: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.lots_of_shift: list[set[str]] = []
        for tour in tours:
            lots: set[str] = set()
            for visit in tour:
                for cargo in visit.cargo if visit.kind == "drop_off" else ():
                    self.of_lot[cargo.lot] += cargo.grams
                    self.to_need[cargo.need] += cargo.grams
                    self.stored[visit.site, problem.lots_by_id[cargo.lot].temperature_class] += cargo.grams
                    lots.add(cargo.lot)
            self.lots_of_shift.append(lots)


def _room_left(site: Site, carried: _Carried, mine: _Carried, owned: bool) -> Site:
    """The site with the storage that a group may use: what it uses now, and what is free if the group has its needs."""
    limits = {}
    for name in CLASSES:
        limit = site.storage.limit_for(name)
        free = 0 if limit is None or not owned else limit - carried.stored[site.id, name]
        limits[f"{name}_grams"] = None if limit is None else mine.stored[site.id, name] + free
    return replace(site, storage=Storage(**limits))


def part_of(problem: Problem, lots: Sequence[Lot], needs: Sequence[Need], shifts: Sequence[Shift]) -> Problem:
    """The problem of these lots, needs and shifts alone, with their sites."""
    used = dict.fromkeys(
        [lot.site for lot in lots]
        + [need.site for need in needs]
        + [site for shift in shifts for site in (shift.start_site, shift.end_site)]
    )
    rows = np.array([problem.site_numbers[site] for site in used], dtype=np.int64)
    names, known = {lot.id for lot in lots}, {need.id for need in needs}
    driving = {shift.id for shift in shifts}
    pairs = problem.eligibilities
    return replace(
        problem,
        sites=tuple(problem.sites[row] for row in rows),
        lots=tuple(lots),
        needs=tuple(needs),
        shifts=tuple(shifts),
        eligibilities=None if pairs is None else tuple(p for p in pairs if p.lot in names and p.need in known),
        travel={
            name: TravelMatrix(matrix.seconds[np.ix_(rows, rows)], matrix.metres[np.ix_(rows, rows)])
            for name, matrix in problem.travel.items()
        },
        promises=tuple(p for p in problem.promises if p.lot in names and p.need in known and p.shift in driving),
    )

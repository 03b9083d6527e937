"""Which lots some vehicle could bring to which needs if it did nothing else: all pairs of a day at once, as
`routing.reach` judges a single one."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.pace import Pace, clock_table, pace_of
from routing.problem import END_OF_PLANNING, Problem, Shift
from routing.reach import kinds_of_shifts

Numbers = NDArray[np.int64]
FAR = 100 * END_OF_PLANNING  # seconds that nothing takes
FEW_SITES = 600  # of so many, the shortest ways are found within a second


@dataclass(frozen=True)
class Pairs:
    """Pairs of lot and need by their numbers in the problem, lot by lot, and the latest begin of unloading of each.
    Three arrays of one length."""

    lots: Numbers
    needs: Numbers
    latest: Numbers

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.integer[Any]]) -> "Pairs":
        """The pairs marked, or those of these numbers."""
        return Pairs(self.lots[chosen], self.needs[chosen], self.latest[chosen])


def allowed_pairs(problem: Problem) -> Pairs:
    """All pairs that may meet, in time or not."""
    if problem.eligibilities is not None:
        return _listed(problem)
    of_category: defaultdict[str, list[int]] = defaultdict(list)
    for number, need in enumerate(problem.needs):
        of_category[need.category].append(number)
    rows = [np.array(of_category.get(lot.category, ()), dtype=np.int64) for lot in problem.lots]
    sizes = [len(row) for row in rows]
    latest = [END_OF_PLANNING if lot.deliver_by is None else lot.deliver_by for lot in problem.lots]
    return Pairs(
        np.repeat(np.arange(len(rows)), sizes),
        np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64),
        np.repeat(np.array(latest, dtype=np.int64), sizes),
    )


def _listed(problem: Problem) -> Pairs:
    lots = {lot.id: number for number, lot in enumerate(problem.lots)}
    needs = {need.id: number for number, need in enumerate(problem.needs)}
    rows = sorted((lots[pair.lot], needs[pair.need], pair.deliver_by) for pair in problem.eligibilities or ())
    found = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    return Pairs(found[:, 0], found[:, 1], found[:, 2])


def possible_pairs(problem: Problem, *, by_any_way: bool = False) -> Pairs:
    """The allowed pairs that at least one shift could serve, driving directly from stop to stop. `by_any_way`: or over
    whatever other sites may be faster (tables of travel times need not know that the direct way is the shortest), and
    at the fastest pace of the day, so that what is left out is impossible on any route."""
    pairs = allowed_pairs(problem)
    shifts = kinds_of_shifts(problem)
    if not len(pairs.lots) or not shifts:
        return pairs.only(np.zeros(len(pairs.lots), dtype=bool))
    trips = _Trips(problem, shifts, by_any_way)
    found = np.zeros(len(pairs.lots), dtype=bool)
    open_pairs = np.flatnonzero(trips.might_do(pairs))
    for number in range(len(shifts)):
        if not len(open_pairs):
            break
        asked = open_pairs[trips.leaves[number, pairs.lots[open_pairs]] < FAR]
        if len(asked):
            done = asked[trips.does(number, pairs.lots[asked], pairs.needs[asked], pairs.latest[asked])]
            found[done] = True
            open_pairs = open_pairs[~found[open_pairs]]
    return pairs.only(found)


class _Trips:
    """Trips of each kind of shift from its start over one store to one food bank and home, in arrays."""

    def __init__(self, problem: Problem, shifts: tuple[Shift, ...], by_any_way: bool) -> None:
        self.problem, self.shifts = problem, shifts
        first = min(shift.window.earliest for shift in shifts)
        last = max(shift.window.latest for shift in shifts)
        self.clock = None if by_any_way else clock_table(problem, first, last)
        self.pace = Pace(()) if by_any_way else pace_of(problem)
        percent = pace_of(problem).fastest(first, last) if by_any_way else 100
        way = _least if by_any_way else _roads
        sites = problem.site_numbers
        self.lot_sites = np.array([sites[lot.site] for lot in problem.lots], dtype=np.int64)
        self.need_sites = np.array([sites[need.site] for need in problem.needs], dtype=np.int64)
        self.work = np.array([site.setup_seconds + site.service_seconds for site in problem.sites], dtype=np.int64)
        self.roads = {name: way(_scaled(table.seconds, percent)) for name, table in problem.travel.items()}
        limited = {shift.profile for shift in shifts if shift.maximum_metres is not None}  # nobody else asks for metres
        self.metres = {name: way(problem.travel[name].metres) for name in limited}
        self.on_board = np.array([lot.on_board is not None for lot in problem.lots])
        self.windows = _windows(problem)
        self.picky_sites = [number for number, site in enumerate(problem.sites) if site.skills]
        self.picky_lots = [number for number, lot in enumerate(problem.lots) if lot.skills or lot.on_board is not None]
        self.leaves = self._leaves()
        self.begins = self._begins()

    def _leaves(self) -> Numbers:
        """The second at which each kind of shift leaves with each lot on board, FAR where it cannot; shape (kinds,
        lots)."""
        problem = self.problem
        opens = np.array([lot.window.earliest for lot in problem.lots], dtype=np.int64)
        closes = np.array([lot.window.latest for lot in problem.lots], dtype=np.int64)
        loads = [lot.load_for(1 if lot.splittable else lot.grams) for lot in problem.lots]
        least = np.array([_row(load) for load in loads], dtype=np.int64)
        found = np.full((len(self.shifts), len(problem.lots)), FAR, dtype=np.int64)
        for number, shift in enumerate(self.shifts):
            out = np.full(len(problem.lots), shift.window.earliest, dtype=np.int64)
            arrive = self._arrive(out, self._from(shift)[self.lot_sites])
            begin = np.maximum(arrive, opens)
            row = begin + self.work[self.lot_sites]
            row[(begin > closes) | (begin > shift.window.latest) | ~self._may_stop(shift)[self.lot_sites]] = FAR
            row[self.on_board] = shift.window.earliest
            row[(least > np.array(_row(shift.capacity))).any(axis=1) | ~self._may_carry(shift)] = FAR
            found[number] = row
        return found

    def _begins(self) -> Numbers:
        """The latest second at which each kind of shift may begin to unload for each need and still be home in time,
        -1 where it may not stop there; shape (kinds, needs)."""
        found = np.full((len(self.shifts), len(self.need_sites)), -1, dtype=np.int64)
        for number, shift in enumerate(self.shifts):
            home = self.problem.site_numbers[shift.end_site]
            row = self._latest_leaves(shift, home)[self.need_sites] - self.work[self.need_sites]
            found[number] = np.where(self._may_stop(shift)[self.need_sites], row, -1)
        return found

    def _arrive(self, leave: Numbers, seconds: Numbers) -> Numbers:
        """When drives end that begin then; FAR or later where that is after all shifts."""
        return leave + seconds if self.clock is None else self.clock.arrive(leave, seconds, FAR)

    def _latest_leaves(self, shift: Shift, home: int) -> Numbers:
        """The latest second at which to leave each site and be home in time."""
        drives = self.roads[shift.profile][:, home].tolist()
        return np.array([self.pace.latest_leave(shift.window.latest, drive) for drive in drives], dtype=np.int64)

    def _from(self, shift: Shift) -> Numbers:
        row: Numbers = self.roads[shift.profile][self.problem.site_numbers[shift.start_site]].astype(np.int64)
        return row

    def _may_stop(self, shift: Shift) -> NDArray[np.bool_]:
        found = np.ones(len(self.problem.sites), dtype=bool)
        for number in self.picky_sites:
            found[number] = self.problem.may_stop(shift, self.problem.sites[number].id)
        return found

    def _may_carry(self, shift: Shift) -> NDArray[np.bool_]:
        found = np.ones(len(self.problem.lots), dtype=bool)
        for number in self.picky_lots:
            found[number] = self.problem.may_carry(shift, self.problem.lots[number])
        return found

    def might_do(self, pairs: Pairs) -> NDArray[np.bool_]:
        """What no single shift rules out: a quick look at the best of all shifts in each respect."""
        fastest = np.minimum.reduce(list(self.roads.values()))
        drive = np.where(
            self.on_board[pairs.lots], 0, fastest[self.lot_sites[pairs.lots], self.need_sites[pairs.needs]]
        )
        leave = self.leaves.min(axis=0)[pairs.lots]
        begin = self._begin(pairs.needs, self._arrive(leave, drive.astype(np.int64)), pairs.latest)
        return (leave < FAR) & (begin <= self.begins.max(axis=0)[pairs.needs])

    def does(self, number: int, lots: Numbers, needs: Numbers, latest: Numbers) -> NDArray[np.bool_]:
        """Whether this kind of shift could do these trips."""
        shift, (start, end) = self.shifts[number], self._ends(number)
        roads, on_board = self.roads[shift.profile], self.on_board[lots]
        origins = np.where(on_board, start, self.lot_sites[lots])
        stops = self.need_sites[needs]
        arrive = self._arrive(self.leaves[number, lots], roads[origins, stops].astype(np.int64))
        begin = self._begin(needs, arrive, latest)
        possible: NDArray[np.bool_] = begin <= self.begins[number, needs]
        if shift.maximum_metres is not None:
            metres = self.metres[shift.profile]
            way = metres[start, origins] + metres[origins, stops] + metres[stops, end]
            possible &= way <= shift.maximum_metres
        if shift.maximum_stops is not None:
            possible &= np.where(on_board, 1, 2) <= shift.maximum_stops
        return possible

    def _ends(self, number: int) -> tuple[int, int]:
        numbers, shift = self.problem.site_numbers, self.shifts[number]
        return numbers[shift.start_site], numbers[shift.end_site]

    def _begin(self, needs: Numbers, arrive: Numbers, latest: Numbers) -> Numbers:
        """The first second from `arrive` on at which unloading may begin, FAR where none is left."""
        begin = np.full(len(needs), FAR, dtype=np.int64)
        for opens, closes in self.windows:
            here = np.maximum(arrive, opens[needs])
            fits = here <= np.minimum(closes[needs], latest)
            begin[fits] = np.minimum(begin[fits], here[fits])
        return begin


def _row(load: object) -> tuple[int, ...]:
    return tuple(getattr(load, name) for name in ("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams"))


def _roads(table: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(table < 0, np.int32(FAR), table)


def _scaled(table: NDArray[np.int32], percent: int) -> NDArray[np.int32]:
    """What the drives take at this pace, rounded up; -1 stays where no road leads."""
    if percent == 100:
        return table
    return np.where(table < 0, table, -(-table.astype(np.int64) * percent // 100)).astype(np.int32)


def _least(table: NDArray[np.int32]) -> NDArray[np.int32]:
    """No way over other sites is shorter: the shortest ways (Floyd, Warshall) where sites are few, and else the direct
    road, or the shortest first and the shortest last road of all, whichever is less."""
    least = _roads(table)
    if len(least) <= FEW_SITES:
        for middle in range(len(least)):
            np.minimum(least, least[:, middle, None] + least[None, middle, :], out=least)
        return least
    others = least.copy()
    np.fill_diagonal(others, FAR)
    over_others = np.minimum(FAR, others.min(axis=1)[:, None] + others.min(axis=0)[None, :])
    np.minimum(least, over_others, out=least)
    return least


def _windows(problem: Problem) -> list[tuple[Numbers, Numbers]]:
    """Opening and closing of each need's first window, of its second, and so on; a window that is not there closes
    before it opens."""
    most = max((len(need.windows) for need in problem.needs), default=0)
    found = []
    for place in range(most):
        rows = [
            (need.windows[place].earliest, need.windows[place].latest) if place < len(need.windows) else (FAR, -1)
            for need in problem.needs
        ]
        table = np.array(rows, dtype=np.int64)
        found.append((table[:, 0], table[:, 1]))
    return found

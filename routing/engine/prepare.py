"""A Problem and its pieces as the typed arrays that the search works on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from routing.engine.layout import (
    CLOCK_FIRST,
    CLOCK_MARKS,
    CLOCK_ROWS,
    FIRST_ROW,
    NEVER,
    NO_CLOCK,
    PERCENT,
    RANK,
    WHOLE,
    Day,
    Scratch,
    State,
)
from routing.engine.nearness import near_ends
from routing.engine.pieces import Piece
from routing.engine.room import make_room
from routing.limits import SMALLEST_PART_GRAMS
from routing.pace import ClockTable, clock_table
from routing.problem import Lot, Need, Problem, Promise
from routing.score import Fill, value_per_kg

LONGER_SECONDS = 4 * 3600  # that a shift may begin earlier or end later in a question about it
DIMENSIONS = ("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams")


@dataclass(frozen=True)
class Prepared:
    """A day in arrays, with the pieces behind its numbers, and what candidates mean."""

    problem: Problem
    pieces: Sequence[Piece]
    candidate_needs: Sequence[str]
    day: Day
    state: State
    scratch: Scratch


Candidates = Mapping[int, Sequence[str]]  # needs worth trying, by lot number


def prepare(
    problem: Problem,
    pieces: Sequence[Piece],
    candidates: Candidates,
    *,
    seed: int,
    fill: Fill | None = None,
    remember: bool = True,
) -> Prepared:
    """The arrays for a search over these pieces. `fill`: how full the food banks are before, where the problem is only
    a part of a day. `remember`: see make_room."""
    builder = _Builder(problem, pieces, candidates, fill or Fill(problem))
    day = builder.day()
    needs = np.array([need.grams for need in problem.needs] or [0], dtype=np.int64)
    state, scratch = make_room(day, needs, builder.storage_limits(), builder.had(), seed, remember=remember)
    return Prepared(problem, pieces, builder.candidate_needs, day, state, scratch)


class _Builder:
    def __init__(self, problem: Problem, pieces: Sequence[Piece], candidates: Candidates, fill: Fill) -> None:
        self.problem, self.pieces = problem, pieces
        self.lots = [problem.lots[piece.lot] for piece in pieces]
        self.need_numbers = {need.id: number for number, need in enumerate(problem.needs)}
        self.banks = {name: number for number, name in enumerate(dict.fromkeys(n.organisation for n in problem.needs))}
        self.shift_numbers = {shift.id: number for number, shift in enumerate(problem.shifts)}
        self.fill = fill
        self.storages: dict[tuple[str, str], int] = {}
        self.limits: list[int] = []
        self.profiles = {name: number for number, name in enumerate(problem.travel)}
        self.candidate_needs: list[str] = []
        self.candidate_first = [0]
        self.candidate_rows: list[tuple[int, int, int, int, list[float]]] = []
        for piece, lot in zip(pieces, self.lots, strict=True):
            for need in self._needs_of(piece, candidates):
                self._add_candidate(lot, problem.needs_by_id[need])
            self.candidate_first.append(len(self.candidate_rows))

    def _needs_of(self, piece: Piece, candidates: Candidates) -> Sequence[str]:
        if piece.need is not None:
            return (piece.need,)
        found = candidates.get(piece.lot, ())
        if piece.carried is not None and piece.carried[1] not in found:
            return (*found, piece.carried[1])
        return found

    def _add_candidate(self, lot: Lot, need: Need) -> None:
        latest = self.problem.deadline(lot.id, need.id)
        windows: list[float] = []
        for window in need.windows:
            if latest is not None and window.earliest <= latest and window.latest >= lot.ready_from:
                windows += [float(window.earliest), float(min(window.latest, latest))]
        if not windows:
            return
        self.candidate_needs.append(need.id)
        row = (self.need_numbers[need.id], self.problem.site_numbers[need.site], self.banks[need.organisation])
        self.candidate_rows.append((*row, self._storage(need.site, lot.temperature_class), windows))

    def _storage(self, site: str, temperature_class: str) -> int:
        limit = self.problem.sites_by_id[site].storage.limit_for(temperature_class)
        if limit is None:
            return -1
        if (site, temperature_class) not in self.storages:
            self.storages[site, temperature_class] = len(self.limits)
            self.limits.append(limit)
        return self.storages[site, temperature_class]

    def storage_limits(self) -> NDArray[np.int64]:
        return np.array(self.limits, dtype=np.int64)

    def had(self) -> NDArray[np.int64]:
        """Grams that each food bank had before this day's plan."""
        return np.array([self.fill.delivered[name] for name in self.banks] or [0], dtype=np.int64)

    def day(self) -> Day:
        problem, shifts = self.problem, self.problem.shifts
        columns = list(zip(*[row[:4] for row in self.candidate_rows], strict=True)) or [(), (), (), ()]
        need, site, bank, storage = (np.array(column, dtype=np.int64) for column in columns)
        seconds, metres = self._travel()
        loads, capacity, base = self._loads()
        until, worth = self._steps()
        promised_vehicle, promised_need = self._promises()
        first = np.array(self.candidate_first, dtype=np.int64)
        windows, counts = self._windows()
        from_sites = np.array([problem.site_numbers[lot.site] for lot in self.lots], dtype=np.int64)
        nearest = np.array(
            [site[a] if b > a else from_sites[piece] for piece, (a, b) in enumerate(pairwise(first))],
            dtype=np.int64,
        )
        return Day(
            seconds=seconds,
            metres=metres,
            clock=_clock(problem),
            setup=np.array([each.setup_seconds for each in problem.sites], dtype=np.float64),
            service=np.array([each.service_seconds for each in problem.sites], dtype=np.float64),
            vehicle_profile=np.array([self.profiles[shift.profile] for shift in shifts], dtype=np.int64),
            vehicle_start=np.array([problem.site_numbers[shift.start_site] for shift in shifts], dtype=np.int64),
            vehicle_end=np.array([problem.site_numbers[shift.end_site] for shift in shifts], dtype=np.int64),
            vehicle_from=_floats(shift.window.earliest for shift in shifts),
            vehicle_until=_floats(shift.window.latest for shift in shifts),
            vehicle_capacity=capacity,
            vehicle_base=base,
            vehicle_per_metre=_floats(shift.cents_per_km for shift in shifts),
            vehicle_per_second=_floats(shift.cents_per_hour / 3.6 for shift in shifts),
            vehicle_use=_floats(shift.cents_per_use * 1000 for shift in shifts),
            vehicle_most_metres=_floats(
                np.inf if shift.maximum_metres is None else shift.maximum_metres for shift in shifts
            ),
            vehicle_most_stops=np.array(
                [2**31 if shift.maximum_stops is None else shift.maximum_stops for shift in shifts], dtype=np.int64
            ),
            vehicle_class=self._classes(),
            break_first=np.cumsum([0, *(len(shift.breaks) for shift in shifts)], dtype=np.int64),
            break_from=_floats(each.window.earliest for shift in shifts for each in shift.breaks),
            break_until=_floats(each.window.latest for shift in shifts for each in shift.breaks),
            break_seconds=_floats(each.seconds for shift in shifts for each in shift.breaks),
            piece_site=from_sites,
            piece_from=_floats(lot.window.earliest for lot in self.lots),
            piece_until=_floats(lot.window.latest for lot in self.lots),
            piece_load=loads,
            piece_grams=np.array([piece.grams for piece in self.pieces], dtype=np.int64),
            piece_least=np.array(
                [
                    min(piece.grams, SMALLEST_PART_GRAMS) if lot.splittable and lot.on_board is None else piece.grams
                    for piece, lot in zip(self.pieces, self.lots, strict=True)
                ],
                dtype=np.int64,
            ),
            piece_value=_floats(value_per_kg(problem, lot) for lot in self.lots),
            piece_on_board=np.array(
                [-1 if lot.on_board is None else self.shift_numbers[lot.on_board] for lot in self.lots], dtype=np.int64
            ),
            piece_promised_vehicle=promised_vehicle,
            piece_promised_need=promised_need,
            piece_keys=self._keys(metres[0], from_sites, nearest),
            allowed=self._allowed(loads, capacity),
            stop_allowed=self._stop_allowed(),
            candidate_first=first,
            candidate_need=need,
            candidate_site=site,
            candidate_bank=bank,
            candidate_storage=storage,
            candidate_windows=windows,
            candidate_window_count=counts,
            step_until=until,
            step_worth=worth,
            move_cost=float(problem.policy.move_cents * 1000),
            neighbours=near_ends(metres[0], from_sites, nearest),
        )

    def _travel(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        tables = []
        for name in ("seconds", "metres"):
            found = np.stack([getattr(matrix, name) for matrix in self.problem.travel.values()]).astype(np.float64)
            found[found < 0] = NEVER
            tables.append(found)
        return tables[0], tables[1]

    def _loads(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Loads of pieces, capacities and base loads of vehicles, in the dimensions that any piece takes up."""
        problem = self.problem
        loads = np.array(
            [
                [getattr(lot.load_for(piece.grams), name) for name in DIMENSIONS]
                for piece, lot in zip(self.pieces, self.lots, strict=True)
            ],
            dtype=np.float64,
        ).reshape(len(self.pieces), len(DIMENSIONS))
        capacity = np.array(
            [[getattr(shift.capacity, name) for name in DIMENSIONS] for shift in problem.shifts], dtype=np.float64
        ).reshape(len(problem.shifts), len(DIMENSIONS))
        base = np.zeros_like(capacity)
        for lot in problem.lots:
            if lot.on_board is not None:
                load = lot.load_for(lot.grams)
                base[self.shift_numbers[lot.on_board]] += [getattr(load, name) for name in DIMENSIONS]
        used = [0] + [each for each in range(1, len(DIMENSIONS)) if loads[:, each].any()]
        return (np.ascontiguousarray(table[:, used]) for table in (loads, capacity, base))  # type: ignore[return-value]

    def _steps(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        steps = self.problem.policy.fairness
        until = np.zeros((max(1, len(self.banks)), len(steps)))
        worth = np.zeros_like(until)
        for name, bank in self.banks.items():
            for number, step in enumerate(steps):
                until[bank, number] = self.fill.wanted[name] * step.until_percent // 100
                worth[bank, number] = step.cents_per_kg * self.fill.priority[name] // 100
        return until, worth

    def _promises(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each promise belongs to one piece of its lot: to one that is carried as promised, else to the first that has
        none."""
        vehicle = np.full(len(self.pieces), -1, dtype=np.int64)
        need = np.full(len(self.pieces), -1, dtype=np.int64)
        open_promises = dict.fromkeys(self.problem.promises)
        shifts = self.problem.shifts
        found: dict[int, Promise] = {}
        for number, (piece, lot) in enumerate(zip(self.pieces, self.lots, strict=True)):
            if piece.carried is not None:
                kept = Promise(lot.id, piece.carried[1], shifts[piece.carried[0]].id)
                if kept in open_promises:
                    del open_promises[kept]
                    found[number] = kept
        waiting: defaultdict[str, list[Promise]] = defaultdict(list)
        for promise in reversed(open_promises):
            waiting[promise.lot].append(promise)
        for number, lot in enumerate(self.lots):
            if number not in found and waiting[lot.id]:
                found[number] = waiting[lot.id].pop()
        for number, promise in found.items():
            vehicle[number], need[number] = self.shift_numbers[promise.shift], self.need_numbers[promise.need]
        return vehicle, need

    def _windows(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        counts = np.array([len(row[4]) // 2 for row in self.candidate_rows], dtype=np.int64)
        windows = np.zeros((len(counts), 2 * int(counts.max(initial=1))))
        for number, row in enumerate(self.candidate_rows):
            windows[number, : len(row[4])] = row[4]
        return windows, counts

    def _classes(self) -> NDArray[np.int64]:
        """Equal numbers for shifts of which one is as good as the other."""
        problem = self.problem
        special = {promise.shift for promise in problem.promises}
        special |= {lot.on_board for lot in problem.lots if lot.on_board is not None}
        known: dict[object, int] = {}
        found = []
        for shift in problem.shifts:
            key = (
                shift.start_site, shift.end_site, shift.window, shift.capacity, shift.profile, shift.cents_per_km,
                shift.cents_per_hour, shift.cents_per_use, shift.maximum_metres, shift.maximum_stops, shift.breaks,
                shift.skills, shift.id if shift.id in special else None,
            )  # fmt: skip
            found.append(known.setdefault(key, len(known)))
        return np.array(found, dtype=np.int64)

    def _allowed(self, loads: NDArray[np.float64], capacity: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Which vehicle can carry which piece if it carries nothing else."""
        fits = np.ones((len(loads), len(capacity)), dtype=bool)
        for dimension in range(loads.shape[1]):
            fits &= loads[:, dimension, None] <= capacity[None, :, dimension]
        shifts = self.problem.shifts
        skilled: dict[tuple[tuple[str, ...], str | None, str], list[bool]] = {}
        for number, lot in enumerate(self.lots):
            if not lot.skills and lot.on_board is None and not self.problem.sites_by_id[lot.site].skills:
                continue
            key = (lot.skills, lot.on_board, lot.site)
            if key not in skilled:
                skilled[key] = [
                    self.problem.may_carry(shift, lot)
                    and (lot.on_board is not None or self.problem.may_stop(shift, lot.site))
                    for shift in shifts
                ]
            fits[number] &= np.array(skilled[key], dtype=bool)
        return fits.astype(np.uint8)

    def _stop_allowed(self) -> NDArray[np.uint8]:
        problem = self.problem
        found = np.ones((len(problem.sites), len(problem.shifts)), dtype=np.uint8)
        for number, site in enumerate(problem.sites):
            if site.skills:
                found[number] = [problem.may_stop(shift, site.id) for shift in problem.shifts]
        return found

    def _keys(
        self, metres: NDArray[np.float64], from_sites: NDArray[np.int64], to_sites: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Orders in which to put pieces back: chance, large, far, near, narrow windows, early, late, valuable."""
        grams = _floats(piece.grams for piece in self.pieces)
        begin = _floats(lot.window.earliest for lot in self.lots)
        end = _floats(lot.window.latest for lot in self.lots)
        value = _floats(value_per_kg(self.problem, lot) for lot in self.lots)
        far = metres[from_sites, to_sites]
        return np.array([np.zeros(len(grams)), -grams, -far, far, end - begin, begin, -end, -value * grams])


def _clock(problem: Problem) -> NDArray[np.int32]:
    """The table of the pace, from before the first shift to after the last: some answers ask what if shifts were longer
    (`routing.explain.changes`)."""
    windows = [shift.window for shift in problem.shifts]
    if not windows:
        return NO_CLOCK
    first = min(window.earliest for window in windows) - LONGER_SECONDS
    table = clock_table(problem, first, max(window.latest for window in windows) + LONGER_SECONDS)
    return NO_CLOCK if table is None else clock_rows(table)


def clock_rows(table: ClockTable) -> NDArray[np.int32]:
    """The table as `Day.clock` has it."""
    rows, marks = len(table.wholes), len(table.firsts)
    found = np.zeros((1 + max(rows, marks), NO_CLOCK.shape[1]), dtype=np.int32)
    found[0, [CLOCK_FIRST, CLOCK_ROWS, CLOCK_MARKS]] = table.first, rows, marks
    found[1 : rows + 1, WHOLE] = table.wholes - table.lowest
    found[1 : rows + 1, RANK] = table.ranks
    found[1 : rows + 1, PERCENT] = table.percents
    found[1 : marks + 1, FIRST_ROW] = table.firsts + 1
    return found


def _floats(values: Iterable[float]) -> NDArray[np.float64]:
    return np.fromiter(values, dtype=np.float64)

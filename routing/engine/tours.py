"""From the engine's arrays to tours and back."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.engine.layout import BREAK, DROP_OFF, FIRST_NODE, KIND, NODES, PICKUP, SITE
from routing.engine.moves import drive_as_sketched, give_piece
from routing.engine.prepare import Prepared
from routing.retime import Cargo, Tour, Visit

Rows = NDArray[np.integer[Any]]
KINDS = {int(PICKUP): "pickup", int(DROP_OFF): "drop_off", int(BREAK): "break"}


def tours_of(prepared: Prepared) -> tuple[Tour, ...]:
    """One tour for each shift, empty where it stays at home."""
    state = prepared.state
    pieces = np.stack([state.piece_vehicle, state.piece_candidate, state.piece_carried], axis=1)
    return tuple(
        _tour(
            prepared,
            vehicle,
            state.stops[vehicle, : state.stop_count[vehicle]],
            state.nodes[vehicle, : state.node_count[vehicle]],
            pieces,
        )
        for vehicle in range(len(prepared.problem.shifts))
    )


def best_tours(prepared: Prepared, vehicles: Iterable[int]) -> Iterator[tuple[int, Tour]]:
    """The tours of these vehicles in the best plan of a search that goes on."""
    scratch = prepared.scratch
    for vehicle in vehicles:
        stops = scratch.best_stops[vehicle, : scratch.best_stop_count[vehicle]]
        nodes = scratch.best_nodes[vehicle, : scratch.best_node_count[vehicle]]
        yield vehicle, _tour(prepared, vehicle, stops, nodes, scratch.best_piece)


def _tour(prepared: Prepared, vehicle: int, stops: Rows, nodes: Rows, pieces: Rows) -> Tour:
    problem = prepared.problem
    if not len(nodes):
        return ()
    visits = []
    first_break = int(prepared.day.break_first[vehicle])
    for row in stops:
        kind = KINDS.get(int(row[KIND]))
        if kind is None:
            continue
        if kind == "break":
            pause = problem.shifts[vehicle].breaks[int(row[FIRST_NODE]) - first_break]
            visits.append(Visit(kind, problem.sites[row[SITE]].id, (), pause))
            continue
        codes = nodes[row[FIRST_NODE] : row[FIRST_NODE] + row[NODES]]
        cargo = tuple(_cargo(prepared, int(code) // 2, pieces) for code in codes)
        visits.append(Visit(kind, problem.sites[row[SITE]].id, cargo))
    return tuple(visits)


def _cargo(prepared: Prepared, piece: int, pieces: Rows) -> Cargo:
    lot = prepared.problem.lots[prepared.pieces[piece].lot].id
    _, candidate, grams = pieces[piece]
    return Cargo(lot, prepared.candidate_needs[candidate], int(grams), piece)


def load_tours(prepared: Prepared, tours: Sequence[Tour]) -> bool:
    """Let the search begin with these tours; the first pieces are those that they carry, in the order of unloading
    (`pieces_in`). False if some tour could not be driven: as many of its pieces as the search finds drivable are then
    on it, in its order, and the others on no route.

    The search counts the service at a stop by pieces, `retime` by lots, and each piece has crates of its own: a tour
    that is right to the minute, as those of a day under way are, may be too long or too full for it.
    """
    number, whole = 0, True
    for vehicle, tour in enumerate(tours):
        numbers: dict[Cargo, int] = {}
        for visit in tour:
            if visit.kind == "drop_off":
                for cargo in visit.cargo:
                    numbers[cargo] = number
                    number += 1
        if tour and not _drive_all(prepared, vehicle, tour, numbers):
            whole = False
            _drive_most(prepared, vehicle, tour, numbers)
    return whole


def _drive_all(prepared: Prepared, vehicle: int, tour: Tour, numbers: dict[Cargo, int]) -> bool:
    for cargo, piece in numbers.items():
        candidate = _candidate(prepared, piece, cargo.need)
        give_piece(prepared.day, prepared.state, piece, vehicle, candidate, cargo.grams)
    return _drive(prepared, vehicle, tour, numbers)


def _drive_most(prepared: Prepared, vehicle: int, tour: Tour, numbers: dict[Cargo, int]) -> None:
    """The tour with one piece after the other, in the order of unloading, as long as it can be driven."""
    kept: dict[Cargo, int] = {}
    for cargo, piece in numbers.items():
        wished = {**kept, cargo: piece}
        candidate = _candidate(prepared, piece, cargo.need)
        give_piece(prepared.day, prepared.state, piece, vehicle, candidate, cargo.grams)
        if _drive(prepared, vehicle, _only(tour, wished), wished):
            kept = wished
        elif kept:
            _drive_all(prepared, vehicle, _only(tour, kept), kept)


def _only(tour: Tour, kept: Collection[Cargo]) -> Tour:
    """The tour with this cargo alone, and its breaks."""
    visits = (replace(visit, cargo=tuple(each for each in visit.cargo if each in kept)) for visit in tour)
    return tuple(visit for visit in visits if visit.cargo or visit.kind == "break")


def _candidate(prepared: Prepared, piece: int, need: str) -> int:
    first, last = prepared.day.candidate_first[piece : piece + 2]
    return int(first) + list(prepared.candidate_needs[first:last]).index(need)


def _drive(prepared: Prepared, vehicle: int, tour: Tour, numbers: dict[Cargo, int]) -> bool:
    problem, scratch = prepared.problem, prepared.scratch
    rows = [[prepared.day.vehicle_start[vehicle], 0, 0, 0, 0]]
    codes: list[int] = []
    taken = int(prepared.day.break_first[vehicle])
    for visit in tour:
        if visit.kind == "break":
            rows.append([0, int(BREAK), taken, 0, 0])
            taken += 1
            continue
        kind, side = (PICKUP, 0) if visit.kind == "pickup" else (DROP_OFF, 1)
        rows.append([problem.site_numbers[visit.site], int(kind), len(codes), len(visit.cargo), 0])
        codes += [2 * numbers[cargo] + side for cargo in visit.cargo]
    rows.append([prepared.day.vehicle_end[vehicle], 4, 0, 0, 0])
    scratch.stops[: len(rows)] = np.array(rows, dtype=np.int32)
    scratch.nodes[: len(codes)] = np.array(codes, dtype=np.int32)
    return bool(drive_as_sketched(prepared.day, prepared.state, scratch, vehicle, len(rows), len(codes)))

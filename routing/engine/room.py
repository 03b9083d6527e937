"""Room for a search: the arrays of State and Scratch in the sizes that a day asks for."""

import numpy as np

from routing.engine.layout import STOP_COLUMNS, WINDOWS, Day, Scratch, State

LONGEST_ROUTE = 400  # stops; a longer one is not to be driven in a day


def make_room(
    day: Day, needs: np.ndarray, storages: np.ndarray, bank_grams: np.ndarray, seed: int, *, remember: bool = True
) -> tuple[State, Scratch]:
    """State and Scratch with nothing carried. `needs` and `storages` are grams that can still be taken, by number,
    `bank_grams` what each food bank had before. Without `remember` no place is looked up twice in memory: for one
    look at very many places."""
    vehicles, pieces = len(day.vehicle_start), len(day.piece_site)
    candidates = len(day.candidate_need) if remember else 0
    most_breaks = int(np.max(np.diff(day.break_first), initial=0))
    stops = min(2 * pieces + 2 + most_breaks, LONGEST_ROUTE)
    windows = max(1, day.candidate_windows.shape[1] // 2)
    columns = WINDOWS + 2 * windows + day.vehicle_capacity.shape[1]

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    def small(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int32)

    def real(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.float64)

    state = State(
        stops=small(vehicles, stops, STOP_COLUMNS),
        times=real(vehicles, stops, columns),
        nodes=small(vehicles, 2 * stops),
        stop_count=whole(vehicles),
        node_count=whole(vehicles),
        route_metres=real(vehicles),
        route_cost=real(vehicles),
        route_stops=whole(vehicles),
        version=whole(vehicles),
        enabled=np.ones(vehicles, dtype=np.uint8),
        piece_vehicle=np.full(pieces, -1, dtype=np.int64),
        piece_candidate=np.full(pieces, -1, dtype=np.int64),
        piece_carried=whole(pieces),
        need_left=np.array(needs, dtype=np.int64),
        storage_left=np.array(storages, dtype=np.int64),
        bank_grams=np.array(bank_grams, dtype=np.int64),
        absences=whole(pieces),
        cache_version=small(candidates, vehicles),
        cache_cost=real(candidates, vehicles),
        cache_place=whole(candidates, vehicles),
        totals=np.array([0.0, -np.inf, 0.0]),
        counters=np.array([2, pieces, 0, 0, pieces]),
        random=np.array([(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % 2**64], dtype=np.uint64),
        spare=real(2 * windows + 2),
    )
    scratch = Scratch(
        stops=small(stops + 2, STOP_COLUMNS),
        nodes=small(2 * stops + 2),
        saved_vehicle=whole(vehicles),
        saved_slot=whole(vehicles),
        saved_stops=small(vehicles, stops, STOP_COLUMNS),
        saved_times=real(vehicles, stops, columns),
        saved_nodes=small(vehicles, 2 * stops),
        saved_counts=whole(vehicles, 4),
        saved_costs=real(vehicles, 2),
        pool=whole(pieces + 1),
        pool_key=real(pieces + 1),
        changed=whole(pieces + 1),
        was_vehicle=whole(pieces + 1),
        was_candidate=whole(pieces + 1),
        was_carried=whole(pieces + 1),
        mark=whole(pieces),
        changed_mark=whole(pieces),
        class_mark=whole(vehicles),
        best_stops=small(vehicles, stops, STOP_COLUMNS),
        best_nodes=small(vehicles, 2 * stops),
        best_stop_count=whole(vehicles),
        best_node_count=whole(vehicles),
        best_version=whole(vehicles),
        best_piece=np.full((pieces, 3), -1, dtype=np.int64),
        numbers=np.array([0, 0, 0, 1, 0, 0]),
    )
    return state, scratch

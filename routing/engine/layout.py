"""How the engine holds a day: typed arrays, one row per thing, no Python objects inside the search.

Times are seconds, distances metres, loads grams or crates, all as float64 (whole numbers are exact up to 2**53);
worth is in thousandths of a cent. Pieces are what the search moves: grams of one lot that travel together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def numbered(count: int) -> tuple[np.int64, ...]:
    """The numbers from 0 on. Of numpy's kind: numba compiles a function again for every plain constant given to it."""
    return tuple(np.int64(number) for number in range(count))


ZERO, ONE, NONE = np.int64(0), np.int64(1), np.int64(-1)
NEVER = 1e15  # later than any time, further than any road

START, PICKUP, DROP_OFF, BREAK, END = numbered(5)

# Columns of State.stops: whole numbers about a stop on a route.
SITE, KIND, FIRST_NODE, NODES, NEXT_SITE = numbered(5)
STOP_COLUMNS = 5


# Columns of State.times; windows and loads follow from WINDOWS on: (low, high) for each, then one load per dimension.
ARRIVE, BEGIN, LEAVE, LATEST, WORK, WINDOW_COUNT, WINDOWS = numbered(7)

# Columns of Day.clock in every row but the first: of the second that the row stands for, its whole, rank and per cent
# (`routing.pace.ClockTable`); and the first row of each whole, counted from the lowest. In the first row: the second
# that the next row stands for, how many such rows there are, and how many wholes.
WHOLE, RANK, PERCENT, FIRST_ROW = numbered(4)
CLOCK_FIRST, CLOCK_ROWS, CLOCK_MARKS = numbered(3)

NO_CLOCK = np.zeros((0, 4), dtype=np.int32)

# How a piece joins a route.
NEW_STOP, SAME_STOP, ON_BOARD = numbered(3)

# State.totals, State.counters and Scratch.numbers.
WORTH, BEST_WORTH, ABSENCE_SUM = numbered(3)
NEXT_VERSION, ABSENT, STEPS, IMPROVED, BEST_ABSENT = numbered(5)
TOUCHED, CHANGED, POOL, NOW, BLINK, SEARCH = numbered(6)
EMPTY_VERSION = np.int64(1)

# Settings of a search: mean pieces taken out in a step, longest string, chance of overlooking a vehicle, temperature
# at its begin and end, chance of taking out by food bank, most absent pieces tried again in a step, steps to do,
# 1 to reduce the fleet, chance of taking out a whole route, chance of beginning near a piece that is on no route,
# chance of making way at a need for a piece that is on no route.
MEAN_OUT, LONGEST_STRING, BLINKS, HOT, COLD, BY_BANK, MOST_ABSENT, STEPS_TO_DO, FLEET, BY_ROUTE, BY_ABSENT, MAKE_WAY = (
    numbered(12)
)


class Day(NamedTuple):
    """What does not change during a search. P profiles, n sites, V vehicles (shifts), R pieces, D load dimensions,
    C candidates (a piece and a need it may go to), W windows at most, N needs, B food banks, L storages, S steps."""

    seconds: Floats  # [P, n, n]
    metres: Floats  # [P, n, n]
    clock: NDArray[np.int32]  # [T, 4], no row without a pace; see WHOLE and what follows
    setup: Floats  # [n] seconds once per stop
    service: Floats  # [n] seconds per piece
    vehicle_profile: Ints  # [V]
    vehicle_start: Ints  # [V] site
    vehicle_end: Ints  # [V] site
    vehicle_from: Floats  # [V]
    vehicle_until: Floats  # [V]
    vehicle_capacity: Floats  # [V, D]
    vehicle_base: Floats  # [V, D] on board from the start
    vehicle_per_metre: Floats  # [V]
    vehicle_per_second: Floats  # [V]
    vehicle_use: Floats  # [V]
    vehicle_most_metres: Floats  # [V]
    vehicle_most_stops: Ints  # [V]
    vehicle_class: Ints  # [V] equal for vehicles that differ in nothing
    break_first: Ints  # [V + 1] where the breaks of a vehicle begin
    break_from: Floats
    break_until: Floats
    break_seconds: Floats
    piece_site: Ints  # [R]
    piece_from: Floats  # [R]
    piece_until: Floats  # [R]
    piece_load: Floats  # [R, D]
    piece_grams: Ints  # [R]
    piece_least: Ints  # [R] fewer grams are not worth a stop
    piece_value: Floats  # [R] per gram
    piece_on_board: Ints  # [R] vehicle, or -1
    piece_promised_vehicle: Ints  # [R] or -1
    piece_promised_need: Ints  # [R] or -1
    piece_keys: Floats  # [K, R] orders in which to put pieces back, smallest first; row 0 is for chance
    allowed: NDArray[np.uint8]  # [R, V]
    stop_allowed: NDArray[np.uint8]  # [n, V]
    candidate_first: Ints  # [R + 1] where the candidates of a piece begin
    candidate_need: Ints  # [C]
    candidate_site: Ints  # [C]
    candidate_bank: Ints  # [C]
    candidate_storage: Ints  # [C] or -1
    candidate_windows: Floats  # [C, 2 W]
    candidate_window_count: Ints  # [C]
    step_until: Floats  # [B, S] grams
    step_worth: Floats  # [B, S] per gram
    move_cost: float
    neighbours: NDArray[np.int32]  # [2 R, A] ends of other pieces, nearest first


class State(NamedTuple):
    """One plan in the making, and the room to change it. M stops at most on a route, F columns of times."""

    stops: NDArray[np.int32]  # [V, M, STOP_COLUMNS]
    times: Floats  # [V, M, F]
    nodes: NDArray[np.int32]  # [V, 2 M] ends of pieces in order: 2 r collected, 2 r + 1 delivered
    stop_count: Ints  # [V] start and end included
    node_count: Ints  # [V]
    route_metres: Floats  # [V]
    route_cost: Floats  # [V]
    route_stops: Ints  # [V] pickups and drop-offs
    version: Ints  # [V] changes with the route; 1 while it is empty
    enabled: NDArray[np.uint8]  # [V]
    piece_vehicle: Ints  # [R] or -1
    piece_candidate: Ints  # [R] or -1
    piece_carried: Ints  # [R] grams
    need_left: Ints  # [N]
    storage_left: Ints  # [L]
    bank_grams: Ints  # [B] delivered, before today included
    absences: Ints  # [R] how often a piece found no place
    cache_version: NDArray[np.int32]  # [C, V]
    cache_cost: Floats  # [C, V]
    cache_place: Ints  # [C, V]
    totals: Floats  # worth now, best worth
    counters: Ints  # next version, absent pieces, steps, improvements
    random: NDArray[np.uint64]  # [1]
    spare: Floats  # room for the windows of one stop


class Scratch(NamedTuple):
    """Room for one step: what was touched, so that it can be undone."""

    stops: NDArray[np.int32]  # [M, STOP_COLUMNS] a route being put together
    nodes: NDArray[np.int32]  # [2 M]
    saved_vehicle: Ints  # [V] the vehicles touched in this step
    saved_slot: Ints  # [V] slot + 1 of a vehicle in the lists below, 0 if untouched
    saved_stops: NDArray[np.int32]  # [slots, M, STOP_COLUMNS]
    saved_times: Floats
    saved_nodes: NDArray[np.int32]
    saved_counts: Ints  # [slots, 3] stops, nodes, version
    saved_costs: Floats  # [slots, 2] metres, cost
    pool: Ints  # [R] pieces to be put in
    pool_key: Floats  # [R]
    changed: Ints  # [R] pieces changed in this step
    was_vehicle: Ints  # [R]
    was_candidate: Ints  # [R]
    was_carried: Ints  # [R]
    mark: Ints  # [R] the step in which a piece was taken out
    changed_mark: Ints  # [R] the step in which a piece was noted as changed
    class_mark: Ints  # [V] the search in which an empty vehicle of the class was tried
    best_stops: NDArray[np.int32]
    best_nodes: NDArray[np.int32]
    best_stop_count: Ints
    best_node_count: Ints
    best_version: Ints
    best_piece: Ints  # [R, 3] vehicle, candidate, grams
    numbers: Ints  # see TOUCHED and what follows

"""Where one more piece would fit on routes that stay as they are, and what routes look like on longer shifts."""

from typing import Any

import numpy as np

from routing.engine.clock import drive_backward, first_begin
from routing.engine.compiled import compiled
from routing.engine.drives import arrival
from routing.engine.layout import (
    ARRIVE,
    BEGIN,
    EMPTY_VERSION,
    END,
    KIND,
    LEAVE,
    NEVER,
    NONE,
    SITE,
    WINDOW_COUNT,
    WINDOWS,
    WORK,
)
from routing.engine.places import cheapest_place


@compiled
def best_fit(
    day: Any,
    state: Any,
    piece: Any,
    loads: Any,
    pickup_from: Any,
    pickup_until: Any,
    sites: Any,
    needs: Any,
    worth: Any,
    windows: Any,
    window_counts: Any,
    marks: Any,
) -> Any:
    """The place that is worth most, all its cost taken off: (worth, vehicle, candidate, code), -1 for vehicle and the
    rest where there is none. Candidates are the rows of `loads`, `sites`, `needs`, `worth` (below 0: not to be
    looked at), `windows` and `window_counts`; `marks` is room for a number by vehicle."""
    best, best_vehicle, best_candidate, best_code = -NEVER, NONE, NONE, NONE
    from_site = day.piece_site[piece]
    for candidate in range(len(sites)):
        if worth[candidate] < 0.0 or window_counts[candidate] == 0 or worth[candidate] + day.move_cost <= best:
            continue
        to_site = sites[candidate]
        for vehicle in range(len(state.version)):
            if not (day.allowed[piece, vehicle] and state.enabled[vehicle] and day.stop_allowed[to_site, vehicle]):
                continue
            if state.version[vehicle] == EMPTY_VERSION:
                # Of empty vehicles that differ in nothing, one is enough.
                if marks[day.vehicle_class[vehicle]] == candidate + 1:
                    continue
                marks[day.vehicle_class[vehicle]] = candidate + 1
            profile = day.vehicle_profile[vehicle]
            cost, code = cheapest_place(
                day.clock,
                day.seconds[profile],
                day.metres[profile],
                state.stops[vehicle],
                state.times[vehicle],
                state.stop_count[vehicle],
                day.vehicle_capacity[vehicle],
                loads[candidate],
                day.piece_on_board[piece] >= 0,
                from_site,
                pickup_from,
                pickup_until,
                day.setup[from_site],
                day.service[from_site],
                to_site,
                windows[candidate],
                window_counts[candidate],
                day.setup[to_site],
                day.service[to_site],
                day.vehicle_per_metre[vehicle],
                day.vehicle_per_second[vehicle],
                day.vehicle_most_metres[vehicle] - state.route_metres[vehicle],
                day.vehicle_most_stops[vehicle] - state.route_stops[vehicle],
                0.0,
                state.random,
            )
            if code < 0:
                continue
            if state.route_stops[vehicle] == 0:
                cost += day.vehicle_use[vehicle]
            gain = worth[candidate] - cost
            if day.piece_promised_vehicle[piece] == vehicle and day.piece_promised_need[piece] == needs[candidate]:
                gain += day.move_cost
            if gain > best:
                best, best_vehicle, best_candidate, best_code = gain, np.int64(vehicle), np.int64(candidate), code
    return best, best_vehicle, best_candidate, best_code


@compiled
def time_again(day: Any, state: Any) -> None:
    """Earliest and latest times of all routes, after the begins or ends of shifts have been moved."""
    for vehicle in range(len(state.version)):
        stops, times = state.stops[vehicle], state.times[vehicle]
        seconds = day.seconds[day.vehicle_profile[vehicle]]
        count = state.stop_count[vehicle]
        leave = day.vehicle_from[vehicle]
        times[0, ARRIVE], times[0, BEGIN], times[0, LEAVE] = leave, leave, leave
        for stop in range(1, count):
            arrive = arrival(day.clock, leave, seconds[stops[stop - 1, SITE], stops[stop, SITE]])
            begin = arrive
            if stops[stop, KIND] != END:
                begin = first_begin(times[stop], int(times[stop, WINDOW_COUNT]), WINDOWS, arrive)
            leave = begin + times[stop, WORK]
            times[stop, ARRIVE], times[stop, BEGIN], times[stop, LEAVE] = arrive, begin, leave
        drive_backward(day, state, vehicle, count, day.vehicle_until[vehicle], True)

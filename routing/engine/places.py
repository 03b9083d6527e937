"""The cheapest place for a piece on a route: the inner loop of the search.

Feasibility of a pair of positions is O(1): a route keeps, for each stop, the earliest it can leave and the latest it
can begin without making what follows late (Savelsbergh 1992), which holds for times that depend on the time of day as
long as whoever leaves later never arrives earlier. The seconds that a place costs are reckoned at the pace of the
second at which the detour begins.
"""

from typing import Any

import numpy as np

from routing.engine.chance import chance
from routing.engine.clock import first_begin, first_begin_in_both, reaches
from routing.engine.compiled import compiled
from routing.engine.drives import arrival, slowness
from routing.engine.layout import (
    ARRIVE,
    BREAK,
    DROP_OFF,
    END,
    KIND,
    LATEST,
    LEAVE,
    NEVER,
    NEW_STOP,
    NEXT_SITE,
    NONE,
    ON_BOARD,
    ONE,
    PICKUP,
    SAME_STOP,
    SITE,
    WINDOW_COUNT,
    WINDOWS,
    WORK,
    ZERO,
)


@compiled
def has_room(times: Any, stop: Any, loads_at: Any, load: Any, capacity: Any) -> Any:
    for dimension in range(len(load)):
        if times[stop, loads_at + dimension] + load[dimension] > capacity[dimension]:
            return False
    return True


@compiled
def drop_off_place(
    clock: Any,
    seconds: Any,
    metres: Any,
    stops: Any,
    times: Any,
    capacity: Any,
    load: Any,
    to_site: Any,
    windows: Any,
    window_count: Any,
    setup: Any,
    work: Any,
    per_metre: Any,
    per_second: Any,
    metres_left: Any,
    stops_left: Any,
    stop: Any,
    site: Any,
    leave: Any,
    metres_so_far: Any,
    stops_so_far: Any,
    seconds_so_far: Any,
    best: Any,
    overlooked: Any,
    random: Any,
) -> Any:
    """The cheapest drop-off from `stop` on, for a piece that is in the vehicle when it leaves `site`; cheaper than
    `best`, else code -1. The code is 2 x the stop after which to unload, plus 1 to unload at that stop itself."""
    found = NONE
    last = windows[2 * window_count - 1]
    loads_at = times.shape[1] - len(load)
    cost_so_far = metres_so_far * per_metre + seconds_so_far * per_second
    while True:
        if leave > last or cost_so_far >= best:
            break
        onward = stops[stop, NEXT_SITE]
        extra = metres[site, to_site] + metres[to_site, onward] - metres[site, onward]
        drive = seconds[site, to_site] + seconds[to_site, onward] - seconds[site, onward]
        drive *= slowness(clock, leave)
        cost = cost_so_far + extra * per_metre + (drive + setup + work) * per_second
        if overlooked > 0.0 and chance(random) < overlooked:
            cost = best
        if cost < best and metres_so_far + extra <= metres_left and stops_so_far + 1 <= stops_left:
            begin = first_begin(windows, window_count, ZERO, arrival(clock, leave, seconds[site, to_site]))
            if begin < NEVER and reaches(clock, seconds, stops, times, stop, to_site, begin + setup + work):
                best, found = cost, 2 * (stop - 1)
        kind = stops[stop, KIND]
        if kind == END:
            break
        if kind == BREAK:
            begin = first_begin(times[stop], ONE, WINDOWS, leave)
        else:
            arrive = arrival(clock, leave, seconds[site, stops[stop, SITE]])
            count_here = int(times[stop, WINDOW_COUNT])
            if kind == DROP_OFF and stops[stop, SITE] == to_site and metres_so_far <= metres_left:
                cost = cost_so_far + work * per_second
                if cost < best and stops_so_far <= stops_left:
                    begin = first_begin_in_both(times[stop], count_here, WINDOWS, windows, window_count, arrive)
                    if begin < NEVER and reaches(
                        clock, seconds, stops, times, stop + 1, to_site, begin + times[stop, WORK] + work
                    ):
                        best, found = cost, 2 * stop + 1
            begin = first_begin(times[stop], count_here, WINDOWS, arrive)
            site = np.int64(stops[stop, SITE])
        if begin > times[stop, LATEST] or not has_room(times, stop, loads_at, load, capacity):
            break
        leave = begin + times[stop, WORK]
        stop += 1
    return best, found


@compiled
def cheapest_place(
    clock: Any,
    seconds: Any,
    metres: Any,
    stops: Any,
    times: Any,
    count: Any,
    capacity: Any,
    load: Any,
    on_board: Any,
    from_site: Any,
    window_from: Any,
    window_until: Any,
    from_setup: Any,
    from_work: Any,
    to_site: Any,
    windows: Any,
    window_count: Any,
    to_setup: Any,
    to_work: Any,
    per_metre: Any,
    per_second: Any,
    metres_left: Any,
    stops_left: Any,
    overlooked: Any,
    random: Any,
) -> Any:
    """The cheapest place of a piece on one route: (cost, code), NEVER and -1 without any. The code holds the stop
    after which (or at which) to collect, how it joins, and drop_off_place's code."""
    best, code = NEVER, NONE
    if on_board:
        best, found = drop_off_place(
            clock, seconds, metres, stops, times, capacity, load[:0], to_site, windows, window_count, to_setup, to_work,
            per_metre, per_second, metres_left, stops_left, ONE, np.int64(stops[0, SITE]), times[0, LEAVE],
            0.0, ZERO, 0.0, best, overlooked, random,
        )  # fmt: skip
        return best, NONE if found < 0 else found * 4 + ON_BOARD
    loads_at = times.shape[1] - len(load)
    for stop in range(count - 1):
        here = np.int64(stops[stop, SITE])
        if stops[stop, KIND] == PICKUP and here == from_site and has_room(times, stop, loads_at, load, capacity):
            begin = NEVER
            for each in range(int(times[stop, WINDOW_COUNT])):  # a pickup has one window, shared by its pieces
                low = max(times[stop, WINDOWS + 2 * each], window_from, times[stop, ARRIVE])
                if low <= min(times[stop, WINDOWS + 2 * each + 1], window_until):
                    begin = min(begin, low)
            leave = begin + times[stop, WORK] + from_work
            if begin < NEVER and reaches(clock, seconds, stops, times, stop + 1, from_site, leave):
                best, found = drop_off_place(
                    clock, seconds, metres, stops, times, capacity, load, to_site, windows, window_count, to_setup,
                    to_work, per_metre, per_second, metres_left, stops_left, stop + 1, from_site, leave, 0.0, ZERO,
                    from_work, best, overlooked, random,
                )  # fmt: skip
                if found >= 0:
                    code = (stop * 2**20 + found) * 4 + SAME_STOP
        if times[stop, LEAVE] > window_until:
            break
        begin = max(arrival(clock, times[stop, LEAVE], seconds[here, from_site]), window_from)
        if begin > window_until or not has_room(times, stop, loads_at, load, capacity):
            continue
        onward = stops[stop + 1, NEXT_SITE]
        extra = metres[here, from_site] + metres[from_site, onward] - metres[here, onward]
        drive = seconds[here, from_site] + seconds[from_site, onward] - seconds[here, onward]
        drive = drive * slowness(clock, times[stop, LEAVE]) + from_setup + from_work
        if extra * per_metre + drive * per_second >= best or (overlooked > 0.0 and chance(random) < overlooked):
            continue
        leave = begin + from_setup + from_work
        best, found = drop_off_place(
            clock, seconds, metres, stops, times, capacity, load, to_site, windows, window_count, to_setup, to_work,
            per_metre, per_second, metres_left, stops_left, stop + 1, from_site, leave, extra, ONE, drive, best,
            overlooked, random,
        )  # fmt: skip
        if found >= 0:
            code = (stop * 2**20 + found) * 4 + NEW_STOP
    return best, code

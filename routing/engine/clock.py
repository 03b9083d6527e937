"""The clock and the loads of a route: earliest and latest times of every stop, recomputed when the route changes."""

from typing import Any

import numpy as np

from routing.engine.compiled import compiled, in_line
from routing.engine.drives import arrival, leaving
from routing.engine.layout import (
    ARRIVE,
    BEGIN,
    BREAK,
    DROP_OFF,
    END,
    FIRST_NODE,
    KIND,
    LATEST,
    LEAVE,
    NEVER,
    NEXT_SITE,
    NODES,
    ONE,
    PICKUP,
    SITE,
    START,
    WINDOW_COUNT,
    WINDOWS,
    WORK,
    ZERO,
)


@compiled
def first_begin(windows: Any, count: Any, first: Any, arrive: Any) -> Any:
    """The first second from arrival on inside one of the windows; NEVER if there is none."""
    for each in range(count):
        if arrive <= windows[first + 2 * each + 1]:
            return max(arrive, windows[first + 2 * each])
    return NEVER


@compiled
def first_begin_in_both(some: Any, some_count: Any, some_first: Any, others: Any, count: Any, arrive: Any) -> Any:
    """The first second from arrival on that lies in a window of each of two rows."""
    for one in range(some_count):
        low, high = some[some_first + 2 * one], some[some_first + 2 * one + 1]
        if arrive > high:
            continue
        for other in range(count):
            begin = max(arrive, low, others[2 * other])
            if begin <= min(high, others[2 * other + 1]):
                return begin
    return NEVER


@compiled
def reaches(clock: Any, seconds: Any, stops: Any, times: Any, stop: Any, site: Any, leave: Any) -> Any:
    """Whether a vehicle that leaves the site then is in time for this stop and all that follow."""
    while stops[stop, KIND] == BREAK:
        begin = first_begin(times[stop], ONE, WINDOWS, leave)
        if begin >= NEVER:
            return False
        leave = begin + times[stop, WORK]
        stop += 1
    arrive = arrival(clock, leave, seconds[site, stops[stop, SITE]])
    if stops[stop, KIND] == END:
        return arrive <= times[stop, LATEST]
    return first_begin(times[stop], int(times[stop, WINDOW_COUNT]), WINDOWS, arrive) <= times[stop, LATEST]


@compiled
def last_begin(windows: Any, count: Any, bound: Any) -> Any:
    """The last second up to the bound inside one of the windows of a row of times; -NEVER if there is none."""
    for each in range(count - 1, -1, -1):
        if windows[WINDOWS + 2 * each] <= bound:
            return min(bound, windows[WINDOWS + 2 * each + 1])
    return -NEVER


@compiled
def cut(row: Any, count: Any, most: Any, low: Any, high: Any, spare: Any, kept: Any) -> Any:
    """Add to `spare` what of the row's windows lies between low and high; how many windows it then has."""
    for each in range(count):
        begin, end = max(low, row[WINDOWS + 2 * each]), min(high, row[WINDOWS + 2 * each + 1])
        if begin <= end and kept < most:
            spare[2 * kept], spare[2 * kept + 1] = begin, end
            kept += 1
    return kept


@compiled
def open_stop(
    piece_from: Any,
    piece_until: Any,
    piece_candidate: Any,
    candidate_windows: Any,
    candidate_window_count: Any,
    row: Any,
    kind: Any,
    first: Any,
    until: Any,
    nodes: Any,
    most: Any,
    spare: Any,
) -> Any:
    """Set the windows in which all pieces of a stop can be handled; how many there are."""
    row[WINDOWS], row[WINDOWS + 1], count = -NEVER, NEVER, ONE
    for node in range(first, until):
        piece = nodes[node] // 2
        kept = ZERO
        if kind == PICKUP:
            kept = cut(row, count, most, piece_from[piece], piece_until[piece], spare, kept)
        else:
            candidate = piece_candidate[piece]
            for each in range(candidate_window_count[candidate]):
                low, high = candidate_windows[candidate, 2 * each], candidate_windows[candidate, 2 * each + 1]
                kept = cut(row, count, most, low, high, spare, kept)
        for each in range(2 * kept):
            row[WINDOWS + each] = spare[each]
        count = kept
        if count == 0:
            break
    row[WINDOW_COUNT] = count
    return count


@compiled
def join_before(setup: Any, stops: Any, times: Any, number: Any, most: Any, spare: Any) -> Any:
    """Make one stop of this and the one before, at the same place, if the route gets no longer by it."""
    before, row = times[number - 1], times[number]
    kept = ZERO
    for each in range(int(before[WINDOW_COUNT])):
        low, high = before[WINDOWS + 2 * each], before[WINDOWS + 2 * each + 1]
        kept = cut(row, int(row[WINDOW_COUNT]), most, low, high, spare, kept)
    begin = first_begin(spare, kept, ZERO, before[ARRIVE])
    work = before[WORK] + row[WORK] - setup[stops[number, SITE]]
    if begin >= NEVER or begin + work > row[LEAVE]:
        return False
    for each in range(2 * kept):
        before[WINDOWS + each] = spare[each]
    before[WINDOW_COUNT], before[BEGIN], before[WORK], before[LEAVE] = kept, begin, work, begin + work
    stops[number - 1, NODES] += stops[number, NODES]
    return True


@in_line
def drive_forward(day: Any, state: Any, vehicle: Any, sketch: Any, count: Any) -> Any:
    """Time the stops of a sketch as early as can be; how many stops the route has, 0 if it cannot be driven."""
    stops, times, nodes = state.stops[vehicle], state.times[vehicle], state.nodes[vehicle]
    seconds = day.seconds[day.vehicle_profile[vehicle]]
    most = (times.shape[1] - day.vehicle_capacity.shape[1] - WINDOWS) // 2
    spare = state.spare
    used = ZERO
    for number in range(count):
        kind, site = np.int64(sketch[number, KIND]), np.int64(sketch[number, SITE])
        first, here = np.int64(sketch[number, FIRST_NODE]), np.int64(sketch[number, NODES])
        row = times[used]
        if kind == START:
            arrive = day.vehicle_from[vehicle]
        else:
            at = np.int64(stops[used - 1, SITE])
            if kind == BREAK:
                site = at
            arrive = arrival(day.clock, times[used - 1, LEAVE], seconds[at, site])
        begin, work, windows = arrive, 0.0, ZERO
        if kind == END and arrive > day.vehicle_until[vehicle]:
            return ZERO
        if kind == BREAK:
            row[WINDOWS], row[WINDOWS + 1] = day.break_from[first], day.break_until[first]
            work, windows = day.break_seconds[first], ONE
            begin = first_begin(row, ONE, WINDOWS, arrive)
        elif kind == PICKUP or kind == DROP_OFF:
            windows = open_stop(
                day.piece_from,
                day.piece_until,
                state.piece_candidate,
                day.candidate_windows,
                day.candidate_window_count,
                row,
                kind,
                first,
                first + here,
                nodes,
                most,
                spare,
            )
            work = day.setup[site] + day.service[site] * here
            begin = first_begin(row, windows, WINDOWS, arrive)
        if begin >= NEVER:
            return ZERO
        row[ARRIVE], row[BEGIN], row[LEAVE], row[WORK], row[WINDOW_COUNT] = arrive, begin, begin + work, work, windows
        stops[used, SITE], stops[used, KIND], stops[used, FIRST_NODE], stops[used, NODES] = site, kind, first, here
        if (
            (kind == PICKUP or kind == DROP_OFF)
            and kind == stops[used - 1, KIND]
            and site == stops[used - 1, SITE]
            and join_before(day.setup, stops, times, used, most, spare)
        ):
            continue
        used += 1
    return used


@in_line
def load_up(day: Any, state: Any, vehicle: Any, count: Any) -> Any:
    """Set what is on board after each stop; False if it is too much."""
    stops, times, nodes = state.stops[vehicle], state.times[vehicle], state.nodes[vehicle]
    dimensions = day.vehicle_capacity.shape[1]
    loads_at = times.shape[1] - dimensions
    for dimension in range(dimensions):
        load = day.vehicle_base[vehicle, dimension]
        times[0, loads_at + dimension] = load
        for stop in range(1, count):
            if stops[stop, KIND] == PICKUP or stops[stop, KIND] == DROP_OFF:
                for node in range(stops[stop, FIRST_NODE], stops[stop, FIRST_NODE] + stops[stop, NODES]):
                    change = day.piece_load[nodes[node] // 2, dimension]
                    load += change if stops[stop, KIND] == PICKUP else -change
            times[stop, loads_at + dimension] = load
            if load > day.vehicle_capacity[vehicle, dimension] and stops[stop, KIND] == PICKUP:
                return False
    return True


@in_line
def drive_backward(day: Any, state: Any, vehicle: Any, count: Any, back: Any, keep: Any) -> Any:
    """The latest second to leave the start so that the end is reached by `back`; with `keep`, the latest begin of
    every stop is noted on the way."""
    stops, times = state.stops[vehicle], state.times[vehicle]
    seconds = day.seconds[day.vehicle_profile[vehicle]]
    bound = back
    if keep:
        times[count - 1, LATEST] = bound
    for stop in range(count - 2, -1, -1):
        bound = leaving(day.clock, bound, seconds[stops[stop, SITE], stops[stop + 1, SITE]]) - times[stop, WORK]
        if stop > 0:
            bound = last_begin(times[stop], int(times[stop, WINDOW_COUNT]), bound)
        if keep:
            times[stop, LATEST] = bound
    return bound


@in_line
def retime_route(day: Any, state: Any, vehicle: Any, sketch: Any, count: Any) -> Any:
    """Make the sketch, whose nodes are in place already, the route of the vehicle: times, loads, metres, cost.
    False if it cannot be driven; what is noted of the route is then good for nothing."""
    count = drive_forward(day, state, vehicle, sketch, count)
    if count == 0 or not load_up(day, state, vehicle, count):
        return False
    stops, times = state.stops[vehicle], state.times[vehicle]
    table = day.metres[day.vehicle_profile[vehicle]]
    metres, real, onward = 0.0, ZERO, stops[count - 1, SITE]
    for stop in range(count - 1, -1, -1):
        if stops[stop, KIND] != BREAK:
            onward = stops[stop, SITE]
        stops[stop, NEXT_SITE] = onward
        if stop > 0:
            metres += table[stops[stop - 1, SITE], stops[stop, SITE]]
        if stops[stop, KIND] == PICKUP or stops[stop, KIND] == DROP_OFF:
            real += 1
    if metres > day.vehicle_most_metres[vehicle] or real > day.vehicle_most_stops[vehicle]:
        return False
    drive_backward(day, state, vehicle, count, day.vehicle_until[vehicle], True)
    state.stop_count[vehicle] = count
    state.route_metres[vehicle] = metres
    state.route_stops[vehicle] = real
    if real == 0:
        state.route_cost[vehicle] = 0.0
        return True
    cost = metres * day.vehicle_per_metre[vehicle] + day.vehicle_use[vehicle]
    if day.vehicle_per_second[vehicle] > 0:
        end = times[count - 1, ARRIVE]
        cost += (end - drive_backward(day, state, vehicle, count, end, False)) * day.vehicle_per_second[vehicle]
    state.route_cost[vehicle] = cost
    return True

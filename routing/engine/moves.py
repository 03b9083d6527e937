"""Changing a plan piece by piece, so that every step can be undone: assign, put in, take out, save, restore."""

from typing import Any

from routing.engine.clock import retime_route
from routing.engine.compiled import compiled, in_line
from routing.engine.layout import (
    ABSENT,
    BREAK,
    CHANGED,
    DROP_OFF,
    EMPTY_VERSION,
    END,
    FIRST_NODE,
    KIND,
    NEW_STOP,
    NEXT_VERSION,
    NODES,
    NOW,
    ON_BOARD,
    PICKUP,
    POOL,
    SAME_STOP,
    SITE,
    START,
    TOUCHED,
    WORTH,
    ZERO,
)


@compiled
def bonus(until: Any, worth: Any, grams: Any) -> Any:
    """What it is worth, for fairness, that a food bank with these steps has had so many grams."""
    total, low = 0.0, 0.0
    for step in range(len(until)):
        high = until[step]
        if grams > low:
            total += (min(float(grams), high) - low) * worth[step]
        low = high
    return total


@in_line
def promise_kept(day: Any, piece: Any, candidate: Any, vehicle: Any) -> Any:
    """What it is worth that the piece goes where it was promised to go."""
    if day.piece_promised_vehicle[piece] != vehicle or vehicle < 0:
        return 0.0
    return day.move_cost if day.candidate_need[candidate] == day.piece_promised_need[piece] else 0.0


@in_line
def give(day: Any, state: Any, piece: Any, vehicle: Any, candidate: Any, grams: Any) -> None:
    """Promise the grams to the candidate's need; what that is worth, routes apart, is added to the total."""
    need, bank, storage = day.candidate_need[candidate], day.candidate_bank[candidate], day.candidate_storage[candidate]
    before = bonus(day.step_until[bank], day.step_worth[bank], state.bank_grams[bank])
    state.bank_grams[bank] += grams
    state.need_left[need] -= grams
    if storage >= 0:
        state.storage_left[storage] -= grams
    state.totals[WORTH] += (
        grams * day.piece_value[piece]
        + bonus(day.step_until[bank], day.step_worth[bank], state.bank_grams[bank])
        - before
    )
    state.totals[WORTH] += promise_kept(day, piece, candidate, vehicle)
    state.piece_vehicle[piece], state.piece_candidate[piece], state.piece_carried[piece] = vehicle, candidate, grams
    state.counters[ABSENT] -= 1


@in_line
def take_back(day: Any, state: Any, piece: Any) -> None:
    """The contrary of `give`."""
    candidate, grams = state.piece_candidate[piece], state.piece_carried[piece]
    need, bank, storage = day.candidate_need[candidate], day.candidate_bank[candidate], day.candidate_storage[candidate]
    before = bonus(day.step_until[bank], day.step_worth[bank], state.bank_grams[bank])
    state.bank_grams[bank] -= grams
    state.need_left[need] += grams
    if storage >= 0:
        state.storage_left[storage] += grams
    state.totals[WORTH] -= (
        grams * day.piece_value[piece]
        + before
        - bonus(day.step_until[bank], day.step_worth[bank], state.bank_grams[bank])
    )
    state.totals[WORTH] -= promise_kept(day, piece, candidate, state.piece_vehicle[piece])
    state.piece_vehicle[piece], state.piece_candidate[piece], state.piece_carried[piece] = -1, -1, 0
    state.counters[ABSENT] += 1


@in_line
def note_piece(state: Any, scratch: Any, piece: Any) -> None:
    """Remember how the piece was carried when the step began."""
    if scratch.changed_mark[piece] == scratch.numbers[NOW]:
        return
    scratch.changed_mark[piece] = scratch.numbers[NOW]
    number = scratch.numbers[CHANGED]
    scratch.changed[number] = piece
    scratch.was_vehicle[number] = state.piece_vehicle[piece]
    scratch.was_candidate[number] = state.piece_candidate[piece]
    scratch.was_carried[number] = state.piece_carried[piece]
    scratch.numbers[CHANGED] += 1


@compiled
def save_route(state: Any, scratch: Any, vehicle: Any) -> None:
    """Remember the route as it was when the step began."""
    if scratch.saved_slot[vehicle] > 0:
        return
    slot = scratch.numbers[TOUCHED]
    scratch.saved_vehicle[slot] = vehicle
    scratch.saved_slot[vehicle] = slot + 1
    scratch.numbers[TOUCHED] += 1
    stops, nodes = state.stop_count[vehicle], state.node_count[vehicle]
    for stop in range(stops):
        for column in range(state.stops.shape[2]):
            scratch.saved_stops[slot, stop, column] = state.stops[vehicle, stop, column]
        for column in range(state.times.shape[2]):
            scratch.saved_times[slot, stop, column] = state.times[vehicle, stop, column]
    for node in range(nodes):
        scratch.saved_nodes[slot, node] = state.nodes[vehicle, node]
    scratch.saved_counts[slot, 0] = stops
    scratch.saved_counts[slot, 1] = nodes
    scratch.saved_counts[slot, 2] = state.version[vehicle]
    scratch.saved_counts[slot, 3] = state.route_stops[vehicle]
    scratch.saved_costs[slot, 0] = state.route_metres[vehicle]
    scratch.saved_costs[slot, 1] = state.route_cost[vehicle]


@compiled
def restore_route(state: Any, scratch: Any, slot: Any) -> None:
    vehicle = scratch.saved_vehicle[slot]
    stops, nodes = scratch.saved_counts[slot, 0], scratch.saved_counts[slot, 1]
    for stop in range(stops):
        for column in range(state.stops.shape[2]):
            state.stops[vehicle, stop, column] = scratch.saved_stops[slot, stop, column]
        for column in range(state.times.shape[2]):
            state.times[vehicle, stop, column] = scratch.saved_times[slot, stop, column]
    for node in range(nodes):
        state.nodes[vehicle, node] = scratch.saved_nodes[slot, node]
    state.stop_count[vehicle], state.node_count[vehicle] = stops, nodes
    state.version[vehicle] = scratch.saved_counts[slot, 2]
    state.route_stops[vehicle] = scratch.saved_counts[slot, 3]
    state.route_metres[vehicle], state.route_cost[vehicle] = scratch.saved_costs[slot, 0], scratch.saved_costs[slot, 1]


@compiled
def begin_step(scratch: Any) -> None:
    for slot in range(scratch.numbers[TOUCHED]):
        scratch.saved_slot[scratch.saved_vehicle[slot]] = 0
    scratch.numbers[TOUCHED] = scratch.numbers[CHANGED] = scratch.numbers[POOL] = 0
    scratch.numbers[NOW] += 1


@compiled
def undo_step(day: Any, state: Any, scratch: Any, worth: Any) -> None:
    """Everything as it was when the step began."""
    for number in range(scratch.numbers[CHANGED]):
        piece = scratch.changed[number]
        if state.piece_vehicle[piece] >= 0:
            take_back(day, state, piece)
    for number in range(scratch.numbers[CHANGED]):
        if scratch.was_vehicle[number] >= 0:
            give(day, state, scratch.changed[number], scratch.was_vehicle[number], scratch.was_candidate[number],
                 scratch.was_carried[number])  # fmt: skip
    for slot in range(scratch.numbers[TOUCHED]):
        restore_route(state, scratch, slot)
    state.totals[WORTH] = worth


@compiled
def use_sketch(day: Any, state: Any, scratch: Any, vehicle: Any, count: Any, nodes: Any) -> Any:
    """Drive what `scratch` has put together; False if that is not possible."""
    for node in range(nodes):
        state.nodes[vehicle, node] = scratch.nodes[node]
    before = state.route_cost[vehicle]
    if not retime_route(day, state, vehicle, scratch.stops, count):
        return False
    state.node_count[vehicle] = nodes
    state.totals[WORTH] -= state.route_cost[vehicle] - before
    if nodes == 0:
        state.version[vehicle] = EMPTY_VERSION
    else:
        state.version[vehicle] = state.counters[NEXT_VERSION]
        state.counters[NEXT_VERSION] += 1
    return True


@in_line
def copy_stop(state: Any, scratch: Any, vehicle: Any, stop: Any, number: Any, nodes: Any) -> Any:
    """Add a stop of the route to the sketch, with those of its pieces that are not taken out; the nodes so far."""
    stops = state.stops[vehicle]
    scratch.stops[number, SITE], scratch.stops[number, KIND] = stops[stop, SITE], stops[stop, KIND]
    first = stops[stop, FIRST_NODE]
    scratch.stops[number, FIRST_NODE] = first if stops[stop, KIND] == BREAK else nodes
    kept = ZERO
    if stops[stop, KIND] == PICKUP or stops[stop, KIND] == DROP_OFF:
        for node in range(first, first + stops[stop, NODES]):
            code = state.nodes[vehicle, node]
            if state.piece_vehicle[code // 2] == vehicle:
                scratch.nodes[nodes + kept] = code
                kept += 1
    scratch.stops[number, NODES] = kept
    return nodes + kept


@in_line
def add_node(scratch: Any, number: Any, nodes: Any, code: Any) -> Any:
    scratch.nodes[nodes] = code
    scratch.stops[number, NODES] += 1
    return nodes + 1


@in_line
def new_stop(scratch: Any, number: Any, nodes: Any, code: Any, kind: Any, site: Any) -> Any:
    scratch.stops[number, SITE], scratch.stops[number, KIND] = site, kind
    scratch.stops[number, FIRST_NODE], scratch.stops[number, NODES] = nodes, 0
    return add_node(scratch, number, nodes, code)


@compiled
def drive_without(day: Any, state: Any, scratch: Any, vehicle: Any) -> Any:
    """The route without the pieces that it no longer carries. Roads that break the triangle inequality may make that
    impossible: then it carries nothing, and what it carried is added to the pool."""
    number = nodes = ZERO
    for stop in range(state.stop_count[vehicle]):
        before = nodes
        nodes = copy_stop(state, scratch, vehicle, stop, number, nodes)
        kind = state.stops[vehicle, stop, KIND]
        if nodes > before or (kind != PICKUP and kind != DROP_OFF):
            number += 1
    if use_sketch(day, state, scratch, vehicle, number, nodes):
        return
    for node in range(nodes):
        piece = scratch.nodes[node] // 2
        if state.piece_vehicle[piece] == vehicle:
            note_piece(state, scratch, piece)
            take_back(day, state, piece)
            scratch.pool[scratch.numbers[POOL]] = piece
            scratch.numbers[POOL] += 1
            scratch.mark[piece] = scratch.numbers[NOW]
    empty_route(day, state, scratch, vehicle)


@compiled
def empty_route(day: Any, state: Any, scratch: Any, vehicle: Any) -> Any:
    """Nothing but start, breaks and end; False if not even that can be driven."""
    number = ZERO
    for kind in (START, BREAK, END):
        if kind == BREAK:
            for each in range(day.break_first[vehicle], day.break_first[vehicle + 1]):
                scratch.stops[number, KIND], scratch.stops[number, FIRST_NODE] = BREAK, each
                scratch.stops[number, NODES] = 0
                number += 1
            continue
        site = day.vehicle_start[vehicle] if kind == START else day.vehicle_end[vehicle]
        scratch.stops[number, SITE], scratch.stops[number, KIND] = site, kind
        scratch.stops[number, FIRST_NODE], scratch.stops[number, NODES] = 0, 0
        number += 1
    return use_sketch(day, state, scratch, vehicle, number, ZERO)


@compiled
def take_out(day: Any, state: Any, scratch: Any, piece: Any) -> None:
    """Mark the piece as taken out, for the pool; its route is put right by `drive_without` afterwards."""
    note_piece(state, scratch, piece)
    save_route(state, scratch, state.piece_vehicle[piece])
    take_back(day, state, piece)
    scratch.mark[piece] = scratch.numbers[NOW]
    scratch.pool[scratch.numbers[POOL]] = piece
    scratch.numbers[POOL] += 1


@compiled
def put_in(day: Any, state: Any, scratch: Any, piece: Any, vehicle: Any, candidate: Any, grams: Any, code: Any) -> Any:
    """Let the vehicle carry the piece; False, with nothing changed, if the route cannot be driven after all."""
    count = state.stop_count[vehicle]
    if count + 2 > state.stops.shape[1] or state.node_count[vehicle] + 2 > state.nodes.shape[1]:
        return False
    note_piece(state, scratch, piece)
    save_route(state, scratch, vehicle)
    worth = state.totals[WORTH]
    how, rest = code % 4, code // 4
    collect, unload = rest // 2**20, rest % 2**20
    if how == ON_BOARD:
        collect = -1
    at_stop, unload = unload % 2 == 1, unload // 2
    number = nodes = ZERO
    for stop in range(count):
        nodes = copy_stop(state, scratch, vehicle, stop, number, nodes)
        if how == SAME_STOP and stop == collect:
            nodes = add_node(scratch, number, nodes, 2 * piece)
        if at_stop and stop == unload:
            nodes = add_node(scratch, number, nodes, 2 * piece + 1)
        number += 1
        if how == NEW_STOP and stop == collect:
            nodes = new_stop(scratch, number, nodes, 2 * piece, PICKUP, day.piece_site[piece])
            number += 1
        if not at_stop and stop == unload:
            nodes = new_stop(scratch, number, nodes, 2 * piece + 1, DROP_OFF, day.candidate_site[candidate])
            number += 1
    give(day, state, piece, vehicle, candidate, grams)
    if use_sketch(day, state, scratch, vehicle, number, nodes):
        return True
    take_back(day, state, piece)
    drive_sketch_without(day, state, scratch, vehicle, number, piece)
    state.totals[WORTH] = worth
    return False


@compiled
def drive_sketch_without(day: Any, state: Any, scratch: Any, vehicle: Any, count: Any, piece: Any) -> None:
    """Drive what the sketch holds, but for one piece: the route as it was before that piece."""
    number = nodes = ZERO
    for stop in range(count):
        kind, first, here = scratch.stops[stop, KIND], scratch.stops[stop, FIRST_NODE], scratch.stops[stop, NODES]
        if kind == BREAK:
            here = 0
        kept = ZERO
        for node in range(first, first + here):
            if scratch.nodes[node] // 2 != piece:
                scratch.nodes[nodes + kept] = scratch.nodes[node]
                kept += 1
        if here > 0 and kept == 0:
            continue
        scratch.stops[number, SITE], scratch.stops[number, KIND] = scratch.stops[stop, SITE], kind
        scratch.stops[number, FIRST_NODE] = first if kind == BREAK else nodes
        scratch.stops[number, NODES] = kept
        nodes += kept
        number += 1
    use_sketch(day, state, scratch, vehicle, number, nodes)


@compiled
def give_piece(day: Any, state: Any, piece: Any, vehicle: Any, candidate: Any, grams: Any) -> None:
    """`give`, for callers outside the search."""
    give(day, state, piece, vehicle, candidate, grams)


@compiled
def drive_as_sketched(day: Any, state: Any, scratch: Any, vehicle: Any, count: Any, nodes: Any) -> Any:
    """Drive what is in `scratch`, the pieces being given already; if that is impossible they are taken back, the
    vehicle stays empty, and the answer is False."""
    if use_sketch(day, state, scratch, vehicle, count, nodes):
        return True
    for node in range(nodes):
        if state.piece_vehicle[scratch.nodes[node] // 2] == vehicle:
            take_back(day, state, scratch.nodes[node] // 2)
    empty_route(day, state, scratch, vehicle)
    return False

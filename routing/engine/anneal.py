"""The search: ruin and recreate, accepted by simulated annealing; and the same with ever fewer vehicles."""

import math
from typing import Any

from routing.engine.chance import below, chance, countdown
from routing.engine.compiled import compiled
from routing.engine.layout import (
    ABSENT,
    BEST_ABSENT,
    BEST_WORTH,
    BLINK,
    BLINKS,
    COLD,
    FLEET,
    HOT,
    IMPROVED,
    MOST_ABSENT,
    NOW,
    POOL,
    STEPS,
    STEPS_TO_DO,
    WORTH,
)
from routing.engine.moves import (
    begin_step,
    drive_without,
    empty_route,
    give,
    save_route,
    take_back,
    take_out,
    undo_step,
    use_sketch,
)
from routing.engine.recreate import put_back_best, recreate
from routing.engine.ruin import ruin

SAME = 1e-6  # worth that differs by less is the same


@compiled
def remember_best(state: Any, scratch: Any) -> None:
    """Keep this plan as the best; only routes that changed since the last one are copied."""
    for vehicle in range(len(state.version)):
        if scratch.best_version[vehicle] == state.version[vehicle]:
            continue
        scratch.best_version[vehicle] = state.version[vehicle]
        scratch.best_stop_count[vehicle] = state.stop_count[vehicle]
        scratch.best_node_count[vehicle] = state.node_count[vehicle]
        for stop in range(state.stop_count[vehicle]):
            for column in range(state.stops.shape[2]):
                scratch.best_stops[vehicle, stop, column] = state.stops[vehicle, stop, column]
        for node in range(state.node_count[vehicle]):
            scratch.best_nodes[vehicle, node] = state.nodes[vehicle, node]
    for piece in range(len(state.piece_vehicle)):
        scratch.best_piece[piece, 0] = state.piece_vehicle[piece]
        scratch.best_piece[piece, 1] = state.piece_candidate[piece]
        scratch.best_piece[piece, 2] = state.piece_carried[piece]
    state.totals[BEST_WORTH] = state.totals[WORTH]
    state.counters[BEST_ABSENT] = state.counters[ABSENT]
    state.counters[IMPROVED] += 1


@compiled
def add_absent(state: Any, scratch: Any, most: Any) -> None:
    """Add pieces that are on no route to the pool: all, or a run of them from anywhere."""
    pieces = len(state.piece_vehicle)
    start = below(state.random, pieces)
    added = 0
    for step in range(pieces):
        if added >= most:
            return
        piece = start + step if start + step < pieces else start + step - pieces
        if state.piece_vehicle[piece] < 0 and scratch.mark[piece] != scratch.numbers[NOW]:
            scratch.pool[scratch.numbers[POOL]] = piece
            scratch.numbers[POOL] += 1
            added += 1


@compiled
def absences_now(state: Any) -> Any:
    total = 0
    for piece in range(len(state.piece_vehicle)):
        if state.piece_vehicle[piece] < 0:
            total += state.absences[piece]
    return total


@compiled
def search(day: Any, state: Any, scratch: Any, settings: Any) -> Any:
    """Do some steps; how many were done. With fewer vehicles wanted, it ends when every piece has found a place."""
    steps = int(settings[STEPS_TO_DO])
    fleet = settings[FLEET] > 0
    blinks = settings[BLINKS]
    if scratch.numbers[BLINK] <= 0:
        scratch.numbers[BLINK] = countdown(state.random, blinks)
    cooling = math.log(settings[COLD] / settings[HOT]) / max(1, steps)
    absences = absences_now(state) if fleet else 0
    for step in range(steps):
        temperature = settings[HOT] * math.exp(cooling * step)
        begin_step(scratch)
        worth, absent = state.totals[WORTH], state.counters[ABSENT]
        first = ruin(day, state, scratch, settings)
        if first >= 0:
            put_back_best(day, state, scratch, first, blinks)
        if absent > 0:
            add_absent(state, scratch, int(settings[MOST_ABSENT]))
        recreate(day, state, scratch, blinks)
        state.counters[STEPS] += 1
        accept = state.totals[WORTH] >= worth + temperature * math.log(1.0 - chance(state.random))
        if fleet:
            if state.counters[ABSENT] == 0:
                remember_best(state, scratch)
                return step + 1
            now = absences_now(state)
            if not accept and now < absences:
                accept = True
            for number in range(scratch.numbers[POOL]):
                if state.piece_vehicle[scratch.pool[number]] < 0:
                    state.absences[scratch.pool[number]] += 1
            if not accept:
                undo_step(day, state, scratch, worth)
            absences = absences_now(state)
            continue
        if not accept:
            undo_step(day, state, scratch, worth)
        elif state.totals[WORTH] > state.totals[BEST_WORTH] + SAME:
            remember_best(state, scratch)
    return steps


@compiled
def open_all(day: Any, state: Any, scratch: Any) -> Any:
    """Give every vehicle its empty route; how many cannot drive even that, and stay at home."""
    closed = 0
    for vehicle in range(len(state.version)):
        state.enabled[vehicle] = 1
        if not empty_route(day, state, scratch, vehicle):
            state.enabled[vehicle] = 0
            closed += 1
    return closed


@compiled
def insert_all(day: Any, state: Any, scratch: Any) -> None:
    """Put in whatever is on no route, in the order of the pool keys, without chance."""
    begin_step(scratch)
    add_absent(state, scratch, len(state.piece_vehicle))
    recreate(day, state, scratch, 0.0)


@compiled
def close_route(day: Any, state: Any, scratch: Any, vehicle: Any) -> None:
    """Take everything off the vehicle and leave it at home."""
    begin_step(scratch)
    for node in range(state.node_count[vehicle]):
        piece = state.nodes[vehicle, node] // 2
        if state.piece_vehicle[piece] == vehicle:
            take_out(day, state, scratch, piece)
    save_route(state, scratch, vehicle)
    drive_without(day, state, scratch, vehicle)
    state.enabled[vehicle] = 0


@compiled
def return_to_best(day: Any, state: Any, scratch: Any) -> Any:
    """The best plan as the present one. False if a route of it cannot be driven: that would be a fault of ours."""
    from_best = True
    for piece in range(len(state.piece_vehicle)):
        if state.piece_vehicle[piece] >= 0:
            take_back(day, state, piece)
    for piece in range(len(state.piece_vehicle)):
        if scratch.best_piece[piece, 0] >= 0:
            vehicle, candidate, grams = scratch.best_piece[piece]
            give(day, state, piece, vehicle, candidate, grams)
    for vehicle in range(len(state.version)):
        if state.version[vehicle] != scratch.best_version[vehicle]:
            count, nodes = scratch.best_stop_count[vehicle], scratch.best_node_count[vehicle]
            for stop in range(count):
                for column in range(state.stops.shape[2]):
                    scratch.stops[stop, column] = scratch.best_stops[vehicle, stop, column]
            for node in range(nodes):
                scratch.nodes[node] = scratch.best_nodes[vehicle, node]
            from_best = use_sketch(day, state, scratch, vehicle, count, nodes) and from_best
            scratch.best_version[vehicle] = state.version[vehicle]
    state.totals[WORTH] = state.totals[BEST_WORTH]
    return from_best

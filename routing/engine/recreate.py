"""Put pieces back greedily, each where it is worth most: food bank, vehicle and place in one choice."""

from typing import Any

import numpy as np

from routing.engine.chance import below, chance, countdown
from routing.engine.compiled import compiled, in_line
from routing.engine.layout import (
    BLINK,
    EMPTY_VERSION,
    NEVER,
    NONE,
    POOL,
    SEARCH,
    ZERO,
)
from routing.engine.moves import bonus, promise_kept, put_in
from routing.engine.places import cheapest_place

# A blink (Christiaens and Vanden Berghe 2020) overlooks positions: here, now and then many of one route at once, so
# that all other looks can be remembered.
OVERLOOKED = 0.3


@in_line
def place_by(clock: Any, day: Any, state: Any, piece: Any, candidate: Any, vehicle: Any, overlooked: Any) -> Any:
    """`cheapest_place` by this clock."""
    profile = day.vehicle_profile[vehicle]
    site, to_site = day.piece_site[piece], day.candidate_site[candidate]
    return cheapest_place(
        clock,
        day.seconds[profile],
        day.metres[profile],
        state.stops[vehicle],
        state.times[vehicle],
        state.stop_count[vehicle],
        day.vehicle_capacity[vehicle],
        day.piece_load[piece],
        day.piece_on_board[piece] >= 0,
        site,
        day.piece_from[piece],
        day.piece_until[piece],
        day.setup[site],
        day.service[site],
        to_site,
        day.candidate_windows[candidate],
        day.candidate_window_count[candidate],
        day.setup[to_site],
        day.service[to_site],
        day.vehicle_per_metre[vehicle],
        day.vehicle_per_second[vehicle],
        day.vehicle_most_metres[vehicle] - state.route_metres[vehicle],
        day.vehicle_most_stops[vehicle] - state.route_stops[vehicle],
        overlooked,
        state.random,
    )


@in_line
def find_place(day: Any, state: Any, piece: Any, candidate: Any, vehicle: Any, overlooked: Any) -> Any:
    """The cheapest place for the piece on the vehicle's route as it is now: its cost and its code. Each position is
    overlooked at this rate."""
    if len(day.clock) == 0:
        cost, code = place_by(None, day, state, piece, candidate, vehicle, overlooked)
    else:
        cost, code = place_by(day.clock, day, state, piece, candidate, vehicle, overlooked)
    if state.route_stops[vehicle] == 0:
        cost += day.vehicle_use[vehicle]
    return cost, code


@in_line
def can_take(day: Any, state: Any, piece: Any, candidate: Any) -> Any:
    """How many grams of the piece the candidate can still take; 0 if too few."""
    grams = min(day.piece_grams[piece], state.need_left[day.candidate_need[candidate]])
    storage = day.candidate_storage[candidate]
    if storage >= 0:
        grams = min(grams, state.storage_left[storage])
    return grams if grams >= day.piece_least[piece] else ZERO


@compiled
def put_back_best(day: Any, state: Any, scratch: Any, piece: Any, blinks: Any) -> Any:
    """Put the piece where it is worth most; False if that is nowhere worth its cost."""
    remember = len(state.cache_version) > 0
    best, best_vehicle, best_candidate, best_grams, best_code = 0.0, NONE, NONE, ZERO, NONE
    for candidate in range(day.candidate_first[piece], day.candidate_first[piece + 1]):
        grams = can_take(day, state, piece, candidate)
        if grams == 0:
            continue
        bank = day.candidate_bank[candidate]
        had = state.bank_grams[bank]
        worth = (
            grams * day.piece_value[piece]
            + bonus(day.step_until[bank], day.step_worth[bank], had + grams)
            - bonus(day.step_until[bank], day.step_worth[bank], had)
        )
        most = worth + (day.move_cost if day.piece_promised_vehicle[piece] >= 0 else 0.0)
        if most <= best:
            continue
        scratch.numbers[SEARCH] += 1
        for vehicle in range(len(state.version)):
            if not day.allowed[piece, vehicle] or not state.enabled[vehicle]:
                continue
            if not day.stop_allowed[day.candidate_site[candidate], vehicle]:
                continue
            if state.version[vehicle] == EMPTY_VERSION:
                # Of empty vehicles that differ in nothing, one is enough.
                if scratch.class_mark[day.vehicle_class[vehicle]] == scratch.numbers[SEARCH]:
                    continue
                scratch.class_mark[day.vehicle_class[vehicle]] = scratch.numbers[SEARCH]
            scratch.numbers[BLINK] -= 1
            if scratch.numbers[BLINK] <= 0 and blinks > 0:
                scratch.numbers[BLINK] = countdown(state.random, blinks)
                cost, code = find_place(day, state, piece, candidate, vehicle, OVERLOOKED)
            elif not remember:
                cost, code = find_place(day, state, piece, candidate, vehicle, 0.0)
            elif state.cache_version[candidate, vehicle] == state.version[vehicle]:
                cost, code = state.cache_cost[candidate, vehicle], state.cache_place[candidate, vehicle]
            else:
                cost, code = find_place(day, state, piece, candidate, vehicle, 0.0)
                state.cache_version[candidate, vehicle] = state.version[vehicle]
                state.cache_cost[candidate, vehicle] = cost
                state.cache_place[candidate, vehicle] = code
            if cost >= NEVER:
                continue
            gain = worth - cost + promise_kept(day, piece, candidate, vehicle)
            if gain > best:
                best, best_vehicle, best_candidate, best_grams = gain, np.int64(vehicle), np.int64(candidate), grams
                best_code = code
    if best_vehicle < 0:
        return False
    return put_in(day, state, scratch, piece, best_vehicle, best_candidate, best_grams, best_code)


@compiled
def order_pool(day: Any, state: Any, scratch: Any) -> None:
    """Sort the pool by one of the orders, chosen by chance: chance itself and the largest first more often."""
    orders = day.piece_keys.shape[0]
    draw = below(state.random, orders + 6)
    order = 0 if draw < 4 else (1 if draw < 8 else min(orders - 1, draw - 6))
    size = scratch.numbers[POOL]
    for number in range(size):
        piece = scratch.pool[number]
        key = chance(state.random) if order == 0 else day.piece_keys[order, piece]
        at = number
        while at > 0 and scratch.pool_key[at - 1] > key:
            scratch.pool_key[at], scratch.pool[at] = scratch.pool_key[at - 1], scratch.pool[at - 1]
            at -= 1
        scratch.pool_key[at], scratch.pool[at] = key, piece


@compiled
def recreate(day: Any, state: Any, scratch: Any, blinks: Any) -> None:
    """Put the pool back, piece by piece; what is worth its cost nowhere stays out."""
    order_pool(day, state, scratch)
    for number in range(scratch.numbers[POOL]):
        put_back_best(day, state, scratch, scratch.pool[number], blinks)

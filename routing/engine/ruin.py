"""Take pieces out: strings of stops on routes near each other (Christiaens and Vanden Berghe 2020), whole routes, what
one food bank gets, or what is in the way of a piece that is on no route."""

from typing import Any

from routing.engine.chance import below, chance
from routing.engine.compiled import compiled
from routing.engine.layout import (
    ABSENT,
    BY_ABSENT,
    BY_BANK,
    BY_ROUTE,
    LONGEST_STRING,
    MAKE_WAY,
    MEAN_OUT,
    NONE,
    TOUCHED,
)
from routing.engine.moves import drive_without, take_out

SPLIT = 0.5  # of the strings leave something standing in their midst
GROW = 0.1  # chance that what stands grows by no more


@compiled
def take_out_string(day: Any, state: Any, scratch: Any, vehicle: Any, node: Any, length: Any) -> None:
    """Take out a run of nodes around this one, perhaps with a part in the middle left standing."""
    count = state.node_count[vehicle]
    spared = 0
    length = min(length, count)
    if length > 1 and length < count and chance(state.random) < SPLIT:
        spared = 1
        while length + spared < count and chance(state.random) > GROW:
            spared += 1
    span = length + spared
    low = max(0, node - span + 1)
    high = min(node, count - span)
    first = low + below(state.random, high - low + 1)
    gap = first + (1 + below(state.random, length - 1) if spared > 0 else length)
    for at in range(first, first + span):
        if gap <= at < gap + spared:
            continue
        piece = state.nodes[vehicle, at] // 2
        if state.piece_vehicle[piece] == vehicle:
            take_out(day, state, scratch, piece)


@compiled
def node_of(state: Any, code: Any) -> Any:
    """Where on its route this end of a piece is."""
    vehicle = state.piece_vehicle[code // 2]
    for node in range(state.node_count[vehicle]):
        if state.nodes[vehicle, node] == code:
            return node
    return -1


@compiled
def ruin_strings(day: Any, state: Any, scratch: Any, settings: Any) -> None:
    """Strings on some routes around one end of a piece, whether that piece is on a route or not."""
    pieces = len(state.piece_vehicle)
    carried, routes = 0, 0
    for vehicle in range(len(state.node_count)):
        if state.node_count[vehicle] > 0:
            carried += state.node_count[vehicle]
            routes += 1
    if routes == 0:
        return
    longest = min(settings[LONGEST_STRING], carried / routes)
    most_strings = 4.0 * settings[MEAN_OUT] / (1.0 + longest) - 1.0
    strings = int(1.0 + chance(state.random) * most_strings)
    seed = below(state.random, 2 * pieces)
    if state.counters[ABSENT] > 0 and chance(state.random) < settings[BY_ABSENT]:
        for step in range(pieces):
            code = seed + 2 * step if seed + 2 * step < 2 * pieces else seed + 2 * step - 2 * pieces
            if state.piece_vehicle[code // 2] < 0:
                seed = code
                break
    ruined = 0
    for number in range(-1, day.neighbours.shape[1]):
        if ruined >= strings:
            break
        code = seed if number < 0 else day.neighbours[seed, number]
        if code < 0:
            break
        vehicle = state.piece_vehicle[code // 2]
        if vehicle < 0 or scratch.saved_slot[vehicle] > 0:
            continue
        node = node_of(state, code)
        if node < 0:
            continue
        most = min(longest, float(state.node_count[vehicle]))
        take_out_string(day, state, scratch, vehicle, node, int(1.0 + chance(state.random) * most))
        ruined += 1


@compiled
def ruin_bank(day: Any, state: Any, scratch: Any, most: Any) -> None:
    """Some of what one food bank gets: makes way for what is nearer, or worth more, there."""
    pieces = len(state.piece_vehicle)
    start = below(state.random, pieces)
    bank, left = NONE, most
    for step in range(pieces):
        piece = (start + step) % pieces
        if state.piece_vehicle[piece] < 0 or left == 0:
            continue
        here = day.candidate_bank[state.piece_candidate[piece]]
        if bank < 0:
            bank = here
        if here == bank and chance(state.random) < 0.7:
            take_out(day, state, scratch, piece)
            left -= 1


@compiled
def ruin_route(day: Any, state: Any, scratch: Any, most: Any) -> None:
    """A whole route, if it is a short one."""
    pieces = len(state.piece_vehicle)
    start = below(state.random, pieces)
    for step in range(min(pieces, 20)):
        piece = (start + step) % pieces
        vehicle = state.piece_vehicle[piece]
        if vehicle < 0 or state.node_count[vehicle] > 2 * most:
            continue
        for node in range(state.node_count[vehicle]):
            each = state.nodes[vehicle, node] // 2
            if state.piece_vehicle[each] == vehicle:
                take_out(day, state, scratch, each)
        return


@compiled
def absent_from(state: Any, start: Any) -> Any:
    """The first piece from this number on that is on no route; NONE if all are on one."""
    pieces = len(state.piece_vehicle)
    for step in range(pieces):
        piece = start + step if start + step < pieces else start + step - pieces
        if state.piece_vehicle[piece] < 0:
            return piece
    return NONE


@compiled
def make_way(day: Any, state: Any, scratch: Any, most: Any) -> Any:
    """Take out what one need gets, from anywhere in it, until a piece that is on no route would fit; that piece, which
    is to be put in before all others, or NONE. Few large lots that must stay whole find no room otherwise: a need has
    enough for them, but has it in small lots that could as well go elsewhere."""
    pieces = len(state.piece_vehicle)
    piece = absent_from(state, below(state.random, pieces))
    if piece < 0:
        return piece
    first, last = day.candidate_first[piece], day.candidate_first[piece + 1]
    if first == last:
        return NONE
    need = day.candidate_need[first + below(state.random, last - first)]
    start = below(state.random, pieces)
    for step in range(pieces):
        if most == 0 or state.need_left[need] >= day.piece_grams[piece]:
            break
        each = (start + step) % pieces
        if state.piece_vehicle[each] >= 0 and day.candidate_need[state.piece_candidate[each]] == need:
            take_out(day, state, scratch, each)
            most -= 1
    return piece


@compiled
def ruin(day: Any, state: Any, scratch: Any, settings: Any) -> Any:
    """Take some pieces out and drive the routes without them; the piece that they made way for, or NONE."""
    draw = chance(state.random)
    most = 1 + below(state.random, int(2 * settings[MEAN_OUT]))
    first = NONE
    if state.counters[ABSENT] > 0 and chance(state.random) < settings[MAKE_WAY]:
        first = make_way(day, state, scratch, most)
    elif draw < settings[BY_BANK]:
        ruin_bank(day, state, scratch, most)
    elif draw < settings[BY_BANK] + settings[BY_ROUTE]:
        ruin_route(day, state, scratch, most)
    else:
        ruin_strings(day, state, scratch, settings)
    for slot in range(scratch.numbers[TOUCHED]):
        drive_without(day, state, scratch, scratch.saved_vehicle[slot])
    return first

"""Why something finds no place, on days too large to look everywhere in plain Python: the same question, compiled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.engine.compiled import compiled
from routing.engine.layout import NEVER
from routing.engine.pieces import SMALLEST_PART_GRAMS, Piece, pieces_in
from routing.engine.places import cheapest_place
from routing.engine.prepare import prepare
from routing.engine.recreate import can_take
from routing.engine.search import begin
from routing.engine.tours import load_tours
from routing.problem import Problem
from routing.retime import Tour
from routing.score import Left


@dataclass(frozen=True)
class Look:
    """What a look at every place on every route found for the least of a lot that would be worth a stop: whether some
    place is in time, whether one of those has room, and the shortest detour there, in metres."""

    time_found: bool
    room_found: bool
    metres: int


def look_everywhere(problem: Problem, tours: Sequence[Tour]) -> Mapping[str, Look]:
    """For each lot that the tours leave over, wholly or in part."""
    left = Left(problem, tours).unserved
    pieces = [piece for piece in pieces_in(problem, tours) if piece.carried is not None]
    first = len(pieces)
    numbers = [number for number, lot in enumerate(problem.lots) if lot.id in left]
    for number in numbers:
        lot = problem.lots[number]
        grams = min(left[lot.id], SMALLEST_PART_GRAMS) if lot.splittable and lot.on_board is None else lot.grams
        pieces.append(Piece(number, grams))
    candidates = {number: problem.needs_for(problem.lots[number].id) for number in numbers}
    prepared = prepare(problem, pieces, candidates, seed=1, remember=False)
    begin(prepared)
    load_tours(prepared, tours)
    found = {}
    for piece, number in enumerate(numbers, first):
        in_time, fits, metres = probe(prepared.day, prepared.state, piece)
        found[problem.lots[number].id] = Look(bool(in_time), bool(fits), round(metres) if fits else 0)
    return found


@compiled
def probe(day: Any, state: Any, piece: Any) -> Any:
    """Whether any place is in time, whether any has room, and the metres of the shortest detour with room."""
    in_time, metres = False, NEVER
    for candidate in range(day.candidate_first[piece], day.candidate_first[piece + 1]):
        if can_take(day, state, piece, candidate) == 0:
            continue
        site, to_site = day.piece_site[piece], day.candidate_site[candidate]
        for vehicle in range(len(state.version)):
            if not day.allowed[piece, vehicle] or not day.stop_allowed[to_site, vehicle]:
                continue
            profile = day.vehicle_profile[vehicle]
            for load_from in range(2):
                if load_from == 1 and in_time:
                    break
                dimensions = 0 if load_from == 1 else day.piece_load.shape[1]
                cost, _ = cheapest_place(
                    day.seconds[profile],
                    day.metres[profile],
                    state.stops[vehicle],
                    state.times[vehicle],
                    state.stop_count[vehicle],
                    day.vehicle_capacity[vehicle],
                    day.piece_load[piece][:dimensions],
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
                    1.0,
                    0.0,
                    day.vehicle_most_metres[vehicle] - state.route_metres[vehicle],
                    day.vehicle_most_stops[vehicle] - state.route_stops[vehicle],
                    0.0,
                    state.random,
                )
                if cost < NEVER:
                    in_time = True
                    if load_from == 0:
                        metres = min(metres, cost)
                        break
    return in_time, metres < NEVER, metres

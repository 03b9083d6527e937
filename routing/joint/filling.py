"""The compiled search made ready with tours, and everything put in that has a place on them."""

from collections.abc import Sequence

from routing.engine.nearness import needs_worth_trying
from routing.engine.pieces import Piece, pieces_in, pieces_of
from routing.engine.prepare import Candidates, Prepared, prepare
from routing.engine.search import begin, fill
from routing.engine.tours import load_tours, tours_of
from routing.insert import open_needs
from routing.joint.large import is_large
from routing.problem import Problem
from routing.retime import Tour
from routing.score import Left

FEW_LOOK_UPS = 400_000  # as many places to look at need no choice of food banks beforehand
MOST_NEEDS = 24
FINEST = 8  # times as many parts as the search has, of what it left


def candidates_of(problem: Problem) -> Candidates:
    """All needs where a day is small, else the nearest and the emptiest."""
    most = max((len(problem.needs_for(lot.id)) for lot in problem.lots), default=0)
    if most <= MOST_NEEDS and len(problem.lots) * most * len(problem.shifts) <= FEW_LOOK_UPS:
        return needs_worth_trying(problem, nearest=most, emptiest=0)
    return needs_worth_trying(problem)


def first_tours(problem: Problem, candidates: Candidates, seed: int) -> tuple[Tour, ...]:
    """Everything put in greedily: a plan at once."""
    prepared = begun(problem, pieces_of(problem), candidates, seed)
    fill(prepared)
    return tours_of(prepared)


def loaded(problem: Problem, tours: Sequence[Tour], candidates: Candidates, seed: int) -> Prepared:
    """A search that begins with these tours, and with the rest put in greedily."""
    prepared = begun(problem, pieces_in(problem, tours), candidates, seed)
    load_tours(prepared, tours)
    fill(prepared)
    return prepared


def finish(problem: Problem, tours: Sequence[Tour], seed: int, *, finest: int = FINEST) -> tuple[Tour, ...]:
    """Put in what is left wherever it is worth its detour, whatever the food bank, until nothing changes: first as it
    is cut for the search, then in parts that fit where vehicles are nearly full."""
    finer = 1
    while finer <= finest:
        left = Left(problem, tours)
        lots = ((number, lot) for number, lot in enumerate(problem.lots) if left.lots[lot.id] > 0)
        waiting = {number: needs for number, lot in lots if (needs := open_needs(problem, lot, left))}
        if not waiting:
            break
        pieces = [each for each in pieces_in(problem, tours, finer) if each.carried or each.lot in waiting]
        prepared = begun(problem, pieces, waiting, seed, remember=not is_large(problem))
        load_tours(prepared, tours)
        fill(prepared)
        found = tours_of(prepared)
        if sum(Left(problem, found).lots.values()) < sum(left.lots.values()):
            tours = found
        else:
            finer *= 2
    return tuple(tours)


def begun(
    problem: Problem, pieces: Sequence[Piece], candidates: Candidates, seed: int, *, remember: bool = True
) -> Prepared:
    """A search of these pieces with empty routes. `remember`: what a piece costs at each place, where that fits."""
    prepared = prepare(problem, pieces, candidates, seed=seed, remember=remember)
    begin(prepared)
    return prepared

"""The best plan of a tiny day by trying everything: every food bank and shift for each whole lot, every order of stops,
joined or not, every place of the breaks."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from routing import Problem, Route, Shift
from routing.retime import Cargo, Tour, Visit, place_breaks, retime
from routing.score import Left, route_cost, worth_of

Choice = tuple[tuple[str, str], ...]  # lot and need


def best_tours(problem: Problem) -> tuple[Tour, ...]:
    """The tours, one for each shift, that are worth most. Raises ValueError for lots that could be split."""
    if any(lot.splittable for lot in problem.lots):
        raise ValueError("Lots that can be split have more plans than can be tried.")

    @cache
    def best_tour(shift: Shift, choice: Choice) -> Tour | None:
        """The cheapest tour of the shift that brings just these; None if there is none."""
        timed = [(route_cost(shift, route), tour) for tour, route in _driven(problem, shift, choice)]
        return min(timed, key=lambda each: each[0])[1] if timed else None

    options = [
        [None, *((need, shift) for need in problem.needs_for(lot.id) for shift in problem.shifts)]
        for lot in problem.lots
    ]
    best: tuple[int, tuple[Tour, ...]] | None = None
    for picked in product(*options):
        tours = []
        for shift in problem.shifts:
            choice = tuple(
                (lot.id, each[0]) for lot, each in zip(problem.lots, picked, strict=True) if each and each[1] is shift
            )
            tours.append(best_tour(shift, choice) if choice else ())
        found = tuple(tour for tour in tours if tour is not None)
        if len(found) < len(tours) or not _is_wanted(problem, found):
            continue
        worth = worth_of(problem, found)
        if best is None or worth > best[0]:
            best = worth, found
    return best[1] if best is not None else tuple(() for _ in problem.shifts)


def _is_wanted(problem: Problem, tours: Sequence[Tour]) -> bool:
    """Whether needs and storages have room for all of it."""
    left = Left(problem, tours)
    rooms = [left.room_at(site.id, name) for site in problem.sites for name in ("ambient", "chilled", "frozen", "hot")]
    return min((*left.needs.values(), *rooms)) >= 0


def _driven(problem: Problem, shift: Shift, choice: Choice) -> Iterator[tuple[Tour, Route]]:
    """Every tour that the shift can drive with just this cargo, with its route."""
    cargo = [Cargo(lot, need, problem.lots_by_id[lot].grams) for lot, need in choice]
    on_board = frozenset(each for each in cargo if problem.lots_by_id[each.lot].on_board is not None)
    for tour in _orders(problem, (), frozenset(cargo) - on_board, on_board):
        placed = place_breaks(problem, shift, tour)
        route = retime(problem, shift, placed) if placed is not None else None
        if placed is not None and route is not None:
            yield placed, route


def _orders(problem: Problem, tour: Tour, waiting: frozenset[Cargo], carried: frozenset[Cargo]) -> Iterator[Tour]:
    """All ways to go on from here."""
    if not waiting and not carried:
        yield tour
    for each in waiting:
        store = problem.lots_by_id[each.lot].site
        for longer in _with(tour, "pickup", store, each):
            yield from _orders(problem, longer, waiting - {each}, carried | {each})
    for each in carried:
        bank = problem.needs_by_id[each.need].site
        for longer in _with(tour, "drop_off", bank, each):
            yield from _orders(problem, longer, waiting, carried - {each})


def _with(tour: Tour, kind: str, site: str, cargo: Cargo) -> Iterator[Tour]:
    """The tour with one stop more, and with the cargo at its last stop where that is one of the kind and place."""
    yield (*tour, Visit(kind, site, (cargo,)))
    if tour and (tour[-1].kind, tour[-1].site) == (kind, site) and tour[-1].cargo[-1].lot < cargo.lot:
        yield (*tour[:-1], Visit(kind, site, (*tour[-1].cargo, cargo)))

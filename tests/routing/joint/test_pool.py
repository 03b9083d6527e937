"""The routes that a search has seen."""

from routing.engine.meter import Meter
from routing.engine.search import improve
from routing.engine.tours import tours_of
from routing.joint.filling import candidates_of, loaded
from routing.joint.pool import Pool
from routing.retime import retime
from tests.routing.builders import a_city
from tests.routing.joint.test_select import brings

BREAD, ROLLS, ICE = (brings(lot, "near", "bank") for lot in ("bread", "rolls", "ice"))


def test_a_route_is_kept_once_for_each_shift_and_an_empty_one_never() -> None:
    pool = Pool()
    pool.add([BREAD, (), ROLLS])
    pool.add([BREAD, BREAD, ()])
    assert list(pool) == [(0, BREAD), (2, ROLLS), (1, BREAD)]


def test_of_too_many_the_oldest_are_forgotten() -> None:
    pool = Pool(most=2)
    pool.add([BREAD, ROLLS, ICE])
    assert list(pool) == [(1, ROLLS), (2, ICE)]


def test_it_sees_every_route_of_the_best_plans_as_the_search_goes_on() -> None:
    problem, pool = a_city(3, lots=30, stores=10, banks=5, vans=3), Pool()
    prepared = loaded(problem, ((),) * len(problem.shifts), candidates_of(problem), 1)
    watch = pool.watch(prepared)
    watch.look()
    first = len(pool)
    improve(prepared, Meter(60, 2_000), stopped=lambda: False, better=lambda found: watch.look())
    assert len(pool) > first > 0
    assert {(number, tour) for number, tour in enumerate(tours_of(prepared)) if tour} <= set(pool)
    assert all(retime(problem, problem.shifts[number], tour) is not None for number, tour in pool)

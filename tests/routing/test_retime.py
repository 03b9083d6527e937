"""The clock of a route with breaks, with food that is on board already, and with places that ask for skills."""

from routing.problem import Break, Load, TimeWindow
from routing.retime import Cargo, Visit, allocations_of, place_breaks, retime, with_breaks_in_place
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

NOON = Break(TimeWindow(9 * 3600, 12 * 3600), 1800)
CARGO = (Cargo("bread", "bank bread", 40_000),)
THERE, BACK = Visit("pickup", "store", CARGO), Visit("drop_off", "bank", CARGO)


def test_a_break_takes_its_time_where_the_vehicle_is() -> None:
    shift = a_shift(breaks=(NOON,))
    problem = a_problem([a_lot()], [a_need()], [shift])
    route = retime(problem, shift, (THERE, Visit("break", "store", (), NOON), BACK))
    assert route is not None
    pause = route.stops[2]
    assert (pause.kind, pause.site, pause.metres_from_previous) == ("break", "store", 0)
    assert pause.leave - pause.begin == 1800
    assert NOON.window.earliest <= pause.begin <= NOON.window.latest
    assert pause.load_after == Load(40_000, 5)


def test_a_route_without_its_break_cannot_be_driven() -> None:
    shift = a_shift(breaks=(NOON,))
    assert retime(a_problem([a_lot()], [a_need()], [shift]), shift, (THERE, BACK)) is None


def test_a_break_that_is_not_the_shifts_own_cannot_be_driven() -> None:
    shift = a_shift()
    tour = (THERE, Visit("break", "store", (), NOON), BACK)
    assert retime(a_problem([a_lot()], [a_need()], [shift]), shift, tour) is None


def test_breaks_are_placed_where_they_cost_least() -> None:
    shift = a_shift(breaks=(NOON,))
    problem = a_problem([a_lot(window=TimeWindow(9 * 3600, 10 * 3600))], [a_need()], [shift])
    tour = place_breaks(problem, shift, (THERE, BACK))
    assert tour is not None
    route = retime(problem, shift, tour)
    assert route is not None
    assert [stop.kind for stop in route.stops].count("break") == 1
    waiting = sum(stop.begin - stop.arrive for stop in route.stops)
    assert waiting == 0


def test_a_break_that_fits_nowhere_is_no_tour() -> None:
    early = Break(TimeWindow(5 * 3600, 6 * 3600), 600)
    shift = a_shift(breaks=(early,))
    assert place_breaks(a_problem([a_lot()], [a_need()], [a_shift()]), shift, (THERE, BACK)) is None


def test_a_break_moves_with_the_stop_before_it() -> None:
    moved = with_breaks_in_place((THERE, Visit("break", "bank", (), NOON), BACK), "bank")
    assert [visit.site for visit in moved] == ["store", "store", "bank"]


def test_breaks_do_not_count_as_stops() -> None:
    shift = a_shift(breaks=(NOON,), maximum_stops=2)
    problem = a_problem([a_lot()], [a_need()], [shift])
    assert retime(problem, shift, (THERE, Visit("break", "store", (), NOON), BACK)) is not None
    strict = a_shift(breaks=(NOON,), maximum_stops=1)
    assert retime(problem, strict, (THERE, Visit("break", "store", (), NOON), BACK)) is None


def test_what_is_on_board_takes_its_room_until_it_is_delivered() -> None:
    shift = a_shift(capacity=Load(100_000, 100))
    problem = a_problem([a_lot(on_board="van"), a_lot("more", grams=50_000)], [a_need(grams=200_000)], [shift])
    more = (Cargo("more", "bank bread", 50_000),)
    route = retime(problem, shift, (Visit("pickup", "store", more), Visit("drop_off", "bank", (*CARGO, *more))))
    assert route is not None
    assert [stop.load_after.grams for stop in route.stops] == [40_000, 90_000, 0, 0]
    small = a_shift(capacity=Load(80_000, 100))
    assert retime(problem, small, (Visit("pickup", "store", more), Visit("drop_off", "bank", (*CARGO, *more)))) is None


def test_food_on_board_is_allocated_from_the_start() -> None:
    shift = a_shift()
    problem = a_problem([a_lot(on_board="van")], [a_need()], [shift])
    (allocation,) = allocations_of(problem, shift, (BACK,))
    assert (allocation.pickup_stop, allocation.drop_off_stop) == (0, 1)


def test_only_a_shift_with_the_skills_stops_there() -> None:
    sites = {"store": {"skills": ("tail lift",)}}
    for skills, drivable in (((), False), (("tail lift",), True)):
        shift = a_shift(skills=skills)
        problem = a_problem([a_lot()], [a_need()], [shift], sites=sites)
        assert (retime(problem, shift, (THERE, BACK)) is not None) == drivable


def test_breaks_are_placed_together_where_the_best_place_of_one_leaves_none_for_the_next() -> None:
    early = Break(TimeWindow(9 * 3600, 11 * 3600), 1800)
    late = Break(TimeWindow(11 * 3600 + 60, 11 * 3600 + 120), 600)
    shift = a_shift(breaks=(early, late))
    problem = a_problem([a_lot(window=TimeWindow(11 * 3600, 11 * 3600 + 1800))], [a_need()], [shift])
    tour = place_breaks(problem, shift, (THERE, BACK))
    assert tour is not None
    assert retime(problem, shift, tour) is not None


def test_part_of_what_is_on_board_takes_its_own_crates_and_the_rest_stays_to_the_end() -> None:
    shift = a_shift()
    problem = a_problem([a_lot(on_board="van")], [a_need()], [shift])
    part = (Visit("drop_off", "bank", (Cargo("bread", "bank bread", 15_000),)),)
    route = retime(problem, shift, part)
    assert route is not None
    assert [stop.load_after for stop in route.stops] == [Load(40_000, 6), Load(25_000, 4), Load(25_000, 4)]

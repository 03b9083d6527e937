"""The routing library's model keeps to what a day forbids, where breaking it would pay, before anything is repaired."""

from dataclasses import replace

import pytest

from routing import Load, Problem, Storage, TimeWindow, TravelMatrix
from routing.or_tools.allocate import allocate
from routing.or_tools.route import RoutingModel, route
from routing.or_tools.shipments import shipments_in, shipments_of
from routing.problem import Break
from routing.reach import possible_pairs
from routing.retime import Tour, join_neighbours, place_breaks, retime
from tests.routing.builders import END_OF_DAY, a_lot, a_need, a_problem, a_shift

HOUR = 3600
SECONDS = 0.3
THREE_STORES = {"store": (0.0, 0.0), "east": (1000.0, 0.0), "west": (2000.0, 0.0), "bank": (5000.0, 0.0)}


def modelled(problem: Problem) -> tuple[Tour, ...]:
    """What the model makes of the greedy choice of food banks: tours that can be driven without any repair."""
    pairs = possible_pairs(problem)
    shipments = shipments_of(problem, allocate(problem, pairs, seconds=0, seed=1, stopped=lambda: False))
    found = RoutingModel(problem, shipments).solve(seconds=SECONDS, stopped=lambda: False, start=None)
    assert found is not None
    tours = []
    for shift, tour in zip(problem.shifts, found, strict=True):
        placed = place_breaks(problem, shift, join_neighbours(problem, replace(shift, breaks=()), tour))
        assert placed is not None
        assert not placed or retime(problem, shift, placed) is not None
        tours.append(placed)
    return tuple(tours)


def delivered(tours: tuple[Tour, ...]) -> list[set[str]]:
    """The lots that each tour brings."""
    return [{cargo.lot for visit in tour if visit.kind == "drop_off" for cargo in visit.cargo} for tour in tours]


def test_no_more_stops_than_the_shift_may_make() -> None:
    lots = [a_lot("bread", value_per_kg=300), a_lot("buns", site="east"), a_lot("rolls", site="west", value_per_kg=250)]
    day = a_problem(lots, [a_need(grams=900_000)], [a_shift(maximum_stops=3)], places=THREE_STORES)
    assert delivered(modelled(day)) == [{"bread", "rolls"}]


def test_lots_of_one_store_are_one_stop_of_those_that_the_shift_may_make() -> None:
    lots = [a_lot("bread"), a_lot("buns", category="cake"), a_lot("rolls", site="west", value_per_kg=100)]
    needs = [a_need(), a_need("bank cake", category="cake")]
    day = a_problem(lots, needs, [a_shift(maximum_stops=2)], places=THREE_STORES)
    assert delivered(modelled(day)) == [{"bread", "buns"}]


def test_no_farther_than_the_shift_may_drive() -> None:
    lots = [a_lot("far", value_per_kg=900), a_lot("near", site="west")]
    day = a_problem(lots, [a_need()], [a_shift(maximum_metres=9_000)], places=THREE_STORES)
    assert delivered(modelled(day)) == [{"near"}]


def test_a_limit_on_metres_is_no_matter_for_another_shift() -> None:
    straight = a_problem(places=THREE_STORES).travel["car"]
    seconds, metres = straight.seconds.tolist(), straight.metres.tolist()
    for row in (seconds, metres):
        row[0][3] = row[3][0] = None  # no car can go from the store to the bank
    bicycle = a_shift("bicycle", profile="bicycle")
    day = a_problem([a_lot()], [a_need()], [a_shift(maximum_metres=9_000)], places=THREE_STORES)
    travel = {"car": TravelMatrix(seconds, metres), "bicycle": straight}
    day = replace(day, shifts=(*day.shifts, bicycle), travel=travel)
    assert delivered(modelled(day)) == [set(), {"bread"}]


@pytest.mark.parametrize("asking", ["lot", "store", "bank"])
def test_only_a_shift_with_the_skills_goes_though_another_would_be_cheaper(asking: str) -> None:
    lot = a_lot(skills=("tail lift",) if asking == "lot" else ())
    sites = {} if asking == "lot" else {asking: {"skills": ("tail lift",)}}
    dear = a_shift("dear", cents_per_km=200, cents_per_use=2000, skills=("tail lift",))
    assert delivered(modelled(a_problem([lot], [a_need()], [a_shift(), dear], sites=sites))) == [set(), {"bread"}]
    tours = modelled(a_problem([lot], [a_need()], [a_shift(), replace(dear, skills=())], sites=sites))
    assert delivered(tours) == [set(), set()]


def test_a_break_takes_its_time() -> None:
    """Without the break there would be time for both; the driver rests from half past eight to twelve."""
    lots = [
        a_lot("early", window=TimeWindow(8 * HOUR, 8 * HOUR + 600), value_per_kg=100),
        a_lot("late", site="west", window=TimeWindow(11 * HOUR, 11 * HOUR + 600), value_per_kg=300),
        a_lot("later", site="east", window=TimeWindow(12 * HOUR, 13 * HOUR)),
    ]
    pause = Break(TimeWindow(9 * HOUR, 9 * HOUR), 3 * HOUR)
    free = a_problem(lots, [a_need(grams=900_000)], [a_shift()], places=THREE_STORES)
    assert delivered(modelled(free)) == [{"early", "late", "later"}]
    resting = replace(free, shifts=(a_shift(breaks=(pause,)),))
    assert delivered(modelled(resting)) == [{"early", "later"}]


def test_what_a_break_on_the_way_would_allow_is_left_out_where_it_cannot_be_driven() -> None:
    """The library would rest in the middle of the long drive; a break is taken before it, and that is too late."""
    places = {"store": (0.0, 0.0), "bank": (57_600.0, 0.0)}  # two hours
    need = a_need(windows=(TimeWindow(12 * HOUR, 12 * HOUR + 900),))
    lot = a_lot(window=TimeWindow(9 * HOUR, 9 * HOUR + 600), value_per_kg=9000)
    shift = a_shift(start_site="store", breaks=(Break(TimeWindow(10 * HOUR + 1800, 10 * HOUR + 1800), 1800),))
    day = a_problem([lot], [need], [shift], places=places)
    amounts = {("bread", "bank bread"): 40_000}
    tours = route(day, shipments_of(day, amounts), seconds=SECONDS, stopped=lambda: False)
    assert delivered(tours) == [set()]


def test_food_on_board_takes_its_room_until_it_is_unloaded_and_is_not_collected() -> None:
    lots = [a_lot("soup", category="soup", grams=60_000, on_board="van"), a_lot("bread", grams=80_000)]
    needs = [a_need(), a_need("bank soup", category="soup")]
    shifts = [a_shift("idle"), a_shift(capacity=Load(100_000, 100, 0, 0, 0))]
    idle, tour = modelled(a_problem(lots, needs, shifts))
    assert delivered((idle, tour)) == [set(), {"soup", "bread"}]
    kinds = [(visit.kind, {cargo.lot for cargo in visit.cargo}) for visit in tour]
    assert kinds == [("drop_off", {"soup"}), ("pickup", {"bread"}), ("drop_off", {"bread"})]


def test_food_that_stays_on_board_leaves_no_room_for_more() -> None:
    lots = [a_lot("soup", category="soup", grams=60_000, on_board="van"), a_lot("bread", splittable=False)]
    need = a_need()
    small, large = Load(99_000, 100, 0, 0, 0), Load(100_000, 100, 0, 0, 0)
    assert delivered(modelled(a_problem(lots, [need], [a_shift(capacity=small)]))) == [set()]
    assert delivered(modelled(a_problem(lots, [need], [a_shift(capacity=large)]))) == [{"bread"}]


def test_no_more_comes_to_a_site_than_it_can_store() -> None:
    lots = [a_lot("bread", splittable=False), a_lot("buns", site="east", splittable=False, value_per_kg=300)]
    sites = {"bank": {"storage": Storage(ambient_grams=50_000)}}
    day = a_problem(lots, [a_need()], [a_shift()], places=THREE_STORES, sites=sites)
    assert shipments_of(day, {("bread", "bank bread"): 40_000, ("buns", "bank bread"): 40_000})
    assert delivered(modelled(day)) == [{"buns"}]


def test_what_is_allotted_beyond_the_storage_is_brought_as_far_as_there_is_room() -> None:
    sites = {"bank": {"storage": Storage(ambient_grams=25_000)}}
    day = a_problem([a_lot()], [a_need()], [a_shift()], sites=sites)
    (shipment,) = shipments_of(day, {("bread", "bank bread"): 40_000})
    assert shipment.load.grams == 25_000
    whole = replace(day, lots=(a_lot(splittable=False),))
    assert shipments_of(whole, {("bread", "bank bread"): 40_000}) == []


def test_the_vehicle_waits_for_the_next_window_of_the_food_bank() -> None:
    windows = (TimeWindow(7 * HOUR, 8 * HOUR), TimeWindow(14 * HOUR, 15 * HOUR))
    (tour,) = modelled(a_problem([a_lot()], [a_need(windows=windows)], [a_shift()]))
    day = a_problem([a_lot()], [a_need(windows=windows)], [a_shift()])
    timed = retime(day, day.shifts[0], tour)
    assert timed is not None
    assert timed.stops[2].begin == 14 * HOUR


def test_a_food_bank_that_opens_after_the_last_shift_gets_nothing() -> None:
    lot, need = a_lot(), a_need(windows=(TimeWindow(17 * HOUR + 1, END_OF_DAY),))
    day = a_problem([lot], [need], [a_shift()])
    shipments = shipments_of(day, {("bread", "bank bread"): 40_000})
    assert delivered(route(day, shipments, seconds=SECONDS, stopped=lambda: False)) == [set()]


def test_streets_of_one_direction_are_driven_in_theirs() -> None:
    """From east to west is short, from west to east long: the van goes round that way."""
    seconds = [[0, 1000, 1000], [1000, 0, 100], [1000, 5000, 0]]
    metres = [[10 * each for each in row] for row in seconds]
    lots = [a_lot("buns", site="east"), a_lot("rolls", site="west")]
    places = {"bank": (0.0, 0.0), "east": (1.0, 0.0), "west": (2.0, 0.0)}
    day = a_problem(lots, [a_need()], [a_shift()], places=places)
    (tour,) = modelled(replace(day, travel={"car": TravelMatrix(seconds, metres)}))
    assert [visit.site for visit in tour] == ["east", "west", "bank"]


def test_a_lot_of_more_crates_than_a_vehicle_has_travels_in_parts() -> None:
    day = a_problem([a_lot(crates=40)], [a_need()], [a_shift(), a_shift("other")])
    few = replace(day, shifts=tuple(replace(shift, capacity=Load(500_000, 20, 0, 0, 0)) for shift in day.shifts))
    assert [each.load.crates for each in shipments_of(few, {("bread", "bank bread"): 40_000})] == [20, 20]


def test_tours_are_shipments_again_with_what_is_on_board() -> None:
    lots = [a_lot("soup", category="soup", grams=60_000, on_board="van"), a_lot("bread")]
    day = a_problem(lots, [a_need(), a_need("bank soup", category="soup")], [a_shift()])
    tours = modelled(day)
    shipments, (order,) = shipments_in(day, tours)
    assert {(each.cargo[0].lot, each.on_board) for each in shipments} == {("soup", True), ("bread", False)}
    again = RoutingModel(day, shipments).solve(seconds=SECONDS, stopped=lambda: False, start=[order])
    assert again is not None
    assert delivered(tuple(again)) == delivered(tours)

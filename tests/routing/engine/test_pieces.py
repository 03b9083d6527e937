"""Lots are cut so that some vehicle can take each piece, and into no more pieces than anybody would stop for."""

from dataclasses import replace

import pytest

from routing import Load, Problem, check, solve
from routing.engine.pieces import MOST_SMALL_PARTS, cut, pieces_in, pieces_of
from routing.joint.filling import finish
from routing.limits import SMALLEST_PART_GRAMS
from routing.problem import Lot
from routing.score import Left
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift


def cut_for(room: int, lot: Lot, *, crates: int = 100) -> list[int]:
    """The pieces of the lot on a day with one van of this room."""
    day = a_problem([lot], [a_need()], [a_shift(capacity=Load(room, crates, 0, 0, 0))])
    return cut(day, lot, lot.grams)


def a_free_bicycle_day(room: int, grams: int) -> Problem:
    """Store and food bank a hundred metres apart, and a bicycle that costs nothing."""
    shift = a_shift(capacity=Load(room, 100, 0, 0, 0), cents_per_km=0, cents_per_hour=0, cents_per_use=0)
    places = {"store": (0.0, 0.0), "bank": (100.0, 0.0)}
    return a_problem([a_lot(grams=grams, crates=0)], [a_need()], [shift], places=places)


def test_parts_are_equal_and_fit_the_largest_vehicle() -> None:
    assert cut_for(30_000, a_lot(grams=70_000)) == [23_334, 23_333, 23_333]
    assert cut_for(500_000, a_lot(grams=250_000)) == [83_334, 83_333, 83_333]  # a shipment is 120 kg at most
    assert cut_for(500_000, a_lot(grams=40_000, crates=40), crates=20) == [20_000, 20_000]


def test_a_quarter_of_the_food_banks_can_take_a_part_whole() -> None:
    def cut_for_needs(*sizes: int) -> list[int]:
        needs = [a_need(str(grams), grams=grams) for grams in sizes]
        day = a_problem([a_lot(grams=240_000)], needs, [a_shift(capacity=Load(300_000, 100))])
        return cut(day, day.lots[0], 240_000)

    assert cut_for_needs(20_000, 50_000, 100_000, 400_000) == [240_000]
    assert cut_for_needs(20_000, 50_000, 80_000, 100_000, 400_000) == [80_000] * 3
    assert cut_for_needs(1_000) == [10_000] * 24


def test_finer_parts_are_as_many_times_more_but_never_too_small_for_a_stop() -> None:
    day = a_problem([a_lot(grams=75_000)], [a_need()], [a_shift(capacity=Load(40_000, 100))])
    counts = [len(cut(day, day.lots[0], 75_000, finer)) for finer in (1, 2, 4, 8)]
    assert counts == [2, 4, 7, 7]
    whole = replace(day.lots[0], splittable=False)
    assert cut(day, whole, 75_000, 8) == [75_000]


def test_what_the_search_leaves_is_cut_finer_where_a_van_has_room_for_a_part() -> None:
    """Time for one trip, room for 100 kg, and two lots of 80 kg."""
    lots = [a_lot(grams=80_000, crates=0), a_lot("rolls", grams=80_000, crates=0)]
    van = a_shift(capacity=Load(100_000, 100), maximum_stops=2)
    day = a_problem(lots, [a_need(grams=160_000)], [van])

    def brought(finest: int) -> int:
        tours = finish(day, ((),), 1, finest=finest)
        return sum(lot.grams for lot in lots) - sum(Left(day, tours).lots.values())

    assert [brought(finest) for finest in (1, 2, 8)] == [80_000, 80_000, 100_000]
    assert solve(day, iterations=50).grams_allocated == 100_000


def test_what_must_stay_whole_stays_whole() -> None:
    assert cut_for(1_000, a_lot(splittable=False)) == [40_000]
    assert cut_for(200_000, a_lot(grams=150_000, on_board="van")) == [150_000]


def test_for_a_bicycle_a_lot_is_cut_as_fine_as_it_takes() -> None:
    assert cut_for(9_000, a_lot(grams=80_000)) == [8_889] * 8 + [8_888]
    assert cut_for(2_000, a_lot(grams=9_000)) == [1_800] * 5


@pytest.mark.parametrize(("room", "grams"), [(77, 80_000), (1, 150_000), (77, 3_000), (4_999, 1_000_000)])
def test_tiny_compartments_do_not_make_a_thousand_pieces(room: int, grams: int) -> None:
    parts = cut_for(room, a_lot(grams=grams))
    assert sum(parts) == grams
    assert len(parts) <= max(MOST_SMALL_PARTS, 2 * grams // SMALLEST_PART_GRAMS) + 1
    assert set(parts[:-1]) == {room}  # of these, any vehicle can take one


def test_many_crates_do_not_make_a_thousand_pieces_either() -> None:
    parts = cut_for(500_000, a_lot(grams=40_000, crates=40_000), crates=16)
    assert (parts[0], len(parts), sum(parts)) == (16, MOST_SMALL_PARTS + 1, 40_000)


def test_what_could_be_brought_in_many_small_parts_is_brought_all_the_same() -> None:
    day = a_free_bicycle_day(room=4_000, grams=60_000)
    assert len(pieces_of(day)) == 13
    plan = solve(day, iterations=300)
    assert check(day, plan) == ()
    assert (plan.grams_allocated, plan.unserved) == (60_000, ())


def test_what_stays_after_many_small_parts_has_a_true_reason() -> None:
    """A trip takes some twelve minutes and the store is open for four hours: twenty trips, each with a full bicycle."""
    day = a_free_bicycle_day(room=77, grams=80_000)
    plan = solve(day, iterations=100)
    assert check(day, plan) == ()
    assert plan.grams_allocated == 77 * 20
    assert [unserved.reason for unserved in plan.unserved] == ["vehicles_full"]
    dear = replace(day, shifts=tuple(replace(shift, cents_per_use=1500) for shift in day.shifts))
    plan = solve(dear, iterations=100)
    assert (plan.grams_allocated, [each.reason for each in plan.unserved]) == (0, ["detour_not_worth_it"])


def test_the_rest_is_cut_again_when_the_first_parts_are_on_a_route() -> None:
    day = a_free_bicycle_day(room=77, grams=80_000)
    tours = ((),)
    assert [piece.grams for piece in pieces_in(day, tours)] == cut(day, day.lots[0], 80_000)
    city = a_city(1)
    assert sum(piece.grams for piece in pieces_of(city)) == sum(lot.grams for lot in city.lots)

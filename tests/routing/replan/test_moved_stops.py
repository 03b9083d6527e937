"""How many stops have moved between two plans, counted by hand."""

from routing import MovedStops, moved_stops
from routing.problem import Break
from routing.retime import Cargo, Tour, Visit
from tests.routing.builders import WORKDAY


def a_tour(*stops: str) -> Tour:
    """Stops as "pickup store bread cake": kind, site and lots."""
    return tuple(
        Visit(kind, site, tuple(Cargo(lot, "need", 1) for lot in lots))
        for kind, site, *lots in (stop.split() for stop in stops)
    )


ROUND = a_tour("pickup store bread cake", "pickup dairy milk", "drop_off bank bread milk", "drop_off club cake")


def test_the_same_tours_have_no_moved_stop() -> None:
    assert moved_stops({"van": ROUND}, {"van": ROUND}) == MovedStops()
    pause = Visit("break", "store", (), Break(WORKDAY, 60))
    assert moved_stops({"van": ROUND}, {"van": (pause, *ROUND)}).total == 0


def test_a_stop_that_is_new_or_handles_one_lot_more_or_less_has_not_moved() -> None:
    more = a_tour(
        "pickup store bread",
        "pickup dairy milk cream",
        "drop_off bank bread milk cream",
        "drop_off club cake",
        "pickup mill flour",
    )
    assert moved_stops({"van": ROUND}, {"van": more}).total == 0


def test_stops_on_another_shift_are_elsewhere_and_stops_of_nobody_are_left_out() -> None:
    after = {"van": ROUND[:1], "car": ROUND[1:3]}
    assert moved_stops({"van": ROUND}, after) == MovedStops(elsewhere=2, left_out=1)
    assert moved_stops({"van": ROUND}, {}) == MovedStops(left_out=4)


def test_a_stop_at_the_same_site_with_other_food_is_another_stop() -> None:
    assert moved_stops({"van": ROUND[1:2]}, {"van": a_tour("pickup dairy cheese")}) == MovedStops(left_out=1)


def test_of_stops_in_another_order_the_fewest_count() -> None:
    first_last = (*ROUND[1:], ROUND[0])
    assert moved_stops({"van": ROUND}, {"van": first_last}) == MovedStops(reordered=1)
    assert moved_stops({"van": ROUND}, {"van": ROUND[::-1]}) == MovedStops(reordered=3)


def test_a_lot_that_is_fetched_at_several_stops_of_one_place_moves_none_of_them() -> None:
    again = a_tour("pickup store bread", "drop_off bank bread", "pickup store bread cake", "drop_off club bread cake")
    assert moved_stops({"van": again}, {"van": again}).total == 0
    assert moved_stops({"van": again[::-1]}, {"van": again[::-1]}).total == 0


def test_two_stops_that_become_one_have_not_moved() -> None:
    twice = a_tour("pickup store bread", "pickup store cake")
    assert moved_stops({"van": twice}, {"van": ROUND[:1]}).total == 0

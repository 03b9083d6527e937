"""What is left of a route's line for the map."""

import math

from app.roads.line_shape import seen

METRE = 1 / 111_320  # of latitude, in degrees


def test_points_on_a_straight_street_are_left_out() -> None:
    street = [(-3.0, round(51.5 + number * 20 * METRE, 6)) for number in range(50)]
    assert seen(street) == (street[0], street[-1])


def test_a_bend_of_more_than_a_metre_is_seen_and_a_lesser_one_is_not() -> None:
    bent = [(-3.0, 51.5), (round(-3.0 + 3 * METRE / math.cos(math.radians(51.5)), 6), 51.5005), (-3.0, 51.501)]
    assert seen(bent) == tuple(bent)
    straighter = [bent[0], (round(-3.0 + 0.5 * METRE, 6), 51.5005), bent[2]]
    assert seen(straighter) == (bent[0], bent[2])


def test_a_way_into_a_dead_end_and_back_stays_as_does_one_that_ends_where_it_began() -> None:
    spur = [(-3.0, 51.5), (-3.0, 51.501), (-2.999, 51.501), (-3.0, 51.501), (-3.0, 51.502), (-3.0, 51.5)]
    assert seen(spur) == ((-3.0, 51.5), (-3.0, 51.501), (-2.999, 51.501), (-3.0, 51.501), (-3.0, 51.502), (-3.0, 51.5))


def test_a_line_of_two_points_or_none_stays_as_it_is() -> None:
    assert seen([(-3.0, 51.5), (-2.9, 51.6)]) == ((-3.0, 51.5), (-2.9, 51.6))
    assert seen([]) == ()

"""A city day of about as many routes and stops as somebody asks for: its food, carried by vans that are out for part of
the day, as volunteers drive them."""

from dataclasses import replace

from routing.instances.city import city_day
from routing.problem import Problem, Shift, TimeWindow

OFFERS_PER_STOP = 0.8  # more than the vans can fetch: none of them stays at home
SECONDS_PER_STOP = 900  # to drive to a stop and to be done with it, as the city days take
LEAST_SECONDS = 7200


def short_shifts_day(routes: int, stops: int, seed: int) -> Problem:
    """The large city day of that seed with the first of its offers and vans.

    Each van is out for `stops / routes` times the quarter of an hour that a stop takes, every second one in the later
    part of its hours. As many stops as asked come about roughly: what a plan has is counted in it.
    """
    day = city_day("L", "plentiful", seed)
    seconds = max(LEAST_SECONDS, round(stops / routes * SECONDS_PER_STOP))
    shifts = [_shortened(shift, seconds, number % 2 == 1) for number, shift in enumerate(day.shifts[:routes])]
    return replace(day, lots=day.lots[: round(OFFERS_PER_STOP * stops)], shifts=tuple(shifts))


def _shortened(shift: Shift, seconds: int, is_late: bool) -> Shift:
    window = shift.window
    first = max(window.earliest, window.latest - seconds) if is_late else window.earliest
    return replace(shift, window=TimeWindow(first, min(window.latest, first + seconds)))

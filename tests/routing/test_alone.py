"""The day alone: each food bank for itself, first come, first served, by the same clock and figures."""

from routing import Problem, alone, figures_of_plan, solve
from routing.alone import own_days
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

PLACES = {"store": (0, 0), "bank": (3000, 0), "other": (6000, 0)}


def two_banks(*, second_has_a_van: bool = True) -> Problem:
    shifts = [a_shift()]
    if second_has_a_van:
        shifts.append(a_shift("second", organisation="other", start_site="other", end_site="other"))
    needs = [a_need(), a_need("other bread", organisation="other", site="other")]
    return a_problem([a_lot(grams=60_000)], needs, shifts, places=PLACES)


def test_who_comes_second_finds_it_taken_and_has_driven_all_the_same() -> None:
    problem = two_banks()
    day = alone(problem, seconds=2)
    assert day.figures.grams_delivered == 60_000
    assert day.figures.duplicate_visits == 1
    assert day.figures.vehicles == 2
    assert day.figures.lowest_fill_rate == 0.0


def test_together_the_same_food_needs_fewer_visits_and_reaches_both() -> None:
    problem = two_banks()
    together = figures_of_plan(problem, solve(problem, seconds=2))
    by_themselves = alone(problem, seconds=2).figures
    assert together.grams_delivered >= by_themselves.grams_delivered
    assert together.metres < by_themselves.metres
    assert together.lowest_fill_rate > by_themselves.lowest_fill_rate


def test_without_a_vehicle_of_its_own_a_food_bank_gets_nothing_alone() -> None:
    problem = two_banks(second_has_a_van=False)
    assert set(own_days(problem)) == {"bank"}
    assert alone(problem, seconds=1).figures.lowest_fill_rate == 0.0


def test_a_carriers_van_stays_at_home_alone() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift(organisation="carrier")])
    assert own_days(problem) == {}
    assert alone(problem, seconds=1).figures.grams_delivered == 0

"""What vehicles still have before them becomes a plan that a replan begins with, drivable or not."""

from dataclasses import replace

from routing import Cargo, News, TimeWindow, Visit, check, home_as_it_stands, plan_as_it_stands, replan
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

BREAD = Cargo("bread", "bank bread", 40_000)
TOUR = (Visit("pickup", "store", (BREAD,)), Visit("drop_off", "bank", (BREAD,)))


def test_a_tour_that_can_be_driven_is_a_plan_that_the_checker_accepts() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    plan = plan_as_it_stands(problem, {"van": TOUR})
    assert check(problem, replace(plan, unserved=())) == ()
    assert [stop.kind for stop in plan.routes[0].stops] == ["start", "pickup", "drop_off", "end"]
    assert plan.grams_allocated == 40_000


def test_a_shift_without_anything_to_do_stays_out() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift(), a_shift("other")])
    assert [route.shift for route in plan_as_it_stands(problem, {"van": TOUR, "other": ()}).routes] == ["van"]


def test_each_is_home_when_its_route_ends_though_the_shift_is_over_by_then() -> None:
    short = replace(a_shift(), window=TimeWindow(a_shift().window.earliest, a_shift().window.earliest + 60))
    problem = a_problem([a_lot()], [a_need()], [short, a_shift("other")])
    home = home_as_it_stands(problem, {"van": TOUR, "other": ()})
    assert home == {"van": plan_as_it_stands(problem, {"van": TOUR}).routes[0].stops[-1].arrive}
    assert home["van"] > short.window.latest


def test_what_cannot_be_driven_any_more_is_taken_off_by_the_replan() -> None:
    over = replace(a_lot(), window=TimeWindow(0, 1))
    problem = a_problem([over], [a_need()], [a_shift()])
    plan = plan_as_it_stands(problem, {"van": TOUR})
    assert plan.routes  # it stands there, late as it is
    mended = replan(problem, plan, News(), iterations=20)
    assert mended.plan.routes == ()
    assert [each.lot for each in mended.plan.unserved] == ["bread"]
    assert check(mended.problem, mended.plan) == ()


def test_food_on_board_is_brought_without_being_fetched() -> None:
    loaded = a_lot(on_board="van", site="store")
    problem = a_problem([loaded], [a_need()], [replace(a_shift(), start_site="store")])
    plan = plan_as_it_stands(problem, {"van": TOUR[1:]})
    mended = replan(problem, plan, News(), iterations=20)
    assert [stop.kind for stop in mended.plan.routes[0].stops] == ["start", "drop_off", "end"]
    assert check(mended.problem, mended.plan) == ()
    assert mended.moved.total == 0

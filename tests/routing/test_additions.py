"""A day with one thing more: an addition changes what it says alone, and the best plan is never worth less for it."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Load, Plan, Problem, TimeWindow, problem_to_json, solve
from routing.additions import (
    HOUR,
    KINDS,
    Addition,
    median_food_bank,
    median_of,
    median_store,
    usual_shift,
    with_addition,
    with_food_there,
)
from routing.commands.adding import request_from_json, run_additions
from routing.marginal import Searched, solved_again
from routing.score import worth_of
from routing.worth_trying import MOST_OF_KIND, most_searches, place_of_need, worth_trying
from tests.routing.builders import END_OF_DAY, WORKDAY, a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.exhaustive import best_tours

FAR = {"store": (0, 0), "bank": (5000, 0), "other": (9000, 0)}


def every_addition(problem: Problem) -> list[Addition]:
    """One of each kind that this day could have."""
    start, vehicle, door = problem.shifts[0].start_site, problem.shifts[0].vehicle, problem.needs[0].site
    subjects = {
        "vehicle": start, "cooled_vehicle": start, "opens_earlier": door, "closes_later": door, "chilled_box": vehicle,
        "driver_hour": vehicle, "food_bank": problem.sites[0].id, "store": median_store(problem),
    }  # fmt: skip
    return [Addition(kind, subjects[kind]) for kind in KINDS]


def without(problem: Problem, *names: str) -> dict[str, object]:
    """The day's values but for those that may change."""
    return {name: value for name, value in problem.__getstate__().items() if name not in names}


@given(seed=st.integers(0, 10_000), vans=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_an_addition_changes_only_what_it_says(seed: int, vans: int) -> None:
    problem = a_city(seed, vans=vans)
    if not problem.needs:
        return
    touched = {
        "vehicle": ("shifts",), "cooled_vehicle": ("shifts",), "chilled_box": ("shifts",), "driver_hour": ("shifts",),
        "opens_earlier": ("needs",), "closes_later": ("needs", "lots"),
        "food_bank": ("needs", "sites", "eligibilities", "travel"),
        "store": ("lots", "sites", "eligibilities", "travel"),
    }  # fmt: skip
    for addition in every_addition(problem):
        more = with_addition(problem, addition)
        assert without(more, *touched[addition.kind]) == without(problem, *touched[addition.kind]), addition
        assert more != problem or addition.kind == "chilled_box"
        if addition.kind in ("vehicle", "cooled_vehicle"):
            assert more.shifts[:-1] == problem.shifts
            new, usual = more.shifts[-1], usual_shift(problem)
            assert (new.start_site, new.end_site, new.window) == (addition.subject, addition.subject, usual.window)
            cooled = addition.kind == "cooled_vehicle"
            assert new.capacity == Load(usual.capacity.grams, usual.capacity.crates, usual.capacity.grams * cooled)
        if addition.kind in ("food_bank", "store"):
            count = len(problem.sites)
            assert more.sites[:count] == problem.sites
            assert more.lots[: len(problem.lots)] == problem.lots
            assert more.needs[: len(problem.needs)] == problem.needs
            assert set(problem.eligibilities or ()) <= set(more.eligibilities or ())
            for profile, table in more.travel.items():
                assert (table.seconds[:count, :count] == problem.travel[profile].seconds).all()
                assert table.seconds.shape == (count + 1, count + 1)


def test_an_hour_of_opening_moves_one_end_of_one_site_and_of_its_food() -> None:
    windows = (TimeWindow(9 * HOUR, 10 * HOUR), TimeWindow(13 * HOUR, 15 * HOUR))
    needs = [a_need(windows=windows), a_need("other", organisation="other", site="other")]
    problem = a_problem([a_lot()], needs, [a_shift()], places=FAR)
    later = with_addition(problem, Addition("closes_later", "bank"))
    assert later.needs[0].windows == (windows[0], TimeWindow(13 * HOUR, 16 * HOUR))
    assert (later.needs[1], later.lots) == (problem.needs[1], problem.lots)
    earlier = with_addition(problem, Addition("opens_earlier", "bank"))
    assert earlier.needs[0].windows == (TimeWindow(8 * HOUR, 10 * HOUR), windows[1])
    store = with_addition(problem, Addition("closes_later", "store"))
    assert store.lots[0].window == TimeWindow(8 * HOUR, 13 * HOUR)
    assert store.needs == problem.needs
    assert with_addition(problem, Addition("opens_earlier", "store")) == problem


def test_a_box_is_never_more_than_the_vehicle_and_a_drivers_hour_is_at_the_end_of_its_day() -> None:
    early = a_shift("early", vehicle="van", window=TimeWindow(7 * HOUR, 9 * HOUR), capacity=Load(100_000, 10, 70_000))
    late = a_shift("late", vehicle="van", window=TimeWindow(10 * HOUR, 12 * HOUR), capacity=Load(100_000, 10, 0))
    problem = a_problem([a_lot()], [a_need()], [late, early])
    boxed = with_addition(problem, Addition("chilled_box", "van"), box_grams=40_000)
    assert [shift.capacity.chilled_grams for shift in boxed.shifts] == [40_000, 100_000]
    longer = with_addition(problem, Addition("driver_hour", "van"))
    assert [shift.window.latest for shift in longer.shifts] == [13 * HOUR, 9 * HOUR]


def test_the_partner_in_the_middle_is_the_one_that_is_there_once_more() -> None:
    assert median_of({"a": 5, "b": 1, "c": 9}) == "a"
    assert median_of({"a": 5, "b": 1}) == "b"
    needs = [a_need("large", grams=90_000), a_need("small", organisation="other", site="other", grams=10_000)]
    lots = [a_lot(), a_lot("less", site="other", grams=1_000)]
    problem = a_problem(lots, needs, [a_shift()], places=FAR)
    assert (median_food_bank(problem), median_store(problem)) == ("other", "other")
    more = with_addition(problem, Addition("food_bank", "store"))
    new = more.needs[-1]
    assert (new.organisation, new.site, new.grams, new.windows) == (
        "added food bank",
        "added food bank",
        10_000,
        (WORKDAY,),
    )
    assert more.leg(more.shifts[0], "store", new.site) == (0, 0)
    assert {pair.lot for pair in more.eligibilities or () if pair.need == new.id} == {"bread", "less"}
    with pytest.raises(ValueError, match="nobody to be like"):
        median_of({})


def test_the_usual_vehicle_is_of_the_kind_that_there_is_most_of_at_its_most_usual_hours() -> None:
    small, noon = Load(50_000, 10), TimeWindow(7 * HOUR, 12 * HOUR)
    shifts = [a_shift("large"), *(a_shift(f"small {i}", capacity=small) for i in range(2))]
    shifts += [a_shift(f"noon {i}", capacity=small, window=noon) for i in range(3)]
    found = usual_shift(a_problem([a_lot()], [a_need()], shifts))
    assert (found.capacity, found.window) == (small, noon)
    with pytest.raises(ValueError, match="Nobody drives"):
        usual_shift(a_problem([a_lot()], [a_need()]))


def test_what_was_not_there_is_left_out_and_crates_go_with_the_grams() -> None:
    problem = a_problem([a_lot(), a_lot("gone"), a_lot("as posted")], [a_need()], [a_shift()])
    day = with_food_there(problem, {"bread": 16_000, "gone": 0})
    assert [(lot.id, lot.grams, lot.crates) for lot in day.lots] == [("bread", 16_000, 2), ("as posted", 40_000, 5)]
    assert {pair.lot for pair in day.eligibilities or ()} == {"bread", "as posted"}


@given(
    grams=st.lists(st.integers(1, 90), min_size=2, max_size=3),
    need=st.integers(5, 150),
    closes=st.integers(9, 13),
    load=st.integers(20, 120),
)
@settings(max_examples=12, deadline=None)
def test_the_best_plan_of_a_small_day_is_never_worth_less_with_an_addition(
    grams: list[int], need: int, closes: int, load: int
) -> None:
    classes = ("ambient", "chilled", "chilled")
    lots = [
        a_lot(f"lot {i}", grams=each * 1000, splittable=False, temperature_class=classes[i])
        for i, each in enumerate(grams)
    ]
    van = a_shift(capacity=Load(load * 1000, 100, 10_000), window=TimeWindow(7 * HOUR, closes * HOUR))
    problem = a_problem(lots, [a_need(grams=need * 1000, windows=(TimeWindow(9 * HOUR, 10 * HOUR),))], [van])
    before = worth_of(problem, best_tours(problem))
    for addition in every_addition(problem):
        if addition.kind == "store":
            continue  # twice the lots are too many to try everything
        more = with_addition(problem, addition)
        assert worth_of(more, best_tours(more)) >= before, addition


def test_only_what_the_plan_touches_is_tried_and_never_more_than_was_said() -> None:
    for seed in range(6):
        problem = a_city(seed)
        found = worth_trying(problem, solve(problem, iterations=100))
        assert len(found) <= most_searches(KINDS)
        for kind in KINDS:
            assert sum(each.kind == kind for each in found) <= MOST_OF_KIND[kind]
    enough = a_problem([a_lot()], [a_need()], [a_shift()])
    assert worth_trying(enough, solve(enough, iterations=50)) == (Addition("store", "store"),)
    assert worth_trying(enough, solve(enough, iterations=50), ["vehicle"]) == ()


def test_a_food_bank_is_tried_where_what_is_left_is_nearest() -> None:
    places = {"store": (0, 0), "near": (100, 0), "bank": (9000, 0), "far": (12_000, 0)}
    lots = [a_lot(grams=90_000), a_lot("crumbs", site="far", grams=1_000)]
    problem = a_problem(lots, [a_need()], [a_shift()], places=places)
    nothing = replace(solve(problem, iterations=20), allocations=(), routes=())
    plan: Plan = replace(nothing, unserved=tuple(_left(lot.id, lot.grams) for lot in problem.lots))
    assert place_of_need(problem, plan) == "store"


def _left(lot: str, grams: int) -> object:
    from routing import Unserved

    return Unserved(lot, grams, "vehicles_full", {})


def full_van() -> Problem:
    """One small van, two stores' worth of food: another van doubles what is brought."""
    lots = [a_lot(grams=50_000, splittable=False), a_lot("more", grams=50_000, splittable=False)]
    van = a_shift(capacity=Load(50_000, 100), window=TimeWindow(8 * HOUR, 8 * HOUR + 2400))
    return a_problem(lots, [a_need()], [van], deliver_by=END_OF_DAY)


def found_of(problem: Problem, **wishes: object) -> list[Searched]:
    return list(solved_again(problem, steps=60, **wishes))  # type: ignore[arg-type]


def test_a_day_is_solved_as_it_was_with_several_seeds_and_then_with_each_addition() -> None:
    found = found_of(full_van())
    assert [each.addition for each in found[:3]] == [None] * 3
    assert [each.seed for each in found[:3]] == [1, 2, 3]
    assert {each.outcome.grams for each in found[:3]} == {50_000}
    gains = {each.addition.kind: each.outcome.grams - 50_000 for each in found if each.addition is not None}
    assert gains["vehicle"] == 50_000
    assert "cooled_vehicle" not in gains  # nothing chilled was left
    assert [each.to_come for each in found] == list(range(len(found) - 1, -1, -1))
    assert found == found_of(full_van())
    costs = {each.addition.kind: each.outcome.cents for each in found if each.addition is not None}
    assert costs["vehicle"] == 2 * found[0].outcome.cents


@given(seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_a_search_from_the_day_as_it_was_never_ends_with_a_plan_that_is_refused(seed: int) -> None:
    problem = a_city(seed)
    for each in found_of(problem):
        assert each.outcome.grams >= 0
    assert found_of(a_problem()) == found_of(a_problem())


def test_the_command_answers_a_request_line_by_line_and_refuses_what_it_cannot_read() -> None:
    asked = {"problem": problem_to_json(full_van()), "kinds": ["vehicle"], "steps": 30, "there": {"more": 30_000}}
    sink = io.StringIO()
    assert run_additions(io.StringIO(json.dumps(asked, default=lambda table: table.tolist())), sink) == 0
    said = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [each["addition"] for each in said] == [None, None, None, {"kind": "vehicle", "subject": "bank"}]
    assert said[-1]["outcome"]["grams"] == 80_000
    for wrong in ({}, {"problem": {}, "speed": 1}, {**asked, "steps": 0}, {**asked, "kinds": "vehicle"}):
        assert run_additions(io.StringIO(json.dumps(wrong, default=lambda table: table.tolist())), sink) == 1
    with pytest.raises(ValueError, match="There is no addition"):
        list(solved_again(full_van(), ["boat"]))
    with pytest.raises(ValueError, match="grams by lot"):
        request_from_json({**asked, "there": []})

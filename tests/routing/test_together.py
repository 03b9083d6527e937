"""A day together beside the day alone, under one set of assumptions after the other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import VARIANTS, Compared, Plan, Problem, check, compared, day_as_planned, figures_of_plan, solve
from routing.alone import alone, own_days
from routing.own_stores import own_stores
from routing.together import BY_NAME, USUAL, at_pace, bringing, known_early
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

PLACES = {"store": (0, 0), "bank": (3000, 0), "other": (6000, 0)}
TWO_NEEDS = [a_need(), a_need("other bread", organisation="other", site="other")]


def two_banks(**lot: object) -> Problem:
    """Two food banks with a van each, and one store between them."""
    vans = [a_shift(), a_shift("second", organisation="other", start_site="other", end_site="other")]
    return a_problem([a_lot(grams=60_000, **lot)], TWO_NEEDS, vans, places=PLACES)


def all_of(problem: Problem, plan: Plan | None = None, **wishes: object) -> dict[str, Compared]:
    found = compared(problem, plan, iterations=60, **wishes)  # type: ignore[arg-type]
    return {each.variant.name: each for each in found}


@given(seed=st.integers(0, 10_000), banks=st.integers(1, 4), vans=st.integers(0, 4))
@settings(max_examples=15, deadline=None)
def test_partners_add_up_to_the_day_on_both_sides_of_any_day(seed: int, banks: int, vans: int) -> None:
    problem = a_city(seed, banks=banks, vans=vans)
    plan = solve(problem, iterations=30)
    [usual] = compared(problem, plan, [USUAL], iterations=30)
    assert usual.together is not None
    assert usual.together.figures == figures_of_plan(problem, plan)
    for day in (usual.together, usual.alone):
        of_each = list(day.partners.values())
        assert sum(each.grams_received for each in of_each) == day.figures.grams_delivered
        assert sum(each.metres for each in of_each) == day.figures.metres
        assert sum(each.driver_seconds for each in of_each) == day.figures.driver_seconds
        assert sum(each.vehicles for each in of_each) == day.figures.vehicles
        assert sum(each.duplicate_visits for each in of_each) == day.figures.duplicate_visits
        assert all(each.empty_visits <= each.duplicate_visits <= each.visits for each in of_each)
        fills = [each.fill_rate for each in of_each if each.fill_rate is not None]
        assert day.figures.lowest_fill_rate == min(fills, default=1.0)


def test_every_variant_is_there_once_and_the_same_on_every_run() -> None:
    problem = a_city(3)
    plan = solve(problem, iterations=200)
    found = all_of(problem, plan)
    assert list(found) == [variant.name for variant in VARIANTS if not variant.early]
    assert found == all_of(problem, plan)
    again = {name for name, each in found.items() if each.together is not None}
    assert again == {"usual", "slower", "quicker", "same_food"}


def test_who_comes_second_finds_an_empty_dock_and_who_knows_of_the_other_does_not_go() -> None:
    problem = two_banks()
    found = all_of(problem, solve(problem, iterations=200))
    apart = found["usual"].alone
    assert (apart.figures.duplicate_visits, apart.figures.vehicles) == (1, 2)
    assert [each.empty_visits for each in apart.partners.values()] == [0, 1]
    assert found["aware"].alone.figures.duplicate_visits == 0
    assert found["aware"].alone.partners["bank"].grams_received == 60_000
    assert found["aware_last_first"].alone.partners["other"].grams_received == 60_000


def test_without_an_agreement_nothing_is_collected_where_agreements_alone_open_doors() -> None:
    problem = two_banks()
    found = all_of(problem, solve(problem, iterations=200), agreed={"other": ["store"]})
    alone_day = found["agreed_stores"].alone
    assert (alone_day.partners["bank"].grams_received, alone_day.partners["bank"].metres) == (0, 0)
    assert alone_day.partners["other"].grams_received == 60_000


def test_the_same_food_together_is_no_more_than_alone() -> None:
    for seed in range(4):
        problem = a_city(seed, vans=3)
        found = all_of(problem, solve(problem, iterations=200))
        same, apart = found["same_food"].together, found["same_food"].alone
        assert same is not None
        assert apart == found["usual"].alone
        assert same.figures.grams_delivered <= apart.figures.grams_delivered
        for bank, partner in same.partners.items():
            assert partner.grams_received <= apart.partners[bank].grams_received


def test_a_driven_day_has_no_day_together_of_its_own_and_what_was_not_there_finds_nobody() -> None:
    found = all_of(two_banks(), there={"bread": 20_000})
    assert "same_food" not in found
    assert all(each.together is None for each in found.values())
    assert found["usual"].alone.figures.grams_delivered == 20_000


def test_who_hears_of_food_too_late_does_not_fetch_it_alone() -> None:
    problem = two_banks()
    assert "known_early" not in all_of(problem, there={})
    late = all_of(problem, there={}, early=frozenset())["known_early"].alone
    assert (late.figures.grams_delivered, late.figures.metres) == (0, 0)
    early = all_of(problem, there={}, early=frozenset({"bread"}))
    assert early["known_early"].alone == early["usual"].alone


@given(seed=st.integers(0, 10_000), early=st.sets(st.integers(0, 11)))
@settings(max_examples=10, deadline=None)
def test_alone_with_what_was_known_early_is_the_day_of_that_food_and_no_other(seed: int, early: set[int]) -> None:
    problem = a_city(seed)
    known = {lot.id for number, lot in enumerate(problem.lots) if number in early}
    [found] = compared(problem, None, [BY_NAME["known_early"]], early=known, iterations=30)
    day = known_early(problem, known)
    assert {lot.id for lot in day.lots} == known
    assert all(lot in known for lot, _ in day.pairs())
    assert found.alone.figures == alone(day, iterations=30, stores=own_stores(day)).figures


@pytest.mark.parametrize("splittable", [True, False])
def test_of_less_than_was_offered_who_comes_first_takes_all_even_of_what_goes_whole(splittable: bool) -> None:
    played = alone(two_banks(splittable=splittable), iterations=60, there={"bread": 20_000})
    assert played.figures.grams_delivered == 20_000
    assert sum(played.delivered.values()) == 20_000


def test_a_partner_without_a_vehicle_receives_together_and_nothing_alone() -> None:
    problem = a_problem([a_lot(grams=60_000)], TWO_NEEDS, [a_shift()], places=PLACES)
    found = all_of(problem, solve(problem, iterations=200))["usual"]
    assert found.together is not None
    assert found.together.partners["other"].grams_received > 0
    assert found.together.partners["other"].vehicles == 0
    other = found.alone.partners["other"]
    assert (other.grams_received, other.metres, other.visits, other.fill_rate) == (0, 0, 0, 0.0)


def test_a_day_without_food_has_no_kilograms_and_no_error() -> None:
    problem = a_problem([], TWO_NEEDS, [a_shift()], places=PLACES)
    found = all_of(problem, solve(problem, iterations=10))
    assert all(each.alone.figures.grams_delivered == each.alone.figures.metres == 0 for each in found.values())


def test_a_slower_day_takes_longer_and_is_as_long_a_way() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    plan = solve(problem, iterations=100)
    found = all_of(problem, plan)
    usual, slower = found["usual"].together, found["slower"].together
    assert usual is not None
    assert slower is not None
    assert slower.figures.metres == usual.figures.metres
    assert slower.figures.driver_seconds > usual.figures.driver_seconds > found["quicker"].alone.figures.driver_seconds
    day = at_pace(problem, 120)
    assert day.sites[0].setup_seconds == 360
    assert day.travel["car"].seconds[0, 1] == problem.travel["car"].seconds[0, 1] * 1.2
    assert at_pace(problem, 100) is problem


def test_a_need_of_what_was_delivered_wants_nothing_more() -> None:
    problem = two_banks()
    wish = bringing(problem, {"bank bread": 10_000, "other bread": 0})
    assert [(need.id, need.grams) for need in wish.needs] == [("bank bread", 10_000)]
    assert {pair.need for pair in wish.eligibilities or ()} == {"bank bread"}
    assert check(wish, solve(wish, iterations=20)) == ()


def test_stores_that_a_food_bank_does_not_go_to_are_not_in_its_day_but_what_is_on_board_is() -> None:
    problem = two_banks()
    soup = a_lot("soup", on_board="van", grams=5_000)
    with_soup = replace(problem, lots=(*problem.lots, soup), eligibilities=None)
    days = own_days(with_soup, {"bank": frozenset()})
    assert [lot.id for lot in days["bank"].lots] == ["soup"]
    assert "bread" in [lot.id for lot in days["other"].lots]


def test_variants_differ_from_the_usual_one_by_name() -> None:
    assert len(BY_NAME) == len(VARIANTS)
    assert day_as_planned(two_banks(), solve(two_banks(), iterations=5)).partners.keys() == {"bank", "other"}

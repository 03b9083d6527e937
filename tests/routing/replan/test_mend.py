"""A day under way is planned again: what is done or on board or locked stays, nothing is lost, and little moves."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import (
    Break,
    Cargo,
    Done,
    Eligibility,
    LockedRoute,
    News,
    Plan,
    Policy,
    Problem,
    ProblemError,
    Replan,
    TimeWindow,
    Visit,
    check,
    plan_as_it_stands,
    replan,
    solve,
)
from routing.later import Pairs
from routing.plan import REASONS
from routing.replan.mend import shifts_near, tours_by_shift, what_pays
from routing.replan.rest_of_day import REPLAN_MOVE_CENTS
from routing.retime import tours_of_plan
from tests.routing.builders import WORKDAY, a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day
from tests.routing.random_news import KINDS, random_news

HOUR = 3600
PLACES = {"store": (0, 0), "bank": (5000, 0), "second store": (0, 5000), "second bank": (5000, 5000)}


def two_vans(**fields: Any) -> Problem:
    """Bread for one food bank and cake for another, and a van at each."""
    lots = [a_lot(splittable=False), a_lot("cake", category="cake", site="second store", splittable=False)]
    needs = [a_need(), a_need("cake need", category="cake", site="second bank", organisation="second")]
    shifts = [a_shift(), a_shift("car", start_site="second bank", end_site="second bank", organisation="second")]
    return a_problem(lots, needs, shifts, places=PLACES, **fields)


def planned(day: Problem) -> Plan:
    return solve(day, iterations=200)


def mended(day: Problem, plan: Plan, news: News) -> Replan:
    """The replan, which is checked."""
    found = replan(day, plan, news, iterations=100)
    assert check(found.problem, found.plan) == ()
    assert all(each.reason in REASONS for each in found.plan.unserved)
    return found


def driver_of(plan: Plan, lot: str) -> str:
    return next(each.shift for each in plan.allocations if each.lot == lot)


def second_of(plan: Plan, lot: str, *, collected: bool) -> int:
    """When the plan has finished collecting the lot, or unloading it."""
    each = next(each for each in plan.allocations if each.lot == lot)
    route = next(route for route in plan.routes if route.shift == each.shift)
    return route.stops[each.pickup_stop if collected else each.drop_off_stop].leave


def test_without_news_nothing_changes() -> None:
    day = two_vans()
    plan = planned(day)
    found = mended(day, plan, News())
    assert found.plan.routes == plan.routes
    assert (found.moved.total, found.delivered) == (0, ())
    assert found.problem.policy.move_cents == day.policy.move_cents
    assert {(each.lot, each.need, each.shift) for each in found.problem.promises} == {
        (each.lot, each.need, each.shift) for each in plan.allocations
    }


def test_a_late_offer_is_put_in_and_no_stop_moves() -> None:
    day = two_vans()
    late = a_lot("rolls", site="second store", grams=20_000)
    found = mended(
        day, planned(day), News(lots=(late,), eligibilities=(Eligibility("rolls", "bank bread", 17 * HOUR),))
    )
    assert "rolls" in {each.lot for each in found.plan.allocations}
    assert found.moved.total == 0


def test_what_is_collected_stays_on_board_and_is_delivered_where_it_was_to_go() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    found = mended(day, plan, News(now=second_of(plan, "bread", collected=True) - 1))  # the driver is loading
    assert found.problem.lots_by_id["bread"].on_board == van
    assert driver_of(found.plan, "bread") == van
    shift = found.problem.shifts_by_id[van]
    assert (shift.start_site, shift.cents_per_use) == ("store", 0)
    assert shift.window.earliest == second_of(plan, "bread", collected=True)
    assert found.moved.total == 0


def test_a_vehicle_on_the_road_reaches_the_next_stop_first() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    found = mended(day, plan, News(now=second_of(plan, "bread", collected=True) + 1))
    shift = found.problem.shifts_by_id[van]
    assert shift.start_site == "bank"
    old = next(route for route in plan.routes if route.shift == van)
    new = next(route for route in found.plan.routes if route.shift == van)
    unloading = next(stop for stop in old.stops if (stop.kind, stop.site) == ("drop_off", "bank"))
    assert new.stops[1].begin == unloading.begin


def test_what_was_delivered_is_taken_off_the_need_and_told() -> None:
    day = two_vans()
    plan = planned(day)
    found = mended(day, plan, News(now=second_of(plan, "bread", collected=False)))
    need = found.problem.needs_by_id["bank bread"]
    assert (need.grams, need.delivered_grams) == (60_000, 40_000)
    assert [each.lot for each in found.delivered][:1] == ["bread"]
    assert "bread" not in found.problem.lots_by_id


def test_a_withdrawn_lot_is_not_fetched_but_goes_on_when_it_is_on_board() -> None:
    day = two_vans()
    plan = planned(day)
    before = mended(day, plan, News(withdrawn=("bread",)))
    assert "bread" not in before.problem.lots_by_id
    assert before.rest.withdrawn == {"bread": 40_000}
    assert before.moved.total == 0  # stops of food that is not there any more are nobody's
    after = mended(day, plan, News(now=second_of(plan, "bread", collected=True), withdrawn=("bread",)))
    assert "bread" in {each.lot for each in after.plan.allocations}
    assert after.rest.withdrawn == {}


def test_the_food_of_a_vehicle_that_has_not_left_is_fetched_by_another() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    found = mended(day, plan, News(gone=(van,)))
    assert driver_of(found.plan, "bread") != van
    assert found.moved.elsewhere >= 2
    assert found.forced == found.moved.total


def test_the_food_on_board_of_a_vehicle_that_breaks_down_is_fetched_where_it_stands() -> None:
    day = two_vans()
    plan = planned(day)
    van, now = driver_of(plan, "bread"), second_of(plan, "bread", collected=True)
    stop = next(each.pickup_stop for each in plan.allocations if each.lot == "bread")
    found = mended(day, plan, News(done=(Done(van, stop, "second store", now),), gone=(van,), now=now))
    lot = found.problem.lots_by_id["bread"]
    assert (lot.site, lot.on_board, lot.window.earliest, lot.grams) == ("second store", None, now, 40_000)
    assert driver_of(found.plan, "bread") != van
    left_there = mended(day, plan, News(gone=(van,), now=now, withdrawn=("bread",)))
    assert left_there.rest.withdrawn == {"bread": 40_000}


def test_food_for_a_bank_that_closes_goes_to_another_or_stays_on_board_with_a_reason() -> None:
    day = two_vans()
    plan = planned(day)
    now = second_of(plan, "bread", collected=True)
    found = mended(day, plan, News(now=now, closed=("bank",)))
    assert found.problem.lots_by_id["bread"].on_board == driver_of(plan, "bread")
    (unserved,) = [each for each in found.plan.unserved if each.lot == "bread"]
    assert unserved.grams == 40_000
    other = a_need("other bread", site="second bank", organisation="second")
    pairs = (Eligibility("bread", "other bread", 17 * HOUR),)
    redirected = mended(day, plan, News(now=now, closed=("bank",), needs=(other,), eligibilities=pairs))
    assert [each.need for each in redirected.plan.allocations if each.lot == "bread"] == ["other bread"]


def test_a_shift_that_is_delayed_drives_what_it_still_can() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    late = replace(day.shifts_by_id[van], window=TimeWindow(11 * HOUR, 17 * HOUR))
    found = mended(day, plan, News(shifts=(late,)))
    assert found.moved.total == 0
    assert next(route for route in found.plan.routes if route.shift == van).stops[0].leave >= 11 * HOUR
    too_late = replace(late, window=TimeWindow(13 * HOUR, 17 * HOUR))  # the store is shut by then
    found = mended(day, plan, News(shifts=(too_late,)))
    assert driver_of(found.plan, "bread") != van


def test_a_locked_route_stays_although_another_would_do_it_better() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    better = a_lot("rolls", grams=20_000)
    pairs = (Eligibility("rolls", "bank bread", 17 * HOUR),)
    found = mended(day, plan, News(lots=(better,), eligibilities=pairs, lock=(van,)))
    assert [route for route in found.plan.routes if route.shift == van] == [
        route for route in plan.routes if route.shift == van
    ]
    assert found.rest.unlocked == ()
    again = mended(found.problem, found.plan, News(now=8 * HOUR))
    assert [each.shift for each in again.problem.locked] == [van]


def test_a_lock_that_cannot_be_kept_is_given_up_and_told() -> None:
    day = two_vans()
    plan = planned(day)
    van = driver_of(plan, "bread")
    found = mended(day, plan, News(lock=(van,), closed=("bank",)))
    assert found.rest.unlocked == (van,)
    home = mended(
        replace(day, locked=(LockedRoute(van, ()),)), planned(replace(day, locked=(LockedRoute(van, ()),))), News()
    )
    assert van not in {route.shift for route in home.plan.routes}


def test_a_lot_that_is_partly_on_board_is_several_and_none_is_lost() -> None:
    bread = a_lot(grams=200_000, crates=20)
    needs = [a_need(), a_need("second bread", site="second bank", organisation="second")]
    shifts = [
        a_shift(),
        a_shift("car", start_site="second bank", end_site="second bank", window=TimeWindow(10 * HOUR, 17 * HOUR)),
    ]
    day = a_problem([bread], needs, shifts, places=PLACES, policy=Policy(shipment_grams=50_000))
    plan = planned(day)
    first = min(plan.allocations, key=lambda each: next(r for r in plan.routes if r.shift == each.shift).stops[1].leave)
    route = next(route for route in plan.routes if route.shift == first.shift)
    found = mended(day, plan, News(now=route.stops[first.pickup_stop].leave))
    grams = Counter(dict.fromkeys(found.rest.origins.values(), 0))
    for lot in found.problem.lots:
        grams[found.rest.origins[lot.id]] += lot.grams
    assert grams == {"bread": 200_000}
    assert any(lot.on_board for lot in found.problem.lots)


def test_a_break_whose_time_has_passed_is_taken_as_soon_as_it_can_be() -> None:
    pause = Break(TimeWindow(9 * HOUR, 10 * HOUR), 1800)
    day = two_vans()
    day = replace(day, shifts=tuple(replace(shift, breaks=(pause,)) for shift in day.shifts))
    found = mended(day, planned(day), News(now=11 * HOUR, done=(Done("van", 0), Done("car", 0))))
    for shift in found.problem.shifts:
        assert shift.breaks == (Break(TimeWindow(9 * HOUR, 11 * HOUR), 1800),)


def test_a_shift_that_is_over_is_left_out() -> None:
    day = two_vans()
    found = mended(day, planned(day), News(now=18 * HOUR, done=(Done("van", 0), Done("car", 0))))
    assert found.plan.routes == ()
    assert {each.reason for each in found.plan.unserved} == {"outside_every_shift"}


def test_a_policy_that_says_nothing_of_moves_has_them_cost_something_in_a_replan() -> None:
    day = two_vans(policy=Policy(move_cents=0))
    assert mended(day, planned(day), News()).problem.policy.move_cents == REPLAN_MOVE_CENTS


def test_the_same_steps_give_the_same_plan() -> None:
    day = a_city(4, lots=16, vans=3)
    plan = planned(day)
    news = News(now=9 * HOUR, withdrawn=("lot 1",), closed=("bank 2",))
    assert mended(day, plan, news).plan == mended(day, plan, news).plan


def test_a_move_that_is_worth_less_than_it_costs_is_not_kept() -> None:
    day = two_vans()
    plan = planned(day)
    tours = tours_of_plan(day, plan)
    nothing = tuple(() for _ in tours)
    assert what_pays(day, nothing, tours) == tours  # new stops are no moved ones
    dear = replace(day, policy=Policy(move_cents=1_000_000))
    assert what_pays(dear, tours, nothing) == tours
    swapped = tuple(reversed(tours))
    for other in (nothing, swapped):
        if all(tours):
            assert what_pays(dear, tours, other) == tours


def test_the_shifts_nearest_to_a_place_are_searched() -> None:
    day = two_vans()
    nothing = ((), ())
    assert shifts_near(day, nothing, ["second bank"], 1) == [1]
    assert shifts_near(day, nothing, ["bank", "second bank"], 5) == [0, 1]
    assert shifts_near(day, nothing, [], 5) == []


WRONG: dict[str, tuple[News, str, str]] = {
    "an unknown lot": (News(withdrawn=("no",)), "withdrawn[0]", "unknown_reference"),
    "an unknown site": (News(closed=("bank", "no")), "closed[1]", "unknown_reference"),
    "an unknown shift": (News(gone=("no",)), "gone[0]", "unknown_reference"),
    "an unknown lock": (News(lock=("no",)), "lock[0]", "unknown_reference"),
    "a shift that nobody knows": (News(done=(Done("no", 0),)), "done[0].shift", "unknown_reference"),
    "a stop that the route has not": (News(done=(Done("van", 99),)), "done[0].stop", "out_of_range"),
    "a stop before the start": (News(done=(Done("van", -1),)), "done[0].stop", "out_of_range"),
    "a place that nobody knows": (News(done=(Done("van", 0, "no"),)), "done[0].site", "unknown_reference"),
    "a shift twice": (News(done=(Done("van", 0), Done("van", 0))), "done[1].shift", "duplicate_id"),
    "a time before midnight": (News(now=-1), "now", "out_of_range"),
    "a lot without weight": (News(lots=(a_lot(grams=0),)), "lots[0].grams", "out_of_range"),
    "a lot at no site": (News(lots=(a_lot(site="no"),)), "lots[0].site", "unknown_reference"),
    "a need twice": (News(needs=(a_need(), a_need())), "needs[1].id", "duplicate_id"),
    "a shift on no road": (News(shifts=(a_shift(profile="boat"),)), "shifts[0].profile", "unknown_reference"),
    "a pair of an unknown lot": (
        News(eligibilities=(Eligibility("no", "bank bread", 9),)), "eligibilities[0].lot", "unknown_reference",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_news_that_do_not_fit_are_refused_with_their_path(name: str) -> None:
    news, path, code = WRONG[name]
    day = two_vans()
    with pytest.raises(ProblemError) as caught:
        replan(day, planned(day), news, iterations=10)
    assert (caught.value.path, caught.value.code) == (path, code)


def test_a_plan_of_another_day_and_pairs_for_a_day_without_are_refused() -> None:
    day = two_vans()
    plan = planned(day)
    with pytest.raises(ProblemError, match="another problem"):
        replan(replace(day, estimated_travel=True), plan, News())
    free = replace(day, eligibilities=None)
    with pytest.raises(ProblemError, match="lists no pairs"):
        replan(free, planned(free), News(eligibilities=(Eligibility("bread", "bank bread", 9),)))


def faults_of(day: Problem, plan: Plan, news: News, found: Replan) -> list[str]:
    """What is wrong with a replan: broken rules, lost grams, or something frozen that has changed."""
    faults = [f"{each.rule}: {each.sentence} ({each.where})" for each in check(found.problem, found.plan)]
    grams: Counter[str] = Counter(found.rest.withdrawn)
    for each in found.delivered:
        grams[each.lot] += each.grams
        if each not in plan.allocations:
            faults.append(f"{each.lot} was not to be delivered so")
    for lot in found.problem.lots:
        grams[found.rest.origins[lot.id]] += lot.grams
    known = {lot.id: lot.grams for lot in (*day.lots, *news.lots)}
    faults += [f"{lot}: {grams[lot]} g of {most} g" for lot, most in known.items() if grams[lot] != most]
    for lot in day.lots:
        mine = [each for each in found.problem.lots if found.rest.origins[each.id] == lot.id]
        if lot.on_board and lot.on_board not in news.gone and any(each.on_board != lot.on_board for each in mine):
            faults.append(f"{lot.id} is on board no more")
    after = tours_by_shift(found.problem, found.plan)
    for locked in found.problem.locked:
        stops = [(visit.kind, visit.site) for visit in after[locked.shift] if visit.kind != "break"]
        if stops != [(stop.kind, stop.site) for stop in locked.stops]:
            faults.append(f"{locked.shift} is locked and drives something else")
    return faults


Step = tuple[str, int, int]


@settings(max_examples=150)
@given(
    st.integers(0, 10_000),
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 3 * HOUR), st.integers(0, 10_000)), min_size=1, max_size=4
    ),
)
def test_after_any_history_the_replan_stands_and_nothing_is_lost(seed: int, history: list[Step]) -> None:
    day = a_random_day(seed)
    plan = solve(day, iterations=60, seed=seed)
    now = 6 * HOUR
    for kind, later, draw in history:
        now += later
        news = random_news(day, plan, kind, now if later else None, draw)
        found = replan(day, plan, news, iterations=30, seed=seed)
        assert faults_of(day, plan, news, found) == [], (kind, news)
        day, plan = found.problem, found.plan


def test_a_need_that_is_less_changes_only_what_it_must() -> None:
    day = two_vans()
    less = replace(day.needs_by_id["bank bread"], grams=10_000, windows=(WORKDAY,))
    found = mended(day, planned(day), News(needs=(less,)))
    assert {each.lot for each in found.plan.allocations} == {"cake"}
    assert [each.lot for each in found.plan.unserved] == ["bread"]


FAR_FROM_FIRST: dict[str, tuple[float, float]] = {"store": (0, 0), "bank": (9000, 0), "other bank": (200, 0)}


def a_day_of_two(**of_first: Any) -> Problem:
    """One lot that is new; the food bank near the store would get it, the one further away comes first."""
    needs = [a_need("first", **of_first), a_need("next", organisation="others", site="other bank")]
    van = a_shift(start_site="other bank", end_site="other bank")
    return a_problem([a_lot(splittable=False)], needs, [van], places=FAR_FROM_FIRST)


def went(day: Problem, plan: Plan | None = None, later: Pairs = ()) -> list[str]:
    before = plan or plan_as_it_stands(day, {"van": ()})
    news = News(lots=() if plan else day.lots)
    found = replan(day, before, news, iterations=100, later=later)
    assert check(found.problem, found.plan) == ()
    return [each.need for each in found.plan.allocations]


def test_what_is_new_goes_to_who_comes_first_however_near_the_others_are() -> None:
    assert went(a_day_of_two(), later={("bread", "next")}) == ["first"]
    assert went(a_day_of_two()) == ["next"]  # without the pair that waits it would go elsewhere


def test_what_the_first_cannot_have_in_time_goes_to_who_waits() -> None:
    closed = a_day_of_two(windows=(TimeWindow(0, 1),))
    assert went(closed, later={("bread", "next")}) == ["next"]


def test_what_the_plan_promises_to_somebody_who_waits_stays() -> None:
    day = a_day_of_two()
    loaded = Cargo("bread", "next", 40_000)
    plan = plan_as_it_stands(
        day, {"van": (Visit("pickup", "store", (loaded,)), Visit("drop_off", "other bank", (loaded,)))}
    )
    assert went(day, plan, later={("bread", "next")}) == ["next"]

"""From a planned day to its shares: which groups are asked, and what comes of their answers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.domain.cost_games import MOST_EXACT, all_groups
from app.sharing.working_out import FEWEST_PAIRS, GROUPS_ASKED, Asked, DayShares, asked, shared
from routing import GroupDay, Plan, Problem, driven_cents, solve
from tests.routing.builders import a_lot, a_need, a_problem, a_shift


def a_day_of(banks: int, **van: int) -> tuple[Problem, Plan]:
    """A store in the middle, so many food banks on a line, and one van that serves them all."""
    names = [f"bank {number:02}" for number in range(banks)]
    places = {"store": (0.0, 0.0), **{name: (1000.0 + 300 * number, 0.0) for number, name in enumerate(names)}}
    needs = [a_need(f"bread for {name}", organisation=name, site=name, grams=20_000) for name in names]
    shift = a_shift(organisation=names[0], start_site=names[0], end_site=names[0], **van)
    problem = a_problem([a_lot(grams=20_000 * banks, crates=banks)], needs, [shift], places=places)
    return problem, solve(problem, iterations=300)


def answered(day: Asked, alone: int = 1000, more: int = 300) -> Sequence[GroupDay]:
    """What groups would pay where each partner beside the first costs `more`; the whole, what it costs."""
    everybody = len(day.partners)
    return [
        GroupDay(group, day.cents if len(group) == everybody else alone + more * (len(group) - 1), 1, 1, 1, "own")
        for group in day.groups
    ]


def test_up_to_eight_partners_all_groups_are_asked() -> None:
    day = asked(*a_day_of(3), seed=1)
    assert set(day.groups) == set(all_groups(day.partners))
    found = shared(day, answered(day))
    assert (found.exact, len(found.shares)) == (True, 3)
    assert all(each.standard_error is None for each in found.shares)


def test_with_more_partners_orders_are_drawn_and_every_number_has_its_error() -> None:
    day = asked(*a_day_of(MOST_EXACT + 1), seed=1)
    assert len(day.partners) == MOST_EXACT + 1
    assert len(day.orders) >= FEWEST_PAIRS * 2
    assert len(day.groups) <= GROUPS_ASKED
    assert day.groups == asked(day.problem, day.plan, seed=1).groups != asked(day.problem, day.plan, seed=2).groups
    found = shared(day, answered(day))
    assert not found.exact
    assert all(each.standard_error is not None and each.standard_error >= 0 for each in found.shares)
    assert sum(each.cents for each in found.shares) + found.network_carries == found.cents == day.cents
    assert all(each.cents <= each.alone for each in found.shares)


@pytest.mark.parametrize("alone", [1, 5_000])
def test_the_network_carries_what_is_dearer_together(alone: int) -> None:
    day = asked(*a_day_of(3), seed=1)
    found = shared(day, answered(day, alone))
    assert (found.standing == "dearer") == (found.network_carries > 0) == (alone == 1)
    assert sum(each.cents for each in found.shares) + found.network_carries == found.cents


def test_without_rates_nobody_is_asked_and_nobody_has_a_figure() -> None:
    day = asked(*a_day_of(2, cents_per_km=0, cents_per_hour=0, cents_per_use=0), seed=1)
    assert day.groups == ()
    nothing = shared(day, [])
    assert nothing == DayShares(
        None, 0, 0, 0, 0, True, (), {"bank 00": "no_rates", "bank 01": "no_rates"}, {"bank 00": 0}, 1,
        {"bank 00": 20_000, "bank 01": 20_000},
    )  # fmt: skip


def test_a_day_on_which_nothing_is_brought_has_nobody_to_share_it() -> None:
    problem, plan = a_day_of(2)
    idle = replace(plan, routes=(), allocations=())
    found = shared(asked(problem, idle, seed=1), [])
    assert found.left_out == {"bank 00": "nothing_brought", "bank 01": "nothing_brought"}
    assert (found.cents, driven_cents(problem, idle)) == (0, {})


def test_driven_for_nothing_is_the_networks_to_carry() -> None:
    problem, plan = a_day_of(2)
    day = asked(problem, replace(plan, allocations=()), seed=1)
    found = shared(day, [])
    assert (found.standing, found.network_carries, found.shares) == ("dearer", day.cents, ())
    assert found.cents == day.cents > 0


def test_what_each_ones_own_vans_cost_is_told_beside_its_share() -> None:
    day = asked(*a_day_of(3), seed=1)
    found = shared(day, answered(day))
    assert [each.own_vans for each in found.shares] == [day.cents, 0, 0]

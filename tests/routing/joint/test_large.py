"""Days in groups: nothing is carried twice and no need is filled twice, whatever groups are drawn, in any number of
processes."""

from concurrent.futures import BrokenExecutor

import pytest

from routing import check, solve
from routing.joint import groups, large
from routing.problem import Problem, Storage
from tests.routing.builders import a_city


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups and large days of a size that a test can afford."""
    monkeypatch.setattr(groups, "GROUP_LOTS", 12)
    monkeypatch.setattr(large, "LARGE_LOTS", 20)
    monkeypatch.setattr(large, "GROUP_ITERATIONS", 60)


def a_large_day(seed: int) -> Problem:
    return a_city(seed, lots=48, stores=14, banks=9, vans=8)


@pytest.mark.parametrize("seed", range(6))
def test_a_day_in_groups_is_a_good_plan(seed: int) -> None:
    problem = a_large_day(seed)
    plan = solve(problem, iterations=1_500, seed=seed)
    assert check(problem, plan) == ()
    assert plan.grams_allocated > 0


def test_the_same_seed_gives_the_same_plan_in_groups() -> None:
    problem = a_large_day(3)
    assert solve(problem, iterations=900, seed=5) == solve(problem, iterations=900, seed=5)


def test_two_processes_make_a_good_plan_too() -> None:
    problem = a_large_day(1)
    plan = solve(problem, iterations=900, seed=1, workers=2)
    assert check(problem, plan) == ()


def test_a_process_that_dies_costs_no_more_than_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    died = []

    def there(*_: object) -> None:
        died.append(True)
        raise BrokenExecutor

    monkeypatch.setattr(large, "_there", there)
    problem = a_large_day(1)
    plan = solve(problem, iterations=900, seed=1, workers=2)
    assert check(problem, plan) == ()
    assert plan.grams_allocated > 0
    assert died == [True]


def test_groups_searched_together_share_no_lot_no_shift_and_no_gram_of_a_need() -> None:
    problem = a_large_day(2)
    divider = groups.Divider(problem, {number: problem.needs_for(lot.id) for number, lot in enumerate(problem.lots)})
    nothing = tuple(() for _ in problem.shifts)
    drawn = divider.draw(nothing, 7)
    found = divider.groups(drawn, range(len(drawn.middles)), nothing)
    assert len(found) > 2
    assert sorted(shift for group in found for shift in group.shifts) == list(range(len(problem.shifts)))
    lots = [lot.id for group in found for lot in group.problem.lots]
    assert len(lots) == len(set(lots)) == len(problem.lots)
    grams = {need.id: 0 for need in problem.needs}
    for group in found:
        for need in group.problem.needs:
            grams[need.id] += need.grams
    assert grams == {need.id: need.grams for need in problem.needs}


def test_storage_is_shared_out_and_never_overrun() -> None:
    small = {f"bank {number}": {"storage": Storage(ambient_grams=60_000, chilled_grams=30_000)} for number in range(9)}
    base = a_large_day(4)
    sites = tuple(
        type(site)(site.id, site.setup_seconds, site.service_seconds, **small.get(site.id, {})) for site in base.sites
    )
    problem = type(base)(**{**{name: getattr(base, name) for name in base.__dataclass_fields__}, "sites": sites})
    plan = solve(problem, iterations=900)
    assert check(problem, plan) == ()

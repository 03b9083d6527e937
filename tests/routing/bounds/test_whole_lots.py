"""The bound for lots that stay whole: never below what can be delivered, and met where it is proven."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from routing import Problem, Storage, solve
from routing.bounds.grams import Bounds, useful_pairs
from routing.bounds.whole_lots import groups_of, most_with_whole_lots
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

WORK = 1.0


def most(problem: Problem, work: float = WORK) -> int:
    return most_with_whole_lots(problem, useful_pairs(problem), work)


def whole_lots(*grams: int) -> Problem:
    lots = [a_lot(f"lot {number}", grams=each, splittable=False) for number, each in enumerate(grams)]
    return a_problem(lots, [a_need(grams=100_000)], [a_shift()])


def most_by_trying_all(problem: Problem) -> int:
    """Every way to give each whole lot to one of its needs or to none."""
    pairs = useful_pairs(problem)
    needs_of: list[list[int | None]] = [[None] for _ in problem.lots]
    for lot, need in zip(pairs.lots.tolist(), pairs.needs.tolist(), strict=True):
        needs_of[lot].append(need)
    return max(grams_of(problem, choice) for choice in product(*needs_of))


def grams_of(problem: Problem, choice: tuple[int | None, ...]) -> int:
    """What comes of this choice of a need for each lot; 0 where it is too much for a need or a storage."""
    given, stored = Counter[int](), Counter[tuple[str, str]]()
    for lot, number in zip(problem.lots, choice, strict=True):
        if number is not None:
            given[number] += lot.grams
            stored[problem.needs[number].site, lot.temperature_class] += lot.grams
    for (site, name), grams in stored.items():
        limit = problem.sites_by_id[site].storage.limit_for(name)
        if limit is not None and grams > limit:
            return 0
    return given.total() if all(grams <= problem.needs[number].grams for number, grams in given.items()) else 0


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_delivers_more(seed: int) -> None:
    problem = a_random_day(seed)
    delivered = solve(problem, iterations=100, seed=seed).grams_allocated
    pairs = useful_pairs(problem)
    if len(pairs.lots):
        assert delivered <= most_with_whole_lots(problem, pairs, WORK)
        assert delivered <= most_with_whole_lots(problem, pairs, 0.0)


@pytest.mark.parametrize("seed", range(30))
def test_on_small_days_it_is_what_trying_everything_finds(seed: int) -> None:
    drawn = a_city(seed, lots=6, banks=3, vans=3)
    limits = Storage(ambient_grams=60_000, chilled_grams=90_000)
    sites = tuple(replace(site, storage=limits) if site.id == "bank 0" else site for site in drawn.sites)
    problem = replace(drawn, lots=tuple(replace(lot, splittable=False) for lot in drawn.lots), sites=sites)
    if len(useful_pairs(problem).lots):
        assert most(problem) == most_by_trying_all(problem)


def test_of_lots_that_do_not_all_fit_those_that_fill_the_need_best() -> None:
    assert most(whole_lots(60_000, 60_000)) == 60_000
    assert most(whole_lots(70_000, 45_000, 54_000)) == 99_000
    assert Bounds(whole_lots(70_000, 45_000, 54_000)).grams() == 99_000


def test_the_storage_of_a_site_is_shared_by_its_needs() -> None:
    lots = [a_lot("bread", splittable=False), a_lot("cake", category="cake", splittable=False)]
    needs = [a_need(), a_need("bank cake", category="cake")]
    sites = {"bank": {"storage": Storage(ambient_grams=70_000)}}
    assert most(a_problem(lots, needs, [a_shift()])) == 80_000
    assert most(a_problem(lots, needs, [a_shift()], sites=sites)) == 40_000


def test_what_can_be_cut_fills_what_whole_lots_leave() -> None:
    lots = [a_lot("whole", grams=70_000, splittable=False), a_lot("loose", grams=50_000)]
    assert most(a_problem(lots, [a_need(grams=100_000)], [a_shift()])) == 100_000


def test_without_any_work_it_is_what_is_offered_or_wanted() -> None:
    assert most(whole_lots(60_000, 60_000), 0.0) >= 60_000
    assert most(whole_lots(60_000, 60_000), 0.0) <= 100_000


def test_lots_and_needs_with_nothing_in_common_are_groups_of_their_own() -> None:
    lots = [a_lot("a"), a_lot("b"), a_lot("cake", category="cake")]
    needs = [a_need(), a_need("bank cake", category="cake")]
    pairs = [(0, 0), (1, 0), (2, 1)]
    day = a_problem(lots, needs, [a_shift()])
    assert sorted(map(sorted, groups_of(day, pairs))) == [[(0, 0), (1, 0)], [(2, 1)]]
    stored = a_problem(lots, needs, [a_shift()], sites={"bank": {"storage": Storage(ambient_grams=1)}})
    assert [sorted(group) for group in groups_of(stored, pairs)] == [pairs]


def test_the_same_work_gives_the_same_bound() -> None:
    problem = whole_lots(*(10_000 + 997 * number for number in range(25)))
    assert most(problem, 0.05) == most(problem, 0.05)

"""What is learnt from declines: which food goes to a place only when nobody else takes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.declines import (
    FEWEST,
    REASONS,
    SURE,
    Case,
    Wanted,
    incomplete_beta,
    left_to_others,
    lessons,
    more_than_half,
)

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)


def cases(turned_down: int, taken: int, days_old: int = 3) -> list[Case]:
    at = NOW - timedelta(days=days_old)
    return [Case("bank", "dairy_and_eggs", at, number < turned_down) for number in range(turned_down + taken)]


@pytest.mark.parametrize(
    ("turned_down", "taken", "reluctant"),
    [(3, 1, True), (4, 1, True), (3, 0, True), (2, 0, False), (3, 2, False), (10, 4, True), (0, 9, False)],
)
def test_three_of_four_are_enough_two_of_two_are_not(turned_down: int, taken: int, reluctant: bool) -> None:
    [lesson] = lessons(cases(turned_down, taken), NOW)
    assert lesson.reluctant is reluctant
    assert (lesson.turned_down, lesson.cases) == (turned_down, turned_down + taken)


def test_what_is_older_than_twelve_weeks_counts_nothing() -> None:
    assert lessons(cases(5, 0, days_old=85), NOW) == []
    assert len(lessons(cases(5, 0, days_old=83), NOW)) == 1


def test_newer_cases_weigh_more() -> None:
    [getting_better] = lessons([*cases(4, 0, days_old=70), *cases(0, 2, days_old=1)], NOW)
    [getting_worse] = lessons([*cases(0, 2, days_old=70), *cases(4, 0, days_old=1)], NOW)
    assert not getting_better.reluctant
    assert getting_worse.reluctant


def test_what_was_forgotten_counts_no_more() -> None:
    forgotten = {("bank", "dairy_and_eggs"): NOW - timedelta(days=2)}
    assert lessons(cases(5, 0, days_old=3), NOW, forgotten) == []
    assert len(lessons(cases(5, 0, days_old=1), NOW, forgotten)) == 1


def test_places_and_categories_are_known_apart() -> None:
    bread = [Case("bank", "bread_and_bakery", NOW, turned_down=False)]
    other = [Case("other bank", "dairy_and_eggs", NOW, turned_down=False)]
    found = {(each.site, each.category): each.reluctant for each in lessons([*cases(4, 0), *bread, *other], NOW)}
    assert found == {
        ("bank", "bread_and_bakery"): False,
        ("bank", "dairy_and_eggs"): True,
        ("other bank", "dairy_and_eggs"): False,
    }


@given(st.floats(0, 200), st.floats(0, 200))
def test_how_sure_one_can_be_is_a_probability_and_the_other_side_is_the_rest(down: float, taken: float) -> None:
    assert 0 <= more_than_half(down, taken) <= 1
    assert more_than_half(down, taken) + more_than_half(taken, down) == pytest.approx(1, abs=1e-6)


@given(st.integers(0, 40), st.integers(0, 40))
def test_one_more_that_is_turned_down_makes_it_surer(down: int, taken: int) -> None:
    assert more_than_half(down + 1, taken) >= more_than_half(down, taken)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.01, 0.99))
def test_for_whole_numbers_the_beta_function_is_a_sum_of_binomials(a: int, b: int, x: float) -> None:
    """I_x(a, b) is the probability of at least a successes in a + b - 1 tries."""
    from math import comb

    tries = a + b - 1
    at_least = sum(comb(tries, n) * x**n * (1 - x) ** (tries - n) for n in range(a, tries + 1))
    assert incomplete_beta(a, b, x) == pytest.approx(at_least, abs=1e-9)


def test_a_pair_is_left_out_where_others_take_the_whole_line() -> None:
    line = Wanted("yoghurt", 30, {"reluctant": True, "willing": False})
    assert left_to_others([line], {"willing": 30}) == {("yoghurt", "reluctant")}
    assert left_to_others([line], {"willing": 29}) == set()


def test_nobody_else_at_all_means_it_goes_to_the_reluctant() -> None:
    assert left_to_others([Wanted("yoghurt", 30, {"reluctant": True})], {}) == set()


def test_room_of_others_counts_once() -> None:
    lines = [Wanted(f"line {n}", 30, {"reluctant": True, "willing": False}) for n in range(3)]
    assert left_to_others(lines, {"willing": 70}) == {("line 0", "reluctant"), ("line 1", "reluctant")}


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.dictionaries(st.sampled_from("abcd"), st.booleans(), min_size=1)), max_size=6
    ),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 80)),
)
def test_whatever_is_left_out_the_others_together_have_room_for_it(
    drawn: list[tuple[int, dict[str, bool]]], room: dict[str, int]
) -> None:
    lines = [Wanted(str(number), grams, needs) for number, (grams, needs) in enumerate(drawn)]
    without = left_to_others(lines, room)
    assert all(lines[int(line)].needs[need] for line, need in without), "only reluctant pairs are left out"
    left_out = [each for each in lines if any(line == each.line for line, _ in without)]
    willing = {need for each in left_out for need, reluctant in each.needs.items() if not reluctant}
    assert sum(each.grams for each in left_out) <= sum(room.get(need, 0) for need in willing)


def test_only_reasons_of_not_wanting_are_learnt_from() -> None:
    assert {code for code, (_, tells) in REASONS.items() if tells} == {"not_wanted", "too_much", "short_dated"}
    assert (FEWEST, SURE) == (3, 0.8)

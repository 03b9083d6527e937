"""The thin layer over CP-SAT: right answers, true bounds, hints that stand, and an end when somebody wants it."""

import time

import pytest

from routing.cp_sat import Answer, Model, solve

CAPACITY = 50
SIZES = [31, 17, 13, 11, 7, 29, 23, 19]
VALUES = [60, 30, 26, 22, 15, 58, 44, 40]


def knapsack() -> Model:
    model = Model()
    taken = [model.variable(0, 1) for _ in SIZES]
    model.between(0, CAPACITY, taken, SIZES)
    model.maximise(taken, VALUES)
    return model


def best_by_trying_all() -> int:
    subsets = range(2 ** len(SIZES))
    chosen = ([k for k in range(len(SIZES)) if subset >> k & 1] for subset in subsets)
    return max(sum(VALUES[k] for k in each) for each in chosen if sum(SIZES[k] for k in each) <= CAPACITY)


def worth(answer: Answer) -> int:
    return sum(value * worth for value, worth in zip(answer.values, VALUES, strict=True))


def test_it_finds_the_best_and_says_so() -> None:
    answer = solve(knapsack(), seconds=10, seed=1, stopped=lambda: False)
    assert (worth(answer), answer.bound, answer.proven) == (best_by_trying_all(), best_by_trying_all(), True)


def test_a_condition_holds_only_where_its_variable_is_true() -> None:
    model = Model()
    switch, amount = model.variable(0, 1), model.variable(0, 10)
    model.between(0, 3, [amount], [1], if_true=switch)
    model.maximise([amount, switch], [1, 6])
    assert solve(model, seconds=5, seed=1, stopped=lambda: False).values == [0, 10]
    model.maximise([amount, switch], [1, 8])
    assert solve(model, seconds=5, seed=1, stopped=lambda: False).values == [1, 3]


def test_of_a_group_at_most_one_is_taken() -> None:
    model = Model()
    names = [model.variable(0, 1) for _ in range(4)]
    model.at_most_one(names)
    model.maximise(names, [3, 5, 4, 1])
    assert solve(model, seconds=5, seed=1, stopped=lambda: False).values == [0, 1, 0, 0]


def test_what_cannot_be_has_no_values() -> None:
    model = Model()
    name = model.variable(0, 1)
    model.between(2, 3, [name], [1])
    model.maximise([name], [1])
    assert solve(model, seconds=5, seed=1, stopped=lambda: False).values == []


def test_the_same_work_gives_the_same_answer() -> None:
    answers = [solve(knapsack(), seconds=60, seed=3, stopped=lambda: False, work=0.1) for _ in range(2)]
    assert answers[0] == answers[1]


def test_without_time_nothing_is_claimed() -> None:
    answer = solve(knapsack(), seconds=0, seed=1, stopped=lambda: False)
    assert not answer.proven
    assert answer.bound is None or answer.bound >= best_by_trying_all()


def test_it_ends_when_somebody_wants_the_answer() -> None:
    model = Model()
    rows = [[model.variable(0, 1) for _ in range(60)] for _ in range(60)]
    for number, row in enumerate(rows):  # sums of many odd sizes: no proof within the minutes that it is given
        model.between(0, 1000, row, [(number * 31 + k * 17) % 97 + 40 for k in range(60)])
    names = [name for row in rows for name in row]
    model.maximise(names, [(k * 7919) % 101 + 50 for k in range(len(names))])
    model.hint([0] * len(names))
    began = time.monotonic()
    solve(model, seconds=300, seed=1, stopped=lambda: time.monotonic() - began > 0.5)
    assert time.monotonic() - began < 30


def test_a_program_that_makes_no_sense_is_an_error() -> None:
    model = Model()
    model.between(0, 1, [7], [1])
    with pytest.raises(ValueError, match="7"):
        solve(model, seconds=1, seed=1, stopped=lambda: False)

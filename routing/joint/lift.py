"""Fuller emptiest food banks for hardly any worth: short searches, from the best plan on, of a day that pays extra for
what lifts them. What they find is for the last step to choose from."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from routing.joint.select import least_worth
from routing.limits import MOST_CENTS
from routing.problem import FairnessStep, Problem
from routing.retime import Tour
from routing.score import lowest_fill, worth_of

TRIES = 4
FIRST_RISE = 0.12  # of fill, aimed at first; halved where it costs too much
EXTRA_CENTS = 400  # for each kg below what is aimed at: more than moving it elsewhere costs

Search = Callable[[Problem, Sequence[Tour], int], tuple[Tour, ...]]


def lift(problem: Problem, tours: Sequence[Tour], search: Search) -> Iterator[tuple[Tour, ...]]:
    """Plans in which the emptiest food bank is fuller than in the ones before, worth as much as a fairer plan must be;
    and in the end, one that is worth more than the fullest. `search` is given a day like this one, the tours to begin
    with and the number of the try."""
    least = least_worth(worth_of(problem, tours))
    lowest, rise, lifted = lowest_fill(problem, tours), FIRST_RISE, False
    for number in range(TRIES - 1):
        aim = math.ceil(100 * min(1.0, lowest + rise))
        if aim <= 100 * lowest:
            break
        found = search(paying_extra(problem, aim), tours, number)
        reached = lowest_fill(problem, found)
        if reached > lowest and worth_of(problem, found) >= least:
            tours, lowest, lifted = found, reached, True
            yield found
        else:
            rise /= 2
    if lifted:
        found = search(paying_extra(problem, math.ceil(100 * lowest)), tours, TRIES - 1)
        if lowest_fill(problem, found) >= lowest and worth_of(problem, found) > worth_of(problem, tours):
            yield found


def paying_extra(problem: Problem, until_percent: int) -> Problem:
    """The same day, on which every kg up to this fill is worth EXTRA_CENTS more."""
    found, before = [], 0
    for step in problem.policy.fairness:
        if before < until_percent < step.until_percent:
            found.append(FairnessStep(until_percent, min(MOST_CENTS, step.cents_per_kg + EXTRA_CENTS)))
        extra = EXTRA_CENTS if step.until_percent <= until_percent else 0
        found.append(FairnessStep(step.until_percent, min(MOST_CENTS, step.cents_per_kg + extra)))
        before = step.until_percent
    if before < until_percent:
        found.append(FairnessStep(until_percent, EXTRA_CENTS))
    return replace(problem, policy=replace(problem.policy, fairness=tuple(found)))

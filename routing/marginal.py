"""A day solved again as it was, and once with each addition: what one thing more would bring, and how much of that the
search itself may vary by.

Everything begins with one and the same plan of the day as it was, and every search from there has the same number of
steps; that first plan has more, since what it leaves unfound would be found by luck later. The day as it was is
searched on from there with several seeds: how far these lie apart is what the search varies by. Each addition is
searched on with the first of the seeds, so that steps and seed are no part of the difference.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from routing.additions import BOX_GRAMS, KINDS, Addition, with_addition
from routing.check import check
from routing.figures import figures_of_plan
from routing.group_days import driven_cents
from routing.plan import Plan
from routing.problem import Problem
from routing.retime import tours_of_plan
from routing.solve import plan_of, solve
from routing.worth_trying import worth_trying

VERSION = "1"
STEPS = 2_000
TIMES_FIRST = 5  # as many steps for the plan that all begin with
SEEDS = 3  # with which the day as it was is searched


@dataclass(frozen=True)
class Outcome:
    """What a plan of a day comes to: grams, metres and seconds of its routes, what they cost in cents, vehicles that
    drive, people served."""

    grams: int
    metres: int
    seconds: int
    cents: int
    vehicles: int
    people: int


@dataclass(frozen=True)
class Searched:
    """One search. addition: None for the day as it was. to_come: how many searches of the day are left."""

    addition: Addition | None
    seed: int
    outcome: Outcome
    to_come: int


class BrokenPlan(RuntimeError):
    """A search has made a plan that the checker refuses: no figure is made of it."""


def solved_again(
    problem: Problem,
    kinds: Collection[str] = KINDS,
    *,
    steps: int = STEPS,
    seed: int = 1,
    seeds: int = SEEDS,
    box_grams: int = BOX_GRAMS,
) -> Iterator[Searched]:
    """The day as it was with `seeds` seeds, then with each addition that is worth trying; nothing is locked on either
    side. The same steps and seed say the same on every machine.

    Raises BrokenPlan, and ValueError for a kind that there is not.
    """
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ValueError(f"There is no addition {unknown[0]}: choose one of {', '.join(KINDS)}.")
    day = replace(problem, locked=(), promises=())
    first = solve(day, iterations=TIMES_FIRST * steps, seed=seed)
    additions = worth_trying(day, first, kinds)
    to_come = seeds + len(additions)
    for number in range(seeds):
        to_come -= 1
        yield Searched(None, seed + number, _searched_on(day, day, first, steps, seed + number), to_come)
    for addition in additions:
        to_come -= 1
        more = with_addition(day, addition, box_grams)
        yield Searched(addition, seed, _searched_on(day, more, first, steps, seed), to_come)


def _searched_on(day: Problem, more: Problem, first: Plan, steps: int, seed: int) -> Outcome:
    """The best plan of the day with more that is found from the first plan of the day as it was."""
    tours = dict(zip((shift.id for shift in day.shifts), tours_of_plan(day, first), strict=True))
    begin = plan_of(more, [tours.get(shift.id, ()) for shift in more.shifts], seed, figures_alone=True)
    return outcome_of(more, solve(more, iterations=steps, seed=seed, start=begin, figures_alone=True))


def outcome_of(problem: Problem, plan: Plan) -> Outcome:
    """What the plan comes to, once the checker has read it. Raises BrokenPlan."""
    if wrong := check(problem, plan):
        raise BrokenPlan(wrong[0].sentence)
    figures = figures_of_plan(problem, plan)
    return Outcome(
        figures.grams_delivered,
        figures.metres,
        figures.driver_seconds,
        sum(driven_cents(problem, plan).values()),
        figures.vehicles,
        figures.people_served,
    )

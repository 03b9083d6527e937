"""The joint engine: food bank, vehicle and place in the route decided in one search.

CP-SAT's assignment gives a second start beside the greedy one; the better is searched on, with all food banks free. In
the end the emptiest food banks are lifted, and CP-SAT chooses from all routes seen. The control, two-phase, is the same
search with CP-SAT's food banks fixed, and nothing after it.
"""

from collections.abc import Callable, Mapping, Sequence

from routing.engine.pieces import pieces_of
from routing.engine.prepare import Candidates
from routing.engine.search import Found, fill, improve
from routing.engine.tours import tours_of
from routing.joint.budget import Budget
from routing.joint.filling import begun, candidates_of, finish, first_tours, loaded
from routing.joint.large import is_large, solve_large
from routing.joint.last_step import LIFT_PART, SELECT_PART, chosen, last_step
from routing.joint.pool import Pool, Watch
from routing.problem import Problem
from routing.retime import Tour
from routing.score import worth_of

ROUNDS = (0.45, 0.3, 0.25)  # parts of the time; what is left of split lots is cut anew between them
ASSIGN_PART, FIXED_PART = 0.1, 0.15  # of the time

Amounts = Mapping[tuple[str, str], int]
Assign = Callable[[Problem, Candidates, float], Amounts]


def solve_joint(
    problem: Problem, budget: Budget, assign: Assign, start: Sequence[Tour] | None = None, workers: int = 1
) -> tuple[Tour, ...]:
    """Tours for all shifts, from `start` where given."""
    candidates = candidates_of(problem)
    if is_large(problem):
        pool = Pool()

        def fill_up(tours: Sequence[Tour]) -> tuple[Tour, ...]:
            return finish(problem, tours, budget.seed, finest=1)

        part = 1.0 - SELECT_PART if start is None else 1.0
        tours = solve_large(problem, candidates, budget, workers, start, fill_up=fill_up, part=part, pool=pool)
        return chosen(problem, tours, (), budget, pool) if start is None else tours
    if start is not None:
        return improve_tours(problem, start, candidates, budget, 1.0, Pool())
    first = first_tours(problem, candidates, budget.seed)
    budget.report("building routes", first)
    budget.report("choosing food banks", first)
    amounts = assign(problem, candidates, budget.seconds * ASSIGN_PART)
    fixed = with_fixed_needs(problem, candidates, amounts, budget, FIXED_PART)
    best = max(first, fixed, key=lambda tours: worth_of(problem, tours))
    budget.report("improving routes", best)
    pool = Pool()
    for tours in (first, fixed):
        pool.add(tours)
    rest = 1.0 - ASSIGN_PART - FIXED_PART - LIFT_PART - SELECT_PART
    best = improve_tours(problem, best, candidates, budget, rest, pool)
    return last_step(problem, best, candidates, budget, pool)


def solve_two_phase(problem: Problem, budget: Budget, assign: Assign) -> tuple[Tour, ...]:
    """The control: who gets what is decided by CP-SAT alone, before any routing."""
    candidates = candidates_of(problem)
    amounts = assign(problem, candidates, budget.seconds * 2 * ASSIGN_PART)
    return with_fixed_needs(problem, candidates, amounts, budget, 1.0 - 2 * ASSIGN_PART)


def with_fixed_needs(
    problem: Problem, candidates: Candidates, amounts: Amounts, budget: Budget, part: float
) -> tuple[Tour, ...]:
    """Routes for what is allotted already."""
    prepared = begun(problem, pieces_of(problem, amounts), candidates, budget.seed)
    fill(prepared)
    improve(prepared, budget.meter(part), stopped=budget.stopped)
    return tours_of(prepared)


def improve_tours(
    problem: Problem,
    tours: Sequence[Tour],
    candidates: Candidates,
    budget: Budget,
    part: float,
    pool: Pool,
) -> tuple[Tour, ...]:
    """Search on from these tours, in rounds, and end with every place used that is worth its detour. The pool is given
    the routes of all plans that were the best."""
    for number, share in enumerate(ROUNDS):
        prepared = loaded(problem, tours, candidates, budget.seed + number)
        watch = pool.watch(prepared)

        def better(found: Found, watch: Watch = watch) -> None:
            watch.look()
            budget.found(found)

        improve(prepared, budget.meter(part * share), stopped=budget.stopped, better=better)
        tours = tours_of(prepared)
    return finish(problem, tours, budget.seed)

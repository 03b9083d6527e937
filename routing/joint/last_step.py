"""The last step: the emptiest food banks are lifted, and CP-SAT chooses from all routes seen."""

from collections.abc import Sequence

from routing.cp_sat import WORK_SECONDS
from routing.engine.prepare import Candidates
from routing.engine.search import Heat, improve
from routing.engine.tours import tours_of
from routing.joint.budget import Budget
from routing.joint.filling import finish, loaded
from routing.joint.lift import TRIES, lift
from routing.joint.pool import Pool
from routing.joint.select import select
from routing.problem import Problem
from routing.retime import Tour

LIFT_PART, SELECT_PART = 0.1, 0.05  # of the time
SELECT_WORK = 0.5  # of CP-SAT, in its own measure, for each of its steps where iterations stand for time
LIFT_HEAT = 0.1  # of a search from the beginning
FIRST_SEED = 3  # beyond the one given: those before are of the rounds of the search


def last_step(
    problem: Problem, tours: tuple[Tour, ...], candidates: Candidates, budget: Budget, pool: Pool
) -> tuple[Tour, ...]:
    """Lift the emptiest food banks, and choose from all routes seen."""

    def search(day: Problem, begin_with: Sequence[Tour], number: int) -> tuple[Tour, ...]:
        prepared = loaded(day, begin_with, candidates, budget.seed + FIRST_SEED + number)
        heat = Heat().cooled(LIFT_HEAT)
        improve(prepared, budget.meter(LIFT_PART / TRIES), stopped=budget.stopped, heat=heat)
        return tours_of(prepared)

    lifted = [] if budget.stopped() else list(lift(problem, tours, search))
    return chosen(problem, tours, lifted, budget, pool)


def chosen(
    problem: Problem, tours: Sequence[Tour], others: Sequence[Sequence[Tour]], budget: Budget, pool: Pool
) -> tuple[Tour, ...]:
    """CP-SAT's choice from all routes seen, filled up where it changes anything."""
    timed = budget.iterations is None
    found = select(
        problem,
        pool,
        tours,
        others,
        seconds=budget.seconds * SELECT_PART if timed else WORK_SECONDS,
        seed=budget.seed,
        stopped=budget.stopped,
        work=None if timed else SELECT_WORK,
    )
    return found if found == tuple(tours) else finish(problem, found, budget.seed)

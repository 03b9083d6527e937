"""What vehicles still have before them as a plan, whether or not it can be driven: what a replan begins with where the
day was read anew."""

from collections.abc import Mapping, Sequence

from routing.by_hand import violations_of_tour
from routing.plan import Plan
from routing.problem import Problem
from routing.retime import Visit, allocations_of

ENGINE = "as it stands"


def plan_as_it_stands(problem: Problem, tours: Mapping[str, Sequence[Visit]]) -> Plan:
    """The plan of these tours, by shift of the problem: each with the times that it would have, whatever rule it
    breaks. Shifts without a tour stay out. It is for `replan` alone, which takes off what cannot be driven."""
    driven = {shift.id: tuple(tours.get(shift.id, ())) for shift in problem.shifts}
    return Plan(
        problem_digest=problem.digest(),
        routes=tuple(
            violations_of_tour(problem, problem.shifts_by_id[id], tour)[0] for id, tour in driven.items() if tour
        ),
        allocations=tuple(
            each
            for id, tour in driven.items()
            if tour
            for each in allocations_of(problem, problem.shifts_by_id[id], tour)
        ),
        unserved=(),
        engine=ENGINE,
        seed=0,
    )

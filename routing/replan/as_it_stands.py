"""What vehicles still have before them as a plan, whether or not it can be driven: what a replan begins with where the
day was read anew."""

from collections.abc import Mapping, Sequence

from routing.by_hand import plan_by_hand, violations_of_tour
from routing.plan import Plan
from routing.problem import Problem
from routing.retime import Visit

ENGINE = "as it stands"


def plan_as_it_stands(problem: Problem, tours: Mapping[str, Sequence[Visit]]) -> Plan:
    """The plan of these tours, by shift of the problem: each with the times that it would have, whatever rule it
    breaks. Shifts without a tour stay out. It is for `replan` alone, which takes off what cannot be driven."""
    nothing = Plan(problem.digest(), (), (), (), ENGINE, seed=0)
    return plan_by_hand(problem, nothing, [tuple(tours.get(shift.id, ())) for shift in problem.shifts], ())


def home_as_it_stands(problem: Problem, tours: Mapping[str, Sequence[Visit]]) -> dict[str, int]:
    """When each shift that has something to do would be home, whatever rule its tour breaks: seconds since midnight."""
    return {
        shift.id: violations_of_tour(problem, shift, tours[shift.id])[0].stops[-1].arrive
        for shift in problem.shifts
        if tours.get(shift.id)
    }

"""The first rule: a plan names only what is there. All others look names up."""

from collections.abc import Iterator, Mapping

from routing.check.case import Violation
from routing.plan import STOP_KINDS, Allocation, Plan
from routing.problem import Problem

RULE = "everything_named_exists"


def everything_named_exists(problem: Problem, plan: Plan) -> Iterator[Violation]:
    stops: dict[str, int] = {}
    for number, route in enumerate(plan.routes):
        stops.setdefault(route.shift, len(route.stops))
        if route.shift not in problem.shifts_by_id:
            yield Violation(RULE, f"There is no shift {route.shift}.", f"routes[{number}]")
        for position, stop in enumerate(route.stops):
            if stop.site not in problem.sites_by_id:
                yield Violation(RULE, f"There is no site {stop.site}.", f"routes[{number}].stops[{position}]")
            if stop.kind not in STOP_KINDS:
                yield Violation(RULE, f"There is no kind of stop {stop.kind}.", f"routes[{number}].stops[{position}]")
    for number, allocation in enumerate(plan.allocations):
        for sentence in _wrong_names(problem, stops, allocation):
            yield Violation(RULE, sentence, f"allocations[{number}]")
    for number, unserved in enumerate(plan.unserved):
        if unserved.lot not in problem.lots_by_id:
            yield Violation(RULE, f"There is no lot {unserved.lot}.", f"unserved[{number}]")
    organisations = {need.organisation for need in problem.needs}
    for organisation in plan.attainable_grams:
        if organisation not in organisations:
            yield Violation(RULE, f"There is no organisation {organisation}.", "attainable_grams")


def _wrong_names(problem: Problem, stops: Mapping[str, int], allocation: Allocation) -> Iterator[str]:
    """stops: how many the route of each shift has."""
    if allocation.lot not in problem.lots_by_id:
        yield f"There is no lot {allocation.lot}."
    if allocation.need not in problem.needs_by_id:
        yield f"There is no need {allocation.need}."
    if allocation.shift not in stops:
        yield f"The shift {allocation.shift} has no route."
        return
    count = stops[allocation.shift]
    if not (0 <= allocation.pickup_stop < count and 0 <= allocation.drop_off_stop < count):
        yield "The route has no stop of this number."

"""The first rule: a plan names only what is there. All others look names up."""

from collections.abc import Iterator

from routing.check.case import Violation
from routing.plan import STOP_KINDS, Plan
from routing.problem import Problem

RULE = "everything_named_exists"


def everything_named_exists(problem: Problem, plan: Plan) -> Iterator[Violation]:
    stops: dict[str, int] = {}
    for number, route in enumerate(plan.routes):
        stops.setdefault(route.shift, len(route.stops))
        where = f"routes[{number}]"
        if route.shift not in problem.shifts_by_id:
            yield Violation(RULE, f"There is no shift {route.shift}.", where)
        for position, stop in enumerate(route.stops):
            if stop.site not in problem.sites_by_id:
                yield Violation(RULE, f"There is no site {stop.site}.", f"{where}.stops[{position}]")
            if stop.kind not in STOP_KINDS:
                yield Violation(RULE, f"There is no kind of stop {stop.kind}.", f"{where}.stops[{position}]")
    for number, allocation in enumerate(plan.allocations):
        where = f"allocations[{number}]"
        if allocation.lot not in problem.lots_by_id:
            yield Violation(RULE, f"There is no lot {allocation.lot}.", where)
        if allocation.need not in problem.needs_by_id:
            yield Violation(RULE, f"There is no need {allocation.need}.", where)
        if allocation.shift not in stops:
            yield Violation(RULE, f"The shift {allocation.shift} has no route.", where)
            continue
        count = stops[allocation.shift]
        if not (0 <= allocation.pickup_stop < count and 0 <= allocation.drop_off_stop < count):
            yield Violation(RULE, "The route has no stop of this number.", where)
    for number, unserved in enumerate(plan.unserved):
        if unserved.lot not in problem.lots_by_id:
            yield Violation(RULE, f"There is no lot {unserved.lot}.", f"unserved[{number}]")
    organisations = {need.organisation for need in problem.needs}
    for organisation in plan.attainable_grams:
        if organisation not in organisations:
            yield Violation(RULE, f"There is no organisation {organisation}.", "attainable_grams")

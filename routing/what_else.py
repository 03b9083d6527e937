"""What would become of a finished plan if more were allowed: who could take what stays, and what the plan is worth."""

from collections.abc import Collection

from routing.insert import insert, least_part, open_needs, search_place
from routing.plan import Plan
from routing.problem import Problem
from routing.retime import tours_of_plan
from routing.score import Left, route_cost, worth_of

TRIED = 2**61  # the number of a part that is tried and then forgotten


def who_could_take(problem: Problem, plan: Plan, lot_id: str, needs: Collection[str]) -> str | None:
    """Which of these needs could have some of what the plan leaves of the lot, worth its way, with all routes else as
    they are; None where none could. Proven by driving it. The problem may allow more than the plan was made with."""
    tours = tours_of_plan(problem, plan)
    left = Left(problem, tours)
    lot = problem.lots_by_id[lot_id]
    if left.lots[lot_id] <= 0:
        return None
    least, tried = least_part(problem, lot, left), set[int]()
    able = [need for need in open_needs(problem, lot, left) if need in needs]
    worth = worth_of(problem, tours) if able else 0
    while able and len(tried) < len(problem.shifts):
        place = search_place(problem, tours, lot, left, able, tried).best
        if place is None or place.gain <= 0 or place.grams < least:
            return None
        changed = insert(problem, tours, lot, place, TRIED)
        if changed is not None and worth_of(problem, changed) > worth:
            return place.need
        tried.add(place.shift)
    return None


def worth_of_plan(problem: Problem, plan: Plan) -> int:
    """What the plan's routes are worth under this problem's policy, in thousandths of a cent; all can be driven."""
    return worth_of(problem, tours_of_plan(problem, plan))


def driving_cents(problem: Problem, plan: Plan) -> int:
    """What the plan's driving costs: kilometres, hours and vehicles."""
    return sum(route_cost(problem.shifts_by_id[route.shift], route) for route in plan.routes) // 1000

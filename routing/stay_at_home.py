"""A search adds stop by stop what is worth its detour; what a whole route costs, waiting and breaks included, shows
only in the end. Routes that cost more than they bring stay at home."""

from routing.problem import Problem
from routing.retime import Tour, retime
from routing.score import route_cost, value_per_kg, worth_of


def worth_driving(problem: Problem, tours: tuple[Tour, ...]) -> tuple[Tour, ...]:
    """The tours, one for each shift, without those that the day is worth more without. All of them can be driven."""
    worth: int | None = None
    for number, tour in enumerate(tours):
        if not tour or _pays_for_itself(problem, number, tour):
            continue
        worth = worth_of(problem, tours) if worth is None else worth
        without: tuple[Tour, ...] = (*tours[:number], (), *tours[number + 1 :])
        if (other := worth_of(problem, without)) > worth:
            tours, worth = without, other
    return tours


def _pays_for_itself(problem: Problem, number: int, tour: Tour) -> bool:
    """Whether the food alone is worth the drive: fairness and promises kept only add to it."""
    route = retime(problem, problem.shifts[number], tour)
    food = sum(
        cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot])
        for visit in tour
        if visit.kind == "drop_off"
        for cargo in visit.cargo
    )
    return route is not None and food >= route_cost(problem.shifts[number], route)

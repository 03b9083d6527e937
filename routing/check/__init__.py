"""Judge a plan: every rule recomputed from the problem alone, in plain Python, sharing no code with whatever
made the plan. No violation means the plan can be driven as it stands."""

from collections.abc import Collection

from routing.check import amounts, breaks, figures, handling, locks, names, routes, vehicles
from routing.check.case import Case, Rule, Violation
from routing.plan import Plan
from routing.problem import Problem

__all__ = ["RULES", "Violation", "check"]

# Each is a function whose name, without the module, is the name of the rule.
RULES: tuple[Rule, ...] = (
    routes.one_route_per_shift,
    amounts.every_gram_is_accounted,
    amounts.unserved_has_one_reason,
    amounts.only_suitable_food,
    amounts.no_more_than_needed,
    amounts.no_more_than_can_be_stored,
    amounts.whole_lots_stay_whole,
    amounts.crates_follow_the_weight,
    handling.collected_then_delivered_at_the_right_places,
    handling.food_on_board_stays_in_its_vehicle,
    handling.collected_within_the_pickup_window,
    handling.delivered_within_receiving_hours,
    handling.delivered_in_time,
    routes.routes_stay_within_their_shift,
    routes.drives_take_their_time,
    routes.stops_take_their_time,
    routes.no_stop_for_nothing,
    routes.routes_stay_within_their_limits,
    breaks.breaks_are_taken,
    vehicles.vehicles_carry_what_they_can,
    vehicles.food_keeps_its_temperature,
    vehicles.skills_are_there,
    locks.locked_routes_are_driven_as_locked,
    figures.totals_add_up,
    figures.worth_is_what_the_plan_says,
    figures.nothing_beats_its_bound,
)


# What lies between routes: it is judged by the whole plan. Every other rule is broken by one route or kept by it.
BETWEEN_ROUTES: frozenset[Rule] = frozenset(
    {
        routes.one_route_per_shift,
        amounts.every_gram_is_accounted,
        amounts.unserved_has_one_reason,
        amounts.no_more_than_needed,
        amounts.no_more_than_can_be_stored,
        locks.locked_routes_are_driven_as_locked,
        figures.worth_is_what_the_plan_says,
        figures.nothing_beats_its_bound,
    }
)


def check(problem: Problem, plan: Plan, shifts: Collection[str] | None = None) -> tuple[Violation, ...]:
    """Everything that is wrong with this plan as an answer to this problem; empty means good. shifts: those whose
    routes are judged, for whoever has judged the others, which have not changed since; None: all. What lies between
    routes is always judged."""
    if plan.problem_digest != problem.digest():
        return (Violation("same_problem", "The plan was made for another problem.", "problem_digest"),)
    unreadable = tuple(names.everything_named_exists(problem, plan))
    if unreadable:  # the other rules look these things up
        return unreadable
    whole = Case(problem, plan)
    part = whole if shifts is None else Case(problem, plan, frozenset(shifts))
    return tuple(violation for rule in RULES for violation in rule(whole if rule in BETWEEN_ROUTES else part))

"""The figures of one run on a city day, recomputed from its plan, whichever engine made it."""

from collections import defaultdict
from dataclasses import dataclass

from routing.check import check
from routing.plan import Plan
from routing.problem import Problem

THOUSANDTHS = 100_000  # of a cent in one unit of currency


@dataclass(frozen=True)
class CityFigures:
    """worth: of food and fairness less driving, in the currency of the policy (the study's Z); None where only sums
    are known. lowest_fill: the smallest part of what could come to it in time that any food bank gets."""

    kg: float
    kg_offered: float
    km: float
    vehicles: int
    lowest_fill: float
    worth: float | None
    bound_kg: float | None = None

    @property
    def kg_per_km(self) -> float | None:
        return self.kg / self.km if self.km else None

    @property
    def percent_of_offered(self) -> float:
        return 100 * self.kg / self.kg_offered if self.kg_offered else 100.0


class BadPlan(Exception):
    """A plan that the checker refuses, or that does not say its worth; the message is one sentence."""


def checked_figures(problem: Problem, plan: Plan) -> CityFigures:
    """The figures of a plan that stands. Raises BadPlan with the first violation otherwise.

    The worth that the plan states is taken, since the checker has computed it anew and found it true.
    """
    violations = check(problem, plan)
    if violations:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        raise BadPlan(f"{violations[0].rule}: {violations[0].sentence}{more}")
    if plan.tiers is None:
        raise BadPlan("The plan does not say what it is worth.")
    return CityFigures(
        kg=plan.grams_allocated / 1000,
        kg_offered=sum(lot.grams for lot in problem.lots) / 1000,
        km=plan.metres / 1000,
        vehicles=len({problem.shifts_by_id[route.shift].vehicle for route in plan.routes}),
        lowest_fill=lowest_fill(problem, plan),
        worth=plan.tiers.worth / THOUSANDTHS,
        bound_kg=None if plan.bound_grams is None else plan.bound_grams / 1000,
    )


def lowest_fill(problem: Problem, plan: Plan) -> float:
    """Of all food banks that anything could come to; 1 if there is none."""
    attainable: defaultdict[str, int] = defaultdict(int)
    got: defaultdict[str, int] = defaultdict(int)
    for need, grams in problem.attainable_grams.items():
        attainable[problem.needs_by_id[need].organisation] += grams
    for allocation in plan.allocations:
        got[problem.needs_by_id[allocation.need].organisation] += allocation.grams
    return min((got[bank] / grams for bank, grams in attainable.items() if grams), default=1.0)

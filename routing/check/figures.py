"""Rules about the figures that a plan states: each is added up again from its routes and allocations."""

from collections import defaultdict
from collections.abc import Iterator

from routing.check.case import Case, Violation
from routing.plan import Tiers
from routing.problem import FairnessStep

THOUSANDTHS = 1000  # of a cent in a cent


def totals_add_up(case: Case) -> Iterator[Violation]:
    for number, route in case.numbered_routes():
        metres = sum(stop.metres_from_previous for stop in route.stops)
        driving = sum(stop.seconds_from_previous for stop in route.stops)
        seconds = route.stops[-1].leave - route.stops[0].arrive if route.stops else 0
        if (route.metres, route.driving_seconds, route.seconds) != (metres, driving, seconds):
            sentence = "The route's totals are not the sums of its stops."
            yield Violation("totals_add_up", sentence, f"routes[{number}]")


def worth_is_what_the_plan_says(case: Case) -> Iterator[Violation]:
    """Food, fairness, driving and moves, where the plan states them."""
    if case.plan.tiers is None:
        return
    true = Tiers(_food(case), _fairness(case), _driving(case), _moves(case))
    for name in ("food", "fairness", "driving", "moves"):
        said, is_so = getattr(case.plan.tiers, name), getattr(true, name)
        if said != is_so:
            sentence = f"The plan's {name} is {is_so} thousandths of a cent, not {said}."
            yield Violation("worth_is_what_the_plan_says", sentence, f"tiers.{name}")


def nothing_beats_its_bound(case: Case) -> Iterator[Violation]:
    rule = "nothing_beats_its_bound"
    plan = case.plan
    if plan.bound_grams is not None and plan.bound_grams < plan.grams_allocated:
        yield Violation(rule, "The plan delivers more than it says any plan could.", "bound_grams")
    needed: defaultdict[str, int] = defaultdict(int)
    for need in case.problem.needs:
        needed[need.organisation] += need.grams
    delivered = _delivered(case)
    for organisation, most in plan.attainable_grams.items():
        where = f"attainable_grams.{organisation}"
        if delivered[organisation] > most:
            sentence = f"The organisation {organisation} gets {delivered[organisation]} g, more than the {most} g"
            yield Violation(rule, f"{sentence} that are said to be attainable.", where)
        if not 0 <= most <= needed[organisation]:
            sentence = f"The organisation {organisation} needs {needed[organisation]} g and cannot attain {most} g."
            yield Violation(rule, sentence, where)


def _food(case: Case) -> int:
    usual = case.problem.policy.value_per_kg
    return sum(each.grams * (case.lot_of(each).value_per_kg or usual) for _, each in case.allocations())


def _delivered(case: Case) -> dict[str, int]:
    """Grams of this plan by organisation."""
    found: defaultdict[str, int] = defaultdict(int)
    for _, allocation in case.allocations():
        found[case.problem.needs_by_id[allocation.need].organisation] += allocation.grams
    return found


def _fairness(case: Case) -> int:
    """What lifting each food bank from where it stood to where the plan brings it is worth."""
    delivered = _delivered(case)
    attainable = case.problem.attainable_grams if delivered else {}
    total = 0
    for organisation, grams in delivered.items():
        needs = [need for need in case.problem.needs if need.organisation == organisation]
        wanted = sum(attainable[need.id] + need.delivered_grams + need.past_wanted_grams for need in needs)
        before = sum(need.delivered_grams + need.past_delivered_grams for need in needs)
        percent = max(need.priority_percent for need in needs)
        total += _climb(case.problem.policy.fairness, wanted, percent, before, before + grams)
    return total


def _climb(steps: tuple[FairnessStep, ...], wanted: int, percent: int, before: int, after: int) -> int:
    """The grams between before and after that lie on each step, times what a kg there is worth."""
    worth = floor = 0
    for step in steps:
        ceiling = wanted * step.until_percent // 100
        grams = min(after, ceiling) - max(before, floor)
        worth += max(0, grams) * (step.cents_per_kg * percent // 100)
        floor = ceiling
    return worth


def _driving(case: Case) -> int:
    total = 0
    for route in case.plan.routes:
        shift = case.shift_of(route)
        total += route.metres * shift.cents_per_km  # metres times cents per km are thousandths of a cent
        total += route.seconds * shift.cents_per_hour * THOUSANDTHS // 3600
        total += shift.cents_per_use * THOUSANDTHS
    return total


def _moves(case: Case) -> int:
    kept = {(each.lot, each.need, each.shift) for _, each in case.allocations()}
    broken = sum((each.lot, each.need, each.shift) not in kept for each in case.problem.promises)
    return broken * case.problem.policy.move_cents * THOUSANDTHS

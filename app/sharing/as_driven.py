"""A recorded day as a problem and a plan, so that its cost is shared by the rules of a planned one: the food that was
brought, on the routes that were reported, for the kilometres and hours that are recorded of them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace

import routing
from app.domain.funding import Rates
from app.reports.together.recorded import Brought


def brought_problem(
    day: routing.Problem,
    planned: routing.Problem,
    brought: Collection[Brought],
    rates: Mapping[str, Rates],
) -> routing.Problem:
    """The day, with the food alone that was brought, and no other pair of food and need than those that met.

    day: as its rows have it now, with all that was brought. planned: as the day began, which has the last word on all
    that it knows, since that is what partners went by: a window or a van that was changed since changes no cost. rates:
    by shift, where the plans of the day say them.
    """
    lines = {each.line for each in brought}
    pairs = dict.fromkeys((each.line, each.need) for each in brought)
    places = {site.id for site in day.sites}
    return replace(
        day,
        sites=tuple(planned.sites_by_id.get(site.id, site) for site in day.sites),
        lots=tuple(planned.lots_by_id.get(lot.id, lot) for lot in day.lots if lot.id in lines),
        needs=tuple(planned.needs_by_id.get(need.id, need) for need in day.needs),
        eligibilities=tuple(routing.Eligibility(*pair, _deliver_by(day, planned, *pair)) for pair in pairs),
        shifts=tuple(_shift(day, planned, shift, places, rates.get(shift.id)) for shift in day.shifts),
        policy=planned.policy,
        pace=planned.pace,
        locked=(),
        promises=(),
    )


def _deliver_by(day: routing.Problem, planned: routing.Problem, lot: str, need: str) -> int:
    """By when the food had to be there; what met against all rules had no such time, and was brought all the same."""
    for known in (planned, day):
        if (until := known.deadline(lot, need)) is not None:
            return until
    return routing.END_OF_PLANNING


def _shift(
    day: routing.Problem, planned: routing.Problem, shift: routing.Shift, places: Set[str], rates: Rates | None
) -> routing.Shift:
    before = planned.shifts_by_id.get(shift.id)
    if before is not None and {before.start_site, before.end_site} <= places and before.profile in day.travel:
        return replace(before, organisation=shift.organisation)
    if rates is None:
        return shift
    return replace(shift, cents_per_km=rates.per_km, cents_per_hour=rates.per_hour, cents_per_use=rates.per_use)


def driven_plan_of(
    problem: routing.Problem,
    routes: Sequence[routing.DrivenRoute],
    stops: Mapping[str, tuple[routing.Stop, ...]],
    brought: Sequence[Brought],
    *,
    engine: str,
    seed: int,
) -> routing.Plan:
    """What was driven, as a plan of that problem. routes: with the kilometres and hours that are recorded; stops: of
    each of these routes by its shift, as last published. What was brought between the same two stops is one allocation.
    """
    grams: defaultdict[tuple[str, str, str, int, int], int] = defaultdict(int)
    for each in brought:
        grams[each.line, each.need, each.shift, each.pickup, each.drop_off] += each.grams
    return routing.Plan(
        problem_digest=problem.digest(),
        routes=tuple(
            routing.Route(
                each.shift,
                stops[each.shift],
                metres=each.metres,
                driving_seconds=sum(stop.seconds_from_previous for stop in stops[each.shift]),
                seconds=each.seconds,
            )
            for each in routes
        ),
        allocations=tuple(
            routing.Allocation(line, need, shift, part, problem.lots_by_id[line].crates_for(part), pickup, drop_off)
            for (line, need, shift, pickup, drop_off), part in grams.items()
        ),
        unserved=(),
        engine=engine,
        seed=seed,
    )

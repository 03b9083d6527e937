"""A problem that contradicts itself is refused with a path, a sentence and a code; one that is only hard is not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing import Eligibility, Load, Policy, Problem, ProblemError, TimeWindow, TravelMatrix, check, solve
from routing.problem import (
    Break,
    FairnessStep,
    LockedCargo,
    LockedRoute,
    LockedStop,
    Promise,
    Storage,
)
from tests.routing.builders import a_lot, a_need, a_problem, a_shift, travel
from tests.routing.checked_day import ROLLS, the_day

Change = Callable[[Problem], dict[str, Any]]
NOON = TimeWindow(12 * 3600, 13 * 3600)


def within(name: str, number: int = 0, **fields: Any) -> Change:
    """Other fields of one lot, need, shift or site."""

    def change(problem: Problem) -> dict[str, Any]:
        things = list(getattr(problem, name))
        things[number] = replace(things[number], **fields)
        return {name: tuple(things)}

    return change


def whole(**fields: Any) -> Change:
    return lambda _: fields


def again(name: str) -> Change:
    return lambda problem: {name: getattr(problem, name)[:1] * 2}


def locked(*stops: LockedStop, shift: str = "car") -> Change:
    return whole(locked=(LockedRoute(shift, stops),))


def table(seconds: Any = None, **fields: Any) -> Change:
    return lambda problem: {"travel": {"car": TravelMatrix(seconds, problem.travel["car"].metres)}}


COLLECT, DELIVER = LockedStop("pickup", "store", (ROLLS,)), LockedStop("drop_off", "bank", (ROLLS,))
BREAD = LockedCargo("bread", "bank bread", 40_000)
SOUP = LockedCargo("soup", "bank soup", 20_000)

# What is done to a good day, where the fault is found, and its code.
FAULTS: dict[str, tuple[Change, str, str]] = {
    "no date": (whole(service_date="tomorrow"), "service_date", "wrong_date"),
    "a date of another form": (whole(service_date="20261125"), "service_date", "wrong_date"),
    "no time zone": (whole(time_zone=""), "time_zone", "missing_value"),
    "a time zone that nobody knows": (whole(time_zone="Europe/Atlantis"), "time_zone", "unknown_time_zone"),
    "half a time zone": (whole(time_zone="Europe"), "time_zone", "unknown_time_zone"),
    "a path for a time zone": (whole(time_zone="/etc/passwd"), "time_zone", "unknown_time_zone"),
    "a lot without a name": (within("lots", id=""), "lots[0].id", "missing_value"),
    "a lot twice": (again("lots"), "lots[1].id", "duplicate_id"),
    "a need twice": (again("needs"), "needs[1].id", "duplicate_id"),
    "a shift twice": (again("shifts"), "shifts[1].id", "duplicate_id"),
    "a site twice": (lambda p: {"sites": (*p.sites[:2], p.sites[0])}, "sites[2].id", "duplicate_id"),
    "too few rows": (lambda p: {"travel": {"car": travel([(0, 0)])}}, "travel.car.seconds", "wrong_size"),
    "a negative setup": (within("sites", setup_seconds=-1), "sites[0].setup_seconds", "out_of_range"),
    "a negative store": (
        within("sites", storage=Storage(frozen_grams=-1)), "sites[0].storage.frozen_grams", "out_of_range",
    ),
    "a skill of a site without a name": (within("sites", skills=("",)), "sites[0].skills", "missing_value"),
    "a lot nowhere": (within("lots", site="nowhere"), "lots[0].site", "unknown_reference"),
    "a lot of nothing": (within("lots", grams=0), "lots[0].grams", "out_of_range"),
    "a lot of too much": (within("lots", grams=1_000_000_001), "lots[0].grams", "out_of_range"),
    "half a gram": (within("lots", grams=0.5), "lots[0].grams", "wrong_type"),
    "true grams": (within("lots", grams=True), "lots[0].grams", "wrong_type"),
    "no number of crates": (within("lots", crates=None), "lots[0].crates", "wrong_type"),
    "negative crates": (within("lots", crates=-1), "lots[0].crates", "out_of_range"),
    "tepid food": (within("lots", temperature_class="tepid"), "lots[0].temperature_class", "unknown_class"),
    "a window that inverts": (within("lots", window=TimeWindow(2, 1)), "lots[0].window", "window_inverted"),
    "a window before the day": (within("lots", window=TimeWindow(-1, 1)), "lots[0].window.earliest", "out_of_range"),
    "a deadline in a week": (within("lots", deliver_by=7 * 86_400), "lots[0].deliver_by", "out_of_range"),
    "a skill of a lot without a name": (within("lots", skills=("",)), "lots[0].skills", "missing_value"),
    "on board of nothing": (within("lots", on_board="boat"), "lots[0].on_board", "unknown_reference"),
    "more on board than fits": (
        within("shifts", capacity=Load(24_999, 100, 200_000)), "lots[3].on_board", "too_much_on_board",
    ),
    "a need nowhere": (within("needs", site="nowhere"), "needs[0].site", "unknown_reference"),
    "a negative need": (within("needs", grams=-1), "needs[0].grams", "out_of_range"),
    "negative weeks before": (
        within("needs", past_wanted_grams=-1), "needs[0].past_wanted_grams", "out_of_range",
    ),
    "a priority beyond all": (within("needs", priority_percent=1001), "needs[0].priority_percent", "out_of_range"),
    "receiving hours that invert": (
        within("needs", windows=(TimeWindow(2, 1),)), "needs[0].windows[0]", "window_inverted",
    ),
    "receiving hours that touch": (
        within("needs", windows=(NOON, TimeWindow(13 * 3600, 14 * 3600))), "needs[0].windows[1]", "windows_overlap",
    ),
    "a shift from nowhere": (within("shifts", start_site="nowhere"), "shifts[0].start_site", "unknown_reference"),
    "a shift to nowhere": (within("shifts", end_site="nowhere"), "shifts[0].end_site", "unknown_reference"),
    "a shift by boat": (within("shifts", profile="boat"), "shifts[0].profile", "unknown_reference"),
    "a shift that inverts": (within("shifts", window=TimeWindow(2, 1)), "shifts[0].window", "window_inverted"),
    "a negative capacity": (
        within("shifts", capacity=Load(-1)), "shifts[0].capacity.grams", "out_of_range",
    ),
    "roads that pay": (within("shifts", cents_per_km=-1), "shifts[0].cents_per_km", "out_of_range"),
    "negative metres": (within("shifts", maximum_metres=-1), "shifts[0].maximum_metres", "out_of_range"),
    "negative stops": (within("shifts", maximum_stops=-1), "shifts[0].maximum_stops", "out_of_range"),
    "a vehicle on two shifts": (
        within("shifts", 1, vehicle="vehicle van"), "shifts[1].window", "shifts_overlap",
    ),
    "a break of no length": (
        within("shifts", breaks=(Break(NOON, 0),)), "shifts[0].breaks[0].seconds", "out_of_range",
    ),
    "breaks out of order": (
        within("shifts", breaks=(Break(NOON, 60), Break(TimeWindow(9 * 3600, 9 * 3600), 60))),
        "shifts[0].breaks[1]", "breaks_overlap",
    ),
    "a break after the shift": (
        within("shifts", breaks=(Break(TimeWindow(18 * 3600, 19 * 3600), 60),)),
        "shifts[0].breaks[0]", "break_out_of_reach",
    ),
    "a break before the shift": (
        within("shifts", breaks=(Break(TimeWindow(0, 7 * 3600 - 1), 60),)),
        "shifts[0].breaks[0]", "break_out_of_reach",
    ),
    "a break that outlasts the shift": (
        within("shifts", breaks=(Break(TimeWindow(17 * 3600 - 59, 17 * 3600), 60),)),
        "shifts[0].breaks[0]", "break_out_of_reach",
    ),
    "a break during a break": (
        within("shifts", breaks=(Break(NOON, 4000), Break(TimeWindow(13 * 3600 + 1, 13 * 3600 + 2), 60))),
        "shifts[0].breaks[1]", "break_out_of_reach",
    ),
    "no road home": (
        lambda p: within("shifts", end_site="store")(p) | table([[0, 500, 1000], [500, 0, 500], [None, 500, 0]])(p),
        "shifts[0].end_site", "no_road",
    ),
    "a pair of an unknown lot": (
        whole(eligibilities=(Eligibility("nothing", "bank bread", 1),)), "eligibilities[0].lot", "unknown_reference",
    ),
    "a pair of an unknown need": (
        whole(eligibilities=(Eligibility("bread", "nobody", 1),)), "eligibilities[0].need", "unknown_reference",
    ),
    "a pair twice": (
        whole(eligibilities=(Eligibility("bread", "bank bread", 1),) * 2), "eligibilities[1]", "duplicate_id",
    ),
    "a pair with a deadline before the day": (
        whole(eligibilities=(Eligibility("bread", "bank bread", -1),)), "eligibilities[0].deliver_by", "out_of_range",
    ),
    "a promise of an unknown lot": (
        whole(promises=(Promise("nothing", "bank bread", "van"),)), "promises[0].lot", "unknown_reference",
    ),
    "a promise to nobody": (
        whole(promises=(Promise("bread", "nobody", "van"),)), "promises[0].need", "unknown_reference",
    ),
    "a promise by nobody": (
        whole(promises=(Promise("bread", "bank bread", "boat"),)), "promises[0].shift", "unknown_reference",
    ),
    "a promise twice": (
        whole(promises=(Promise("bread", "bank bread", "van"),) * 2), "promises[1]", "duplicate_id",
    ),
    "a negative value": (whole(policy=Policy(value_per_kg=-1)), "policy.value_per_kg", "out_of_range"),
    "shipments of nothing": (whole(policy=Policy(shipment_grams=0)), "policy.shipment_grams", "out_of_range"),
    "moves that pay": (whole(policy=Policy(move_cents=-1)), "policy.move_cents", "out_of_range"),
    "a step beyond full": (
        whole(policy=Policy(fairness=(FairnessStep(101, 1),))), "policy.fairness[0].until_percent", "out_of_range",
    ),
    "steps that fall": (
        whole(policy=Policy(fairness=(FairnessStep(50, 2), FairnessStep(50, 1)))),
        "policy.fairness[1].until_percent", "out_of_range",
    ),
    "fairness that grows": (
        whole(policy=Policy(fairness=(FairnessStep(50, 1), FairnessStep(60, 2)))),
        "policy.fairness[1].cents_per_kg", "out_of_range",
    ),
    "amounts beyond exact counting": (
        lambda p: {"lots": tuple(replace(each, grams=10**9, value_per_kg=10**6) for each in p.lots[:1] + p.lots[4:])
                   + tuple(a_lot(f"more {n}", grams=10**9, value_per_kg=10**6) for n in range(8)), "locked": (),
                   "promises": (), "eligibilities": None},
        "", "numbers_too_large",
    ),
    "distances beyond exact counting": (
        lambda p: {"travel": {"car": TravelMatrix([[0] * 3] * 3, 10**7 * (1 - np.eye(3, dtype=int)))},
                   **within("shifts", cents_per_km=10**6)(p), "policy": Policy(shipment_grams=100)},
        "", "numbers_too_large",
    ),
    "a lock of an unknown shift": (locked(shift="boat"), "locked[0].shift", "unknown_reference"),
    "a lock twice": (
        whole(locked=(LockedRoute("van", ()), LockedRoute("van", ()))), "locked[1].shift", "duplicate_id",
    ),
    "a locked stop of an unknown kind": (
        locked(replace(COLLECT, kind="break")), "locked[0].stops[0].kind", "unknown_kind",
    ),
    "a locked stop nowhere": (
        locked(replace(COLLECT, site="nowhere")), "locked[0].stops[0].site", "unknown_reference",
    ),
    "a locked stop for nothing": (locked(replace(COLLECT, cargo=())), "locked[0].stops[0].cargo", "missing_value"),
    "a locked stop where the shift may not stop": (
        lambda p: locked(COLLECT, DELIVER)(p) | within("shifts", 1, skills=())(p),
        "locked[0].stops[0].site", "locked_not_allowed",
    ),
    "a locked unknown lot": (
        locked(replace(COLLECT, cargo=(LockedCargo("nothing", "bank bread", 1),))),
        "locked[0].stops[0].cargo[0].lot", "unknown_reference",
    ),
    "a locked unknown need": (
        locked(replace(COLLECT, cargo=(LockedCargo("rolls", "nobody", 1),))),
        "locked[0].stops[0].cargo[0].need", "unknown_reference",
    ),
    "locked nothing": (
        locked(replace(COLLECT, cargo=(replace(ROLLS, grams=0),))), "locked[0].stops[0].cargo[0].grams", "out_of_range",
    ),
    "half a locked gram": (
        locked(replace(COLLECT, cargo=(replace(ROLLS, grams=0.5),))), "locked[0].stops[0].cargo[0].grams", "wrong_type",
    ),
    "locked more than there is": (
        locked(replace(COLLECT, cargo=(replace(ROLLS, grams=20_001),))),
        "locked[0].stops[0].cargo[0].grams", "out_of_range",
    ),
    "locked food in another place": (
        locked(replace(COLLECT, site="dairy")), "locked[0].stops[0].cargo[0]", "locked_wrong_site",
    ),
    "locked food to another place": (
        locked(COLLECT, replace(DELIVER, site="dairy")), "locked[0].stops[1].cargo[0]", "locked_wrong_site",
    ),
    "locked food for who may not have it": (
        locked(replace(COLLECT, cargo=(replace(ROLLS, need="bank milk"),))),
        "locked[0].stops[0].cargo[0]", "locked_not_allowed",
    ),
    "locked food that the shift may not carry": (
        lambda p: locked(COLLECT, DELIVER)(p) | within("lots", 1, skills=("care",))(p),
        "locked[0].stops[0].cargo[0]", "locked_not_allowed",
    ),
    "locked food on board of another shift": (
        locked(replace(DELIVER, cargo=(SOUP,))), "locked[0].stops[0].cargo[0]", "locked_not_allowed",
    ),
    "locked food on board collected again": (
        locked(replace(COLLECT, cargo=(SOUP,)), shift="van"), "locked[0].stops[0].cargo[0]", "locked_not_allowed",
    ),
    "half of a whole lot locked": (
        locked(*(replace(stop, cargo=(replace(ROLLS, grams=10_000),)) for stop in (COLLECT, DELIVER))),
        "locked[0].stops[1].cargo[0]", "locked_not_allowed",
    ),
    "locked delivery before collecting": (
        locked(DELIVER, COLLECT), "locked[0].stops[0].cargo[0]", "locked_wrong_order",
    ),
    "locked collecting without delivery": (locked(COLLECT), "locked[0]", "locked_wrong_order"),
    "locked delivery of more than was collected": (
        locked(
            replace(COLLECT, cargo=(replace(BREAD, grams=10_000),)), replace(DELIVER, cargo=(BREAD,)),
        ),
        "locked[0].stops[1].cargo[0]", "locked_wrong_order",
    ),
    "a lot locked twice over": (
        locked(replace(COLLECT, cargo=(ROLLS, ROLLS)), replace(DELIVER, cargo=(ROLLS, ROLLS))),
        "locked[0].stops[1].cargo[1]", "locked_too_much",
    ),
    "locked more than is needed": (
        lambda p: locked(replace(COLLECT, cargo=(BREAD,)), replace(DELIVER, cargo=(BREAD,)))(p)
        | within("needs", grams=39_999)(p),
        "locked[0].stops[1].cargo[0]", "locked_too_much",
    ),
    "locked more than can be stored": (
        lambda p: locked(replace(COLLECT, cargo=(BREAD,)), replace(DELIVER, cargo=(BREAD,)))(p)
        | within("sites", 2, storage=Storage(39_999))(p),
        "locked[0].stops[1].cargo[0]", "locked_too_much",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_refused_where_it_is(fault: str) -> None:
    change, path, code = FAULTS[fault]
    day = the_day()
    with pytest.raises(ProblemError) as refused:
        replace(day, **change(day))
    assert (refused.value.path, refused.value.code) == (path, code)
    assert refused.value.sentence.endswith(".")


HARD: dict[str, tuple[Change, str]] = {
    "a lot that fits no vehicle": (within("lots", splittable=False, grams=600_000), "exceeds_every_vehicle"),
    "a need of zero": (within("needs", grams=0), "no_need_left"),
    "a closed food bank": (within("needs", windows=()), "no_receiving_window_in_time"),
    "a store without roads": (table([[0, None], [None, 0]]), "unreachable_by_road"),
}


@pytest.mark.parametrize("case", HARD)
def test_what_only_keeps_one_lot_from_being_served_is_no_fault(case: str) -> None:
    change, reason = HARD[case]
    day = a_problem([a_lot()], [a_need(grams=900_000)], [a_shift()])
    problem = replace(day, **change(day))
    plan = solve(problem, seconds=0.5)
    assert check(problem, plan) == ()
    assert [each.reason for each in plan.unserved] == [reason]


def test_touching_shifts_of_one_vehicle_are_one_after_the_other() -> None:
    early, late = TimeWindow(0, 3600), TimeWindow(3600, 7200)
    shifts = [a_shift("a", vehicle="van", window=early), a_shift("b", vehicle="van", window=late)]
    assert len(a_problem(shifts=shifts).shifts) == 2


def test_a_locked_route_without_stops_keeps_a_vehicle_at_home() -> None:
    day = the_day()
    assert replace(day, locked=(LockedRoute("car", ()),)).locked[0].stops == ()

"""What pooling saves: never less than nothing, the same by another way of counting, and only what could be driven."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from app.domain.duplicates import VisitedDay
from app.domain.pooling import Measured, Saving, better, moved, moved_to_the_best, without
from app.domain.van_routes import (
    LIMITS,
    ROOM,
    SKILLS,
    TIMES,
    Halt,
    Place,
    Room,
    Table,
    Van,
    VanRoute,
    can_be_driven,
    effort_of,
    misfits_of,
)
from tests.domain.van_days import ALL_DAY, VAN, days, parcel, route, streets

GRID = {"home": (0, 0), "far": (10_000, 0), "near": (9_000, 0), "bank": (0, 5_000), "other bank": (0, 6_000)}


def metres_of(found: VanRoute, table: Table) -> int:
    """The way of a route, counted stop by stop."""
    stops = [halt.place for halt in found.halts]
    if not stops:
        return 0
    return sum(
        leg[1]
        for here, there in pairwise([found.start, *stops, found.end])
        if (leg := table.legs("car", here, there)) is not None
    )


def carried(found: VanRoute) -> dict[str, list[tuple[str, str]]]:
    """Of each parcel where it is handled, in order."""
    told: dict[str, list[tuple[str, str]]] = {}
    for halt in found.halts:
        for each in halt.parcels:
            told.setdefault(each.id, []).append((halt.kind, halt.place))
    return told


def pairs(day: VisitedDay) -> list[tuple[VanRoute, int, VanRoute]]:
    return [
        (day.routes[visit.route], visit.halt, taker)
        for visit in day.visits
        for taker in day.routes.values()
        if taker.id != visit.route
    ]


@given(days())
def test_what_is_saved_is_the_way_of_both_routes_less_and_every_gram_still_goes_where_it_was_to_go(
    day: VisitedDay,
) -> None:
    for giver, number, taker in pairs(day):
        found = moved(giver, number, taker, Measured(day.table))
        assert found is not None
        assert found.metres >= 0
        assert found.seconds >= 0
        assert found.cents is None or found.cents >= 0
        if found.after is None:
            assert found.metres == 0
            continue
        rest, carrying = found.after
        before = metres_of(giver, day.table) + metres_of(taker, day.table)
        assert found.metres == before - metres_of(rest, day.table) - metres_of(carrying, day.table)
        assert {**carried(rest), **carried(carrying)} == {**carried(giver), **carried(taker)}
        assert set(carried(rest)).isdisjoint(carried(carrying))
        assert found.misfits == misfits_of(carrying, day.table)


@given(days())
def test_a_stop_with_one_drop_off_is_put_where_no_other_place_would_save_more(day: VisitedDay) -> None:
    for giver, number, taker in pairs(day):
        pickup = giver.halts[number]
        banks = [halt for halt in giver.halts if halt.kind == "drop_off" and set(halt.parcels) & set(pickup.parcels)]
        assert len(banks) == 1
        free = replace(taker, van=replace(VAN, partner=taker.van.partner))
        found = moved(replace(giver, van=VAN), number, free, Measured(day.table))
        assert found is not None
        assert found.misfits == frozenset()
        rest = metres_of(without(giver, number), day.table)
        before = metres_of(giver, day.table) + metres_of(taker, day.table)
        shortest = min(
            metres_of(replace(taker, halts=tuple(halts)), day.table)
            for first in range(len(taker.halts) + 1)
            for second in range(first, len(taker.halts) + 1)
            for halts in [
                [
                    *taker.halts[:first],
                    pickup,
                    *taker.halts[first:second],
                    replace(banks[0], parcels=pickup.parcels),
                    *taker.halts[second:],
                ]
            ]
        )
        assert found.metres == max(0, before - rest - shortest)


def two_at_the_same_store(van: Van = VAN) -> tuple[VanRoute, VanRoute]:
    one, other = parcel("one"), parcel("other")
    return (
        route("1", ("pickup", "far", (one,)), ("drop_off", "bank", (one,))),
        route("2", ("pickup", "far", (other,)), ("drop_off", "other bank", (other,)), van=van),
    )


def test_a_van_that_has_nothing_left_to_do_stays_at_home_and_its_use_is_saved() -> None:
    van = replace(VAN, cents_per_km=100, cents_per_use=500)
    first, second = two_at_the_same_store(van)
    found = moved(replace(first, van=van), 0, second, Measured(streets(GRID)))
    assert found is not None
    assert found.after is not None
    assert found.after[0].halts == ()
    assert found.metres == 10_000 + 15_000 + 5_000  # the bank is on the other's way
    assert found.cents == 500 + 3_000


def test_where_a_van_has_no_rates_no_cost_is_said_and_where_it_would_cost_more_nothing_is_saved() -> None:
    first, second = two_at_the_same_store()
    found = moved(first, 0, second, Measured(streets(GRID)))
    assert found is not None
    assert (found.metres, found.cents) == (30_000, None)
    cheap, dear = replace(VAN, cents_per_km=1), replace(VAN, cents_per_km=1000)
    on_the_way, banks = parcel("more"), replace(VAN, cents_per_km=1000)
    assert banks == dear
    first = route("1", ("pickup", "far", (on_the_way,)), ("drop_off", "bank", (on_the_way,)), van=cheap)
    second = route("2", ("pickup", "near", (parcel("x"),)), ("drop_off", "bank", (parcel("x"),)), van=dear)
    assert moved(first, 0, second, Measured(streets(GRID))) == Saving(cents=0, metres=0)


@pytest.mark.parametrize(
    ("van", "place", "misfit"),
    [
        (replace(VAN, room=Room(15_000, 100)), Place(), ROOM),
        (replace(VAN, room=Room(50_000, 1)), Place(), ROOM),
        (replace(VAN, window=(0, 31_000)), Place(setup_seconds=600), TIMES),
        (VAN, Place(skills=frozenset({"tail lift"})), SKILLS),
        (replace(VAN, most_metres=31_000), Place(), LIMITS),
        (replace(VAN, most_stops=2), Place(), LIMITS),
    ],
)
def test_it_is_said_what_stands_against_it(van: Van, place: Place, misfit: str) -> None:
    first, second = two_at_the_same_store(van)
    table = replace(streets(GRID), places={"far": place, "bank": place})
    found = moved(first, 0, second, Measured(table))
    assert found is not None
    assert misfit in found.misfits
    assert found.metres > 0


def test_a_window_that_is_over_puts_the_stop_elsewhere_or_is_said() -> None:
    first, second = two_at_the_same_store()
    late = replace(first.halts[0].parcels[0], pickup=(0, 9_999))
    halts = tuple(replace(halt, parcels=(late,)) for halt in first.halts)
    found = moved(replace(first, halts=halts), 0, second, Measured(streets(GRID)))
    assert found is not None
    assert found.misfits == {TIMES}
    slow = replace(streets(GRID), slowest_percent=150)
    assert misfits_of(replace(first, van=replace(VAN, window=(0, 30_000))), streets(GRID)) == frozenset()
    assert misfits_of(replace(first, van=replace(VAN, window=(0, 30_000))), slow) == {TIMES}


def test_a_break_is_taken_in_its_window_and_takes_no_way() -> None:
    one = parcel("one")
    lunch = Halt("break", "far", seconds=1800, window=(0, 12_000))
    there, home = Halt("pickup", "far", (one,)), Halt("drop_off", "bank", (one,))
    found = VanRoute("1", VAN, "home", "home", (there, lunch, home))
    assert effort_of(found, streets(GRID)) == effort_of(replace(found, halts=(there, home)), streets(GRID))
    assert misfits_of(found, streets(GRID)) == frozenset()
    tight = replace(found, van=replace(VAN, window=(0, 31_000)))
    assert misfits_of(tight, streets(GRID)) == {TIMES}
    late = replace(found, halts=(there, replace(lunch, window=(0, 9_000)), home))
    assert misfits_of(late, streets(GRID)) == {TIMES}
    assert without(found, 0).places == ()


def test_what_the_streets_do_not_know_is_not_guessed() -> None:
    first, second = two_at_the_same_store()
    blank = Table(lambda profile, origin, destination: None)
    assert effort_of(first, blank) is None
    assert moved(first, 0, second, Measured(blank)) is None
    assert better([None, None]) is None
    assert ALL_DAY[0] == 0


@given(days())
def test_a_way_takes_more_what_the_route_that_is_built_of_it_takes_more_and_the_shortest_comes_first(
    day: VisitedDay,
) -> None:
    measured = Measured(day.table)
    for giver, number, taker in pairs(day):
        given_away, into = measured.given(giver, number), measured.taker(taker)
        pickup = giver.halts[number]
        ways = list(into.ways(pickup, given_away.deliveries, 10**9))
        least = into.least_for(pickup, given_away.deliveries)
        assert [way.more.metres for way in ways] == sorted(way.more.metres for way in ways)
        assert least is None or all(way.more.metres >= least for way in ways)
        for way in ways:
            then = effort_of(way.built(), day.table)
            assert into.effort is not None
            assert then == into.effort + way.more
            assert can_be_driven(way.built(), day.table) == (not misfits_of(way.built(), day.table))


@given(days())
def test_the_best_of_several_takers_is_the_best_of_trying_them_all(day: VisitedDay) -> None:
    measured = Measured(day.table)
    for visit in day.visits:
        giver = day.routes[visit.route]
        takers = [each for each in day.routes.values() if each.id != giver.id]
        all_tried = better([moved(giver, visit.halt, each, Measured(day.table)) for each in takers])
        assert moved_to_the_best(giver, visit.halt, takers, measured) == all_tried


def test_a_stop_that_spares_no_way_is_left_where_it_is_even_where_another_van_would_drive_less_for_it() -> None:
    short = {("a", "b"): 5, ("b", "bank"): 5, ("c", "b"): 1}
    table = Table(lambda _, origin, destination: (60, short.get((origin, destination), 10)))
    one, two, three = parcel("one"), parcel("two"), parcel("three")
    giver = route("1", ("pickup", "a", (one,)), ("pickup", "b", (two,)), ("drop_off", "bank", (one, two)))
    taker = route("2", ("pickup", "c", (three,)), ("drop_off", "bank", (three,)))
    assert moved(giver, 1, taker, Measured(table)) == Saving()

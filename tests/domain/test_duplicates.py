"""Which visits were made twice or for little, and the list that is worked through."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from app.domain.duplicate_entries import entries_of, to_work_through
from app.domain.duplicates import Kind, Side, Visit, VisitedDay, carried_too_little, detour_of, found_on
from app.domain.pooling import Measured
from app.domain.van_routes import Van, VanRoute
from tests.domain.test_pooling import metres_of
from tests.domain.van_days import SERVICE_DATE, VAN, day_of, days, parcel, route, streets

GRID = {"home": (0, 0), "far": (10_000, 0), "beside": (10_200, 0), "beyond": (11_000, 0), "bank": (0, 5_000)}
TABLE = streets(GRID)


def fetched(name: str, store: str, partner: str, grams: int = 10_000, van: Van = VAN) -> VanRoute:
    carried = parcel(name, grams)
    return route(
        name, ("pickup", store, (carried,)), ("drop_off", "bank", (carried,)), van=replace(van, partner=partner)
    )


@given(days(shared=False))
def test_a_day_with_one_vehicle_at_each_place_has_no_pair(day: VisitedDay) -> None:
    assert [each for each in found_on(day, within_metres=0) if each.kind == Kind.SAME_PLACE] == []


@given(days())
def test_every_saving_is_the_way_that_both_routes_are_shorter(day: VisitedDay) -> None:
    found = found_on(day, within_metres=500)
    at_one_place = {
        (one.place, *sorted((one.partner, other.partner)))
        for one in day.visits
        for other in day.visits
        if one.route < other.route and one.place == other.place
    }
    told = {(each.sides[0].place, *(side.partner for side in each.sides)) for each in found
            if each.kind == Kind.SAME_PLACE}  # fmt: skip
    assert told == at_one_place
    for each in found:
        assert each.saving is not None
        assert each.saving.metres >= 0
        if each.saving.after is not None:
            before = sum(metres_of(day.routes[after.id], day.table) for after in each.saving.after)
            assert each.saving.metres == before - sum(metres_of(after, day.table) for after in each.saving.after)
    for entry in entries_of(found):
        assert entry.saved_metres is not None
        assert entry.saved_metres >= 0
        assert entry.saved_cents is None or entry.saved_cents >= 0


def test_two_partners_at_one_store_and_two_within_the_distance_are_found() -> None:
    day = day_of(TABLE, fetched("1", "far", "A"), fetched("2", "far", "B"), fetched("3", "beside", "C"))
    kinds = {(each.kind, each.sides): each for each in found_on(day, 300) if each.kind != Kind.LITTLE_FOOD}
    assert set(kinds) == {
        (Kind.SAME_PLACE, (Side("A", "far"), Side("B", "far"))),
        (Kind.NEARBY, (Side("A", "far"), Side("C", "beside"))),
        (Kind.NEARBY, (Side("B", "far"), Side("C", "beside"))),
    }
    same = kinds[Kind.SAME_PLACE, (Side("A", "far"), Side("B", "far"))]
    assert same.saving is not None
    assert (same.saving.metres, same.grams, same.unweighed, len(same.visits)) == (30_000, 20_000, 0, 2)
    assert {each.kind for each in found_on(day, 199)} == {Kind.SAME_PLACE}


def test_two_vans_of_one_partner_are_a_pair_and_two_trips_of_one_van_are_none() -> None:
    again = fetched("2", "far", "A")
    assert [each.sides for each in found_on(day_of(TABLE, fetched("1", "far", "A"), again))] == [
        (Side("A", "far"), Side("A", "far"))
    ]
    same_van = replace(again, van=replace(again.van, vehicle="van 1"))
    assert found_on(day_of(TABLE, fetched("1", "far", "A"), same_van)) == []


def test_several_vans_of_the_same_partners_are_one_and_save_what_one_pair_saves() -> None:
    day = day_of(TABLE, *(fetched(str(number), "far", "A") for number in range(3)))
    [found] = found_on(day)
    assert found.saving is not None
    assert (len(found.visits), found.grams, found.saving.metres) == (3, 30_000, 30_000)


def test_a_visit_carried_too_little_by_carbon_or_by_money_and_never_where_nobody_weighed_it() -> None:
    van = replace(VAN, grams_co2e_per_km=279)
    route_ = fetched("1", "far", "A", van=van)
    detour = detour_of(route_, 0, Measured(TABLE))
    assert detour is not None
    assert (detour.metres, detour.cents, detour.grams_co2e) == (30_000, None, 8_370)
    visit = Visit("1", 0, "far", "A", "van 1", 5_230)
    assert carried_too_little(visit, detour)
    assert not carried_too_little(replace(visit, grams=5_231), detour)  # 1.6 kg of CO2e each
    assert not carried_too_little(replace(visit, grams=None), detour)
    dear = replace(detour, cents=3_000, grams_co2e=0)
    assert carried_too_little(replace(visit, worth_cents=2_999), dear)
    assert not carried_too_little(replace(visit, worth_cents=3_000), dear)
    assert not carried_too_little(replace(visit, worth_cents=None), dear)


def test_a_visit_in_vain_moved_no_food_which_is_no_error() -> None:
    van = replace(VAN, grams_co2e_per_km=279, cents_per_km=50)
    day = day_of(TABLE, fetched("1", "far", "A", van=van), weights={"1": 0}, worth=0)
    [entry] = entries_of(found_on(day))
    assert (entry.kind, entry.grams, entry.grams_per_visit, entry.cents_per_kg) == (Kind.LITTLE_FOOD, 0, 0, None)
    assert entry.break_even_grams == 5_232
    assert entry.saved_metres is None  # there was no other van
    unweighed = day_of(TABLE, fetched("1", "far", "A", van=van), weights={"1": None})
    assert found_on(unweighed) == []


def test_the_list_has_the_same_partners_at_the_same_place_once_and_never_adds_planned_days_to_recorded_ones() -> None:
    day = day_of(TABLE, fetched("1", "far", "A"), fetched("2", "far", "B"), weights={"2": None})
    week = [replace(day, day=SERVICE_DATE + timedelta(days=number)) for number in (0, 3, 7)]
    planned = replace(day, day=SERVICE_DATE + timedelta(days=10), recorded=False)
    small = day_of(TABLE, fetched("3", "beside", "C"), fetched("4", "beside", "D"), fetched("5", "beyond", "D"))
    entries = entries_of(each for one in (planned, *week[::-1], small) for each in found_on(one, 0))
    assert [(each.recorded, [side.partner for side in each.sides]) for each in entries] == [
        (True, ["A", "B"]),
        (True, ["C", "D"]),
        (False, ["A", "B"]),
    ]
    first = entries[0]
    assert first.days == tuple(SERVICE_DATE + timedelta(days=number) for number in (0, 3, 7))
    assert (first.visits, first.grams, first.unweighed, first.grams_per_visit) == (6, 30_000, 3, 10_000)
    assert (first.saved_metres, first.saving_days, first.fitting_days) == (90_000, 3, 3)
    assert first.weekdays[0] == SERVICE_DATE.isoweekday()
    assert first.key == entries[2].key == "same_place:A@far:B@far"


def test_what_was_dealt_with_stays_away_until_it_happens_again() -> None:
    day = day_of(TABLE, fetched("1", "far", "A"), fetched("2", "far", "B"))
    [entry] = entries_of(found_on(day))
    assert to_work_through(entry, None)
    assert not to_work_through(entry, SERVICE_DATE)
    assert to_work_through(entry, SERVICE_DATE - timedelta(days=1))

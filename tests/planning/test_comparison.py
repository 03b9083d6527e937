"""Two versions of a plan beside each other: what moved, came and went, and which food only one of them brings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from app.planning.comparison import ComparedShift, compared, usual_pair
from app.planning.schemas import PlanHeadOut, PlanOut, PlanState, RouteOut, StopAllocationOut, StopOut, UnservedOut

NAMES = UUID("7b1f7f0e-6f0e-4c58-8a50-1b4d3a3f6c11")
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

type Visit = tuple[str, str] | tuple[str, str, int]  # + loads or - unloads, at which place, grams of the line "bread"


def named(name: str) -> UUID:
    return uuid5(NAMES, name)


def a_stop(sequence: int, sign: str, site: str, grams: int = 1000) -> StopOut:
    at = NOON + timedelta(minutes=10 * sequence)
    food = StopAllocationOut.model_construct(offer_line_id=named(f"line of {site}"), description="Loaves", kg=grams)
    return StopOut.model_construct(
        id=named(f"stop {site} {sequence}"), kind="pickup" if sign == "+" else "drop_off", site_name=site,
        latitude=51.5, longitude=-3.0, arrive_at=at, begin_at=at, leave_at=at, allocations=[food],
    )  # fmt: skip


def a_route(number: int, van: str, visits: Sequence[Visit]) -> RouteOut:
    stops = [a_stop(sequence, *visit) for sequence, visit in enumerate(visits, 1)]
    return RouteOut.model_construct(shift_id=named(van), number=number, vehicle_name=van, stops=stops)


def a_plan(left: Sequence[str] = (), **routes: Sequence[Visit]) -> PlanOut:
    stays = [
        UnservedOut.model_construct(line_id=named(f"line of {site}"), kg=1000, reason="vehicles_full") for site in left
    ]
    driven = [a_route(number, van, visits) for number, (van, visits) in enumerate(routes.items(), 1)]
    return PlanOut.model_construct(
        kg_allocated=5000, metres=7000, seconds=3600, routes=driven, unserved=stays, violations=[]
    )  # fmt: skip


def told(visits: ComparedShift, side: str) -> list[tuple[str, str]]:
    return [(each.stop.site_name, each.mark) for each in getattr(visits, side)]


def test_versions_that_are_alike_differ_in_nothing() -> None:
    plan = a_plan(white=[("+", "Lidl"), ("-", "Bank")])
    found = compared(plan, plan)
    assert found.before == found.after
    assert [shift.differs for shift in found.shifts] == [False]
    assert found.lines == []


def test_a_stop_that_came_and_one_that_went_are_each_told_where_they_are() -> None:
    before = a_plan(white=[("+", "Lidl"), ("-", "Bank")])
    after = a_plan(white=[("+", "Tesco"), ("-", "Bank")])
    [shift] = compared(before, after).shifts
    assert told(shift, "before") == [("Lidl", "only_here"), ("Bank", "same")]
    assert told(shift, "after") == [("Tesco", "only_here"), ("Bank", "same")]


def test_the_stop_that_has_moved_is_named_and_not_those_that_it_passed() -> None:
    before = a_plan(white=[("+", "Lidl"), ("+", "Tesco"), ("-", "Bank"), ("-", "Duffryn")])
    after = a_plan(white=[("+", "Tesco"), ("-", "Bank"), ("-", "Duffryn"), ("+", "Lidl")])
    [shift] = compared(before, after).shifts
    assert [name for name, mark in told(shift, "before") if mark != "same"] == ["Lidl"]
    assert [name for name, mark in told(shift, "after") if mark != "same"] == ["Lidl"]


def test_a_stop_that_another_van_makes_says_which() -> None:
    before = a_plan(white=[("+", "Lidl"), ("-", "Bank")])
    after = a_plan(blue=[("+", "Lidl"), ("-", "Bank")])
    white, blue = compared(before, after).shifts
    assert [(each.mark, each.other_vehicle) for each in white.before] == [("other_shift", "blue")] * 2
    assert [(each.mark, each.other_vehicle) for each in blue.after] == [("other_shift", "white")] * 2
    assert (white.after, blue.before) == ([], [])


def test_one_stop_that_went_stands_for_one_that_came_and_no_more() -> None:
    before = a_plan(white=[("-", "Bank")])
    after = a_plan(blue=[("-", "Bank")], green=[("-", "Bank")])
    marks = [each.mark for shift in compared(before, after).shifts for each in shift.after]
    assert sorted(marks) == ["only_here", "other_shift"]


def test_a_place_that_a_van_comes_to_twice_is_two_stops() -> None:
    before = a_plan(white=[("+", "Lidl"), ("-", "Bank"), ("+", "Lidl"), ("-", "Bank")])
    after = a_plan(white=[("+", "Lidl"), ("-", "Bank"), ("+", "Lidl")])
    [shift] = compared(before, after).shifts
    assert [mark for _, mark in told(shift, "before")] == ["same", "same", "same", "only_here"]


def test_other_food_at_the_same_stop_is_told_by_its_weight() -> None:
    before = a_plan(white=[("+", "Lidl", 4000), ("-", "Bank", 4000)])
    after = a_plan(white=[("+", "Lidl", 6000), ("-", "Bank", 6000)])
    found = compared(before, after)
    assert [(each.grams, each.other_grams) for each in found.shifts[0].after] == [(6000, 4000)] * 2
    assert found.shifts[0].differs
    assert [(each.before, each.after, each.why) for each in found.lines] == [(4000, 6000, None)]


def test_food_of_one_version_alone_has_the_reason_of_the_other() -> None:
    before = a_plan(["Tesco"], white=[("+", "Lidl"), ("-", "Bank")])
    after = a_plan(["Lidl"], white=[("+", "Tesco"), ("-", "Bank")])
    lost, won = compared(before, after).lines
    assert (lost.site_name, lost.before, lost.after) == ("Lidl", 1000, 0)
    assert lost.why is after.unserved[0]
    assert (won.site_name, won.before, won.after) == ("Tesco", 0, 1000)
    assert won.why is before.unserved[0]


def test_the_figures_count_what_there_is() -> None:
    found = compared(a_plan(["Tesco", "Aldi"], white=[("+", "Lidl")]), a_plan()).before
    assert (found.grams, found.metres, found.seconds, found.routes, found.grams_left, found.violations) == (
        5000, 7000, 3600, 1, 2000, 0,
    )  # fmt: skip


ways = st.lists(st.tuples(st.sampled_from("+-"), st.sampled_from(["Lidl", "Tesco", "Bank"])), max_size=6)


@given(st.lists(ways, min_size=2, max_size=2), st.lists(ways, min_size=2, max_size=2))
def test_what_one_side_says_of_a_stop_the_other_side_says_as_well(
    before: list[list[Visit]], after: list[list[Visit]]
) -> None:
    def plan(each: list[list[Visit]]) -> PlanOut:
        return a_plan(**{van: visits for van, visits in zip(("white", "blue"), each, strict=True) if visits})

    found, back = compared(plan(before), plan(after)), compared(plan(after), plan(before))
    of_before = [each for shift in found.shifts for each in shift.before]
    of_after = [each for shift in found.shifts for each in shift.after]
    assert len(of_before) == sum(map(len, before))
    for mark in ("same", "other_order", "other_shift"):
        assert sum(each.mark == mark for each in of_before) == sum(each.mark == mark for each in of_after)
    turned = {shift.shift_id: shift for shift in back.shifts}
    for shift in found.shifts:
        assert told(shift, "before") == told(turned[shift.shift_id], "after")


def heads(*states: PlanState) -> list[PlanHeadOut]:
    """Versions, the newest first."""
    return [PlanHeadOut.model_construct(id=named(f"{n}"), state=state) for n, state in enumerate(states)]


def test_people_want_the_newest_draft_beside_what_is_published_or_else_the_newest_two() -> None:
    assert usual_pair(heads("draft", "draft", "published")) == (named("2"), named("0"))
    assert usual_pair(heads("published", "superseded", "draft")) == (named("0"), named("2"))
    assert usual_pair(heads("draft", "draft", "draft")) == (named("1"), named("0"))
    assert usual_pair(heads("published", "superseded")) == (named("1"), named("0"))
    assert usual_pair(heads("draft")) is None
    assert usual_pair([]) is None

"""Which of last week's shifts each of today's takes after."""

from datetime import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.planning.like import Tour, matched

WHITE, BLUE, YARD, BANK = (UUID(int=number) for number in range(1, 5))


def tour(id: str, vehicle: UUID = WHITE, start: UUID = YARD, clock: time = time(8)) -> Tour:
    return Tour(id, vehicle, start, clock)


def test_the_same_van_from_the_same_place_the_nearest_in_time() -> None:
    before = [tour("early"), tour("late", clock=time(13))]
    assert matched(before, [tour("today", clock=time(12))]) == {"today": "late"}
    assert matched(before, [tour("a", clock=time(14)), tour("b", clock=time(9))]) == {"a": "late", "b": "early"}


def test_another_van_from_there_at_about_that_time_drives_what_nobody_else_does() -> None:
    before = [tour("white"), tour("blue", BLUE)]
    now = [tour("new", UUID(int=9), clock=time(8, 30)), tour("still white")]
    assert matched(before, now) == {"still white": "white", "new": "blue"}
    assert matched(before, [tour("new", UUID(int=9), clock=time(11))]) == {}
    assert matched(before, [tour("elsewhere", start=BANK)]) == {}


TOURS = st.lists(
    st.builds(
        Tour,
        st.uuids().map(str),
        st.sampled_from((WHITE, BLUE)),
        st.sampled_from((YARD, BANK)),
        st.builds(time, st.integers(5, 20)),
    ),
    max_size=5,
    unique_by=lambda each: each.id,
)


@given(TOURS, TOURS)
def test_no_shift_is_taken_after_twice_and_all_set_out_from_the_same_place(before: list[Tour], now: list[Tour]) -> None:
    found = matched(before, now)
    starts = {each.id: each.start for each in [*before, *now]}
    assert len(set(found.values())) == len(found)
    assert all(starts[today] == starts[then] for today, then in found.items())

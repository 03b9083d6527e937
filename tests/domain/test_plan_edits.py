"""An append-only list of edits and undos: what of it is in force."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.lifecycle import PLAN_MOVES
from app.domain.plan_edits import NOT_BY_HAND, WORTH_A_TRY, in_force, may_be_edited, may_be_tried, next_number


@dataclass(frozen=True)
class Entry:
    number: int
    undoes: int | None = None


def numbers(*entries: Entry) -> list[int]:
    return [each.number for each in in_force(entries)]


def test_an_undo_takes_back_what_it_names_and_is_no_edit_itself() -> None:
    assert numbers() == []
    assert numbers(Entry(1), Entry(2)) == [1, 2]
    assert numbers(Entry(1), Entry(2), Entry(3, undoes=2)) == [1]
    assert numbers(Entry(1), Entry(2), Entry(3, undoes=2), Entry(4)) == [1, 4]


@given(st.lists(st.booleans()))
def test_the_list_is_a_stack_whose_top_is_taken_back(steps: list[bool]) -> None:
    entries: list[Entry] = []
    stack: list[int] = []
    for edits in steps:
        number = next_number(entries)
        if edits:
            stack.append(number)
            entries.append(Entry(number))
        elif stack:
            entries.append(Entry(number, undoes=stack.pop()))
        assert numbers(*reversed(entries)) == stack


def test_what_was_published_is_not_edited() -> None:
    assert {state for state in PLAN_MOVES if may_be_edited(state)} == {"draft", "ready"}


@pytest.mark.parametrize("change", reasons.CHANGE_CODES)
def test_every_smallest_change_but_a_van_more_is_worth_a_try(change: str) -> None:
    assert may_be_tried("vehicles_full", change, edits=0) is (change != "vehicle")


@pytest.mark.parametrize(
    ("reason", "as_made", "edited"),
    [
        ("detour_not_worth_it", True, True),
        ("left_out_by_hand", True, True),
        ("no_need_left", False, True),
        ("no_eligible_need", False, False),
    ],
)
def test_without_a_change_it_is_tried_where_edits_may_have_made_room(reason: str, as_made: bool, edited: bool) -> None:
    assert (may_be_tried(reason, None, edits=0), may_be_tried(reason, None, edits=1)) == (as_made, edited)


def test_every_reason_that_is_named_is_one() -> None:
    assert set(reasons.REASON_CODES) >= NOT_BY_HAND | WORTH_A_TRY

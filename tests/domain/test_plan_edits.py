"""An append-only list of edits and undos: what of it is in force."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import PLAN_MOVES
from app.domain.plan_edits import in_force, may_be_edited, next_number


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

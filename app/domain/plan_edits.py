"""What was done to a plan by hand, as an append-only list: an undo is an entry of its own that names what it takes
back."""

from collections.abc import Iterable, Sequence
from typing import Protocol

EDITABLE_STATES = frozenset({"draft", "ready"})


class Entry(Protocol):
    """One entry: its number in the plan's list, and the number of the edit that it takes back, for an undo."""

    @property
    def number(self) -> int:
        """Counted from 1."""
        ...

    @property
    def undoes(self) -> int | None:
        """None for an edit."""
        ...


def may_be_edited(state: str) -> bool:
    """Whether a plan in this state changes by hand: what was published once never does."""
    return state in EDITABLE_STATES


def in_force[E: Entry](entries: Iterable[E]) -> Sequence[E]:
    """The edits that make the plan what it is, the oldest first: none that was taken back."""
    found = list(entries)
    gone = {each.undoes for each in found}
    return sorted(
        (each for each in found if each.undoes is None and each.number not in gone), key=lambda each: each.number
    )


def next_number(entries: Iterable[Entry]) -> int:
    """The number of the entry that follows."""
    return max((each.number for each in entries), default=0) + 1

"""What was done to a plan by hand, as an append-only list: an undo is an entry of its own that names what it takes
back."""

from collections.abc import Iterable, Sequence
from typing import Protocol

EDITABLE_STATES = frozenset({"draft", "ready"})
# Reasons that no place on a route of the plan does away with, whatever it breaks.
NOT_BY_HAND = frozenset(
    {
        "no_eligible_need",
        "no_vehicle_with_skills",
        "no_vehicle_for_temperature_class",
        "exceeds_every_vehicle",
        "unreachable_by_road",
        "reported_closed",
        "kept_by_agreement",
        "driver_by_agreement",
    }
)
WORTH_A_TRY = frozenset({"detour_not_worth_it", "left_out_by_hand"})  # there is a place: people thought it too dear


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


def may_be_tried(reason: str, change: str | None, edits: int) -> bool:
    """Whether it is worth a try to bring what a draft leaves out: for this reason, with this smallest change, after so
    many edits. A plan as it was made knows no place where it knows no change; after an edit no change is known, and
    there may be one."""
    if change is not None:
        return change != "vehicle"  # a van more is not to be had by an edit
    return reason in WORTH_A_TRY or (edits > 0 and reason not in NOT_BY_HAND)


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

"""One entry of a calendar feed, as plain values, and how far around today feeds look."""

from dataclasses import dataclass
from datetime import datetime

DAYS_BACK = 31
DAYS_AHEAD = 62
MOST_SHIFTS = 200


@dataclass(frozen=True)
class Load:
    """One kind of food of a visit, and whom it comes from or goes to."""

    description: str
    grams: int
    other_side: str


@dataclass(frozen=True)
class Happening:
    """One entry of a calendar."""

    uid: str
    kind: str  # "collection", "delivery", "shift", "pickup", "drop_off", "own shift"; "task " and its kind
    begins: datetime
    ends: datetime
    place: str
    revision: int
    changed_at: datetime
    loads: tuple[Load, ...] = ()
    cancelled: bool = False
    who: str = ""  # the vehicle of a shift, the place of a stop, the title of a task
    driver: str = ""
    notes: str = ""
    position: tuple[float, float] | None = None

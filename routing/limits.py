"""How large every number of a problem, and of the wish to solve it, may be. Validation and the JSON Schema both read
this one table."""

from collections.abc import Mapping
from typing import NamedTuple

LATEST_SECOND = 3 * 86_400  # deadlines and shifts may reach into the night after
DAY = 86_400
MOST_GRAMS = 1_000_000_000  # a thousand tonnes
SMALLEST_PART_GRAMS = 10_000  # of a lot that is split: nobody stops for less, unless the whole lot is smaller
MOST_CENTS = 1_000_000
LONGEST_SOLVE_SECONDS = 7 * DAY
MOST_SEED = 2**31 - 1
MOST_WORKERS = 256
MOST_ITERATIONS = 10**12
MOST_EXACT = 2**53  # sums of worth beyond this would lose cents in floating point


class Limit(NamedTuple):
    """A whole number from `least` to `most`; `optional`: or None."""

    least: int
    most: int
    optional: bool = False


_SECOND = Limit(0, LATEST_SECOND)
_SECOND_OR_NONE = Limit(0, LATEST_SECOND, optional=True)
_GRAMS = Limit(0, MOST_GRAMS)
_GRAMS_OR_NONE = Limit(0, MOST_GRAMS, optional=True)
_CENTS = Limit(0, MOST_CENTS)

LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "TimeWindow": {"earliest": _SECOND, "latest": _SECOND},
    "Load": dict.fromkeys(("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams"), _GRAMS),
    "Storage": dict.fromkeys(("ambient_grams", "chilled_grams", "frozen_grams", "hot_grams"), _GRAMS_OR_NONE),
    "Site": {"setup_seconds": Limit(0, DAY), "service_seconds": Limit(0, DAY)},
    "Lot": {
        "grams": Limit(1, MOST_GRAMS),
        "crates": _GRAMS,
        "value_per_kg": _CENTS,
        "deliver_by": _SECOND_OR_NONE,
    },
    "Need": {
        "grams": _GRAMS,
        "people_served": _GRAMS,
        "delivered_grams": _GRAMS,
        "past_wanted_grams": _GRAMS,
        "past_delivered_grams": _GRAMS,
        "priority_percent": Limit(0, 1000),
    },
    "Eligibility": {"deliver_by": _SECOND},
    "Break": {"seconds": Limit(1, DAY)},
    "Shift": {
        "cents_per_km": _CENTS,
        "cents_per_hour": _CENTS,
        "cents_per_use": _CENTS,
        "grams_co2e_per_km": _CENTS,
        "maximum_metres": _GRAMS_OR_NONE,
        "maximum_stops": _GRAMS_OR_NONE,
    },
    "FairnessStep": {"until_percent": Limit(1, 100), "cents_per_kg": _CENTS},
    "Policy": {"value_per_kg": _CENTS, "shipment_grams": Limit(1, MOST_GRAMS), "move_cents": _CENTS},
    "News": {"now": _SECOND_OR_NONE},
    "Done": {"stop": _GRAMS, "at": _SECOND_OR_NONE},
    "LockedCargo": {"grams": Limit(1, MOST_GRAMS)},
    "PaceStep": {"from_second": _SECOND, "percent": Limit(25, 400)},  # a quarter of the table's time to four times it
}

"""Whether what a shift is to drive is something else than was published before, as its driver has to hear it. Pure.

By what is handled where and when: a day that is planned anew has other rows for its stops, and may be driven the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WORTH_TELLING = timedelta(minutes=10)


@dataclass(frozen=True)
class Visit:
    """One stop with something to do: where, loading or unloading, when, and grams by food and whom it is for."""

    site: str
    kind: str
    at: datetime
    food: Mapping[str, int]


def drives_as_before(before: Sequence[Visit], after: Sequence[Visit], now: datetime) -> bool:
    """Whether the same is done at the same places in the same order, and the first of it, unless that is over, within
    minutes of when it was to be: what happens later in a day moves with every change, and the page has it."""
    if [_what(each) for each in before] != [_what(each) for each in after]:
        return False
    if not after or before[0].at <= now:
        return True
    return abs(before[0].at - after[0].at) <= WORTH_TELLING


def _what(visit: Visit) -> tuple[str, str, dict[str, int]]:
    return visit.site, visit.kind, dict(visit.food)

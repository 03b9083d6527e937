"""What a store posts again and again: which of its earlier lines are offered again first."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date, timedelta

LOOKING_BACK = timedelta(days=28)
MOST = 8


def most_usual[T](postings: Iterable[tuple[Hashable, date, T]], today: date, most: int = MOST) -> list[T]:
    """Each food once, as it was posted last: in front what was posted on most of the same weekdays, then on most days,
    then last.

    postings: what tells the food from others, the day for which it was posted, and the line; oldest first.
    """
    days: dict[Hashable, set[date]] = defaultdict(set)
    newest: dict[Hashable, T] = {}
    for food, day, line in postings:
        days[food].add(day)
        newest[food] = line

    def rank(food: Hashable) -> tuple[int, int, int]:
        on = days[food]
        same_weekday = sum(day.isoweekday() == today.isoweekday() for day in on)
        return -same_weekday, -len(on), -max(on).toordinal()

    return [newest[food] for food in sorted(newest, key=rank)[:most]]

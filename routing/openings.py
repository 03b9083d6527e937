"""Times at which something may begin: intervals of seconds, both ends included, in order and apart."""

from routing.limits import LATEST_SECOND

Intervals = tuple[tuple[int, int], ...]
ANY_TIME: Intervals = ((0, LATEST_SECOND),)


def overlap(some: Intervals, others: Intervals) -> Intervals:
    found = []
    for earliest, latest in some:
        for other_earliest, other_latest in others:
            low, high = max(earliest, other_earliest), min(latest, other_latest)
            if low <= high:
                found.append((low, high))
    return tuple(found)


def first_begin(intervals: Intervals, arrive: int) -> int | None:
    """The first second from arrival on that lies in one of the intervals."""
    for earliest, latest in intervals:
        if arrive <= latest:
            return max(arrive, earliest)
    return None


def last_begin(intervals: Intervals, bound: int) -> int | None:
    """The last second up to the bound that lies in one of the intervals."""
    for earliest, latest in reversed(intervals):
        if earliest <= bound:
            return min(latest, bound)
    return None

"""How much a new plan asks of drivers, donors and food banks who have read the old one: the stops that have moved."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.retime import Tour, Visit


@dataclass(frozen=True)
class MovedStops:
    """Pickups and drop-offs of the old plan that the new one has elsewhere; each counts once.

    elsewhere: another shift makes the stop.
    left_out: no shift makes it: its food stays, or goes to another place.
    reordered: its shift makes it in another order: the fewest stops that would have to be taken out so that all that
        remain are in their old order.
    """

    elsewhere: int = 0
    left_out: int = 0
    reordered: int = 0

    @property
    def total(self) -> int:
        return self.elsewhere + self.left_out + self.reordered


def moved_stops(before: Mapping[str, Tour], after: Mapping[str, Tour]) -> MovedStops:
    """Compare tours by shift. A stop is the same if it is of the same kind at the same site and handles some lot that
    it handled before; so one that takes a lot more, or loses one of several, has not moved, and stops that are new are
    not counted. Breaks are not looked at."""
    stops = {shift: _stops(tour) for shift, tour in after.items()}
    anywhere: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for visit in (visit for tour in stops.values() for visit in tour):
        anywhere[visit.kind, visit.site] |= _lots(visit)
    elsewhere = left_out = reordered = 0
    for shift, tour in before.items():
        places: list[int] = []
        theirs = _stops(after.get(shift, ()))
        for visit in _stops(tour):
            place = _place_of(visit, theirs, places)
            if place is not None:
                places.append(place)
            elif anywhere[visit.kind, visit.site] & _lots(visit):
                elsewhere += 1
            else:
                left_out += 1
        reordered += len(places) - _longest_rise(places)
    return MovedStops(elsewhere, left_out, reordered)


def _stops(tour: Tour) -> Tour:
    return tuple(visit for visit in tour if visit.kind != "break")


def _lots(visit: Visit) -> set[str]:
    return {cargo.lot for cargo in visit.cargo}


def _place_of(visit: Visit, tour: Sequence[Visit], taken: Sequence[int]) -> int | None:
    """Where the stop is in a tour. A place may be visited several times for one lot: it is the stop that has most of
    its lots, the first of these, and none that another is already, unless the two have become one."""
    shared = {
        place: (place not in taken, len(_lots(other) & _lots(visit)))
        for place, other in enumerate(tour)
        if (other.kind, other.site) == (visit.kind, visit.site) and _lots(other) & _lots(visit)
    }
    return max(shared, key=shared.__getitem__, default=None)


def _longest_rise(places: Sequence[int]) -> int:
    """The length of the longest part, gaps allowed, that never falls."""
    ends: list[int] = []  # the smallest last place of a part of each length
    for place in places:
        at = bisect_right(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)

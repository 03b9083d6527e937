"""Ways of putting a stop, and behind it the drop-offs of its food, into a van's route: each is measured first, and only
the few that are looked at closer are built. Pure."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from app.domain.van_routes import Effort, Halt, Table, VanRoute, effort_of

type _Drive = tuple[int, int]  # seconds and metres
type _Gap = tuple[_Drive, _Drive, _Drive]  # to a place, on from it, and past it
type _Steps = tuple[tuple[Halt, "Spot"], ...]
MOST_TRIED = 20  # ways of putting a stop into a route that are looked at for room and times, the shortest first
MOST_OF_SEVERAL = 8  # places for a stop whose food goes to several food banks, the nearest first


class Spot(NamedTuple):
    """Where a stop can be put: behind the visit of this number (0: the start), or together with it; how many metres and
    seconds of driving that is more."""

    metres: int
    seconds: int
    number: int
    joins: bool


@dataclass(frozen=True)
class Way:
    """A way of putting stops into a route, one after the other; more: what the route then takes more."""

    route: VanRoute
    more: Effort
    steps: _Steps

    def built(self) -> VanRoute:
        """The route then."""
        found = self.route
        for halt, spot in self.steps:
            found = _placed(found, halt, spot)
        return found


class Taker:
    """A route that may take stops of others, with what is asked of it again and again worked out once."""

    def __init__(self, route: VanRoute, table: Table) -> None:
        self.route, self._table = route, table
        self.effort = effort_of(route, table)
        self._visits = [halt for halt in route.halts if halt.is_visit]
        self._places = [route.start, *(halt.place for halt in self._visits), route.end]
        self._direct = [self._leg(here, there) for here, there in pairwise(self._places)]
        # A van that stays at home drives from its start to its end only once it has a stop.
        self._stays = (self._direct[0] or (0, 0)) if not self._visits else (0, 0)
        self._spots: dict[tuple[str, str], list[Spot]] = {}
        self._by_gap: dict[str, list[_Gap | None]] = {}
        self._more: dict[str, list[int | None]] = {}
        self._stops = {(halt.kind, halt.place) for halt in self._visits}
        self._least: dict[tuple[str, str], int | None] = {}

    def _leg(self, origin: str, destination: str) -> tuple[int, int] | None:
        return self._table.legs(self.route.van.profile, origin, destination)

    def spots(self, halt: Halt) -> list[Spot]:
        """All spots for a stop: with the same place first, then between, in the order of the route."""
        asked = (halt.kind, halt.place)
        if asked not in self._spots:
            self._spots[asked] = [*self._together(halt), *self._between(halt.place)]
        return self._spots[asked]

    def _together(self, halt: Halt) -> Iterator[Spot]:
        for number, there in enumerate(self._visits, start=1):
            if there.place == halt.place and there.kind == halt.kind:
                yield Spot(0, 0, number, joins=True)

    def _between(self, place: str) -> Iterator[Spot]:
        for number, gap in enumerate(self._gaps(place)):
            if gap is not None:
                there, on, direct = gap
                yield Spot(there[1] + on[1] - direct[1], there[0] + on[0] - direct[0], number, joins=False)

    def _gaps(self, place: str) -> list["_Gap | None"]:
        """Between each two stops of the route the drives there, on, and past the place; None where a road is not
        known."""
        if place not in self._by_gap:
            legs, profile = self._table.legs, self.route.van.profile
            to = [legs(profile, here, place) for here in self._places[:-1]]
            on = [legs(profile, place, following) for following in self._places[1:]]
            self._by_gap[place] = [
                None if first is None or then is None or past is None else (first, then, past)
                for first, then, past in zip(to, on, self._direct, strict=True)
            ]
        return self._by_gap[place]

    def ways(self, pickup: Halt, deliveries: Sequence[Halt], below: int) -> Iterator[Way]:
        """The ways that are less than `below` metres more, the shortest first, a few at most: every spot for the stop,
        and behind it every spot for one drop-off, or for several the best spot for each in their order."""
        below -= self._stays[1]
        if len(deliveries) == 1:
            found = self._with_one(pickup, deliveries[0], below)
        else:
            found = (way for way in self._with_several(pickup, deliveries) if way[0] < below)
        for metres, seconds, steps in heapq.nsmallest(MOST_TRIED, found, key=lambda way: way[0]):
            yield self._way(metres, seconds, steps)

    def least_for(self, pickup: Halt, deliveries: Sequence[Halt]) -> int | None:
        """A bound for a stop with one drop-off: no way is fewer metres more; None where it is not known without looking
        at them all."""
        if len(deliveries) != 1:
            return None
        stop, drop = self._least_of(pickup), self._least_of(deliveries[0])
        if stop is None or drop is None:
            return None
        apart, row = self._leg(pickup.place, deliveries[0].place), stop + drop
        if apart is not None:
            gaps = zip(self._gaps(pickup.place), self._gaps(deliveries[0].place), strict=True)
            in_a_row = [
                first[0][1] + then[1][1] - then[2][1] for first, then in gaps if first is not None and then is not None
            ]
            row = min(row, apart[1] + min(in_a_row, default=row))
        return row + self._stays[1]

    def _least_of(self, halt: Halt) -> int | None:
        """The fewest metres more for a stop by itself; None where there is no spot."""
        asked = (halt.kind, halt.place)
        if asked not in self._least:
            ways = [metres for metres in self._metres(halt.place) if metres is not None]
            self._least[asked] = min([*ways, 0] if asked in self._stops else ways, default=None)
        return self._least[asked]

    def _metres(self, place: str) -> list[int | None]:
        """Metres more in each gap of the route as it is."""
        if place not in self._more:
            self._more[place] = [
                None if gap is None else gap[0][1] + gap[1][1] - gap[2][1] for gap in self._gaps(place)
            ]
        return self._more[place]

    def _one_after_the_other(self, pickup: Halt, last: Halt) -> dict[int, tuple[int, int]]:
        """By gap, metres and seconds more when the drop-off follows the stop at once."""
        apart = self._leg(pickup.place, last.place)
        if apart is None:
            return {}
        return {
            number: (first[0][1] + apart[1] + then[1][1] - then[2][1], first[0][0] + apart[0] + then[1][0] - then[2][0])
            for number, (first, then) in enumerate(zip(self._gaps(pickup.place), self._gaps(last.place), strict=True))
            if first is not None and then is not None
        }

    def _with_one(self, pickup: Halt, last: Halt, below: int) -> Iterator[tuple[int, int, _Steps]]:
        drops, least = self.spots(last), self._least_of(last)
        at_once = self._one_after_the_other(pickup, last)
        for spot in sorted(self.spots(pickup), key=lambda each: each.metres):
            if least is not None and spot.metres + least < below:
                for drop in drops:
                    behind = drop.number > spot.number or (drop.number == spot.number and spot.joins and not drop.joins)
                    if behind and spot.metres + drop.metres < below:
                        then = drop if spot.joins else drop._replace(number=drop.number + 1)
                        yield spot.metres + drop.metres, spot.seconds + drop.seconds, ((pickup, spot), (last, then))
            if not spot.joins and spot.number in at_once:
                metres, seconds = at_once[spot.number]
                if metres < below:
                    then = Spot(0, 0, spot.number + 1, joins=False)
                    yield metres, seconds, ((pickup, spot), (last, then))

    def _with_several(self, pickup: Halt, deliveries: Sequence[Halt]) -> Iterator[tuple[int, int, _Steps]]:
        for spot in heapq.nsmallest(MOST_OF_SEVERAL, self.spots(pickup), key=lambda each: each.metres):
            line = _Line(self._visits)
            line.put(pickup, spot)
            metres, seconds, steps = spot.metres, spot.seconds, [(pickup, spot)]
            least = spot.number if spot.joins else spot.number + 1
            for halt in deliveries:
                best = self._best_behind(line, halt, least)
                if best is None:
                    break
                line.put(halt, best)
                metres, seconds = metres + best.metres, seconds + best.seconds
                steps.append((halt, best))
            else:
                yield metres, seconds, tuple(steps)

    def _best_behind(self, line: "_Line", halt: Halt, least: int) -> Spot | None:
        """The best spot behind the visit of this number; of equal ones together before between, then the first."""
        best: Spot | None = None
        asked = (halt.kind, halt.place)
        if asked in line.stops[least:]:
            best = Spot(0, 0, line.stops.index(asked, least) + 1, joins=True)
        known, metres, put = self._metres(halt.place), None if best is None else 0, -1
        for number in range(least, len(line.gaps)):
            before = line.gaps[number]
            more = self._metres_in(line, number, halt.place) if before is None else known[before]
            if more is not None and (metres is None or more < metres):
                metres, put = more, number
        return best if metres is None or put < 0 else self._spot_in(line, put, halt.place, metres)

    def _metres_in(self, line: "_Line", number: int, place: str) -> int | None:
        """Metres more in a gap where a stop was put before; None where a road is not known."""
        there, on, past = self._drives_in(line, number, place)
        return None if there is None or on is None or past is None else there[1] + on[1] - past[1]

    def _spot_in(self, line: "_Line", number: int, place: str, metres: int) -> Spot:
        seconds = [0 if leg is None else leg[0] for leg in self._drives_in(line, number, place)]
        return Spot(metres, seconds[0] + seconds[1] - seconds[2], number, joins=False)

    def _drives_in(self, line: "_Line", number: int, place: str) -> tuple[_Drive | None, _Drive | None, _Drive | None]:
        """The drives to a place in a gap, on from it, and past it."""
        here = line.stops[number - 1][1] if number else self.route.start
        following = line.stops[number][1] if number < len(line.stops) else self.route.end
        legs, profile = self._table.legs, self.route.van.profile
        return legs(profile, here, place), legs(profile, place, following), legs(profile, here, following)

    def _way(self, metres: int, seconds: int, steps: _Steps) -> Way:
        """With what handling takes: where a stop joins another, only its own lines."""
        halts = list(self._visits)
        for halt, spot in steps:
            if spot.joins:
                there = halts[spot.number - 1]
                joined = replace(there, parcels=there.parcels + halt.parcels)
                seconds += self._table.handling_seconds(joined) - self._table.handling_seconds(there)
                halts[spot.number - 1] = joined
            else:
                seconds += self._table.handling_seconds(halt)
                halts.insert(spot.number, halt)
        return Way(self.route, Effort(metres + self._stays[1], seconds + self._stays[0]), steps)


class _Line:
    """The stops of a route, to put others in between. gaps: of each gap which one it is of the route as it was; None
    where a stop was put."""

    def __init__(self, visits: Sequence[Halt]) -> None:
        self.stops = [(halt.kind, halt.place) for halt in visits]
        self.gaps: list[int | None] = list(range(len(visits) + 1))

    def put(self, halt: Halt, spot: Spot) -> None:
        """Put a stop there; together with another one it changes no way."""
        if not spot.joins:
            self.stops.insert(spot.number, (halt.kind, halt.place))
            self.gaps[spot.number : spot.number + 1] = [None, None]


def _placed(route: VanRoute, halt: Halt, spot: Spot) -> VanRoute:
    """The route with the stop put there."""
    indices = [index for index, each in enumerate(route.halts) if each.is_visit]
    if spot.joins:
        index = indices[spot.number - 1]
        there = route.halts[index]
        joined = replace(there, parcels=there.parcels + halt.parcels)
        return replace(route, halts=(*route.halts[:index], joined, *route.halts[index + 1 :]))
    index = indices[spot.number - 1] + 1 if spot.number else 0
    return replace(route, halts=(*route.halts[:index], halt, *route.halts[index:]))

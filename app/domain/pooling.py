"""What it would save that one van's stop at a store is made by another van of the day, and whether that could be
driven.

The stop is taken out of its route, with the drop-offs that nothing else is brought to, and put with its drop-offs at
the best places of the other route, by the street table of the day. Nothing is handed from van to van: the food goes to
where it was to go. Metres and seconds (driving, and setting up and handling at stops; no waiting, no breaks) are those
of both whole routes before and after; a van that has nothing left to do stays at home. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.van_routes import Effort, Halt, Legs, Table, VanRoute, cents_of, effort_of, misfits_of

MOST_TRIED = 40  # ways of putting a stop into a route that are looked at for room and times, the shortest first


@dataclass(frozen=True)
class Saving:
    """What pooling one stop saves, never below nothing. cents: None where a van has no rates. misfits: why it could not
    be driven so, as far as the search found. after: both routes then, giver and taker; none where nothing is saved."""

    metres: int = 0
    seconds: int = 0
    cents: int | None = None
    misfits: frozenset[str] = frozenset()
    after: tuple[VanRoute, VanRoute] | None = None


def without(route: VanRoute, number: int) -> VanRoute:
    """The route without this stop at a store, and without the drop-offs that nothing else is brought to."""
    gone = {parcel.id for parcel in route.halts[number].parcels}
    left = []
    for index, halt in enumerate(route.halts):
        kept = tuple(parcel for parcel in halt.parcels if parcel.id not in gone)
        if index != number and (kept or not halt.parcels):
            left.append(replace(halt, parcels=kept))
    return replace(route, halts=tuple(left))


def drop_offs(route: VanRoute, number: int) -> list[Halt]:
    """Where the food of this stop goes, with that food alone, in the order of the route."""
    mine = {parcel.id for parcel in route.halts[number].parcels}
    found = []
    for halt in route.halts:
        theirs = tuple(parcel for parcel in halt.parcels if parcel.id in mine)
        if halt.kind == "drop_off" and theirs:
            found.append(replace(halt, parcels=theirs))
    return found


@dataclass(frozen=True)
class _Way:
    """Some way of putting stops into a route. last: where the stop that was put in last stands."""

    metres: int
    halts: tuple[Halt, ...]
    last: int


def _put(route: VanRoute, halt: Halt, after: int, table: Table) -> list[_Way]:
    """All ways of making this stop behind the stop `after`, the shortest first: at one that is there already, or by
    itself."""
    halts, found = route.halts, []
    for index in range(after + 1, len(halts)):
        there = halts[index]
        if (there.kind, there.place) == (halt.kind, halt.place):
            merged = replace(there, parcels=there.parcels + halt.parcels)
            found.append(_Way(0, (*halts[:index], merged, *halts[index + 1 :]), index))
    before = next((each.place for each in reversed(halts[: after + 1]) if each.is_visit), route.start)
    for index in range(after + 1, len(halts) + 1):
        following = next((each.place for each in halts[index:] if each.is_visit), route.end)
        metres = _detour(route.van.profile, (before, halt.place, following), table.legs)
        if metres is not None:
            found.append(_Way(metres, (*halts[:index], halt, *halts[index:]), index))
        if index < len(halts) and halts[index].is_visit:
            before = halts[index].place
    return sorted(found, key=lambda way: way.metres)


def _detour(profile: str, by: tuple[str, str, str], legs: Legs) -> int | None:
    """How much further it is from the first to the last of these by the one between them."""
    before, place, following = by
    there, on, direct = legs(profile, before, place), legs(profile, place, following), legs(profile, before, following)
    return None if there is None or on is None or direct is None else there[1] + on[1] - direct[1]


def with_stop(taker: VanRoute, pickup: Halt, deliveries: Sequence[Halt], table: Table) -> list[VanRoute]:
    """The routes that make the stop and bring its food to where it goes, the shortest first: every place for the stop,
    and behind it every place for one drop-off, or for several the best place for each in their order."""
    found = [
        (way.metres + more, halts)
        for way in _put(taker, pickup, -1, table)
        for more, halts in _delivering(replace(taker, halts=way.halts), way.last, deliveries, table)
    ]
    return [replace(taker, halts=halts) for _, halts in sorted(found, key=lambda each: each[0])]


def _delivering(
    route: VanRoute, after: int, deliveries: Sequence[Halt], table: Table
) -> Iterator[tuple[int, tuple[Halt, ...]]]:
    if len(deliveries) == 1:
        yield from ((way.metres, way.halts) for way in _put(route, deliveries[0], after, table))
        return
    metres = 0
    for halt in deliveries:
        ways = _put(route, halt, after, table)
        if not ways:
            return
        metres, route = metres + ways[0].metres, replace(route, halts=ways[0].halts)
    yield metres, route.halts


def moved(giver: VanRoute, number: int, taker: VanRoute, table: Table) -> Saving | None:
    """What is saved when the taker makes this stop of the giver: the most that can be driven or, where the search finds
    no way to drive it, the most there is, with what stands against it. None where the table does not know the ways."""
    before = _both((giver, taker), table)
    if before is None:
        return None
    rest, pickup, deliveries = without(giver, number), giver.halts[number], drop_offs(giver, number)
    first: Saving | None = None
    for carrying in with_stop(taker, pickup, deliveries, table)[:MOST_TRIED]:
        found = _saving((giver, taker), (rest, carrying), before, table)
        if found is None:
            continue
        if not found.misfits:
            return found
        first = first or found
    return first or Saving(cents=0 if giver.van.has_rates and taker.van.has_rates else None)


def _saving(
    routes: tuple[VanRoute, VanRoute], after: tuple[VanRoute, VanRoute], before: Effort, table: Table
) -> Saving | None:
    """None where it saves no way, or costs time or money."""
    effort = _both(after, table)
    spared = None if effort is None else before - effort
    if spared is None or spared.metres <= 0 or spared.seconds < 0:
        return None
    costs = [cents_of(route, table) for route in (*routes, *after)]
    cents = None
    if None not in costs:
        now, then = sum(filter(None, costs[:2])), sum(filter(None, costs[2:]))
        cents = round(now - then)
        if cents < 0:
            return None
    return Saving(spared.metres, spared.seconds, cents, misfits_of(after[1], table), after)


def _both(routes: tuple[VanRoute, VanRoute], table: Table) -> Effort | None:
    efforts = [found for route in routes if (found := effort_of(route, table)) is not None]
    return sum(efforts, Effort()) if len(efforts) == len(routes) else None


def better(savings: Sequence[Saving | None]) -> Saving | None:
    """The one that saves most of those that can be driven, else of all; None where nothing is known of any."""
    known = [each for each in savings if each is not None]
    return max(known, key=lambda each: (not each.misfits and each.metres > 0, each.metres, each.seconds), default=None)

"""What it would save that one van's stop at a store is made by another van of the day, and whether that could be
driven.

The stop is taken out of its route, with the drop-offs that nothing else is brought to, and put with its drop-offs at
the best places of the other route, by the street table of the day. Nothing is handed from van to van: the food goes to
where it was to go. Metres and seconds (driving, and setting up and handling at stops; no waiting, no breaks) are those
of both whole routes before and after; a van that has nothing left to do stays at home. Pure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.insertions import Taker
from app.domain.van_routes import (
    SKILLS,
    Effort,
    Halt,
    Table,
    VanRoute,
    can_be_driven,
    effort_of,
    exact_cents,
    misfits_of,
)


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
class Given:
    """A stop that a route may be spared: the route without it, where its food goes, and what is spared; None where the
    table does not know the ways."""

    rest: VanRoute
    deliveries: tuple[Halt, ...]
    spared: Effort | None


class Measured:
    """The routes of one day, each worked out once however many stops it may take or give."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._takers: dict[str, Taker] = {}
        self._given: dict[tuple[str, int], Given] = {}

    def taker(self, route: VanRoute) -> Taker:
        """A route as one that may take a stop."""
        if route.id not in self._takers:
            self._takers[route.id] = Taker(route, self.table)
        return self._takers[route.id]

    def given(self, route: VanRoute, number: int) -> Given:
        """A stop of a route as one that may be given away."""
        asked = (route.id, number)
        if asked not in self._given:
            rest = without(route, number)
            now, then = self.taker(route).effort, effort_of(rest, self.table)
            spared = None if now is None or then is None else now - then
            self._given[asked] = Given(rest, tuple(drop_offs(route, number)), spared)
        return self._given[asked]


def pooled(one: tuple[VanRoute, int], other: tuple[VanRoute, int], measured: Measured) -> Saving | None:
    """What is saved when one van makes the stop of the other, whichever way round saves more. None as in `moved`."""
    ways = [(*one, other[0]), (*other, one[0])]
    ways.sort(key=lambda way: -_most_to_save(way[0], way[1], measured))
    first = moved(*ways[0], measured)
    if first is not None and not first.misfits and first.metres >= _most_to_save(*ways[1][:2], measured):
        return first  # the other way round cannot save more
    return better([first, moved(*ways[1], measured)])


def _most_to_save(giver: VanRoute, number: int, measured: Measured) -> int:
    spared = measured.given(giver, number).spared
    return 0 if spared is None else spared.metres


def moved(giver: VanRoute, number: int, taker: VanRoute, measured: Measured) -> Saving | None:
    """What is saved when the taker makes this stop of the giver: the most that can be driven or, where the search finds
    no way to drive it, the most there is, with what stands against it. None where the table does not know the ways."""
    given, into = measured.given(giver, number), measured.taker(taker)
    spared = given.spared
    if spared is None or into.effort is None:
        return None
    priced = giver.van.has_rates and taker.van.has_rates
    nothing = Saving(cents=0 if priced else None)
    least = into.least_for(giver.halts[number], given.deliveries)
    if spared.metres <= 0 or (least is not None and least >= spared.metres):
        return nothing
    less = exact_cents(giver.van, spared, drives=bool(giver.places) and not given.rest.places)
    first: Saving | None = None
    for way in into.ways(giver.halts[number], given.deliveries, spared.metres):
        cents = round(less - exact_cents(taker.van, way.more, drives=False)) if priced else None
        if spared.seconds < way.more.seconds or (cents is not None and cents < 0):
            continue
        carrying = way.built()
        if first is not None and not can_be_driven(carrying, measured.table):
            continue
        saved = spared - way.more
        found = Saving(saved.metres, saved.seconds, cents, misfits_of(carrying, measured.table), (given.rest, carrying))
        if not found.misfits:
            return found
        first = found
        if SKILLS in found.misfits:
            break  # wherever the stop is put, it needs the same of the van
    return first or nothing


def moved_to_the_best(giver: VanRoute, number: int, takers: Sequence[VanRoute], measured: Measured) -> Saving | None:
    """What is saved when the taker makes this stop that saves most, as `better` says of all of them. The most promising
    ones are tried first; those that can save no more than one that can be driven are not tried."""
    given, pickup = measured.given(giver, number), giver.halts[number]
    most = []
    for index, taker in enumerate(takers):
        least = measured.taker(taker).least_for(pickup, given.deliveries)
        most.append((math.inf if least is None or given.spared is None else given.spared.metres - least, index))
    found: dict[int, Saving | None] = {}
    best = 0  # metres, of those that can be driven
    for at_most, index in sorted(most, key=lambda each: (-each[0], each[1])):
        if best and at_most < best:
            break
        saving = found[index] = moved(giver, number, takers[index], measured)
        if saving is not None and not saving.misfits:
            best = max(best, saving.metres)
    return better([found[index] for index in sorted(found)])


def better(savings: Sequence[Saving | None]) -> Saving | None:
    """The one that saves most of those that can be driven, else of all; None where nothing is known of any."""
    known = [each for each in savings if each is not None]
    return max(known, key=lambda each: (not each.misfits and each.metres > 0, each.metres, each.seconds), default=None)

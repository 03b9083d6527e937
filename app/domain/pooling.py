"""What it would save that one van's stop at a store is made by another van of the day, and whether that could be
driven.

The stop is taken out of its route, with the drop-offs that nothing else is brought to, and put with its drop-offs at
the best places of the other route, by the street table of the day. Nothing is handed from van to van: the food goes to
where it was to go. Metres and seconds (driving, and setting up and handling at stops; no waiting, no breaks) are those
of both whole routes before and after; a van that has nothing left to do stays at home. Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise

from app.domain.van_routes import Halt, Legs, Table, VanRoute, effort_of, exact_cents, misfits_of

MOST_TRIED = 20  # ways of putting a stop into a route that are looked at for room and times, the shortest first
MOST_OF_SEVERAL = 8  # places for a stop whose food goes to several food banks, the nearest first


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
class _Spot:
    """Where a stop can be put: behind the visit of this number (0: the start), or together with it."""

    number: int
    joins: bool
    metres: int


def _spots(places: Sequence[str], visits: Sequence[Halt], halt: Halt, legs: Callable[..., int | None]) -> list[_Spot]:
    """All spots for a stop, with how much further the way is. places: start, visits, end."""
    found = [
        _Spot(number, True, 0)
        for number, there in enumerate(visits, start=1)
        if (there.kind, there.place) == (halt.kind, halt.place)
    ]
    for number, (here, following) in enumerate(pairwise(places)):
        metres = legs(here, halt.place, following)
        if metres is not None:
            found.append(_Spot(number, False, metres))
    return found


def with_stop(taker: VanRoute, pickup: Halt, deliveries: Sequence[Halt], table: Table) -> Iterator[VanRoute]:
    """The routes that make the stop and bring its food to where it goes, the shortest first: every place for the stop,
    and behind it every place for one drop-off, or for several the best place for each in their order."""
    visits = [halt for halt in taker.halts if halt.is_visit]
    places = [taker.start, *(halt.place for halt in visits), taker.end]
    further = partial(_further, table.legs, taker.van.profile)
    spots = sorted(_spots(places, visits, pickup, further), key=lambda spot: spot.metres)
    if len(deliveries) != 1:
        ways = [_delivering(_placed(taker, pickup, spot), spot, deliveries, table) for spot in spots[:MOST_OF_SEVERAL]]
        found = [(spot.metres + way[0], way[1]) for spot, way in zip(spots, ways, strict=False) if way is not None]
        yield from (route for _, route in sorted(found, key=lambda each: each[0]))
        return
    [last] = deliveries
    drops = _spots(places, visits, last, further)
    pairs = []
    for spot in spots:
        for drop in drops:
            behind = drop.number > spot.number or (drop.number == spot.number and (spot.joins and not drop.joins))
            if behind:
                pairs.append((spot.metres + drop.metres, spot, drop))
        if not spot.joins:  # one after the other, between the same two
            here, following = places[spot.number], places[spot.number + 1]
            there, on = further(here, pickup.place, last.place), further(here, last.place, following)
            if there is not None and on is not None:
                pairs.append((there + on, spot, _Spot(spot.number, False, 0)))
    for _, spot, drop in sorted(pairs, key=lambda pair: pair[0]):
        first = _placed(taker, pickup, spot)
        yield _placed(first, last, drop if spot.joins else replace(drop, number=drop.number + 1))


def _further(legs: Legs, profile: str, before: str, place: str, following: str) -> int | None:
    """How much further it is from the first to the last of these by the one between them."""
    there, on, direct = legs(profile, before, place), legs(profile, place, following), legs(profile, before, following)
    return None if there is None or on is None or direct is None else there[1] + on[1] - direct[1]


def _placed(route: VanRoute, halt: Halt, spot: _Spot) -> VanRoute:
    """The route with the stop put there."""
    indices = [index for index, each in enumerate(route.halts) if each.is_visit]
    if spot.joins:
        index = indices[spot.number - 1]
        there = route.halts[index]
        joined = replace(there, parcels=there.parcels + halt.parcels)
        return replace(route, halts=(*route.halts[:index], joined, *route.halts[index + 1 :]))
    index = indices[spot.number - 1] + 1 if spot.number else 0
    return replace(route, halts=(*route.halts[:index], halt, *route.halts[index:]))


def _delivering(route: VanRoute, spot: _Spot, deliveries: Sequence[Halt], table: Table) -> tuple[int, VanRoute] | None:
    """Each delivery at its best place behind the stop, with how much further that is."""
    metres, least = 0, spot.number if spot.joins else spot.number + 1
    further = partial(_further, table.legs, route.van.profile)
    for halt in deliveries:
        visits = [each for each in route.halts if each.is_visit]
        spots = _spots([route.start, *(each.place for each in visits), route.end], visits, halt, further)
        behind = [each for each in spots if each.number > least or (each.number == least and not each.joins)]
        if not behind:
            return None
        best = min(behind, key=lambda each: each.metres)
        metres, route = metres + best.metres, _placed(route, halt, best)
    return metres, route


def pooled(one: tuple[VanRoute, int], other: tuple[VanRoute, int], table: Table) -> Saving | None:
    """What is saved when one van makes the stop of the other, whichever way round saves more. None as in `moved`."""
    ways = [(*one, other[0]), (*other, one[0])]
    ways.sort(key=lambda way: -_most_to_save(way[0], way[1], table))
    first = moved(*ways[0], table)
    if first is not None and not first.misfits and first.metres >= _most_to_save(*ways[1][:2], table):
        return first  # the other way round cannot save more
    return better([first, moved(*ways[1], table)])


def _most_to_save(giver: VanRoute, number: int, table: Table) -> int:
    now, then = effort_of(giver, table), effort_of(without(giver, number), table)
    return 0 if now is None or then is None else now.metres - then.metres


def moved(giver: VanRoute, number: int, taker: VanRoute, table: Table) -> Saving | None:
    """What is saved when the taker makes this stop of the giver: the most that can be driven or, where the search finds
    no way to drive it, the most there is, with what stands against it. None where the table does not know the ways."""
    rest = without(giver, number)
    efforts = effort_of(giver, table), effort_of(taker, table), effort_of(rest, table)
    if efforts[0] is None or efforts[1] is None or efforts[2] is None:
        return None
    priced = giver.van.has_rates and taker.van.has_rates
    nothing = Saving(cents=0 if priced else None)
    spared = efforts[0] - efforts[2]
    if spared.metres <= 0:
        return nothing
    first: Saving | None = None
    for carrying in islice(with_stop(taker, giver.halts[number], drop_offs(giver, number), table), MOST_TRIED):
        effort = effort_of(carrying, table)
        if effort is None:
            continue
        more = effort - efforts[1]
        if more.metres >= spared.metres:
            break  # the others are longer still
        cents = None
        if priced:
            less = exact_cents(giver.van, spared, drives=bool(giver.places) and not rest.places)
            cents = round(less - exact_cents(taker.van, more, drives=False))
        if spared.seconds < more.seconds or (cents is not None and cents < 0):
            continue
        saved = spared - more
        found = Saving(saved.metres, saved.seconds, cents, misfits_of(carrying, table), (rest, carrying))
        if not found.misfits:
            return found
        first = first or found
    return first or nothing


def better(savings: Sequence[Saving | None]) -> Saving | None:
    """The one that saves most of those that can be driven, else of all; None where nothing is known of any."""
    known = [each for each in savings if each is not None]
    return max(known, key=lambda each: (not each.misfits and each.metres > 0, each.metres, each.seconds), default=None)

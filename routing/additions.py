"""A day with one thing more: a vehicle, an hour of opening, a chilled box, a driver's hour, a partner. Each is a
function from a problem to a problem that changes only what it says.

What is assumed, because nobody has the thing yet:
- One more vehicle is of the kind that the day has most of (streets, capacity, rates, skills), with the hours and breaks
  that this kind has most often. It begins and ends at the place it is tried at. Without cooling it takes no chilled,
  frozen or hot food; with cooling it takes chilled food up to its whole load, and no frozen or hot food.
- One more hour of opening: the last window of every need at the site ends an hour later, and food of a store may be
  fetched an hour longer; or the first window begins an hour earlier. How long food may be kept stays as it is.
- One more chilled box takes chilled food alone, and its room comes off the vehicle's whole load.
- One more driver's hour: the vehicle's last shift of the day ends an hour later.
- One more food bank is the median one by what it needs, once more: its needs, hours, times and rights. It lies where
  the food that was left lies nearest. One more store is the median one by what it offers, once more, next door to it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.limits import LATEST_SECOND
from routing.problem import Eligibility, Lot, Need, Problem, Shift, Site, TimeWindow
from routing.travel import TravelMatrix

ADDED = "added"
HOUR = 3600
BOX_GRAMS = 60_000

KINDS = (
    "vehicle", "cooled_vehicle", "opens_earlier", "closes_later", "chilled_box", "driver_hour", "food_bank", "store",
)  # fmt: skip


@dataclass(frozen=True)
class Addition:
    """One thing more. subject: of a vehicle the site it begins at, of an hour of opening the site, of a box or a
    driver's hour the vehicle; of a food bank the site where it lies, of a store the one that it is like."""

    kind: str
    subject: str


def with_addition(problem: Problem, addition: Addition, box_grams: int = BOX_GRAMS) -> Problem:
    """The day with the addition. Raises ValueError for a kind that there is not, and KeyError for a subject that the
    day does not have."""
    match addition.kind:
        case "vehicle" | "cooled_vehicle":
            return with_vehicle(problem, addition.subject, cooled=addition.kind == "cooled_vehicle")
        case "opens_earlier":
            return with_opening(problem, addition.subject, earlier=HOUR)
        case "closes_later":
            return with_opening(problem, addition.subject, later=HOUR)
        case "chilled_box":
            return with_chilled_box(problem, addition.subject, box_grams)
        case "driver_hour":
            return with_driver_hour(problem, addition.subject)
        case "food_bank":
            return with_food_bank(problem, addition.subject)
        case "store":
            return with_store(problem, addition.subject)
    raise ValueError(f"There is no addition {addition.kind}: choose one of {', '.join(KINDS)}.")


def usual_shift(problem: Problem) -> Shift:
    """The shift whose kind of vehicle the day has most of, at the hours that this kind has most often; of several the
    first. Raises ValueError for a day that nobody drives on."""
    if not problem.shifts:
        raise ValueError("Nobody drives on this day: there is no kind of vehicle to have one more of.")
    kinds = Counter(_kind_of(shift) for shift in problem.shifts)
    most = max(kinds.values())
    kind = next(_kind_of(shift) for shift in problem.shifts if kinds[_kind_of(shift)] == most)
    same = [shift for shift in problem.shifts if _kind_of(shift) == kind]
    hours = Counter((shift.window, shift.breaks) for shift in same)
    return max(same, key=lambda shift: hours[shift.window, shift.breaks])


def _kind_of(shift: Shift) -> tuple[object, ...]:
    rates = (shift.cents_per_km, shift.cents_per_hour, shift.cents_per_use, shift.grams_co2e_per_km)
    return (shift.profile, shift.capacity, rates, shift.maximum_metres, shift.maximum_stops, shift.skills)


def with_vehicle(problem: Problem, site: str, *, cooled: bool) -> Problem:
    """With one more vehicle of the usual kind, from and to that site."""
    usual = usual_shift(problem)
    grams = usual.capacity.grams
    room = replace(usual.capacity, chilled_grams=grams if cooled else 0, frozen_grams=0, hot_grams=0)
    start = problem.sites_by_id[site].id
    name = f"{ADDED} vehicle"
    more = replace(usual, id=name, vehicle=name, start_site=start, end_site=start, capacity=room)
    return replace(problem, shifts=(*problem.shifts, more))


def with_opening(problem: Problem, site: str, *, earlier: int = 0, later: int = 0) -> Problem:
    """With the site open so many seconds earlier for what is brought, or later for what is brought and fetched."""
    known = problem.sites_by_id[site].id

    def need_open(need: Need) -> Need:
        if need.site != known or not need.windows:
            return need
        first, *_ = need.windows
        windows = (TimeWindow(max(0, first.earliest - earlier), first.latest), *need.windows[1:])
        last = windows[-1]
        return replace(need, windows=(*windows[:-1], TimeWindow(last.earliest, _capped(last.latest + later))))

    def lot_open(lot: Lot) -> Lot:
        if lot.site != known or lot.on_board is not None:
            return lot
        return replace(lot, window=TimeWindow(lot.window.earliest, _capped(lot.window.latest + later)))

    return replace(problem, needs=tuple(map(need_open, problem.needs)), lots=tuple(map(lot_open, problem.lots)))


def _capped(second: int) -> int:
    return min(LATEST_SECOND, second)


def with_chilled_box(problem: Problem, vehicle: str, grams: int) -> Problem:
    """With a box for chilled food in that vehicle, on all its shifts."""

    def with_box(shift: Shift) -> Shift:
        room = min(shift.capacity.grams, shift.capacity.chilled_grams + grams)
        return replace(shift, capacity=replace(shift.capacity, chilled_grams=room))

    return _with_shifts(problem, {shift.id: with_box(shift) for shift in shifts_of(problem, vehicle)})


def with_driver_hour(problem: Problem, vehicle: str) -> Problem:
    """With the vehicle's last shift an hour longer."""
    last = shifts_of(problem, vehicle)[-1]
    window = TimeWindow(last.window.earliest, _capped(last.window.latest + HOUR))
    return _with_shifts(problem, {last.id: replace(last, window=window)})


def shifts_of(problem: Problem, vehicle: str) -> list[Shift]:
    """The vehicle's shifts by their hours. Raises KeyError where it has none."""
    found = [shift for shift in problem.shifts if shift.vehicle == vehicle]
    if not found:
        raise KeyError(vehicle)
    return sorted(found, key=lambda shift: (shift.window.latest, shift.id))


def _with_shifts(problem: Problem, changed: Mapping[str, Shift]) -> Problem:
    return replace(problem, shifts=tuple(changed.get(shift.id, shift) for shift in problem.shifts))


def median_of(grams: Mapping[str, int]) -> str:
    """The name in the middle by grams, the lower of two, ties by name. Raises ValueError for nobody."""
    if not grams:
        raise ValueError("There is nobody to be like.")
    ranked = sorted(grams, key=lambda name: (grams[name], name))
    return ranked[(len(ranked) - 1) // 2]


def median_food_bank(problem: Problem) -> str:
    """The food bank in the middle by what it needs; raises ValueError where nobody needs anything."""
    wanted: defaultdict[str, int] = defaultdict(int)
    for need in problem.needs:
        wanted[need.organisation] += need.grams
    return median_of(wanted)


def median_store(problem: Problem) -> str:
    """The site in the middle by what it offers; raises ValueError where nobody offers anything."""
    offered: defaultdict[str, int] = defaultdict(int)
    for lot in problem.lots:
        if lot.on_board is None:
            offered[lot.site] += lot.grams
    return median_of(offered)


def with_food_bank(problem: Problem, place: str) -> Problem:
    """With the median food bank once more, at that place: all its needs at one new site, open and equipped as the site
    where it needs most. It has had nothing yet, and may take what its model may take."""
    model = median_food_bank(problem)
    needs = [need for need in problem.needs if need.organisation == model]
    wanted = Counter[str]()
    for need in needs:
        wanted[need.site] += need.grams
    home = problem.sites_by_id[max(wanted, key=lambda site: (wanted[site], site))]
    name = f"{ADDED} food bank"
    more = [
        replace(
            need,
            id=_added(need.id),
            organisation=name,
            site=name,
            delivered_grams=0,
            past_wanted_grams=0,
            past_delivered_grams=0,
        )
        for need in needs
    ]
    copied = {need.id for need in needs}
    pairs = [
        Eligibility(each.lot, _added(each.need), each.deliver_by)
        for each in problem.eligibilities or ()
        if each.need in copied
    ]
    return _with_site(problem, replace(home, id=name), place, pairs, needs=more)


def with_store(problem: Problem, like: str) -> Problem:
    """With that store once more, next door to itself: the same food, at the same hours, for the same needs."""
    lots = [lot for lot in problem.lots if lot.site == like and lot.on_board is None]
    name = f"{ADDED} store"
    more = [replace(lot, id=_added(lot.id), offer=_added(lot.offer), site=name) for lot in lots]
    copied = {lot.id for lot in lots}
    pairs = [
        Eligibility(_added(each.lot), each.need, each.deliver_by)
        for each in problem.eligibilities or ()
        if each.lot in copied
    ]
    return _with_site(problem, replace(problem.sites_by_id[like], id=name), like, pairs, lots=more)


def _added(name: str) -> str:
    return f"{ADDED} {name}"


def _with_site(
    problem: Problem,
    site: Site,
    place: str,
    pairs: Sequence[Eligibility],
    *,
    lots: Sequence[Lot] = (),
    needs: Sequence[Need] = (),
) -> Problem:
    """With a site that lies where `place` does, and with what is offered or needed there."""
    here = problem.site_numbers[place]
    order = np.array([*range(len(problem.sites)), here])

    def longer(table: TravelMatrix) -> TravelMatrix:
        return TravelMatrix(table.seconds[np.ix_(order, order)], table.metres[np.ix_(order, order)])

    listed = problem.eligibilities
    return replace(
        problem,
        sites=(*problem.sites, site),
        lots=(*problem.lots, *lots),
        needs=(*problem.needs, *needs),
        eligibilities=None if listed is None else (*listed, *pairs),
        travel={profile: longer(table) for profile, table in problem.travel.items()},
    )


def with_food_there(problem: Problem, there: Mapping[str, int]) -> Problem:
    """The day with what was really at the stores: grams by lot; lots that are not named stay as they were offered, and
    of what was not there nothing stays. Crates go with the grams."""
    lots = []
    for lot in problem.lots:
        grams = there.get(lot.id, lot.grams)
        if grams > 0:
            lots.append(replace(lot, grams=grams, crates=round(lot.crates * grams / lot.grams)))
    kept = {lot.id for lot in lots}
    pairs = problem.eligibilities
    return replace(
        problem,
        lots=tuple(lots),
        eligibilities=None if pairs is None else tuple(pair for pair in pairs if pair.lot in kept),
        locked=(),
        promises=(),
    )

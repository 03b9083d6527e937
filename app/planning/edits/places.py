"""Where food that a plan leaves out is brought when nobody says where: the place within the rules that adds most to the
day, or else the one that breaks the fewest. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from app.planning.edits.drawing import Drawing, left_out, place_lot
from routing import Change, Lot, Shift, violations_of_tour
from routing.insert import least_part, lines_of, open_needs, search_place
from routing.score import Left

FAR = 10**9  # metres, where no road leads
MOST_TRIED = 16  # pairs of a need and a shift, where every one of them breaks something

type Judged = tuple[int, int, int]  # rules broken more, grams too many for the food bank, seconds more


@dataclass(frozen=True)
class Wish:
    """What somebody has said of the place: the needs that may have the food, and perhaps the shift and how much."""

    lot: str
    needs: Sequence[str]
    shift: str | None = None
    grams: int | None = None


@dataclass(frozen=True)
class Place:
    """This shift brings so many grams for this need."""

    need: str
    shift: str
    grams: int


def place_for(drawing: Drawing, wish: Wish) -> Place | None:
    """The place that is best for what is left out of a lot; None where no need and no shift could have it, whatever
    that breaks. Raises what `left_out` does."""
    left_out(drawing, wish.lot)
    left = Left(drawing.problem, drawing.tours.values())
    return _within_the_rules(drawing, left, wish) or _breaking_fewest(drawing, left, wish)


def _within_the_rules(drawing: Drawing, left: Left, wish: Wish) -> Place | None:
    problem = replace(drawing.problem, locked=())  # what it was made with: what is locked now, the drawing says
    lot, tours = problem.lots_by_id[wish.lot], tuple(drawing.tours.values())
    free = {shift.id for shift in _shifts(drawing, lot, wish)}
    closed = [number for number, shift in enumerate(problem.shifts) if shift.id not in free]
    needs = [need for need in open_needs(problem, lot, left) if need in wish.needs]
    found = search_place(problem, tours, lot, left, needs, lines=lines_of(problem, tours, closed)).best
    if found is None or found.grams < (wish.grams or least_part(problem, lot, left)):
        return None
    return Place(found.need, problem.shifts[found.shift].id, wish.grams or found.grams)


def _breaking_fewest(drawing: Drawing, left: Left, wish: Wish) -> Place | None:
    lot = drawing.problem.lots_by_id[wish.lot]
    grams = _grams(drawing, wish)
    pairs = sorted(_pairs(drawing, lot, wish), key=lambda pair: _way(drawing, lot, *pair))[:MOST_TRIED]
    places = [Place(need, shift.id, grams) for need, shift in pairs]
    return min(places, key=lambda place: _judged(drawing, left, lot, place), default=None)


def _grams(drawing: Drawing, wish: Wish) -> int:
    """What the smallest change would serve, where one is known; else all that is left out."""
    left = left_out(drawing, wish.lot)
    if wish.grams is not None or left.change is None:
        return wish.grams or left.grams
    served = left.change.amount if left.change.kind == "split" else int(left.change.details["grams"])
    return min(left.grams, served)


def _pairs(drawing: Drawing, lot: Lot, wish: Wish) -> Iterator[tuple[str, Shift]]:
    """The needs and shifts that the smallest change speaks of, where it does of any; else all."""
    change = left_out(drawing, lot.id).change
    shifts = _shifts(drawing, lot, wish)
    needs = [need for need in wish.needs if _is_about(drawing, change, need)] or wish.needs
    named = [shift for shift in shifts if change is not None and change.subject == shift.id]
    return product(needs, (change is not None and change.kind == "shift" and named) or shifts)


def _is_about(drawing: Drawing, change: Change | None, need: str) -> bool:
    return change is not None and change.subject in (need, drawing.problem.needs_by_id[need].site)


def _shifts(drawing: Drawing, lot: Lot, wish: Wish) -> list[Shift]:
    """Those that are not locked and may carry such food at all: its temperature is no rule to be broken."""
    return [
        shift
        for shift in drawing.problem.shifts
        if wish.shift in (None, shift.id)
        and shift.id not in drawing.locked
        and shift.capacity.grams_for(lot.temperature_class)
        and drawing.problem.may_carry(shift, lot)
    ]


def _way(drawing: Drawing, lot: Lot, need: str, shift: Shift) -> int:
    """About how far the food is from the shift's way, and then from the need."""
    problem = drawing.problem
    on_its_way = {shift.start_site, *(visit.site for visit in drawing.tours[shift.id])}
    there = [leg[1] for site in on_its_way if (leg := problem.leg(shift, site, lot.site)) is not None]
    on = problem.leg(shift, lot.site, problem.needs_by_id[need].site)
    return min(there, default=FAR) + (FAR if on is None else on[1])


def _judged(drawing: Drawing, left: Left, lot: Lot, place: Place) -> Judged:
    problem = drawing.problem
    shift, site = problem.shifts_by_id[place.shift], problem.needs_by_id[place.need].site
    changed = place_lot(drawing, lot.id, place.need, place.shift, place.grams, None, None)
    before, after = (violations_of_tour(problem, shift, each.tours[shift.id]) for each in (drawing, changed))
    if not drawing.tours[shift.id]:  # it stays at home, and breaks nothing by that
        before = (before[0], ())
    over = [max(0, place.grams - room) for room in (left.needs[place.need], left.room_at(site, lot.temperature_class))]
    broken = len(after[1]) - len(before[1]) + sum(map(bool, over))
    return broken, sum(over), after[0].seconds - before[0].seconds

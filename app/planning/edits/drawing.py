"""A plan on the drawing board, pure: its tours, what stays, what is locked; and what becomes of it by a command."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import routing
from app.kit.errors import conflict, not_found, refused
from app.planning.edits import moves
from routing import Cargo, Plan, Problem, Shift, Tour, Unserved, Visit

BY_HAND = "left_out_by_hand"


@dataclass(frozen=True)
class Drawing:
    """The tours by shift, in the order of the problem's shifts, the rest of the lots, and the shifts that are locked.

    plan, tours_before: as it began.
    names: what the vehicle of each shift is called, for refusals.
    """

    problem: Problem
    plan: Plan
    tours_before: Mapping[str, Tour]
    tours: Mapping[str, Tour]
    unserved: tuple[Unserved, ...]
    locked: frozenset[str]
    names: Mapping[str, str]

    def drawn(self) -> Plan:
        """The plan that this is: the one that it began as where nothing but locks has changed."""
        if self.unserved == self.plan.unserved and self.tours == self.tours_before:
            return self.plan
        tours, before = (tuple(each.values()) for each in (self.tours, self.tours_before))
        return routing.plan_by_hand(self.problem, self.plan, tours, self.unserved, before)

    def shift(self, identity: str) -> Shift:
        """One shift of the plan; raises `not_found`."""
        found = self.problem.shifts_by_id.get(identity)
        if found is None:
            raise not_found("shift")
        return found

    def with_tours(self, changed: Mapping[str, Tour]) -> "Drawing":
        """With other tours of some shifts. What was said of what else stays was true of the routes as they were: the
        reasons are kept, the smallest changes, each proven on those routes, are not."""
        unserved = tuple(replace(each, change=None) for each in self.unserved)
        return replace(self, tours={**self.tours, **changed}, unserved=unserved)

    def require_unlocked(self, *shifts: str) -> None:
        """Raise `route_locked` (409) where one of them has to stay as it is."""
        for shift in shifts:
            if shift in self.locked:
                sentence = "The route of {vehicle} is locked: unlock it first."
                raise conflict("route_locked", sentence, vehicle=self.names[shift])


def drawing_of(
    problem: Problem, plan: Plan, tours: Mapping[str, Tour], locked: frozenset[str], names: Mapping[str, str]
) -> Drawing:
    """A plan with its tours as it can be edited."""
    return Drawing(problem, plan, tours, tours, plan.unserved, locked, names)


def move_stop(drawing: Drawing, shift: str, sequence: int, to_shift: str, position: int | None) -> Drawing:
    """A stop of a shift's route, by its number, goes elsewhere on it or to another shift."""
    drawing.require_unlocked(shift, to_shift)
    problem, source, target = drawing.problem, drawing.shift(shift), drawing.shift(to_shift)
    tour = drawing.tours[shift]
    if not 1 <= sequence <= len(tour):
        raise refused("stop_fixed", "The start and the end of a route belong to its shift: move another stop.")
    visit = tour[sequence - 1]
    if shift == to_shift:
        _require_place(position, len(tour))
        return drawing.with_tours({shift: moves.moved_within(problem, source, tour, sequence - 1, position)})
    if visit.kind == "break":
        raise refused("stop_fixed", "A break belongs to its shift: move it on its own route.")
    others = moves.counterparts(tour, visit, lambda cargo: _other_end(problem, visit, cargo))
    beside = drawing.tours[to_shift]
    _require_place(position, len(beside) + 1)
    moved = moves.with_food(problem, target, beside, visit, others, position)
    return drawing.with_tours({shift: moves.without_cargo(source, tour, visit.cargo), to_shift: moved})


def _other_end(problem: Problem, visit: Visit, cargo: Cargo) -> str:
    if visit.kind == "pickup":
        return problem.needs_by_id[cargo.need].site
    return problem.lots_by_id[cargo.lot].site


def _require_place(position: int | None, most: int) -> None:
    if position is not None and position > most:
        raise refused("no_such_place", "This route has places from 1 to {most}.", most=most)


def drop_lot(drawing: Drawing, lot: str) -> Drawing:
    """All of a lot leaves the plan."""
    if lot not in drawing.problem.lots_by_id:
        raise not_found("offer line")
    carried = {
        shift: [cargo for visit in tour for cargo in visit.cargo if cargo.lot == lot]
        for shift, tour in drawing.tours.items()
    }
    driven = [shift for shift, cargo in carried.items() if cargo]
    if not driven:
        raise conflict("line_not_planned", "The plan leaves this food out already.")
    drawing.require_unlocked(*driven)
    changed = drawing.with_tours(
        {shift: moves.without_cargo(drawing.shift(shift), drawing.tours[shift], carried[shift]) for shift in driven}
    )
    rest = [each for each in changed.unserved if each.lot != lot]
    whole = Unserved(lot, drawing.problem.lots_by_id[lot].grams, BY_HAND, {})
    return replace(changed, unserved=_in_order(drawing.problem, [*rest, whole]))


def left_out(drawing: Drawing, lot: str) -> Unserved:
    """What the plan leaves out of a lot; raises `not_found`, and `line_planned_already` (409) where that is nothing."""
    if lot not in drawing.problem.lots_by_id:
        raise not_found("offer line")
    left = next((each for each in drawing.unserved if each.lot == lot), None)
    if left is None:
        raise conflict("line_planned_already", "All of this food is on a route already: move its stop.")
    return left


def place_lot(
    drawing: Drawing,
    lot: str,
    need: str,
    shift: str,
    grams: int | None,
    position: int | None,
    drop_off_position: int | None,
) -> Drawing:
    """What is left out of a lot, or some of it, goes to a need that may have it."""
    drawing.require_unlocked(shift)
    problem, target, tour = drawing.problem, drawing.shift(shift), drawing.tours[shift]
    if need not in problem.needs_by_id:
        raise not_found("need")
    left = left_out(drawing, lot)
    amount = left.grams if grams is None else grams
    if amount > left.grams:
        raise refused("more_than_left_out", "The plan leaves out less of this food: choose a smaller weight.")
    _require_place(position, len(tour) + 1)
    _require_place(drop_off_position, len(tour) + 2)
    cargo = (Cargo(lot, need, amount),)
    pickup = Visit("pickup", problem.lots_by_id[lot].site, cargo)
    drop_off = Visit("drop_off", problem.needs_by_id[need].site, cargo)
    moved = moves.with_food(problem, target, tour, pickup, [drop_off], position, drop_off_position)
    changed = drawing.with_tours({shift: moved})
    rest = [each for each in changed.unserved if each.lot != lot]
    if amount < left.grams:
        rest.append(replace(left, grams=left.grams - amount, change=None))
    return replace(changed, unserved=_in_order(problem, rest))


def _in_order(problem: Problem, unserved: list[Unserved]) -> tuple[Unserved, ...]:
    order = {lot.id: number for number, lot in enumerate(problem.lots)}
    return tuple(sorted(unserved, key=lambda each: order[each.lot]))


def give_route(drawing: Drawing, shift: str, to_shift: str) -> Drawing:
    """Two shifts change what they drive; one of them may have nothing so far."""
    drawing.require_unlocked(shift, to_shift)
    source, target = drawing.shift(shift), drawing.shift(to_shift)
    if shift == to_shift:
        raise conflict("shift_drives_it", "This shift drives that route already.")
    problem = drawing.problem
    return drawing.with_tours(
        {
            to_shift: moves.for_shift(problem, target, drawing.tours[shift]),
            shift: moves.for_shift(problem, source, drawing.tours[to_shift]),
        }
    )


def lock(drawing: Drawing, shift: str) -> Drawing:
    """The shift's route stays as it is."""
    drawing.require_unlocked(shift)
    return replace(drawing, locked=drawing.locked | {shift})


def unlock(drawing: Drawing, shift: str) -> Drawing:
    """The shift's route may be changed again."""
    if shift not in drawing.locked:
        raise conflict("route_not_locked", "This route is not locked.")
    return replace(drawing, locked=drawing.locked - {shift})

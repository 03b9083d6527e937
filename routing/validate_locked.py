"""Refuse locked routes that contradict the rest of the problem. Whether their times can be kept is seen when they
are driven; here every name, amount and permission is looked at."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from routing.plain import ProblemError

if TYPE_CHECKING:
    from routing.problem import LockedCargo, LockedRoute, LockedStop, Problem, Shift

_KINDS = ("pickup", "drop_off")


def validate_locked(problem: "Problem") -> None:
    """Raise ProblemError for the first fault found in `problem.locked`."""
    taken = _Taken()
    seen: set[str] = set()
    for number, route in enumerate(problem.locked):
        path = f"locked[{number}]"
        if route.shift not in problem.shifts_by_id:
            raise ProblemError(f"{path}.shift", f"There is nothing of the name {route.shift}.", "unknown_reference")
        if route.shift in seen:
            raise ProblemError(f"{path}.shift", f"The shift {route.shift} is locked twice.", "duplicate_id")
        seen.add(route.shift)
        _route(path, route, problem, taken)


class _Taken:
    """What all locked routes together take of lots, needs and storage so far."""

    def __init__(self) -> None:
        self.lots: defaultdict[str, int] = defaultdict(int)
        self.needs: defaultdict[str, int] = defaultdict(int)
        self.storage: defaultdict[tuple[str, str], int] = defaultdict(int)

    def add(self, path: str, cargo: "LockedCargo", problem: "Problem") -> None:
        lot, need = problem.lots_by_id[cargo.lot], problem.needs_by_id[cargo.need]
        self.lots[lot.id] += cargo.grams
        self.needs[need.id] += cargo.grams
        self.storage[need.site, lot.temperature_class] += cargo.grams
        most = problem.sites_by_id[need.site].storage.limit_for(lot.temperature_class)
        if self.lots[lot.id] > lot.grams:
            raise ProblemError(path, f"The lot {lot.id} has only {lot.grams} g.", "locked_too_much")
        if self.needs[need.id] > need.grams:
            raise ProblemError(path, f"The need {need.id} can take only {need.grams} g.", "locked_too_much")
        if most is not None and self.storage[need.site, lot.temperature_class] > most:
            sentence = f"The site {need.site} can store only {most} g of {lot.temperature_class} food."
            raise ProblemError(path, sentence, "locked_too_much")
        if not lot.splittable and cargo.grams != lot.grams:
            raise ProblemError(path, f"The lot {lot.id} must stay whole.", "locked_not_allowed")


def _route(path: str, route: "LockedRoute", problem: "Problem", taken: _Taken) -> None:
    shift = problem.shifts_by_id[route.shift]
    in_vehicle: Counter[LockedCargo] = Counter()
    for number, stop in enumerate(route.stops):
        here = f"{path}.stops[{number}]"
        _stop(here, stop, shift, problem)
        for position, cargo in enumerate(stop.cargo):
            where = f"{here}.cargo[{position}]"
            _cargo(where, stop, cargo, shift, problem)
            if stop.kind == "pickup":
                in_vehicle[cargo] += 1
                continue
            if problem.lots_by_id[cargo.lot].on_board is None:
                if not in_vehicle[cargo]:
                    sentence = "This is delivered without having been collected before, in the same amount."
                    raise ProblemError(where, sentence, "locked_wrong_order")
                in_vehicle[cargo] -= 1
            taken.add(where, cargo, problem)
    for cargo in +in_vehicle:
        sentence = f"The lot {cargo.lot} is collected for the need {cargo.need} and never delivered."
        raise ProblemError(path, sentence, "locked_wrong_order")


def _stop(path: str, stop: "LockedStop", shift: "Shift", problem: "Problem") -> None:
    if stop.kind not in _KINDS:
        raise ProblemError(f"{path}.kind", f"This should be one of {', '.join(_KINDS)}.", "unknown_kind")
    if stop.site not in problem.sites_by_id:
        raise ProblemError(f"{path}.site", f"There is nothing of the name {stop.site}.", "unknown_reference")
    if not stop.cargo:
        raise ProblemError(f"{path}.cargo", "A locked stop needs something to collect or deliver.", "missing_value")
    if not problem.may_stop(shift, stop.site):
        sentence = f"The shift {shift.id} lacks a skill that this site asks for."
        raise ProblemError(f"{path}.site", sentence, "locked_not_allowed")


def _cargo(path: str, stop: "LockedStop", cargo: "LockedCargo", shift: "Shift", problem: "Problem") -> None:
    lot, need = problem.lots_by_id.get(cargo.lot), problem.needs_by_id.get(cargo.need)
    if lot is None:
        raise ProblemError(f"{path}.lot", f"There is nothing of the name {cargo.lot}.", "unknown_reference")
    if need is None:
        raise ProblemError(f"{path}.need", f"There is nothing of the name {cargo.need}.", "unknown_reference")
    if type(cargo.grams) is not int:
        raise ProblemError(f"{path}.grams", "This should be a whole number.", "wrong_type")
    if not 1 <= cargo.grams <= lot.grams:
        sentence = f"This should be from 1 to {lot.grams}, all that there is, not {cargo.grams}."
        raise ProblemError(f"{path}.grams", sentence, "out_of_range")
    if stop.site != (lot.site if stop.kind == "pickup" else need.site):
        raise ProblemError(path, f"The site {stop.site} is not where this food is or goes.", "locked_wrong_site")
    if problem.deadline(lot.id, need.id) is None:
        raise ProblemError(path, f"The lot {lot.id} may not go to the need {need.id}.", "locked_not_allowed")
    if not problem.may_carry(shift, lot):
        raise ProblemError(path, f"The shift {shift.id} may not carry the lot {lot.id}.", "locked_not_allowed")
    if stop.kind == "pickup" and lot.on_board is not None:
        raise ProblemError(path, f"The lot {lot.id} is on board already.", "locked_not_allowed")

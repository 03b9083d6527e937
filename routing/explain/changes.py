"""The smallest change of a day that would serve a lot that stays: found by asking what if, and proven by driving the
changed day, with all other stops left where they are.

Changes are compared by the effort that they ask of people, in points:

| change | points |
| --- | --- |
| a pickup window longer, at its end or its begin | 1 a minute |
| a larger need | 1 a kilogram |
| a receiving window longer, at its end or its begin | 2 a minute |
| more room to store | 2 a kilogram |
| a shift longer, at its end or its begin | 3 a minute |
| a lot that may be split | 30 |
| one vehicle more, like one there is | more than all others |

Minutes are tried in steps of five up to four hours, kilograms in steps of one. Two changes at once are not tried. What
is served must be worth its driving, on the changed day too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

from routing.engine.pieces import cut
from routing.explain.changed_days import moved, one_moved, with_lot, with_need, with_shift, with_storage
from routing.explain.what_if import Fit, Routes, WhatIf
from routing.limits import SMALLEST_PART_GRAMS
from routing.plain import ProblemError
from routing.plan import Change
from routing.problem import Lot, Need, Problem, TimeWindow
from routing.retime import Tour, retime
from routing.score import Left, route_cost, value_per_kg

STEP_SECONDS, STEP_GRAMS = 300, 1000
MOST_STEPS = 48  # of time
MOST_PROOFS = 24  # tried for one lot
MOST_PARTS, MORE_PARTS = 8, 3

Details = dict[str, str | int]


@dataclass(frozen=True)
class Kind:
    """A change by an amount: the field of WhatIf that asks for it, and the points of one step."""

    name: str
    field: str
    points: int
    step: int


KINDS = (
    Kind("pickup_window", "pickup_later", 5, STEP_SECONDS),
    Kind("pickup_window", "pickup_earlier", 5, STEP_SECONDS),
    Kind("need", "need_grams", 1, STEP_GRAMS),
    Kind("receiving_window", "open_later", 10, STEP_SECONDS),
    Kind("receiving_window", "open_earlier", 10, STEP_SECONDS),
    Kind("storage", "storage_grams", 2, STEP_GRAMS),
    Kind("shift", "back_later", 15, STEP_SECONDS),
    Kind("shift", "out_earlier", 15, STEP_SECONDS),
)
SPLIT_POINTS = 30


@dataclass(frozen=True)
class Proof:
    """A change, the problem with it, and tours of that problem that serve the lot as well."""

    change: Change
    problem: Problem
    tours: tuple[Tour, ...]


class Changes:
    """Asks for changes of one day with its finished tours."""

    def __init__(self, problem: Problem, tours: Sequence[Tour]) -> None:
        self.problem, self.tours = problem, tuple(tours)
        self.routes = Routes(problem, tours)

    @property
    def looks(self) -> int:
        """Work done so far, in pairs of food bank and vehicle looked at."""
        return self.routes.looks

    def for_lot(self, lot: Lot) -> Proof | None:
        """The change of least effort that serves what is left of the lot, or one load of it where that is more than
        a vehicle takes; None if no single change does. What can be split need not be served whole."""
        grams = cut(self.problem, lot, self.routes.left.lots[lot.id])[0]
        for whole in (True, False) if lot.splittable else (True,):
            if self.routes.fit(lot, grams, WhatIf(whole=whole)) is not None:
                return None  # it needs no change at all: the search was stopped too early to see that
            found = self._cheapest(lot, grams, whole)
            if found is not None:
                return found
        return self._one_more(lot, grams)

    def _cheapest(self, lot: Lot, grams: int, whole: bool) -> Proof | None:
        """The change with an amount, or split, of the fewest points that can be proven. Where the fewest steps that
        find a place cannot (the day without the lot may gain as much by the change), a step more is tried."""
        options = [
            (kind.points * steps, number, steps)
            for number, kind in enumerate(KINDS)
            if (steps := self._fewest_steps(lot, grams, kind, whole))
        ]
        heapify(options)
        split_tried = lot.splittable
        for _ in range(MOST_PROOFS):
            if not split_tried and (not options or options[0][0] > SPLIT_POINTS):
                split_tried, split = True, self._split(lot)
                if split is not None:
                    return split
            if not options:
                break
            points, number, steps = heappop(options)
            kind = KINDS[number]
            fit = self._fit(lot, grams, kind, steps, whole)
            proof = self.proof_of(lot, kind, steps * kind.step, fit) if fit is not None else None
            if proof is not None:
                return proof
            if steps < _most_steps(kind, grams):
                heappush(options, (points + kind.points, number, steps + 1))
        return None

    def _fewest_steps(self, lot: Lot, grams: int, kind: Kind, whole: bool) -> int:
        """How many steps find a place; 0 if even the most find none."""
        most = _most_steps(kind, grams)
        if self._fit(lot, grams, kind, most, whole) is None:
            return 0
        too_few, enough = 0, most
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            if self._fit(lot, grams, kind, middle, whole) is None:
                too_few = middle
            else:
                enough = middle
        return enough

    def _fit(self, lot: Lot, grams: int, kind: Kind, steps: int, whole: bool) -> Fit | None:
        asked = {kind.field: steps * kind.step}
        return self.routes.fit(lot, grams, replace(WhatIf(whole=whole), **asked))  # type: ignore[arg-type]

    def proof_of(self, lot: Lot, kind: Kind, amount: int, fit: Fit) -> Proof | None:
        """The change made where the place needs it; None if the day does not work out so, or is worth less for it."""
        later, need = kind.field.endswith("later"), self.problem.needs_by_id[fit.need]
        if kind.name == "pickup_window":
            window = moved(lot.window, amount, later)
            changed = with_lot(self.problem, replace(lot, window=window))
            return self._prove(kind.name, lot.id, amount, _until(window, amount, later), changed, fit, lot)
        if kind.name == "receiving_window":
            for number, window in enumerate(need.windows):
                changed = with_need(self.problem, replace(need, windows=one_moved(need.windows, number, amount, later)))
                details = _until(moved(window, amount, later), amount, later) | _about(need)
                proof = self._prove(kind.name, need.id, amount, details, changed, fit, lot)
                if proof is not None:
                    return proof
            return None
        if kind.name == "need":
            changed = with_need(self.problem, replace(need, grams=need.grams + amount))
            return self._prove(kind.name, need.id, amount, _about(need), changed, fit, lot)
        if kind.name == "storage":
            changed = with_storage(self.problem, need.site, lot.temperature_class, amount)
            details = _about(need) | {"temperature_class": lot.temperature_class}
            return self._prove(kind.name, need.site, amount, details, changed, fit, lot)
        window = moved(fit.shift.window, amount, later)
        try:
            changed = with_shift(self.problem, replace(fit.shift, window=window))
        except ProblemError:  # the vehicle is out on another shift by then
            return None
        details = _until(window, amount, later) | {"vehicle": fit.shift.vehicle}
        return self._prove(kind.name, fit.shift.id, amount, details, changed, fit, lot)

    def _one_more(self, lot: Lot, grams: int) -> Proof | None:
        """One vehicle more, like one there is, for as long as this needs."""
        fit = self.routes.fit(lot, grams, WhatIf(spare=True, whole=not lot.splittable))
        if fit is None:
            return None
        changed = with_shift(self.problem, fit.shift)
        route = retime(changed, fit.shift, fit.tour)
        if route is None:
            return None
        like = self.routes.like[fit.shift.id]
        details: Details = {
            "vehicle": like.vehicle,
            "temperature_class": lot.temperature_class,
            "earliest": route.stops[0].leave // STEP_SECONDS * STEP_SECONDS,
            "latest": -(-route.stops[-1].leave // STEP_SECONDS) * STEP_SECONDS,
        }
        return self._prove("vehicle", like.id, route.seconds, details, changed, fit, lot)

    def _split(self, lot: Lot) -> Proof | None:
        """The lot in as few equal parts as find a place each."""
        if lot.splittable or lot.on_board is not None:
            return None
        loose = replace(lot, splittable=True)
        changed = with_lot(self.problem, loose)
        fewest = max(2, self._fewest_parts(lot))
        for parts in range(fewest, min(fewest + MORE_PARTS, MOST_PARTS + 1)):
            tours: tuple[Tour, ...] | None = self.tours
            for number in range(parts):
                grams = lot.grams // parts + (number < lot.grams % parts)
                tours = self._with_part(changed, tours, loose, grams) if tours is not None else None
            if tours is not None:
                details: Details = {"parts": parts, "grams": lot.grams}
                return Proof(Change("split", lot.id, -(-lot.grams // parts), details), changed, tours)
        return None

    def _fewest_parts(self, lot: Lot) -> int:
        """Fewer would be too large for every vehicle, or for every need."""
        room = max((shift.capacity.grams_for(lot.temperature_class) for shift in self.problem.shifts), default=0)
        crates = max((shift.capacity.crates for shift in self.problem.shifts), default=0)
        wanted = max((self.routes.left.needs[need] for need in self.problem.needs_for(lot.id)), default=0)
        most = min(room, wanted)
        if most <= SMALLEST_PART_GRAMS or (lot.crates and not crates):
            return MOST_PARTS + 1
        return max(-(-lot.grams // most), -(-lot.crates // crates) if lot.crates else 0)

    def _with_part(self, problem: Problem, tours: tuple[Tour, ...], lot: Lot, grams: int) -> tuple[Tour, ...] | None:
        routes = self.routes if tours is self.tours else Routes(problem, tours)
        fit = routes.fit(lot, grams, WhatIf())
        self.routes.looks += routes.looks if routes is not self.routes else 0
        if fit is None or retime(problem, problem.shifts_by_id[fit.shift.id], fit.tour) is None:
            return None
        return with_fit(problem, tours, fit)

    def _prove(
        self, kind: str, subject: str, amount: int, details: Details, changed: Problem, fit: Fit, lot: Lot
    ) -> Proof | None:
        """The change, if the changed day can be driven with the lot, and is worth more with it."""
        shift = changed.shifts_by_id[fit.shift.id]
        after = retime(changed, shift, fit.tour)
        tours = with_fit(changed, self.tours, fit)
        if after is None:
            return None
        old = dict(zip((each.id for each in self.problem.shifts), self.tours, strict=True)).get(shift.id, ())
        before = retime(changed, shift, old) if old else None
        cost = route_cost(shift, after) - (route_cost(shift, before) if before is not None else 0)
        left, need = Left(changed, self.tours), changed.needs_by_id[fit.need]
        if fit.grams > min(left.needs[need.id], left.room_at(need.site, lot.temperature_class)):
            return None
        if fit.grams * value_per_kg(changed, lot) + left.fill.bonus_for(need, fit.grams) <= cost:
            return None
        change = Change(kind, subject, amount, {**details, "grams": fit.grams})
        return Proof(change, changed, tours)


def _most_steps(kind: Kind, grams: int) -> int:
    return MOST_STEPS if kind.step == STEP_SECONDS else -(-grams // STEP_GRAMS)


def with_fit(problem: Problem, tours: Sequence[Tour], fit: Fit) -> tuple[Tour, ...]:
    """One tour for each shift of the problem, that of the fit among them; an added shift drives nothing else."""
    every = (*tours, *[()] * (len(problem.shifts) - len(tours)))
    return tuple(
        fit.tour if shift.id == fit.shift.id else tour for shift, tour in zip(problem.shifts, every, strict=True)
    )


def _until(window: TimeWindow, amount: int, later: bool) -> Details:
    """Minutes, and the new end or the new begin."""
    edge: Details = {"latest": window.latest} if later else {"earliest": window.earliest}
    return {"minutes": amount // 60, **edge}


def _about(need: Need) -> Details:
    return {"organisation": need.organisation, "site": need.site, "category": need.category}

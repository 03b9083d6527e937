"""The last step: of all routes that a search has seen, those that together are worth most, chosen by CP-SAT.

Then, for at most half a percent of that worth, those that lift the emptiest food bank highest; of these the most worth.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.cp_sat import Model, solve
from routing.problem import CLASSES, Problem
from routing.retime import Tour, retime
from routing.score import Fill, route_cost, value_per_kg

WORTH_KEPT = 995  # thousandths of the best worth that a fuller emptiest food bank may leave
FILL_PARTS = 10_000  # fill is compared in hundredths of a percent
WORTH_TIME, FILL_TIME = 0.5, 0.6  # parts of the time that is left, for each step in turn
LEAST_SECONDS = 0.01

Key = tuple[int, frozenset[tuple[tuple[str, str], int]]]  # number of the shift, and the grams for each lot and need


@dataclass(frozen=True)
class Choice:
    """A route that a shift could drive. `worth` is that of its food and of the promises that it keeps, less its
    driving; grams are by lot, need, organisation, and site with temperature class."""

    shift: int
    tour: Tour
    worth: int
    lots: Mapping[str, int]
    needs: Mapping[str, int]
    banks: Mapping[str, int]
    rooms: Mapping[tuple[str, str], int]


def select(
    problem: Problem,
    pool: Iterable[tuple[int, Tour]],
    incumbent: Sequence[Tour],
    others: Sequence[Sequence[Tour]] = (),
    *,
    seconds: float,
    seed: int,
    stopped: Callable[[], bool],
    work: float | None = None,
) -> tuple[Tour, ...]:
    """One tour for each shift, from the pool (number of the shift, tour), the incumbent's and those of other whole
    plans: never worse than the incumbent or, as far as they are within the half percent, the others, which stay where
    nothing better is found in time. Tours that cannot be driven are left out, and locked shifts keep the incumbent's.

    Stopped before it begins, it looks at the whole plans alone.

    work: what CP-SAT may do for each of the three steps instead of `seconds`, in its own measure; the same pool, seed
        and work then give the same tours.
    """
    plans = [incumbent, *others]
    choices, known = _choices(problem, () if stopped() else pool, plans)
    best = known[0]
    if len(choices) > len(best):
        until = time.monotonic() + seconds

        def search(program: "_Program", before: frozenset[int], part: float) -> frozenset[int]:
            left = (until - time.monotonic()) * part
            if left < LEAST_SECONDS or stopped():
                return before
            program.model.hint(program.values(before))
            answer = solve(program.model, seconds=left, seed=seed, stopped=stopped, work=work)
            return frozenset(k for k in range(len(choices)) if answer.values[k]) if answer.values else before

        best = _best_of(_Program(problem, choices), known, search)
    tours: list[Tour] = [()] * len(incumbent)
    for each in best:
        tours[choices[each].shift] = choices[each].tour
    return tuple(tours)


def least_worth(most: int) -> int:
    """What a fairer plan must be worth at least where the best plan is worth `most`, in thousandths of a cent."""
    return most - abs(most) * (1000 - WORTH_KEPT) // 1000


def _best_of(
    program: "_Program",
    known: Sequence[frozenset[int]],
    search: Callable[["_Program", frozenset[int], float], frozenset[int]],
) -> frozenset[int]:
    """The three steps, each from the best plan known, which stays where the step finds nothing better."""
    program.aim_at_worth()
    found = [*known, search(program, max(known, key=program.worth), WORTH_TIME)]
    most = max(map(program.worth, found))
    least = least_worth(most)

    def fill_and_worth(each: frozenset[int]) -> tuple[int, int]:
        return program.lowest_fill(each), program.worth(each)

    found = [each for each in found if program.worth(each) >= least]
    program.aim_at_fill(least)
    found.append(search(program, max(found, key=fill_and_worth), FILL_TIME))
    fullest = max(found, key=fill_and_worth)
    program.aim_at_worth(program.lowest_fill(fullest))
    return max(search(program, fullest, 1.0), fullest, key=fill_and_worth)


def _choices(
    problem: Problem, pool: Iterable[tuple[int, Tour]], plans: Sequence[Sequence[Tour]]
) -> tuple[list[Choice], list[frozenset[int]]]:
    """For each shift the cheapest way to deliver each set of cargo, and which of them each plan drives; plans that
    cannot be driven, but for the first, are left out."""
    locked = {route.shift for route in problem.locked}
    best: dict[Key, Choice] = {}
    keys: dict[tuple[int, Tour], Key | None] = {}
    promised = Counter((promise.lot, promise.need, promise.shift) for promise in problem.promises)

    def key_of(number: int, tour: Tour) -> Key | None:
        if (number, tour) not in keys:
            cargo = _delivered(tour)
            key = number, frozenset(cargo.items())
            choice = _choice(problem, number, tour, cargo, promised)
            if choice is not None and (key not in best or choice.worth > best[key].worth):
                best[key] = choice
            keys[number, tour] = None if choice is None else key
        return keys[number, tour]

    driven = [[key_of(number, tour) for number, tour in enumerate(tours) if tour] for tours in plans]
    for number, tour in pool:
        if tour and problem.shifts[number].id not in locked:
            key_of(number, tour)
    places = {key: place for place, key in enumerate(best)}
    known = [frozenset(places[key] for key in keys if key is not None) for keys in driven]
    return list(best.values()), [
        each for each, its in zip(known, driven, strict=True) if each is known[0] or None not in its
    ]


def _delivered(tour: Tour) -> Mapping[tuple[str, str], int]:
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for visit in tour:
        if visit.kind == "drop_off":
            for cargo in visit.cargo:
                found[cargo.lot, cargo.need] += cargo.grams
    return found


def _choice(
    problem: Problem,
    number: int,
    tour: Tour,
    cargo: Mapping[tuple[str, str], int],
    promised: Mapping[tuple[str, str, str], int],
) -> Choice | None:
    shift = problem.shifts[number]
    route = retime(problem, shift, tour)
    if route is None:
        return None
    worth = -route_cost(shift, route)
    lots, needs = defaultdict[str, int](int), defaultdict[str, int](int)
    banks, rooms = defaultdict[str, int](int), defaultdict[tuple[str, str], int](int)
    for (lot_id, need_id), grams in cargo.items():
        lot, need = problem.lots_by_id[lot_id], problem.needs_by_id[need_id]
        worth += grams * value_per_kg(problem, lot)
        worth += problem.policy.move_cents * 1000 * promised.get((lot_id, need_id, shift.id), 0)
        lots[lot_id] += grams
        needs[need_id] += grams
        banks[need.organisation] += grams
        rooms[need.site, lot.temperature_class] += grams
    return Choice(number, tour, worth, lots, needs, banks, rooms)


class _Program:
    """The choice of routes as a program: variable k is 1 if choice k is driven; more variables count the grams on each
    step of fairness, and the fill of the emptiest food bank."""

    def __init__(self, problem: Problem, choices: Sequence[Choice]) -> None:
        self.choices, self.model, self.fill = choices, Model(), Fill(problem)
        locked = {route.shift for route in problem.locked}
        for choice in choices:
            self.model.variable(int(problem.shifts[choice.shift].id in locked), 1)
        self._limit(problem)
        reached = sorted({bank for choice in choices for bank in choice.banks})
        self.steps = {bank: self._steps(bank) for bank in reached}
        attainable = problem.attainable_grams
        open_to = {need.organisation for need in problem.needs if attainable[need.id]}
        self.compared = [bank for bank in reached if bank in open_to and self.fill.wanted[bank]]
        self.lowest: int | None = None

    def _limit(self, problem: Problem) -> None:
        of_shift, of_lot = defaultdict[int, list[int]](list), defaultdict[str, dict[int, int]](dict)
        of_need, of_room = defaultdict[str, dict[int, int]](dict), defaultdict[tuple[str, str], dict[int, int]](dict)
        for number, choice in enumerate(self.choices):
            of_shift[choice.shift].append(number)
            for lot, grams in choice.lots.items():
                of_lot[lot][number] = grams
            for need, grams in choice.needs.items():
                of_need[need][number] = grams
            for room, grams in choice.rooms.items():
                of_room[room][number] = grams
        for numbers in of_shift.values():
            self.model.at_most_one(numbers)
        for lot, users in of_lot.items():
            self._at_most(problem.lots_by_id[lot].grams, users)
        for need, users in of_need.items():
            self._at_most(problem.needs_by_id[need].grams, users)
        for site in problem.sites:
            for name in CLASSES:
                limit = site.storage.limit_for(name)
                if limit is not None and (site.id, name) in of_room:
                    self._at_most(limit, of_room[site.id, name])

    def _at_most(self, limit: int, users: Mapping[int, int]) -> None:
        if 2 * min(users.values()) > limit >= max(users.values()):
            self.model.at_most_one(list(users))
        elif sum(users.values()) > limit:
            self.model.between(0, limit, list(users), list(users.values()))

    def _steps(self, bank: str) -> list[tuple[int, int, int]]:
        """Variable, length in grams and cents of each step, that together are no longer than what is delivered."""
        steps = [(self.model.variable(0, grams), grams, cents) for grams, cents in self.fill.steps_left(bank)]
        if steps:
            users = self._to(bank)
            names = [name for name, _, _ in steps]
            most = sum(users.values())
            self.model.between(-most, 0, names + list(users), [1] * len(names) + [-each for each in users.values()])
        return steps

    def _to(self, bank: str) -> dict[int, int]:
        """Grams to the food bank by choice."""
        return {number: choice.banks[bank] for number, choice in enumerate(self.choices) if bank in choice.banks}

    def _worths(self) -> dict[int, int]:
        found = {number: choice.worth for number, choice in enumerate(self.choices)}
        found |= {name: cents for steps in self.steps.values() for name, _, cents in steps}
        return found

    def aim_at_worth(self, least_fill: int | None = None) -> None:
        """Make the worth large; with `least_fill`, keep the emptiest food bank at least so full."""
        if self.lowest is not None and least_fill is not None:
            self.model.between(least_fill, FILL_PARTS, [self.lowest], [1])
        worths = self._worths()
        self.model.maximise(list(worths), list(worths.values()))

    def aim_at_fill(self, least_worth: int) -> None:
        """Make the emptiest food bank as full as can be, for plans worth this much."""
        worths = self._worths()
        most = sum(max(0, worth) for worth in self._most_worths(worths))
        self.model.between(least_worth, max(least_worth, most), list(worths), list(worths.values()))
        self.lowest = self.model.variable(0, FILL_PARTS)
        for bank in self.compared:
            users, wanted = self._to(bank), self.fill.wanted[bank]
            rest = FILL_PARTS * self.fill.delivered[bank]
            low = -FILL_PARTS * sum(users.values())
            names, sizes = [self.lowest, *users], [wanted, *(-FILL_PARTS * each for each in users.values())]
            self.model.between(low, rest, names, sizes)
        self.model.maximise([self.lowest], [1])

    def _most_worths(self, worths: Mapping[int, int]) -> Iterable[int]:
        sizes = {name: grams for steps in self.steps.values() for name, grams, _ in steps}
        return (worth * sizes.get(name, 1) for name, worth in worths.items())

    def worth(self, chosen: frozenset[int]) -> int:
        """What these choices are worth, but for the promises that none of them could keep."""
        total, values = sum(self.choices[each].worth for each in chosen), self.values(chosen)
        return total + sum(values[name] * cents for steps in self.steps.values() for name, _, cents in steps)

    def lowest_fill(self, chosen: frozenset[int]) -> int:
        """Of the food banks that could be reached, the fill of the emptiest, in parts of FILL_PARTS."""
        got = self._got(chosen)
        fill = self.fill
        return min(
            (min(FILL_PARTS, FILL_PARTS * (fill.delivered[b] + got[b]) // fill.wanted[b]) for b in self.compared),
            default=FILL_PARTS,
        )

    def values(self, chosen: frozenset[int]) -> list[int]:
        """A value for every variable, with these choices."""
        values = [int(each in chosen) for each in range(len(self.choices))]
        got = self._got(chosen)
        for bank, steps in self.steps.items():
            rest = got[bank]
            for _, grams, _ in steps:
                values.append(min(rest, grams))
                rest -= values[-1]
        if self.lowest is not None:
            values.append(self.lowest_fill(chosen))
        return values

    def _got(self, chosen: frozenset[int]) -> Counter[str]:
        got: Counter[str] = Counter()
        for each in chosen:
            got.update(self.choices[each].banks)
        return got

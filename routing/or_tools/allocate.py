"""How many grams of which lot for which need, by CP-SAT: value, fairness and nearness weighed before any routing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from routing.cp_sat import Model, solve
from routing.limits import SMALLEST_PART_GRAMS
from routing.problem import Lot, Need, Problem
from routing.score import Fill, Left, value_per_kg

UNIT_GRAMS = 100  # CP-SAT decides in these; what is left below one unit stays with the lot
# Found by trial on the demonstration's day (12 s, one core): a lot is worth taking to a near food bank rather than to a
# far one by twice the drive between store and bank, and every further part by a pound's worth of handling.
NEARNESS = 2
HANDLING_COST = 100_000

Amounts = dict[tuple[str, str], int]


def allocate(
    problem: Problem,
    pairs: frozenset[tuple[str, str]],
    *,
    seconds: float,
    seed: int,
    stopped: Callable[[], bool],
    work: float | None = None,
) -> Amounts:
    """Grams for each pair of lot and need; pairs are the ones that some shift could serve.

    CP-SAT starts from the greedy answer and falls back to it when it has found nothing in time. `work`: what it may do
    instead of `seconds`, as in `routing.cp_sat.solve`; the same seed and work then give the same grams.
    """
    costs = _Costs(problem)
    greedy = _greedily(problem, pairs, costs)
    if not pairs or seconds <= 0 or stopped():
        return greedy
    program = _Program(problem, sorted(pairs), costs)
    hint = program.values(greedy)
    program.model.hint(hint)
    answer = solve(program.model, seconds=seconds, seed=seed, stopped=stopped, work=work)
    found = answer.values and list(answer.values) != hint  # which is the greedy answer in whole units, a little less
    return program.grams(answer.values) if found else greedy


def _greedily(problem: Problem, pairs: frozenset[tuple[str, str]], costs: "_Costs") -> Amounts:
    """The most valuable lots first, each to the food bank where it is worth most."""
    left, amounts = Left(problem, ()), Amounts()
    lots = sorted(problem.lots, key=lambda lot: (-value_per_kg(problem, lot) * lot.grams, lot.id))
    for lot in lots:
        while True:
            choices = [
                (costs.worth(lot, problem.needs_by_id[need], grams, left), grams, need)
                for need in problem.needs_for(lot.id)
                if (lot.id, need) in pairs and (lot.id, need) not in amounts
                for grams in [_takes(lot, left.lots[lot.id], left.needs[need])]
                if grams
            ]
            if not choices:
                break
            _, grams, need = max(choices)
            amounts[lot.id, need] = grams
            left.take(problem, lot.id, need, grams)
    return amounts


def _takes(lot: Lot, there: int, wanted: int) -> int:
    grams = min(there, wanted)
    if not lot.splittable:
        return lot.grams if grams >= lot.grams else 0
    return grams if grams >= min(there, SMALLEST_PART_GRAMS) else 0


class _Costs:
    """What weighs against a pair of lot and need: the drive from store to food bank at the mean rate of the shifts, and
    handling."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.cents_per_km: Counter[str] = Counter()
        for shift in problem.shifts:
            self.cents_per_km[shift.profile] += shift.cents_per_km
        self.shifts = Counter(shift.profile for shift in problem.shifts)
        self.known: dict[tuple[str, str], int] = {}

    def of(self, lot: Lot, need: Need) -> int:
        """In thousandths of a cent."""
        ends = lot.site, need.site
        if ends not in self.known:
            self.known[ends] = HANDLING_COST + NEARNESS * self._drive(*ends)
        return self.known[ends]

    def _drive(self, store: str, bank: str) -> int:
        numbers = self.problem.site_numbers
        total = count = 0
        for profile, cents in self.cents_per_km.items():
            metres = int(self.problem.travel[profile].metres[numbers[store], numbers[bank]])
            if metres >= 0:
                total += metres * cents
                count += self.shifts[profile]
        return total // count if count else 0

    def worth(self, lot: Lot, need: Need, grams: int, left: Left) -> int:
        """What so many grams add to the day, with what the food bank has already."""
        return grams * value_per_kg(self.problem, lot) + left.fill.bonus_for(need, grams) - self.of(lot, need)


class _Program:
    """The choice of food banks as a program. For each pair a variable that says whether it is used, followed, where the
    lot may be split, by one with its units; then for each food bank the units on each step of fairness, concave in its
    fill: the first kilograms are worth most."""

    def __init__(self, problem: Problem, pairs: Sequence[tuple[str, str]], costs: _Costs) -> None:
        self.problem, self.model = problem, Model()
        self.used: dict[tuple[str, str], int] = {}
        self.units: dict[tuple[str, str], tuple[int, int]] = {}  # variable, and units for each that it counts
        self.worths: dict[int, int] = {}
        for pair in pairs:
            self._add(pair, costs)
        self._keep_to_limits()
        self.steps = self._fairness()
        self.model.maximise(list(self.worths), list(self.worths.values()))

    def _add(self, pair: tuple[str, str], costs: _Costs) -> None:
        lot, need = self.problem.lots_by_id[pair[0]], self.problem.needs_by_id[pair[1]]
        most = min(lot.grams, need.grams) // UNIT_GRAMS
        if not most or (not lot.splittable and need.grams < lot.grams):
            return
        used = self.model.variable(0, 1)
        value = UNIT_GRAMS * value_per_kg(self.problem, lot)
        self.used[pair] = used
        self.worths[used] = -costs.of(lot, need)
        if not lot.splittable:
            self.units[pair] = used, _whole(lot)
            self.worths[used] += _whole(lot) * value
            return
        amount = self.model.variable(0, most)
        self.units[pair] = amount, 1
        self.worths[amount] = value
        self.model.between(-most, 0, [amount, used], [1, -most])  # nothing without a use
        self.model.between(0, most, [amount, used], [1, -_least_part(most)])

    def _keep_to_limits(self) -> None:
        of_lot, of_need = defaultdict[str, list[tuple[int, int]]](list), defaultdict[str, list[tuple[int, int]]](list)
        for (lot_id, need_id), variable in self.units.items():
            of_lot[lot_id].append(variable)
            of_need[need_id].append(variable)
        for lot_id, variables in of_lot.items():
            lot = self.problem.lots_by_id[lot_id]
            self._at_most(lot.grams // UNIT_GRAMS if lot.splittable else _whole(lot), variables)
        for need_id, variables in of_need.items():
            self._at_most(self.problem.needs_by_id[need_id].grams // UNIT_GRAMS, variables)

    def _at_most(self, limit: int, variables: Sequence[tuple[int, int]]) -> None:
        self.model.between(0, limit, [name for name, _ in variables], [units for _, units in variables])

    def _fairness(self) -> dict[str, list[tuple[int, int]]]:
        """The variable and the length in units of each step of each food bank."""
        fill, found = Fill(self.problem), {}
        for bank, variables in self._to_banks().items():
            steps = []
            for grams, cents in fill.steps_left(bank):
                step = self.model.variable(0, grams // UNIT_GRAMS)
                self.worths[step] = UNIT_GRAMS * cents
                steps.append((step, grams // UNIT_GRAMS))
            if steps:
                names = [name for name, _ in steps] + [name for name, _ in variables]
                counts = [1] * len(steps) + [-units for _, units in variables]
                self.model.between(-(2**50), 0, names, counts)
            found[bank] = steps
        return found

    def _to_banks(self) -> dict[str, list[tuple[int, int]]]:
        found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for (_, need), variable in self.units.items():
            found[self.problem.needs_by_id[need].organisation].append(variable)
        return found

    def values(self, amounts: Amounts) -> list[int]:
        """A value for every variable, as near to these grams as units come."""
        values = [0] * self.model.count
        for pair, (name, _) in self.units.items():
            lot = self.problem.lots_by_id[pair[0]]
            count = amounts.get(pair, 0) // UNIT_GRAMS
            if not lot.splittable:
                values[name] = int(pair in amounts)
            elif count >= _least_part(min(lot.grams, self.problem.needs_by_id[pair[1]].grams) // UNIT_GRAMS):
                values[self.used[pair]], values[name] = 1, count
        for bank, variables in self._to_banks().items():
            rest = sum(values[name] * units for name, units in variables)
            for step, most in self.steps[bank]:
                values[step] = min(rest, most)
                rest -= values[step]
        return values

    def grams(self, values: Sequence[int]) -> Amounts:
        """Units as grams; whole lots keep their exact weight, and the last grams of a lot go with its last part."""
        amounts, left = Amounts(), Left(self.problem, ())
        for (lot_id, need), (name, _) in self.units.items():
            lot = self.problem.lots_by_id[lot_id]
            grams = values[name] * (UNIT_GRAMS if lot.splittable else lot.grams)
            if grams and left.lots[lot_id] - grams < UNIT_GRAMS:
                grams = left.lots[lot_id]
            grams = min(grams, left.lots[lot_id], left.needs[need])
            if grams and (lot.splittable or grams == lot.grams):
                amounts[lot_id, need] = grams
                left.take(self.problem, lot_id, need, grams)
        return amounts


def _whole(lot: Lot) -> int:
    """Units that a lot needs if it must stay whole."""
    return -(-lot.grams // UNIT_GRAMS)


def _least_part(most: int) -> int:
    """Units below which a part of a lot is not worth a stop, where at most so many may go to a need."""
    return min(most, SMALLEST_PART_GRAMS // UNIT_GRAMS)

"""How many grams of which lot for which need, by CP-SAT: value, fairness and nearness weighed before any routing."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from routing.problem import Lot, Need, Problem
from routing.score import Fill, Left, value_per_kg

UNIT_GRAMS = 100  # CP-SAT decides in these; what is left below one unit stays with the lot
SMALLEST_PART_GRAMS = 10_000  # nobody sends a van for less, unless the whole lot is smaller
# Found by trial on the demonstration's day (12 s, one core): a lot is worth taking to a near food bank rather than to a
# far one by twice the drive between store and bank, and every further part by a pound's worth of handling.
NEARNESS = 2
HANDLING_COST = 100_000

SECONDS_BETWEEN_LOOKS = 0.05

Amounts = dict[tuple[str, str], int]


def allocate(
    problem: Problem, pairs: frozenset[tuple[str, str]], *, seconds: float, seed: int, stopped: Callable[[], bool]
) -> Amounts:
    """Grams for each pair of lot and need; pairs are the ones that some shift could serve.

    CP-SAT starts from the greedy answer and falls back to it when it has found nothing in time.
    """
    greedy = allocate_greedily(problem, pairs)
    if not pairs or seconds <= 0 or stopped():
        return greedy
    return _by_cp_sat(problem, sorted(pairs), greedy, seconds, seed, stopped) or greedy


def allocate_greedily(problem: Problem, pairs: frozenset[tuple[str, str]]) -> Amounts:
    """The most valuable lots first, each to the food bank where it is worth most."""
    left, amounts = Left(problem, ()), Amounts()
    lots = sorted(problem.lots, key=lambda lot: (-value_per_kg(problem, lot) * lot.grams, lot.id))
    for lot in lots:
        while True:
            choices = [
                (_worth(problem, lot, problem.needs_by_id[need], grams, left), grams, need)
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


def _worth(problem: Problem, lot: Lot, need: Need, grams: int, left: Left) -> int:
    value = grams * value_per_kg(problem, lot) + left.fill.bonus_for(need, grams)
    return value - _nearness_cost(problem, lot, need)


def _nearness_cost(problem: Problem, lot: Lot, need: Need) -> int:
    """What weighs against the pair: the drive from store to food bank at the mean rate of the shifts, and handling."""
    legs = [problem.leg(shift, lot.site, need.site) for shift in problem.shifts]
    costs = [leg[1] * shift.cents_per_km for leg, shift in zip(legs, problem.shifts, strict=True) if leg]
    return HANDLING_COST + (NEARNESS * sum(costs) // len(costs) if costs else 0)


def _by_cp_sat(
    problem: Problem,
    pairs: list[tuple[str, str]],
    greedy: Amounts,
    seconds: float,
    seed: int,
    stopped: Callable[[], bool],
) -> Amounts | None:
    from ortools.sat.python import cp_model  # takes seconds to import, so only where it is used

    model = cp_model.CpModel()
    units: dict[tuple[str, str], Any] = {}
    terms: list[Any] = []
    for pair in pairs:
        lot, need = problem.lots_by_id[pair[0]], problem.needs_by_id[pair[1]]
        most = min(lot.grams, need.grams) // UNIT_GRAMS
        whole = -(-lot.grams // UNIT_GRAMS)
        if not most or (not lot.splittable and need.grams < lot.grams):
            continue
        used = model.new_bool_var("")
        amount = model.new_int_var(0, most if lot.splittable else whole, "")
        if lot.splittable:
            smallest = min(most, max(1, SMALLEST_PART_GRAMS // UNIT_GRAMS))
            model.add(amount >= smallest).only_enforce_if(used)
            model.add(amount == 0).only_enforce_if(~used)
        else:
            model.add(amount == whole * used)
        units[pair] = amount
        hinted = greedy.get(pair, 0)
        model.add_hint(amount, min(most, hinted // UNIT_GRAMS) if lot.splittable else whole * bool(hinted))
        model.add_hint(used, bool(hinted))
        terms.append(amount * (UNIT_GRAMS * value_per_kg(problem, lot)))
        terms.append(used * -_nearness_cost(problem, lot, need))
    _keep_to_limits(problem, model, units)
    terms += _fairness(problem, model, units)
    model.maximize(sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    status = _solve_until(solver, model, stopped)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return _grams(problem, {pair: solver.value(amount) for pair, amount in units.items()})


def _solve_until(solver: Any, model: Any, stopped: Callable[[], bool]) -> int:
    """The status of the search. It runs in a thread of its own, so that this one can hear a signal and end it."""
    status: list[int] = []
    search = threading.Thread(target=lambda: status.append(int(solver.solve(model))))
    search.start()
    while search.is_alive():
        search.join(SECONDS_BETWEEN_LOOKS)
        if stopped():
            solver.stop_search()
    return status[0]


def _keep_to_limits(problem: Problem, model: Any, units: Mapping[tuple[str, str], Any]) -> None:
    of_lot: defaultdict[str, list[Any]] = defaultdict(list)
    of_need: defaultdict[str, list[Any]] = defaultdict(list)
    for (offered, need), amount in units.items():
        of_lot[offered].append(amount)
        of_need[need].append(amount)
    for lot_id, amounts in of_lot.items():
        lot = problem.lots_by_id[lot_id]
        whole = -(-lot.grams // UNIT_GRAMS)
        model.add(sum(amounts) <= (lot.grams // UNIT_GRAMS if lot.splittable else whole))
    for need_id, amounts in of_need.items():
        model.add(sum(amounts) <= problem.needs_by_id[need_id].grams // UNIT_GRAMS)


def _fairness(problem: Problem, model: Any, units: Mapping[tuple[str, str], Any]) -> list[Any]:
    """Concave in the fill of each food bank: the first kilograms are worth most."""
    to_bank: defaultdict[str, list[Any]] = defaultdict(list)
    for (_, need), amount in units.items():
        to_bank[problem.needs_by_id[need].organisation].append(amount)
    fill = Fill(problem)
    terms: list[Any] = []
    for bank, amounts in to_bank.items():
        steps = []
        for grams, cents in fill.steps_left(bank):
            step = model.new_int_var(0, grams // UNIT_GRAMS, "")
            steps.append(step)
            terms.append(step * (UNIT_GRAMS * cents))
        model.add(sum(steps) <= sum(amounts))
    return terms


def _grams(problem: Problem, units: Mapping[tuple[str, str], int]) -> Amounts:
    """Units as grams; whole lots keep their exact weight, and the last grams of a lot go with its last part."""
    amounts = Amounts()
    left = Left(problem, ())
    for (lot_id, need), count in units.items():
        lot = problem.lots_by_id[lot_id]
        grams = lot.grams if count and not lot.splittable else count * UNIT_GRAMS
        if grams and left.lots[lot_id] - grams < UNIT_GRAMS:
            grams = left.lots[lot_id]
        grams = min(grams, left.lots[lot_id], left.needs[need])
        if grams and (lot.splittable or grams == lot.grams):
            amounts[lot_id, need] = grams
            left.take(problem, lot_id, need, grams)
    return amounts

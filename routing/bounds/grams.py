"""What no plan can exceed: grams by a maximum flow from lots over needs and storage, proven and found in seconds.

The flow knows every pair that one vehicle could serve if it did nothing else and drove at the fastest pace of the day,
and needs and storage; it does not know that vehicles are few, and it may cut any lot. On small days CP-SAT then keeps
whole what must stay whole.
"""

from collections.abc import Mapping

import numpy as np

from routing.bounds.trips import Numbers, Pairs, possible_pairs
from routing.bounds.whole_lots import most_with_whole_lots
from routing.problem import CLASSES, Problem
from routing.score import NO_LIMIT

FEW_LOTS = 200  # with more, CP-SAT would hardly prove anything in the time that it has
SOURCE, SINK = 0, 1


class Bounds:
    """What no plan of this problem can exceed."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.pairs, self.flow = problem, useful_pairs(problem), _Flow(problem)

    def grams(self, *, work: float = 1.0) -> int:
        """No plan delivers more.

        work: how hard CP-SAT may try to lower the bound where lots must stay whole, roughly in seconds; 0 for not at
            all. The same work gives the same bound again, but on a machine that is too slow for it.
        """
        problem, most = self.problem, self.flow.most(self.pairs)
        if work > 0 and len(problem.lots) <= FEW_LOTS and any(not lot.splittable for lot in problem.lots):
            return min(most, most_with_whole_lots(problem, self.pairs, work))
        return most

    def attainable_grams(self) -> Mapping[str, int]:
        """By organisation, what it could get at most if it alone were served."""
        needs, pairs = self.problem.needs, self.pairs
        numbers = {name: number for number, name in enumerate(dict.fromkeys(need.organisation for need in needs))}
        bank_of_need = np.array([numbers[need.organisation] for need in needs], dtype=np.int64)
        order = np.argsort(bank_of_need[pairs.needs], kind="stable")
        first = np.searchsorted(bank_of_need[pairs.needs][order], np.arange(len(numbers) + 1))
        parts = (order[first[number] : first[number + 1]] for number in range(len(numbers)))
        return {name: self.flow.most(pairs.only(part)) for name, part in zip(numbers, parts, strict=True)}


def useful_pairs(problem: Problem) -> Pairs:
    """The possible pairs by which anything could come; a whole lot only to where there is room for all of it."""
    pairs = possible_pairs(problem, by_any_way=True)
    least = np.array([1 if lot.splittable else lot.grams for lot in problem.lots], dtype=np.int64)[pairs.lots]
    wanted = np.array([need.grams for need in problem.needs], dtype=np.int64)[pairs.needs]
    room = storage_limits(problem)[pairs.needs, class_numbers(problem)[pairs.lots]]
    return pairs.only((least <= wanted) & (least <= room))


def class_numbers(problem: Problem) -> Numbers:
    """The number of each lot's temperature class in CLASSES."""
    return np.array([CLASSES.index(lot.temperature_class) for lot in problem.lots], dtype=np.int64)


def storage_limits(problem: Problem) -> Numbers:
    """For each need, what its site can put away of each temperature class; shape (needs, classes)."""
    limits = {
        site.id: [NO_LIMIT if (most := site.storage.limit_for(name)) is None else most for name in CLASSES]
        for site in problem.sites
    }
    rows = [limits[need.site] for need in problem.needs]
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(CLASSES))


class _Flow:
    """The network: source, lots, for some needs the doors by which each class comes in, needs, for others the storage
    of their site, sink.

    Needs that take one class only (hardly any takes more) share the storage of their site after them; where a need
    takes several classes, each has a door that lets in no more than the storage, which is a little too generous where
    sites have several such needs.
    """

    def __init__(self, problem: Problem) -> None:
        self.lot_grams = np.array([lot.grams for lot in problem.lots], dtype=np.int64)
        self.need_grams = np.array([need.grams for need in problem.needs], dtype=np.int64)
        self.classes, self.limits = class_numbers(problem), storage_limits(problem)
        self.sites = np.array([problem.site_numbers[need.site] for need in problem.needs], dtype=np.int64)
        lots, needs = len(problem.lots), len(problem.needs)
        self.first_need = 2 + lots
        self.first_door = self.first_need + needs
        self.first_store = self.first_door + needs * len(CLASSES)

    def most(self, pairs: Pairs) -> int:
        """The most grams that can flow along these pairs."""
        from ortools.graph.python import max_flow

        if not len(pairs.lots):
            return 0
        flow = max_flow.SimpleMaxFlow()
        flow.add_arcs_with_capacity(*self._arcs(pairs))
        if flow.solve(SOURCE, SINK) != flow.OPTIMAL:
            raise ArithmeticError("The flow has no optimum.")
        return int(flow.optimal_flow())

    def _arcs(self, pairs: Pairs) -> tuple[Numbers, Numbers, Numbers]:
        """Tails, heads and capacities."""
        lots = np.unique(pairs.lots)
        doors = np.unique(pairs.needs * len(CLASSES) + self.classes[pairs.lots])
        needs, classes = np.divmod(doors, len(CLASSES))
        limited = self.limits[needs, classes] < NO_LIMIT
        alone = np.bincount(needs, minlength=len(self.need_grams))[needs] == 1
        behind, before = limited & alone, limited & ~alone
        entry = np.where(before, self.first_door + doors, self.first_need + needs)
        heads = entry[np.searchsorted(doors, pairs.needs * len(CLASSES) + self.classes[pairs.lots])]
        store = self.first_store + self.sites[needs] * len(CLASSES) + classes
        _, once = np.unique(needs, return_index=True)
        exits = np.where(behind, store, SINK)[once]
        stores, first = np.unique(store[behind], return_index=True)
        rows = [
            (np.full(len(lots), SOURCE), 2 + lots, self.lot_grams[lots]),
            (2 + pairs.lots, heads, self.lot_grams[pairs.lots]),
            (entry[before], self.first_need + needs[before], self.limits[needs, classes][before]),
            (self.first_need + needs[once], exits, self.need_grams[needs[once]]),
            (stores, np.full(len(stores), SINK), self.limits[needs, classes][behind][first]),
        ]
        tails, ends, limits = (np.concatenate(each) for each in zip(*rows, strict=True))
        return tails, ends, limits

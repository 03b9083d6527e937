"""What no plan can exceed: grams by a maximum flow from lots over needs and storage, proven and found in seconds.

The flow knows categories, deadlines, receiving hours, temperature classes, skills, needs and storage, and one vehicle's
direct drive; it does not know that vehicles are few, nor that lots stay whole beyond fitting somewhere.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.problem import END_OF_PLANNING, Lot, Problem


@dataclass(frozen=True)
class _Arc:
    lot: int
    needs: NDArray[np.int64]


def bound_grams(problem: Problem) -> int:
    """No plan of this problem delivers more."""
    return _flow(problem, list(_arcs(problem)), frozenset(range(len(problem.needs))))


def attainable_grams(problem: Problem) -> Mapping[str, int]:
    """By organisation, what it could get at most if it alone were served."""
    arcs = list(_arcs(problem))
    needs: defaultdict[str, set[int]] = defaultdict(set)
    for number, need in enumerate(problem.needs):
        needs[need.organisation].add(number)
    return {name: _flow(problem, arcs, frozenset(mine)) for name, mine in needs.items()}


class _Fastest:
    """The fewest seconds between two sites for any vehicle: a lower bound for all of them."""

    def __init__(self, problem: Problem) -> None:
        tables = [matrix.seconds.astype(np.int64) for matrix in problem.travel.values()]
        for table in tables:
            table[table < 0] = END_OF_PLANNING * 10
        self.seconds = tables[0] if len(tables) == 1 else np.minimum.reduce(tables)


def _arcs(problem: Problem) -> Iterator[_Arc]:
    """For each lot that some vehicle could carry, the needs that it could reach in time."""
    fastest = _Fastest(problem).seconds
    sites = np.array([problem.site_numbers[need.site] for need in problem.needs], dtype=np.int64)
    grams = np.array([need.grams for need in problem.needs], dtype=np.int64)
    windows = [np.array([(w.earliest, w.latest) for w in need.windows], dtype=np.int64) for need in problem.needs]
    opens = np.array([found[:, 0].min() if len(found) else END_OF_PLANNING * 10 for found in windows])
    closes = np.array([found[:, 1].max() if len(found) else -1 for found in windows])
    numbers = {need.id: number for number, need in enumerate(problem.needs)}
    groups: dict[str, NDArray[np.int64]] = {}
    for number, lot in enumerate(problem.lots):
        if not _carried_by_some(problem, lot):
            continue
        if problem.eligibilities is None:
            if lot.category not in groups:
                groups[lot.category] = np.array([numbers[each] for each in problem.needs_for(lot.id)], dtype=np.int64)
            needs = groups[lot.category]
            latest = np.full(len(needs), END_OF_PLANNING if lot.deliver_by is None else lot.deliver_by)
        else:
            listed = problem.needs_for(lot.id)
            needs = np.array([numbers[each] for each in listed], dtype=np.int64)
            latest = np.array([problem.deadline(lot.id, each) or 0 for each in listed], dtype=np.int64)
        if not len(needs):
            continue
        least = 1 if lot.splittable else lot.grams
        start = 0 if lot.on_board is not None else lot.window.earliest + _work(problem, lot.site)
        away = 0 if lot.on_board is not None else fastest[problem.site_numbers[lot.site], sites[needs]]
        arrive = np.maximum(start + away, opens[needs])
        yield _Arc(number, needs[(arrive <= closes[needs]) & (arrive <= latest) & (grams[needs] >= least)])


def _work(problem: Problem, site: str) -> int:
    return problem.sites_by_id[site].setup_seconds + problem.sites_by_id[site].service_seconds


def _carried_by_some(problem: Problem, lot: Lot) -> bool:
    load = lot.load_for(1 if lot.splittable else lot.grams)
    return any(problem.may_carry(shift, lot) and load.fits_in(shift.capacity) for shift in problem.shifts)


class _Network:
    """A flow network being put together, its nodes by name."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, int, str], int] = {}
        self.tails: list[NDArray[np.int64]] = []
        self.heads: list[NDArray[np.int64]] = []
        self.limits: list[NDArray[np.int64]] = []

    def node(self, kind: str, number: int, temperature_class: str = "") -> int:
        """The number of a node; 0 is the source, 1 the sink."""
        return self.numbers.setdefault((kind, number, temperature_class), len(self.numbers) + 2)

    def join(self, tail: int, heads: NDArray[np.int64], limit: int) -> None:
        self.tails.append(np.full(len(heads), tail))
        self.heads.append(heads)
        self.limits.append(np.full(len(heads), limit))

    def most(self) -> int:
        from ortools.graph.python import max_flow

        if not self.tails:
            return 0
        flow = max_flow.SimpleMaxFlow()
        flow.add_arcs_with_capacity(*(np.concatenate(rows) for rows in (self.tails, self.heads, self.limits)))
        if flow.solve(0, 1) != flow.OPTIMAL:
            raise ArithmeticError("The flow has no optimum.")
        return int(flow.optimal_flow())


def _flow(problem: Problem, arcs: list[_Arc], wanted: frozenset[int]) -> int:
    """The most that can flow from the source over lots, the doors of needs, and needs to the sink."""
    network = _Network()
    mask = np.zeros(len(problem.needs), dtype=bool)
    mask[list(wanted)] = True
    doors: dict[str, NDArray[np.int64]] = {}
    for arc in arcs:
        lot, needs = problem.lots[arc.lot], arc.needs[mask[arc.needs]]
        if not len(needs):
            continue
        if lot.temperature_class not in doors:
            doors[lot.temperature_class] = _doors(problem, lot.temperature_class, wanted, network)
        start = network.node("lot", arc.lot)
        network.join(0, np.array([start]), lot.grams)
        network.join(start, doors[lot.temperature_class][needs], lot.grams)
    for number in wanted if doors else ():
        network.join(network.node("need", number), np.array([1]), problem.needs[number].grams)
    return network.most()


def _doors(problem: Problem, temperature_class: str, wanted: frozenset[int], network: _Network) -> NDArray[np.int64]:
    """For each need the node where food of this class comes in: one before it, where its site's storage is limited."""
    found = np.zeros(len(problem.needs), dtype=np.int64)
    for number in wanted:
        need = problem.needs[number]
        found[number] = inside = network.node("need", number)
        limit = problem.sites_by_id[need.site].storage.limit_for(temperature_class)
        if limit is not None:
            found[number] = door = network.node("door", number, temperature_class)
            network.join(door, np.array([inside]), limit)
    return found

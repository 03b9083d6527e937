"""Which pieces are near each other, and which food banks are worth trying for a lot."""

import numpy as np
from numpy.typing import NDArray

from routing.problem import Problem

NEIGHBOURS = 100
NEAREST_NEEDS = 6
EMPTIEST_NEEDS = 6


def near_ends(
    distance: NDArray[np.float64], from_sites: NDArray[np.int64], to_sites: NDArray[np.int64]
) -> NDArray[np.int32]:
    """For each end of a piece (2 r collected, 2 r + 1 delivered) the nearest ends of others, nearest first, -1 where
    there are no more; shape (2 pieces, at most NEIGHBOURS)."""
    sites = np.empty(2 * len(from_sites), dtype=np.int64)
    sites[0::2], sites[1::2] = from_sites, to_sites
    count = min(NEIGHBOURS, len(sites) - 2)
    if count <= 0:
        return np.full((len(sites), 1), -1, dtype=np.int32)
    found = np.empty((len(sites), count), dtype=np.int32)
    for end, site in enumerate(sites):
        row = np.minimum(distance[site, sites], distance[sites, site])
        row[end] = row[end ^ 1] = np.inf
        nearest = np.argpartition(row, count - 1)[:count]
        found[end] = nearest[np.argsort(row[nearest], kind="stable")]
    return found


def needs_worth_trying(
    problem: Problem, *, nearest: int = NEAREST_NEEDS, emptiest: int = EMPTIEST_NEEDS
) -> dict[int, tuple[str, ...]]:
    """By lot number: the nearest needs that it may go to in time, and those that would stay emptiest if every lot went
    to the nearest. The study behind this: the nearest alone leave the lowest food bank at half of what it could get."""
    open_needs = _Open(problem)
    likely = np.zeros(len(problem.needs))
    rows = []
    for number, lot in enumerate(problem.lots):
        needs = open_needs.of(number)
        metres = open_needs.metres(lot.site, needs)
        order = needs[np.argsort(metres, kind="stable")]
        rows.append(order)
        if len(order):
            likely[order[:3]] += lot.grams / min(3, len(order))
    wanted = np.array([max(1, need.grams) for need in problem.needs], dtype=np.float64)
    fill = likely / wanted if len(wanted) else likely
    found = {}
    for number, order in enumerate(rows):
        rest = order[nearest:]
        empty = rest[np.argsort(fill[rest], kind="stable")][:emptiest]
        found[number] = tuple(problem.needs[each].id for each in (*order[:nearest], *empty))
    return found


class _Open:
    """The needs that a lot may go to in time, as numbers; by category where the problem lists no pairs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.numbers = {need.id: number for number, need in enumerate(problem.needs)}
        self.sites = np.array([problem.site_numbers[need.site] for need in problem.needs], dtype=np.int64)
        self.opens = np.array([min((w.earliest for w in n.windows), default=2**40) for n in problem.needs])
        self.closes = np.array([max((w.latest for w in n.windows), default=-1) for n in problem.needs])
        self.grams = np.array([need.grams for need in problem.needs], dtype=np.int64)
        self.tables = [matrix.metres for matrix in problem.travel.values()]
        self.by_category: dict[str, NDArray[np.int64]] = {}

    def of(self, number: int) -> NDArray[np.int64]:
        problem = self.problem
        lot = problem.lots[number]
        if problem.eligibilities is None:
            if lot.category not in self.by_category:
                self.by_category[lot.category] = self._numbers(problem.needs_for(lot.id))
            needs = self.by_category[lot.category]
            latest = np.full(len(needs), 2**40 if lot.deliver_by is None else lot.deliver_by)
        else:
            needs = self._numbers(problem.needs_for(lot.id))
            latest = np.array([problem.deadline(lot.id, problem.needs[each].id) or 0 for each in needs], dtype=np.int64)
        if not len(needs):
            return needs
        least = 1 if lot.splittable else lot.grams
        return needs[
            (self.grams[needs] >= least) & (self.opens[needs] <= latest) & (self.closes[needs] >= lot.ready_from)
        ]

    def _numbers(self, needs: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([self.numbers[need] for need in needs], dtype=np.int64)

    def metres(self, site: str, needs: NDArray[np.int64]) -> NDArray[np.int64]:
        row = self.tables[0][self.problem.site_numbers[site], self.sites[needs]].astype(np.int64)
        return np.where(row < 0, 2**40, row)

"""Where things are, by the travel matrix alone, and parts of a city that are about equally heavy."""

import numpy as np
from numpy.typing import NDArray

from routing.problem import Problem
from routing.retime import Tour

LANDMARKS = 6


class Map:
    """Where shifts and lots are: distances to a few landmarks stand for coordinates."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        table = next(iter(problem.travel.values())).metres
        numbers = problem.site_numbers
        self.lot_sites = np.array([numbers[lot.site] for lot in problem.lots], dtype=np.int64)
        self.need_sites = np.array([numbers[need.site] for need in problem.needs], dtype=np.int64)
        self.start_sites = np.array([numbers[shift.start_site] for shift in problem.shifts], dtype=np.int64)
        self.points = self._points(table)

    def _points(self, table: NDArray[np.int32]) -> NDArray[np.float64]:
        """For each site its distances from sites that are far from each other: shape (sites, LANDMARKS)."""
        rows = [_from(table, int(self.lot_sites[0]))]
        for _ in range(LANDMARKS - 1):
            rows.append(_from(table, int(np.argmax(np.min(rows, axis=0)))))
        return np.stack(rows, axis=1)

    def centre_of(self, shift: int, tour: Tour) -> NDArray[np.float64]:
        """The middle of a shift's stops, or its start where it stays at home."""
        sites = [self.problem.site_numbers[visit.site] for visit in tour if visit.kind != "break"]
        return np.asarray(self.points[sites or [int(self.start_sites[shift])]].mean(axis=0))


def _from(table: NDArray[np.int32], site: int) -> NDArray[np.float64]:
    row: NDArray[np.float64] = table[site].astype(np.float64)
    row[row < 0] = row.max(initial=0.0)
    return row


def halves(
    points: NDArray[np.float64], weights: NDArray[np.float64], count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """A part for each point: the heaviest part is cut in two across a direction drawn by chance, until there are
    enough."""
    parts = [np.arange(len(points))]
    while len(parts) < min(count, len(points)):
        parts.sort(key=lambda part: weights[part].sum() if len(part) > 1 else -1.0)
        part = parts.pop()
        spread = points[part] - points[part].mean(axis=0)
        ranks = part[np.argsort(spread @ rng.normal(size=spread.shape[1]), kind="stable")]
        half = int(np.searchsorted(np.cumsum(weights[ranks]), weights[ranks].sum() / 2))
        half = min(max(1, half), len(ranks) - 1)
        parts += [ranks[:half], ranks[half:]]
    owner = np.zeros(len(points), dtype=np.int64)
    for number, part in enumerate(parts):
        owner[part] = number
    return owner


def nearest(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each point the number of its nearest centre."""
    distances = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(np.argmin(distances, axis=1))

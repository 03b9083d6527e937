"""The routes that searches of a day have seen: what the last step chooses from."""

from collections.abc import Iterator, Sequence

import numpy as np

from routing.engine.prepare import Prepared
from routing.engine.tours import best_tours
from routing.retime import Tour

MOST = 3_000  # routes; timing each anew takes a fifth of a millisecond


class Pool:
    """Tours with the number of their shift; of too many, the oldest are forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._seen = most, dict[tuple[int, Tour], None]()

    def __iter__(self) -> Iterator[tuple[int, Tour]]:
        return iter(list(self._seen))

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, tours: Sequence[Tour]) -> None:
        """One tour for each shift."""
        for number, tour in enumerate(tours):
            self._add(number, tour)

    def _add(self, shift: int, tour: Tour) -> None:
        if not tour:
            return
        self._seen[shift, tour] = None
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]

    def watch(self, prepared: Prepared) -> "Watch":
        """What to look at whenever this search has found a better plan."""
        return Watch(self, prepared)


class Watch:
    """Adds the routes of a search to the pool as they come to be part of its best plan."""

    def __init__(self, pool: Pool, prepared: Prepared) -> None:
        self._pool, self._prepared = pool, prepared
        self._versions = np.full(len(prepared.problem.shifts), -1, dtype=np.int64)

    def look(self) -> None:
        """Add what is new in the best plan."""
        versions = self._prepared.scratch.best_version
        changed = np.flatnonzero(versions != self._versions)
        for vehicle, tour in best_tours(self._prepared, changed.tolist()):
            self._pool._add(vehicle, tour)
        self._versions[:] = versions

"""What happens when: a queue in the order of time, and a clock that is set to each moment before it happens."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime

from app.kit.clock import HandSetClock

Deed = Callable[[], None]


class Happenings:
    """Everything that will happen; what happens at the same moment does so in the order in which it was told."""

    def __init__(self, clock: HandSetClock) -> None:
        self.clock = clock
        self._queue: list[tuple[datetime, int, Deed]] = []
        self._told = 0

    def at(self, moment: datetime, deed: Deed) -> None:
        """Have something happen; what should have happened already happens next."""
        heapq.heappush(self._queue, (moment.astimezone(UTC), self._told, deed))
        self._told += 1

    def run_until(self, end: datetime, after_each: Deed) -> None:
        """Let time pass until `end`."""
        while self._queue and self._queue[0][0] <= end:
            moment, _, deed = heapq.heappop(self._queue)
            self.clock.set(max(self.clock(), moment))
            deed()
            after_each()
        self.clock.set(max(self.clock(), end))

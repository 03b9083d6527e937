"""How much of a search is over: by iterations where they are given, by the wall clock otherwise."""

import time

CHUNK_SECONDS = 0.1
CHUNK_ITERATIONS = 200


class Meter:
    """From now on for some seconds, or for some iterations: with iterations the clock is never looked at, and the same
    seed gives the same plan."""

    def __init__(self, seconds: float, iterations: int | None = None, began: float | None = None) -> None:
        self.began = time.monotonic() if began is None else began
        self.seconds, self.iterations = max(seconds, 1e-9), iterations
        self.done = 0
        self.speed = 200.0  # steps a second, corrected as the search goes

    def part(self) -> float:
        """From 0 to 1 (and above, when time has run over)."""
        if self.iterations is not None:
            return self.done / max(1, self.iterations)
        return (time.monotonic() - self.began) / self.seconds

    def next_steps(self, until: float = 1.0) -> int:
        """Steps to do before looking again; 0 when this part of the time is over."""
        if self.iterations is not None:
            return max(0, min(CHUNK_ITERATIONS, int(until * self.iterations) - self.done))
        left = until * self.seconds - (time.monotonic() - self.began)
        return 0 if left <= 0 else max(1, int(self.speed * min(left, CHUNK_SECONDS)))

    def share_of(self, steps: int) -> float:
        """The part of the whole that so many steps are."""
        if self.iterations is not None:
            return steps / max(1, self.iterations)
        return steps / self.speed / self.seconds

    def count(self, steps: int, seconds: float) -> None:
        """Note what was done."""
        self.done += steps
        if seconds > 0.001:
            self.speed = 0.5 * self.speed + 0.5 * steps / seconds

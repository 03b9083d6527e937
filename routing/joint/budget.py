"""What a search may use, and whom it tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing.engine.meter import Meter
from routing.engine.search import Found
from routing.retime import Tour


@dataclass(frozen=True)
class Budget:
    """What a search may use, and whom it tells."""

    seconds: float
    iterations: int | None
    seed: int
    stopped: Callable[[], bool]
    report: Callable[[str, Sequence[Tour]], None]
    found: Callable[[Found], None]

    def meter(self, part: float) -> Meter:
        """A part of the time, or of the iterations."""
        return Meter(self.seconds * part, None if self.iterations is None else max(1, int(self.iterations * part)))

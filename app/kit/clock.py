"""The clock enters as an argument: the real one, or one that a test or the demo sets by hand."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class HandSetClock:
    """A clock that stands still until it is set; the demo day and the tests live by it."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        """Stand at `instant` from now on."""
        self._instant = instant.astimezone(UTC)

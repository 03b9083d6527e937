"""What holds something open (a build, a child process, a connection) can be used in a `with` block."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class ClosedAtTheEnd(ABC):
    """Closed when the block ends, however it ends."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held; done again, nothing happens."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

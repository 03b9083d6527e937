"""How many may listen at once: each listener reads from the database whatever there is news of, so their number
is bounded."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from app.kit.errors import WaslError

PER_ORGANISATION = 10
IN_ALL = 100


class Places:
    """The places of one web process."""

    def __init__(self, per_organisation: int = PER_ORGANISATION, in_all: int = IN_ALL) -> None:
        self._per_organisation, self._in_all = per_organisation, in_all
        self._taken: Counter[UUID] = Counter()
        self._lock = Lock()

    @contextmanager
    def taken(self, organisation_id: UUID) -> Iterator[None]:
        """A place while the block runs; raises `too_many_streams` (429)."""
        with self._lock:
            full = self._taken[organisation_id] >= self._per_organisation or self._taken.total() >= self._in_all
            if full:
                raise WaslError(
                    "Too many are listening already. Close a stream that nobody reads, or try again later.",
                    "too_many_streams",
                    429,
                    "Too many",
                    headers={"Retry-After": "30"},
                )
            self._taken[organisation_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[organisation_id] -= 1
                if not self._taken[organisation_id]:
                    del self._taken[organisation_id]

"""A driver's phone: an outbox that keeps reports while there is no connection, and sends them again until they are
acknowledged: late, shuffled, partly twice, by a clock that may be wrong. Pure: whoever holds it does the sending."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

Report = dict[str, Any]
MOST_AT_ONCE = 40
SENT_TWICE = 0.3  # of the reports that waited


@dataclass
class Phone:
    """What it holds back; `offline`: from when until when it has no connection."""

    rng: Random
    offline: tuple[tuple[datetime, datetime], ...] = ()
    clock_off: timedelta = timedelta()
    waiting: list[Report] = field(default_factory=list)
    waited: bool = False  # whether something could not be sent at once

    def online(self, now: datetime) -> bool:
        """Whether there is a connection."""
        return not any(gone <= now < back for gone, back in self.offline)

    def keep(self, report: Report, now: datetime) -> None:
        """Take a report in, by the phone's own clock."""
        self.waiting.append({**report, "occurred_at": (now + self.clock_off).isoformat()})
        self.waited = self.waited or not self.online(now)

    def batches(self, now: datetime) -> list[list[Report]]:
        """What goes out now: in order where it did not have to wait, else shuffled and partly twice. It stays in the
        outbox until it is acknowledged."""
        if not self.online(now) or not self.waiting:
            return []
        sent = list(self.waiting)
        if self.waited:
            sent += [each for each in self.waiting if self.rng.random() < SENT_TWICE]
            self.rng.shuffle(sent)
        return [sent[start : start + MOST_AT_ONCE] for start in range(0, len(sent), MOST_AT_ONCE)]

    def acknowledged(self, ids: Collection[str]) -> None:
        """Forget what has arrived."""
        self.waiting = [each for each in self.waiting if each["id"] not in ids]
        self.waited = self.waited and bool(self.waiting)

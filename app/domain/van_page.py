"""What somebody at the door is told of one visit of a van: where it stands, in a word and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.arrivals import TOLD_AGAIN, moved

# From so many arrivals on it is told how far they were from what had been told.
ARRIVALS_THAT_SAY_SOMETHING = 20


class Standing(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    ON_ITS_WAY = "on_its_way"
    LATE = "late"
    ARRIVED = "arrived"
    DONE = "done"
    FAILED = "failed"


# What people read. The gaps: the time that is told, the planned one, when the van came.
SENTENCES: Mapping[str, str] = {
    Standing.PLANNED: "The van is expected at about {expected}. It has not set out yet.",
    Standing.ON_ITS_WAY: "The van is on its way. It is expected at about {expected}.",
    Standing.LATE: "The van is late. It is expected at about {expected}; planned was {planned}.",
    "overdue": "The van is late. It was expected at about {expected}, and its driver has not reported it here.",
    Standing.ARRIVED: "The van is here. It came at {came}.",
    Standing.DONE: "The van has come, at {came}.",
    "done at an unknown time": "The van has come.",
    Standing.FAILED: "This visit did not work out: the driver has reported that nothing was handed over.",
}
WORDS: Mapping[Standing, str] = {
    Standing.PLANNED: "Still to come",
    Standing.ON_ITS_WAY: "On its way",
    Standing.LATE: "Late",
    Standing.ARRIVED: "Here",
    Standing.DONE: "Has come",
    Standing.FAILED: "Did not work out",
}
KINDS: Mapping[str, str] = {"pickup": "The van fetches", "drop_off": "The van brings"}


@dataclass(frozen=True)
class Visit:
    """One visit as it was planned, told and reported. state: waiting, arrived, done or failed. set_out: there is a sign
    that the driver is on the way."""

    state: str
    planned_at: datetime
    expected_at: datetime
    arrived_at: datetime | None
    set_out: bool

    @property
    def between(self) -> tuple[datetime, datetime]:
        """What the told time means: an arrival outside of it would have been told anew."""
        return self.expected_at - TOLD_AGAIN, self.expected_at + TOLD_AGAIN

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been there by now, and nobody has said that it was."""
        return self.state == "waiting" and now > self.between[1]

    def standing(self, now: datetime) -> Standing:
        """Where it stands."""
        if self.state != "waiting":
            return Standing(self.state)
        behind = self.expected_at > self.planned_at and moved(self.planned_at, self.expected_at)
        if behind or self.overdue(now):
            return Standing.LATE
        return Standing.ON_ITS_WAY if self.set_out else Standing.PLANNED

    def sentence(self, now: datetime) -> str:
        """What people read, with its gaps."""
        standing = self.standing(now)
        if self.overdue(now):
            return SENTENCES["overdue"]
        if standing is Standing.DONE and self.arrived_at is None:
            return SENTENCES["done at an unknown time"]
        return SENTENCES[standing]

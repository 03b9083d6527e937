"""Shifts that were promised and that nobody drove: counted for the organisation whose they are, never for a person.

A shift counts where the plan that stood when it began had food for it (or, where none did, the first that was published
while it lasted). Nobody drove it where nothing was reported until nothing can be reported any more: whoever drives
without reporting leaves the food without a trace, which has to be spoken of as well. A shift that was cancelled was
said beforehand, and one whose food a newer plan had moved before it began was not needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.driver_link import link_ends
from app.domain.reliability import wilson_lower

HAPPENINGS_SHOWN = 10
SENTENCE = "{kg} kg at {stops} stops were planned, and nothing was reported."


@dataclass(frozen=True)
class Published:
    """What one published plan had for a shift: since when, grams to fetch, stops with food; nothing of either where it
    had no route for it."""

    at: datetime
    grams: int = 0
    stops: int = 0


@dataclass(frozen=True)
class PlannedShift:
    """One shift with what the day's plans had for it, in the order in which they were published."""

    day: date
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    reported: bool
    plans: Sequence[Published]

    @property
    def counted_at(self) -> datetime:
        """From when on no report can come any more."""
        return link_ends(self.ends_at)

    @property
    def promised(self) -> Published | None:
        """What somebody was to drive; None where nobody was."""
        if self.cancelled:
            return None
        before = [each for each in self.plans if each.at <= self.starts_at]
        if before and before[-1].stops:
            return before[-1]
        return next((each for each in self.plans if self.starts_at < each.at < self.ends_at and each.stops), None)


@dataclass(frozen=True)
class NoShow:
    """A shift that nobody drove."""

    day: date
    counted_at: datetime
    grams: int
    stops: int


@dataclass(frozen=True)
class ShiftsKept:
    """How many of an organisation's shifts were to be driven, and those that nobody drove, the newest first."""

    shifts: int
    no_shows: tuple[NoShow, ...]

    @property
    def share_at_least(self) -> float:
        """The share that nobody drives, at least, as far as the shifts tell."""
        return wilson_lower(len(self.no_shows), self.shifts)


def shifts_kept(shifts: Iterable[PlannedShift], now: datetime) -> ShiftsKept:
    """From all shifts of one organisation; those of which reports can still come are not among them."""
    over = [(shift, promised) for shift in shifts if shift.counted_at <= now and (promised := shift.promised)]
    missed = [
        NoShow(shift.day, shift.counted_at, promised.grams, promised.stops)
        for shift, promised in over
        if not shift.reported
    ]
    return ShiftsKept(len(over), tuple(sorted(missed, key=lambda each: (each.counted_at, each.grams), reverse=True)))

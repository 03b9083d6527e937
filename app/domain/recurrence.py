"""On which local days a weekly pattern occurs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_AHEAD = 60


@dataclass(frozen=True)
class Weekly:
    """Some weekdays (1 is Monday) from a first to a last day, both included, less the days that are skipped."""

    weekdays: Collection[int]
    starts_on: date
    ends_on: date | None = None
    skipped: Collection[date] = ()

    def occurs_on(self, day: date) -> bool:
        """Whether the pattern holds on that day."""
        return (
            day.isoweekday() in self.weekdays
            and self.starts_on <= day
            and (self.ends_on is None or day <= self.ends_on)
            and day not in self.skipped
        )

    def meets(self, other: "Weekly") -> bool:
        """Whether two patterns may hold on the same day; skipped days are not looked at."""
        apart = (self.ends_on is not None and self.ends_on < other.starts_on) or (
            other.ends_on is not None and other.ends_on < self.starts_on
        )
        return not apart and bool(set(self.weekdays) & set(other.weekdays))


def is_coming(day: date, today: date) -> bool:
    """Whether a day is near enough to be filled from what stands; the past never is."""
    return today <= day <= today + timedelta(days=DAYS_AHEAD)

"""When the plan of a day is made by itself: the network's cut-off time, on the day itself or the day before.

Local times mean what `app.domain.service_date` says: one that a clock change skips is the first instant after the gap,
one that comes twice is the first of the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from app.domain.service_date import local_instant, service_date_of

WhichDay = Literal["same_day", "day_before"]
_DAYS_BEFORE: Mapping[str, int] = {"same_day": 0, "day_before": 1}


@dataclass(frozen=True)
class CutOff:
    """A local time of the day itself or of the one before."""

    at: time
    day: WhichDay

    def instant(self, service_date: date, zone: tzinfo) -> datetime:
        """When the plan of a day is made by itself, in UTC."""
        return local_instant(service_date - timedelta(days=_DAYS_BEFORE[self.day]), self.at, zone)

    def due(self, now: datetime, zone: tzinfo) -> list[date]:
        """The days whose cut-off is over and which are not over themselves: today, tomorrow, both or none.

        So whatever stood still for a while catches up with the day that is, and with no day that was.
        """
        today = service_date_of(now, zone)
        return [day for day in (today, today + timedelta(days=1)) if self.instant(day, zone) <= now]

    def stored(self) -> dict[str, str]:
        """As the network's policy keeps it."""
        return {"at": self.at.strftime("%H:%M"), "day": self.day}


def cut_off_of(policy: Mapping[str, Any]) -> CutOff | None:
    """The cut-off time in a network's policy; None where its days are planned by hand alone."""
    found = policy.get("cut_off")
    return None if found is None else CutOff(time.fromisoformat(found["at"]), found["day"])

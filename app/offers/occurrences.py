"""What a standing offer comes to on one of its dates: posted when, collected when, or not and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from app.domain.safety_limits import LAW
from app.domain.service_date import local_instant, local_window
from app.domain.site_exceptions import hours_on, within_hours

LONGEST_HOT = timedelta(minutes=LAW.hot_longest_minutes)
LONGEST_WINDOW = timedelta(hours=LAW.pickup_longest_hours)


@dataclass(frozen=True)
class Usual:
    """How a standing offer is on every date that is not different."""

    pickup_from: time
    pickup_until: time
    post_days_before: int
    post_at: time
    hot: bool = False


@dataclass(frozen=True)
class Occurrence:
    """One date of a standing offer."""

    day: date
    pickup_from: datetime
    pickup_until: datetime
    posts_at: datetime
    kept_from: Literal["skipped", "closed"] | None = None
    reason: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether it has to be posted now: its hour has come, and the food can still be collected."""
        return self.kept_from is None and self.posts_at <= now < self.pickup_until


def occurrence_on(
    day: date, usual: Usual, *, skipped: bool, exceptions: Sequence[Mapping[str, Any]], zone: tzinfo
) -> Occurrence:
    """What the date comes to; a site that opens at other hours then cuts the pickup to what both have."""
    posts_at = local_instant(day - timedelta(days=usual.post_days_before), usual.post_at, zone)
    hours = hours_on(exceptions, day)
    left = within_hours(hours, usual.pickup_from, usual.pickup_until)
    begin, end = _window(day, *(left or (usual.pickup_from, usual.pickup_until)), usual, zone)
    if skipped:
        return Occurrence(day, begin, end, posts_at, "skipped", "This date was skipped.")
    if left is None:
        note = f": {hours.note}" if hours is not None and hours.note else ""
        sentence = "The site is closed on this date" if hours and hours.closed else "The site is closed at this time"
        return Occurrence(day, begin, end, posts_at, "closed", f"{sentence}{note.rstrip('.')}.")
    return Occurrence(day, begin, end, posts_at)


def _window(day: date, opens: time, closes: time, usual: Usual, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants of the pickup; where a clock change makes it longer than the rule book allows, it ends earlier."""
    begin, end = local_window(day, opens, closes, zone)
    clocks = (closes.hour * 60 + closes.minute or 24 * 60) - opens.hour * 60 - opens.minute
    longest = LONGEST_HOT if usual.hot and timedelta(minutes=clocks) <= LONGEST_HOT else LONGEST_WINDOW
    return begin, min(end, begin + longest)

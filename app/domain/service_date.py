"""The local calendar day of a network and its instants, also where a day lasts 23 or 25 hours.

A local time that the clock change skips means the first instant after the gap; one that happens twice means
the first of the two, except the end of a window, which means the last. So no window inverts or vanishes.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache


def local_instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which clocks in the zone show that time on that day."""
    early, late = _both_readings(day, at, zone)
    return _end_of_gap(late, early, zone) if late < early else early


def local_window(day: date, opens: time, closes: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants of a window between two local times of one day; midnight as `closes` is the day's end."""
    first = local_instant(day, opens, zone)
    if closes == time.min:
        closing, last = datetime.combine(day + timedelta(days=1), closes), end_of(day, zone)
    else:
        early, late = _both_readings(day, closes, zone)
        closing, last = datetime.combine(day, closes), _end_of_gap(late, early, zone) if late < early else late
    length = closing - datetime.combine(day, opens)
    if length > timedelta(0) and last <= first:  # the whole window lies in the gap: it moves behind, as long as it was
        return first, first + length
    return first, last


@lru_cache(maxsize=1024)  # asked for every second of a plan, of a few days
def start_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of the day in the zone."""
    return local_instant(day, time.min, zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant that no longer belongs to the day."""
    return start_of(day + timedelta(days=1), zone)


def last_second_of(day: date, zone: tzinfo) -> datetime:
    """The last full second of the day."""
    return end_of(day, zone) - timedelta(seconds=1)


def day_seconds(day: date, zone: tzinfo) -> int:
    """How long the day lasts."""
    return int((end_of(day, zone) - start_of(day, zone)).total_seconds())


def seconds_since_midnight(instant: datetime, day: date, zone: tzinfo) -> int:
    """Seconds that truly elapse from the day's first instant; negative before it. Fractions are cut off."""
    return (_aware(instant) - start_of(day, zone)) // timedelta(seconds=1)


def instant_from_seconds(seconds: int, day: date, zone: tzinfo) -> datetime:
    """The UTC instant that many seconds after the day's first instant."""
    return start_of(day, zone) + timedelta(seconds=seconds)


def service_date_of(instant: datetime, zone: tzinfo) -> date:
    """The calendar day that the zone's clocks show at that instant."""
    return _aware(instant).astimezone(zone).date()


def clock_text(seconds: int, day: date, zone: tzinfo) -> str:
    """What the wall clock shows that many seconds into the day: "17:05"."""
    return instant_from_seconds(seconds, day, zone).astimezone(zone).strftime("%H:%M")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant


def _both_readings(day: date, at: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The time read with the offset before a clock change and with the one after it."""
    wall = datetime.combine(day, at.replace(tzinfo=None))
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC), wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant of the clock change between two instants, found by halving."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after

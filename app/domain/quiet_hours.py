"""Hours in which nobody is told what can wait: local times, also over midnight and when clocks change."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from app.domain.service_date import local_instant, local_window, service_date_of, start_of


@dataclass(frozen=True)
class QuietHours:
    """From one local time until another; until a time that is not later means on the next day."""

    begins: time
    ends: time


USUAL = QuietHours(time(21), time(7))


def quiet_until(quiet: QuietHours | None, now: datetime, zone: tzinfo) -> datetime | None:
    """The end of the quiet hours that `now` is in; None outside of them, or without any.

    Both ends are read as a window's are: of a local time that comes twice, the first begins and the last ends.
    """
    if quiet is None or quiet.begins == quiet.ends:
        return None
    today = service_date_of(now, zone)
    for day in (today - timedelta(days=1), today):
        last_day = day if quiet.begins < quiet.ends else day + timedelta(days=1)
        first = local_instant(day, quiet.begins, zone)
        if quiet.ends == time.min:
            last = start_of(last_day, zone)
        else:
            last = local_window(last_day, time.min, quiet.ends, zone)[1]
        if first <= now < last:
            return last
    return None

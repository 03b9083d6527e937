"""When people can collect food at a place: whether it is open now and until when, and when it opens next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from app.domain.opening import Exceptional, Window, windows_on

DAYS_AHEAD = 14
DAYS_TO_CHOOSE = 7
# The last minute of a day stands for midnight, which a local time cannot say: hours run on from there.
NO_BREAK = timedelta(minutes=1)
DAY_AND_NIGHT = timedelta(days=7)


@dataclass(frozen=True)
class Opening:
    """Instants from which and until which food is given out without a break."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Standing:
    """How a place stands at a moment. open_until: None while it is closed. next_opening: None when none is known."""

    open_until: datetime | None
    next_opening: Opening | None
    day_and_night: bool = False


def openings(
    first: date, zone: tzinfo, weekly: Iterable[Window], exceptions: Iterable[Exceptional] = (), days: int = DAYS_AHEAD
) -> tuple[Opening, ...]:
    """All openings from that day on, in their order; hours that run past midnight are one opening."""
    week, differing = list(weekly), list(exceptions)
    found: list[Opening] = []
    for ahead in range(days):
        for opens_at, closes_at in windows_on(first + timedelta(days=ahead), zone, week, differing):
            if found and opens_at - found[-1].closes_at <= NO_BREAK:
                found[-1] = Opening(found[-1].opens_at, max(found[-1].closes_at, closes_at))
            else:
                found.append(Opening(opens_at, closes_at))
    return tuple(found)


def standing(found: Iterable[Opening], now: datetime) -> Standing:
    """How a place with these openings stands now: at the instant of closing it is closed."""
    coming = [each for each in found if each.closes_at > now]
    if coming and coming[0].opens_at <= now:
        until, rest = coming[0].closes_at, coming[1:]
        return Standing(until, next(iter(rest), None), day_and_night=until - now > DAY_AND_NIGHT)
    return Standing(None, next(iter(coming), None))


def order(found: Standing) -> tuple[int, float]:
    """What places are sorted by: open ones, then those that open soonest, then those of which no hours are known."""
    if found.open_until is not None:
        return 0, 0.0
    if found.next_opening is not None:
        return 1, found.next_opening.opens_at.timestamp()
    return 2, 0.0

"""When a van will be where: from the plan, from what its driver has reported, and from what time it is.

The plan's own drives, waits and service times are kept; what a report moves is the moment and the place from which they
are counted. Nobody is expected in the past, and where drivers change the order only the stops not done remain.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.domain.lifecycle import StopState
from app.domain.robust import median, quantile

TOLD_AGAIN = timedelta(minutes=10)  # what moves by more than this from what was told is told anew
ERROR_WINDOW = timedelta(days=28)
_FOOD = ("pickup", "drop_off")
_EARTH_METRES = 6_371_000
_WAITING = StopState()


@dataclass(frozen=True)
class RouteStop:
    """One stop of a route as planned.

    drive_seconds: of the drive that leads here from the stop before. opens_at, begin_by: the window within which
    handling has to begin; None where that is not known.
    """

    id: str
    kind: str
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime
    drive_seconds: int = 0
    latitude: float = 0.0
    longitude: float = 0.0
    opens_at: datetime | None = None
    begin_by: datetime | None = None

    @property
    def handles_food(self) -> bool:
        """Whether a driver reports here and somebody waits for the van."""
        return self.kind in _FOOD

    def begins(self, arrived: datetime) -> datetime:
        """When handling begins for a van that arrives then: it waits for the opening, and where the plan waits."""
        waits = (self.opens_at, self.begin_at if self.begin_at > self.arrive_at else None)
        return max([arrived, *(moment for moment in waits if moment is not None)])

    @property
    def stays(self) -> timedelta:
        """How long handling takes."""
        return self.leave_at - self.begin_at


@dataclass(frozen=True)
class Expected:
    """A stop still to come. late_seconds: after the planned arrival (before it: negative). beyond_seconds: from the
    end of the window to when handling begins (within it: negative); None where no window is known."""

    stop: str
    arrive_at: datetime
    begin_at: datetime
    late_seconds: int
    beyond_seconds: int | None


def expected_arrivals(
    stops: Sequence[RouteStop], told: Mapping[str, StopState], now: datetime, *, set_out: bool = False
) -> tuple[Expected, ...]:
    """When the van will be at each stop with food that it has not reached, in the order of the plan.

    told: where each stop stands, as the driver's reports add up. set_out: there is a sign that the driver is on the
    way, though nothing is reported yet; without one the whole way is still ahead of whoever should have left by now.
    """
    states = [told.get(stop.id, _WAITING) for stop in stops]
    ahead = [place for place, stop in enumerate(stops) if _is_ahead(stop, place, stops, states)]
    if not any(stops[place].handles_food for place in ahead):
        return ()
    place, free_at = _last_place(stops, states, now, set_out=set_out)
    found = []
    for here in ahead:
        stop = stops[here]
        arrive_at = max(free_at + _drive(stops, place, here), now)
        begin_at = stop.begins(arrive_at)
        if stop.handles_food:
            found.append(_expected(stop, arrive_at, begin_at))
        place, free_at = here, begin_at + stop.stays
    return tuple(found)


def stop_standing(state: StopState, beyond_seconds: int | None, *, refused: bool) -> str:
    """Where a stop stands for whoever steers the day: waiting, late (handling is expected after the window in which it
    has to begin), arrived, done, refused (some food was, at the door), or failed."""
    if refused:
        return "refused"
    if state.state == "waiting" and beyond_seconds is not None and beyond_seconds > 0:
        return "late"
    return state.state


def moved(told: datetime, expected: datetime) -> bool:
    """Whether an arrival is so far from what was told that it has to be told again."""
    return abs(expected - told) > TOLD_AGAIN


@dataclass(frozen=True)
class ToldError:
    """How far real arrivals were from what was told last, in minutes, whichever way."""

    arrivals: int
    median_minutes: float
    p90_minutes: float


def told_error(minutes: Sequence[float]) -> ToldError | None:
    """From the differences of real and told arrivals; None where there are none."""
    if not minutes:
        return None
    off = [abs(each) for each in minutes]
    return ToldError(len(off), median(off), quantile(off, 0.9))


def _expected(stop: RouteStop, arrive_at: datetime, begin_at: datetime) -> Expected:
    return Expected(
        stop.id,
        arrive_at,
        begin_at,
        _seconds(arrive_at - stop.arrive_at),
        None if stop.begin_by is None else _seconds(begin_at - stop.begin_by),
    )


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())


def _is_ahead(stop: RouteStop, place: int, stops: Sequence[RouteStop], states: Sequence[StopState]) -> bool:
    """Stops with food that nobody has reached, and breaks unless something behind them was reached."""
    if stop.handles_food:
        return states[place].state == "waiting"
    reached_later = any(
        states[later].state != "waiting" for later in range(place + 1, len(stops)) if stops[later].handles_food
    )
    return stop.kind == "break" and not reached_later


def _last_place(
    stops: Sequence[RouteStop], states: Sequence[StopState], now: datetime, *, set_out: bool
) -> tuple[int, datetime]:
    """Where the van was seen last, and since when or from when on it is free to leave."""
    reached = [place for place, stop in enumerate(stops) if stop.handles_food and states[place].state != "waiting"]
    if not reached:
        return 0, stops[0].leave_at if set_out else max(stops[0].leave_at, now)
    last = max(reached, key=lambda place: (_latest(states[place], now), place))
    state, stop = states[last], stops[last]
    if state.state == "arrived" or state.partial:
        since = min(state.arrived_at or state.ended_at or now, now)
        return last, max(stop.begins(since) + stop.stays, now)
    return last, _latest(state, now)


def _latest(state: StopState, now: datetime) -> datetime:
    """The newest moment that was reported of a stop; a phone's clock may be ahead, nothing is reported from later."""
    return min(max(moment for moment in (state.arrived_at, state.ended_at) if moment is not None), now)


def _drive(stops: Sequence[RouteStop], start: int, end: int) -> timedelta:
    """As planned between neighbours; else as long for its distance as the route's own drives are on average."""
    if end == start + 1:
        return timedelta(seconds=stops[end].drive_seconds)
    straight = sum(_metres(before, after) for before, after in pairwise(stops))
    if not straight:
        return timedelta(seconds=stops[end].drive_seconds)
    driven = sum(stop.drive_seconds for stop in stops[1:])
    return timedelta(seconds=round(driven / straight * _metres(stops[start], stops[end])))


def _metres(one: RouteStop, other: RouteStop) -> float:
    """As the crow flies, on a plane: a day's distances are short."""
    middle = math.radians((one.latitude + other.latitude) / 2)
    east = math.radians(other.longitude - one.longitude) * math.cos(middle)
    north = math.radians(other.latitude - one.latitude)
    return _EARTH_METRES * math.hypot(east, north)

"""Where a route under way stands: what of it is behind the driver, what is still ahead, where and when it goes on.

Pure: planned stops, the states that reports add up to, and a moment in; the same for every order of the reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.lifecycle import StopState

HANDLED = ("pickup", "drop_off")
ENDED = ("done", "failed")


@dataclass(frozen=True)
class PlannedStop:
    """A stop as the route has it; `drive_seconds` is the drive that leads to it."""

    id: str
    kind: str
    begin_at: datetime
    leave_at: datetime
    drive_seconds: int = 0


@dataclass(frozen=True)
class Standing:
    """behind: the stops that were made, in the order in which they ended, the start first; none while the vehicle has
    not left. ahead: what is to be made still, as the route has it. at: the stop from which it goes on.
    free_at: from when on it does. reported: whether any of this is known from the driver, and not only from the plan.
    presumed: the stops behind of which that is the plan's word alone, so far.
    """

    behind: tuple[str, ...]
    ahead: tuple[str, ...]
    at: str
    free_at: datetime
    reported: bool
    presumed: frozenset[str] = frozenset()

    @property
    def left(self) -> bool:
        """Whether the vehicle is on the road."""
        return bool(self.behind)


def standing_of(
    stops: Sequence[PlannedStop], states: Mapping[str, StopState], now: datetime, *, silent_drives: bool = True
) -> Standing:
    """Where the route stands; `stops` are all of it, its start first.

    Who reports nothing keeps to the plan, since a phone without a connection is the usual reason: from the beginning,
    or from the last report on, as late as that was. A stop that has begun is behind, whether its food was reported or
    not: nobody plans anew what somebody is doing. Not so if `silent_drives` is false, because somebody knows that this
    vehicle does not drive. A vehicle between two stops is still where it last was, since nobody knows where it is, but
    so long ago that it can be at the next one in the plan by now.
    """
    handled = [stop for stop in stops if stop.kind in HANDLED]
    told = {stop.id: states.get(stop.id, StopState()) for stop in handled}
    if all(state.state == "waiting" for state in told.values()):
        return _by_the_clock(stops, handled, now if silent_drives or not stops else min(now, _before(stops)))
    ended = [(state.ended_at, number, stop) for number, stop in enumerate(handled)
             if (state := told[stop.id]).state in ENDED and state.ended_at is not None]  # fmt: skip
    made = [stop for _, _, stop in sorted(ended, key=lambda each: each[:2])]
    ahead = [stop for stop in handled if stop not in made]
    here = next((stop for stop in ahead if told[stop.id].state == "arrived"), None)
    # A phone's clock may be ahead: nothing is reported from later than now.
    if here is None:
        since, last = min(now, max(ended, key=lambda each: each[:2])[0]), made[-1]
    elif silent_drives:
        since, last = min(now, told[here.id].arrived_at or now) + _stay(here), here
        ahead.remove(here)
    else:
        return _standing(stops, made, ahead, here, now)
    presumed = [] if here is None else [here]
    while silent_drives and ahead and (begin := _begin(ahead[0], since)) <= now:
        last = ahead.pop(0)
        presumed.append(last)
        since = begin + _stay(last)
    free_at = max(now, since) if last is here else _underway(since, ahead, now)
    return _standing(stops, [*made, *presumed], ahead, last, free_at, presumed)


def _stay(stop: PlannedStop) -> timedelta:
    return stop.leave_at - stop.begin_at


def _begin(stop: PlannedStop, since: datetime) -> datetime:
    """When a stop begins at the latest, as far as the plan says: not before it is planned."""
    return max(since + timedelta(seconds=stop.drive_seconds), stop.begin_at)


def _before(stops: Sequence[PlannedStop]) -> datetime:
    return stops[0].leave_at - timedelta(seconds=1)


def _by_the_clock(stops: Sequence[PlannedStop], handled: Sequence[PlannedStop], now: datetime) -> Standing:
    if not stops or now < stops[0].leave_at:
        return Standing((), tuple(stop.id for stop in handled), stops[0].id if stops else "", now, reported=False)
    made = [stop for stop in handled if stop.begin_at <= now]
    ahead = [stop for stop in handled if stop not in made]
    last = made[-1] if made else stops[0]
    free_at = _underway(max(last.leave_at, stops[0].leave_at), ahead, now)
    return _standing(stops, made, ahead, last, free_at, made, reported=False)


def _underway(since: datetime, ahead: Sequence[PlannedStop], now: datetime) -> datetime:
    """When the vehicle went on at the latest, if it is not at the next stop yet."""
    drive = timedelta(seconds=ahead[0].drive_seconds) if ahead else timedelta()
    return max(since, now - drive)


def _standing(
    stops: Sequence[PlannedStop],
    made: Sequence[PlannedStop],
    ahead: Sequence[PlannedStop],
    at: PlannedStop,
    free_at: datetime,
    presumed: Sequence[PlannedStop] = (),
    *,
    reported: bool = True,
) -> Standing:
    start = [stop for stop in stops[:1] if stop.kind == "start"]
    behind = tuple(stop.id for stop in (*start, *made))
    by_the_plan = frozenset(stop.id for stop in presumed)
    return Standing(behind, tuple(stop.id for stop in ahead), at.id, free_at, reported, by_the_plan)

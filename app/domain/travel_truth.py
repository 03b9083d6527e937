"""What drivers' reports say about travel: legs really driven, lengths of stops, arrivals against the plan.

A phone's clock may be wrong, a report late, an order changed: what cannot be believed is left out, never mended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from app.domain.lifecycle import StopState
from app.domain.pace import Leg
from app.domain.robust import median, quantile
from app.domain.service_times import Visit

SHORTEST_LEG_SECONDS = 60  # below, pressing the button weighs more than the drive
LONGEST_BEYOND_SECONDS = 30 * 60
MOST_TIMES, LEAST_TIMES = 5, 0.2
SHORTEST_VISIT_SECONDS, LONGEST_VISIT_SECONDS = 20, 4 * 3600
EARLY = timedelta(minutes=10)
ON_TIME_MINUTES = 10
FEWEST_ARRIVALS = 10  # below this a page says that there is too little


@dataclass(frozen=True)
class PlannedStop:
    """One stop of a published route. `table_seconds` is the drive from the stop before as the street table has it, at
    no particular time of day; None where that is not known. `lines` is what is handled there."""

    id: str
    site: str
    kind: str
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime
    table_seconds: int | None = None
    lines: int = 0

    @property
    def handles_food(self) -> bool:
        """Whether a driver reports here."""
        return self.kind in ("pickup", "drop_off")

    @property
    def waits(self) -> bool:
        """Whether the plan itself waits for the place to open."""
        return self.begin_at > self.arrive_at


@dataclass(frozen=True)
class DrivenRoute:
    """A published route with what its driver's reports add up to."""

    id: str
    name: str
    stops: Sequence[PlannedStop]
    told: Mapping[str, StopState]

    def state(self, stop: PlannedStop) -> StopState:
        """Where the stop stands."""
        return self.told.get(stop.id, StopState())


def legs_of(route: DrivenRoute, zone: tzinfo) -> list[Leg]:
    """The drives between stops that follow each other in plan and in truth, with believable times.

    Left out: the first and the last drive (nobody reports at the depot), drives with a break between, drives to a stop
    where the plan waits, since nobody hurries there, and drives during which something was reported elsewhere.
    """
    moments = sorted(
        moment for state in route.told.values() for moment in (state.arrived_at, state.ended_at) if moment is not None
    )
    found = []
    for before, after in zip(route.stops, route.stops[1:], strict=False):
        left, arrived = route.state(before).ended_at, route.state(after).arrived_at
        if not (before.handles_food and after.handles_food) or route.state(before).partial or after.waits:
            continue
        if left is None or arrived is None or after.table_seconds is None:
            continue
        if any(left < moment < arrived for moment in moments):
            continue
        real = round((arrived - left).total_seconds())
        if _believable(real, after.table_seconds):
            middle = (left + (arrived - left) / 2).astimezone(zone)
            found.append(Leg(middle.isoweekday(), middle.hour, after.table_seconds, real))
    return found


def _believable(real: int, table: int) -> bool:
    return (
        table >= SHORTEST_LEG_SECONDS
        and LEAST_TIMES * table <= real <= MOST_TIMES * table
        and real <= table + LONGEST_BEYOND_SECONDS
    )


def visits_of(route: DrivenRoute) -> list[tuple[str, Visit]]:
    """The stops with an arrival and an end, each with its site.

    Where the plan waits for the place to open, the visit begins then; where it does not and the van came much too
    early, it may have stood before a closed door, and the visit is left out.
    """
    found = []
    for stop in route.stops:
        state = route.state(stop)
        arrived, ended = state.arrived_at, state.ended_at
        if arrived is None or ended is None or state.state != "done" or stop.lines == 0:
            continue
        if not stop.waits and arrived < stop.begin_at - EARLY:
            continue
        began = max(arrived, stop.begin_at) if stop.waits else arrived
        seconds = round((ended - began).total_seconds())
        if SHORTEST_VISIT_SECONDS <= seconds <= LONGEST_VISIT_SECONDS:
            found.append((stop.site, Visit(stop.lines, seconds)))
    return found


@dataclass(frozen=True)
class Arrival:
    """One stop's planned and real arrival; `minutes` late, negative where early."""

    route: str
    day: date
    hour: int
    minutes: float


def arrivals_of(route: DrivenRoute, day: date, zone: tzinfo) -> list[Arrival]:
    """The arrivals that were reported, each under the hour that it was planned for."""
    found = []
    for stop in route.stops:
        arrived = route.state(stop).arrived_at
        if stop.handles_food and arrived is not None:
            minutes = (arrived - stop.arrive_at).total_seconds() / 60
            found.append(Arrival(route.name, day, stop.arrive_at.astimezone(zone).hour, minutes))
    return found


@dataclass(frozen=True)
class ArrivalError:
    """Real against planned arrivals: how many, minutes late at the middle and at the 10 % ends, share on time."""

    arrivals: int
    median_minutes: float
    p10_minutes: float
    p90_minutes: float
    share_on_time: float

    @property
    def too_little(self) -> bool:
        """Whether so few arrivals stand behind it that a page has to say so."""
        return self.arrivals < FEWEST_ARRIVALS


def arrival_error(arrivals: Iterable[Arrival]) -> ArrivalError | None:
    """The summary of some arrivals; None for none. On time is within ten minutes, early or late."""
    minutes = [each.minutes for each in arrivals]
    if not minutes:
        return None
    return ArrivalError(
        len(minutes),
        median(minutes),
        quantile(minutes, 0.1),
        quantile(minutes, 0.9),
        sum(abs(each) <= ON_TIME_MINUTES for each in minutes) / len(minutes),
    )


@dataclass(frozen=True)
class ArrivalReport:
    """The summary of a range of days, and the same by day, by hour of the plan and by route."""

    overall: ArrivalError | None
    days: Mapping[date, ArrivalError]
    hours: Mapping[int, ArrivalError]
    routes: Mapping[str, ArrivalError]


def arrival_report(arrivals: Sequence[Arrival]) -> ArrivalReport:
    """All summaries of these arrivals, in order."""
    return ArrivalReport(
        arrival_error(arrivals),
        _by(arrivals, lambda each: each.day),
        _by(arrivals, lambda each: each.hour),
        _by(arrivals, lambda each: each.route),
    )


def _by[K: (date, int, str)](arrivals: Sequence[Arrival], key: Callable[[Arrival], K]) -> dict[K, ArrivalError]:
    groups: defaultdict[K, list[Arrival]] = defaultdict(list)
    for each in arrivals:
        groups[key(each)].append(each)
    summaries = ((name, arrival_error(group)) for name, group in sorted(groups.items()))
    return {name: summary for name, summary in summaries if summary is not None}

"""What a person has to hear of, when, and who: alarms about shifts under way and to come, and about silent stores.

An alarm is found by looking at a shift, raised once, told step by step to more people until somebody takes it on, and
cleared when looking finds it no more. Everything here is pure: facts and the moment in, findings and steps out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from app.domain.units import kg_display


class Kind(StrEnum):
    """What is wrong."""

    SHIFT_WITHOUT_DRIVER = "shift_without_driver"
    DRIVER_NOT_STARTED = "driver_not_started"
    STOP_LATE = "stop_late"
    WEIGHT_FAR_OFF = "weight_far_off"
    REPORT_CONTRADICTS = "report_contradicts"
    STORE_SILENT = "store_silent"


class Severity(StrEnum):
    """How soon somebody has to act: today, or now."""

    WARNING = "warning"
    EMERGENCY = "emergency"


class Audience(StrEnum):
    """Who is told in one step."""

    ORGANISATION = "organisation"  # the dispatchers of the organisation whose shift it is
    NETWORK = "network"  # the dispatchers and administrators of the network
    ADMINISTRATORS = "administrators"  # the administrators of the organisation whose shift it is
    STORE = "store"  # those who post for the store that is silent


ALARM_MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"acknowledged", "cleared"}),
    "acknowledged": frozenset({"open", "cleared"}),  # open again: it has become an emergency
    "cleared": frozenset(),
}
# The roles of an audience, and whether they are looked for in the shift's organisation alone.
ROLES: Mapping[Audience, tuple[frozenset[str], bool]] = {
    Audience.ORGANISATION: (frozenset({"dispatcher"}), True),
    Audience.NETWORK: (frozenset({"dispatcher", "network_admin"}), False),
    Audience.ADMINISTRATORS: (frozenset({"organisation_admin", "network_admin"}), True),
    Audience.STORE: (frozenset({"donor_staff"}), True),
}
# What people read; the words are in a finding.
SENTENCES: Mapping[str, str] = {
    Kind.SHIFT_WITHOUT_DRIVER: "Nobody drives {vehicle} from {from} until {until}. Name a driver or cancel the shift.",
    Kind.DRIVER_NOT_STARTED: "{vehicle} was to set out at {from}, and nothing has been reported. Call the driver.",
    Kind.STOP_LATE: "{vehicle} is expected to begin at {site} at {expected}, and had to by {until}. Call both.",
    Kind.WEIGHT_FAR_OFF: "{vehicle} reported {kg} kg of {food} at {site}; {planned} kg were promised. Ask the driver.",
    Kind.REPORT_CONTRADICTS: "What was reported for {vehicle} cannot all be true. Ask the driver.",
    Kind.STORE_SILENT: "{site} usually has posted by {by} and has said nothing yet. Is there nothing on {day}?",
}

WITHOUT_DRIVER_FROM = timedelta(hours=24)  # before the shift starts
WITHOUT_DRIVER_EMERGENCY = timedelta(hours=2)
NOT_STARTED_AFTER = timedelta(minutes=15)
FAR_MORE_TIMES, FAR_MORE_GRAMS = 2, 20_000
FAR_LESS_SHARE = 0.3
# How long before its start and after its end a shift is looked at; afterwards whatever still stands is over.
LOOKS_AHEAD = timedelta(hours=48)
LOOKS_BACK = timedelta(hours=12)
SILENT_AFTER = timedelta(minutes=30)  # after the time by which four of five posts of that weekday were there


@dataclass(frozen=True)
class Step:
    """Who is told, and how long after the alarm was raised, or became an emergency."""

    audience: Audience
    after: timedelta


def _ladder(*minutes: int) -> tuple[Step, ...]:
    return tuple(Step(audience, timedelta(minutes=each)) for audience, each in zip(Audience, minutes, strict=False))


_LADDERS: Mapping[tuple[Kind, Severity], tuple[Step, ...]] = {
    (Kind.SHIFT_WITHOUT_DRIVER, Severity.WARNING): _ladder(0, 120, 240),
    (Kind.SHIFT_WITHOUT_DRIVER, Severity.EMERGENCY): _ladder(0, 15, 30),
    (Kind.DRIVER_NOT_STARTED, Severity.EMERGENCY): _ladder(0, 10, 25),
    (Kind.STOP_LATE, Severity.WARNING): _ladder(0, 15, 30),
    (Kind.WEIGHT_FAR_OFF, Severity.WARNING): _ladder(0, 30),
    (Kind.REPORT_CONTRADICTS, Severity.WARNING): _ladder(0, 60),
    (Kind.STORE_SILENT, Severity.WARNING): (
        Step(Audience.STORE, timedelta(0)),
        Step(Audience.NETWORK, timedelta(minutes=30)),
    ),
}


def ladder(kind: str, severity: str) -> tuple[Step, ...]:
    """The steps of an alarm, in their order; raises KeyError for a kind that is never so severe."""
    return _LADDERS[Kind(kind), Severity(severity)]


def step_after(kind: str, severity: str, begun_at: datetime, taken: int) -> tuple[Step, datetime] | None:
    """The step that follows `taken` ones, and when it is due; None when all were taken."""
    steps = ladder(kind, severity)
    return (steps[taken], begun_at + steps[taken].after) if taken < len(steps) else None


def rises(before: str, after: str) -> bool:
    """Whether an alarm has become more severe: it begins anew, whoever had taken it on."""
    return (before, after) == (Severity.WARNING, Severity.EMERGENCY)


@dataclass(frozen=True)
class Weight:
    """Grams of one allocation as promised and as reported collected, at the stop where they were."""

    stop: str
    site: str
    food: str
    promised: int
    collected: int

    @property
    def far_off(self) -> bool:
        """Whether so much is hardly true, or so little that somebody has to know."""
        more = self.collected - self.promised
        much = self.collected > FAR_MORE_TIMES * self.promised and more >= FAR_MORE_GRAMS
        return much or self.collected < FAR_LESS_SHARE * self.promised


@dataclass(frozen=True)
class ComingStop:
    """A stop not reached yet, when handling is expected to begin there, and until when it has to."""

    stop: str
    site: str
    begins_at: datetime
    begin_by: datetime | None


@dataclass(frozen=True)
class WatchedRoute:
    """A published route with what is known of it now.

    leaves_at, first_arrives_at: as planned. opened: the driver has opened the link that day.
    """

    leaves_at: datetime
    first_arrives_at: datetime
    opened: bool
    reported: bool
    coming: Sequence[ComingStop] = ()
    weights: Sequence[Weight] = ()
    contradicts: bool = False


@dataclass(frozen=True)
class WatchedShift:
    """A shift with all that alarms depend on; `zone` is in which people read times."""

    id: str
    vehicle: str
    starts_at: datetime
    ends_at: datetime
    zone: tzinfo
    driver_named: bool = True
    cancelled: bool = False
    route: WatchedRoute | None = None


@dataclass(frozen=True)
class WatchedStore:
    """A store on one service date. posts_by: when it usually has posted; until: when its food can be fetched no more;
    always: it answers on nearly every such weekday; silent: it could post, and has said nothing."""

    id: str
    name: str
    zone: tzinfo
    day: date
    posts_by: datetime
    until: datetime
    always: bool
    silent: bool


@dataclass(frozen=True)
class Finding:
    """An alarm that has to stand now. subject: the noun and the id of what it is about. words: for its sentence."""

    kind: Kind
    severity: Severity
    subject: tuple[str, str]
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What there is one open alarm of at a time."""
        return self.kind, self.subject[1]


def sentence(kind: str, words: Mapping[str, str]) -> str:
    """What people read of an alarm, in English."""
    return SENTENCES[Kind(kind)].format_map(words)


def findings(shift: WatchedShift, now: datetime) -> tuple[Finding, ...]:
    """The alarms that have to stand at this moment; what is not among them is cleared."""
    if shift.cancelled or not shift.starts_at - LOOKS_AHEAD <= now < shift.ends_at + LOOKS_BACK:
        return ()
    found = [*_without_driver(shift, now)]
    if shift.route is not None:
        found += _not_started(shift, shift.route, now)
        found += _late(shift, shift.route)
        found += _far_off(shift, shift.route)
        if shift.route.contradicts:
            subject = ("shift", shift.id)
            found.append(Finding(Kind.REPORT_CONTRADICTS, Severity.WARNING, subject, {"vehicle": shift.vehicle}))
    return tuple(found)


def words_of(details: Mapping[str, str], said: Callable[[date], str]) -> dict[str, str]:
    """The words of an alarm's sentence for a reader: its day, kept as 2026-11-25, as `said` says it."""
    return {name: said(date.fromisoformat(word)) if name == "day" else word for name, word in details.items()}


def silence(store: WatchedStore, now: datetime) -> Finding | None:
    """The question to a store that always posts by now and has said nothing; None where there is none to ask."""
    if not (store.always and store.silent and store.posts_by + SILENT_AFTER <= now < store.until):
        return None
    words = {"site": store.name, "by": _clock(store.posts_by, store.zone), "day": store.day.isoformat()}
    return Finding(Kind.STORE_SILENT, Severity.WARNING, ("site", store.id), words)


def _without_driver(shift: WatchedShift, now: datetime) -> Iterable[Finding]:
    driven = shift.route is not None and shift.route.reported
    if shift.driver_named or driven or not shift.starts_at - WITHOUT_DRIVER_FROM <= now < shift.ends_at:
        return
    soon = now >= shift.starts_at - WITHOUT_DRIVER_EMERGENCY
    words = {
        "vehicle": shift.vehicle,
        "from": _clock(shift.starts_at, shift.zone),
        "until": _clock(shift.ends_at, shift.zone),
    }
    severity = Severity.EMERGENCY if soon else Severity.WARNING
    yield Finding(Kind.SHIFT_WITHOUT_DRIVER, severity, ("shift", shift.id), words)


def _not_started(shift: WatchedShift, route: WatchedRoute, now: datetime) -> Iterable[Finding]:
    """A driver first reports at the first stop. Until then that the link was opened is the only sign of life."""
    if route.reported or not shift.driver_named:
        return
    if now >= (route.first_arrives_at if route.opened else route.leaves_at) + NOT_STARTED_AFTER:
        words = {"vehicle": shift.vehicle, "from": _clock(route.leaves_at, shift.zone)}
        yield Finding(Kind.DRIVER_NOT_STARTED, Severity.EMERGENCY, ("shift", shift.id), words)


def _late(shift: WatchedShift, route: WatchedRoute) -> Iterable[Finding]:
    for coming in route.coming:
        if coming.begin_by is not None and coming.begins_at > coming.begin_by:
            words = {
                "vehicle": shift.vehicle,
                "site": coming.site,
                "expected": _clock(coming.begins_at, shift.zone),
                "until": _clock(coming.begin_by, shift.zone),
            }
            yield Finding(Kind.STOP_LATE, Severity.WARNING, ("stop", coming.stop), words)


def _far_off(shift: WatchedShift, route: WatchedRoute) -> Iterable[Finding]:
    """One a stop, about the food that is furthest off: a person who calls asks about all of it."""
    furthest: dict[str, Weight] = {}
    for weight in sorted(route.weights, key=lambda each: -abs(each.collected - each.promised)):
        if weight.far_off:
            furthest.setdefault(weight.stop, weight)
    for stop, weight in sorted(furthest.items()):
        words = {
            "vehicle": shift.vehicle,
            "site": weight.site,
            "food": weight.food,
            "kg": kg_display(weight.collected),
            "planned": kg_display(weight.promised),
        }
        yield Finding(Kind.WEIGHT_FAR_OFF, Severity.WARNING, ("stop", stop), words)


def _clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"

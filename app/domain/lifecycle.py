"""Which state may follow which, and what a driver's reports add up to, in whatever order they arrive."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

OFFER_MOVES: dict[str, frozenset[str]] = {"open": frozenset({"withdrawn"}), "withdrawn": frozenset()}
PLAN_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"ready", "published", "superseded"}),
    "ready": frozenset({"draft", "published", "superseded"}),
    "published": frozenset({"superseded"}),
    "superseded": frozenset(),
}
RUN_MOVES: dict[str, frozenset[str]] = {
    "queued": frozenset({"running", "failed"}),
    "running": frozenset({"queued", "done", "failed"}),  # back to queued: its worker died, another takes it
    "done": frozenset(),
    "failed": frozenset(),
}
# A partnership that was declined or has run out is ended; a new one is proposed instead of reviving it.
PARTNERSHIP_MOVES: dict[str, frozenset[str]] = {
    "proposed": frozenset({"active", "ended"}),
    "active": frozenset({"suspended", "ended"}),
    "suspended": frozenset({"active", "ended"}),
    "ended": frozenset(),
}
STOP_KINDS: tuple[str, ...] = ("start", "pickup", "drop_off", "break", "end")
STOP_EVENT_KINDS: tuple[str, ...] = ("arrived", "collected", "delivered", "refused", "failed")


def may_become(moves: dict[str, frozenset[str]], state: str, following: str) -> bool:
    """Whether the table allows the step; an unknown state allows none."""
    return following in moves.get(state, frozenset())


@dataclass(frozen=True)
class EventLine:
    """What happened to one allocation at the stop."""

    allocation: str
    grams: int
    celsius: float | None = None


@dataclass(frozen=True)
class StopEvent:
    """One report of a driver; `id` comes from the phone, so that sent twice counts once."""

    id: str
    stop: str
    kind: str
    occurred_at: datetime
    lines: tuple[EventLine, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class StopState:
    """Where a stop stands: waiting, arrived, done, failed; `partial` where only some food failed so far."""

    state: str = "waiting"
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    partial: bool = False


@dataclass(frozen=True)
class Promise:
    """What was promised as an allocation: its grams, and the stops where the route that is driven collects it (None: it
    was on the vehicle already) and brings it (None: it does not any more)."""

    grams: int
    pickup: str | None = None
    drop_off: str | None = None


@dataclass(frozen=True)
class AllocationState:
    """Grams reported for an allocation (None: nothing yet), reasons by stop, temperatures on its way; `collected_at`:
    the stop of the last report that it was collected."""

    collected_grams: int | None = None
    delivered_grams: int | None = None
    refused_grams: int | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    failed_at: tuple[str, ...] = ()
    celsius: tuple[float, ...] = ()
    delivered_at: datetime | None = None
    collected_at: str | None = None


@dataclass(frozen=True)
class Contradiction:
    """Two reports that cannot both be true; a person looks at it, nothing is overwritten."""

    code: str
    sentence: str
    where: str


@dataclass(frozen=True)
class DayState:
    """All that the reports add up to."""

    stops: dict[str, StopState]
    allocations: dict[str, AllocationState]
    contradictions: tuple[Contradiction, ...]


def fold(events: Iterable[StopEvent], promises: Mapping[str, Promise] | None = None) -> DayState:
    """What the reports add up to, the same for every order and repetition; the later of two at one stop counts.

    promises: by allocation, as the newest route has them. A change of the plan may have a vehicle come to a place
    once more for what its driver loads there meanwhile: what is reported at both stops adds up, though to no more than
    was promised, and a stop with nothing left to do is done.
    """
    promised = promises or {}
    unique = sorted(set(events), key=_moment)
    told: dict[str, StopEvent] = {}
    found: set[Contradiction] = set()
    for event in unique:
        if told.setdefault(event.id, event) != event:
            found.add(Contradiction("same_id_differs", "One report arrived with two different contents.", event.stop))
    ordered = list(told.values())
    stops = {stop: _stop_state([e for e in ordered if e.stop == stop]) for stop in {e.stop for e in ordered}}
    by_allocation: dict[str, list[tuple[StopEvent, EventLine]]] = {}
    for event in ordered:
        for line in event.lines:
            by_allocation.setdefault(line.allocation, []).append((event, line))
    allocations = {key: _allocation_state(reports, promised.get(key)) for key, reports in by_allocation.items()}
    found.update(_stop_contradictions(ordered))
    for key, reports in by_allocation.items():
        found.update(_allocation_contradictions(key, reports, allocations[key]))
    return DayState(
        dict(sorted({**_done_elsewhere(by_allocation, promised), **stops}.items())),
        dict(sorted(allocations.items())),
        tuple(sorted(found, key=lambda each: (each.where, each.code, each.sentence))),
    )


def _moment(event: StopEvent) -> tuple[datetime, str, str]:
    return event.occurred_at, event.id, repr(event)


def _stop_state(events: list[StopEvent]) -> StopState:
    arrived = next((e.occurred_at for e in events if e.kind == "arrived"), None)
    endings = [e for e in events if _ends_the_stop(e)]
    partial = [e for e in events if e.kind == "failed" and e.lines]
    if not endings and not partial:
        return StopState("arrived", arrived) if arrived else StopState()
    last = (endings or partial)[-1]
    failed = last.kind == "failed"
    reason = next((e.reason for e in reversed(events) if e.reason), None)
    return StopState("failed" if failed else "done", arrived, last.occurred_at, reason, partial=not endings)


def _ends_the_stop(event: StopEvent) -> bool:
    """A problem with some of the food does not make the whole stop fail."""
    return event.kind in ("collected", "delivered", "refused") or (event.kind == "failed" and not event.lines)


type _Reports = list[tuple[StopEvent, EventLine]]


def _done_elsewhere(by_allocation: Mapping[str, _Reports], promises: Mapping[str, Promise]) -> dict[str, StopState]:
    """The stops whose food was all collected, or all brought, at another stop."""
    dealt_with = defaultdict[str, list[datetime | None]](list)
    for key, promise in promises.items():
        reports = by_allocation.get(key, [])
        if promise.pickup is not None:
            collected = [e.occurred_at for e, _ in reports if e.kind == "collected" and e.stop != promise.pickup]
            dealt_with[promise.pickup].append(max(collected, default=None))
        brought = [
            event.occurred_at
            for event, line in reports
            if event.kind in ("delivered", "refused") and line.grams and event.stop != promise.drop_off
        ]
        if promise.drop_off is not None:
            dealt_with[promise.drop_off].append(max(brought, default=None))
    found = {}
    for stop, moments in dealt_with.items():
        known = [moment for moment in moments if moment is not None]
        if len(known) == len(moments):
            found[stop] = StopState("done", None, max(known))
    return found


def _allocation_state(reports: _Reports, promise: Promise | None) -> AllocationState:
    reasons = {event.stop: event.reason for event, _ in reports if event.reason}
    return AllocationState(
        collected_grams=_together(_at_stops(reports, "collected"), promise),
        delivered_grams=_together(_at_stops(reports, "delivered"), promise),
        refused_grams=_together(_at_stops(reports, "refused"), promise),
        reasons=tuple(sorted(reasons.items())),
        failed_at=tuple(sorted({event.stop for event, _ in reports if event.kind == "failed"})),
        celsius=tuple(line.celsius for _, line in reports if line.celsius is not None),
        delivered_at=max((event.occurred_at for event, _ in reports if event.kind == "delivered"), default=None),
        collected_at=next((event.stop for event, _ in reversed(reports) if event.kind == "collected"), None),
    )


def _at_stops(reports: _Reports, kind: str) -> dict[str, int]:
    """Grams by stop; the later of two reports counts."""
    return {event.stop: line.grams for event, line in reports if event.kind == kind}


def _together(at_stops: Mapping[str, int], promise: Promise | None) -> int | None:
    """What several stops come to: who reports at the second what was done at the first has not done it twice."""
    if not at_stops:
        return None
    most = max(at_stops.values())
    return max(most, min(sum(at_stops.values()), most if promise is None else promise.grams))


def _stop_contradictions(events: list[StopEvent]) -> Iterable[Contradiction]:
    by_stop: dict[str, set[str]] = {}
    for event in events:
        if _ends_the_stop(event):
            by_stop.setdefault(event.stop, set()).add("failed" if event.kind == "failed" else "done")
    for stop, endings in by_stop.items():
        if len(endings) == 2:
            yield Contradiction("failed_and_done", "The stop was reported both as done and as failed.", stop)


def _allocation_contradictions(key: str, reports: _Reports, state: AllocationState) -> Iterable[Contradiction]:
    loaded = _at_stops(reports, "collected")
    for kind, known in (
        ("collected", state.collected_grams),
        ("delivered", state.delivered_grams),
        ("refused", state.refused_grams),
    ):
        told = {(event.stop, line.grams) for event, line in reports if event.kind == kind}
        at_stops = _at_stops(reports, kind)
        beyond = sum(at_stops.values()) > (known or 0)
        if len(told) > len(at_stops) or (beyond and len(set(at_stops.values())) > 1):
            yield Contradiction(f"{kind}_twice", f"Two different weights were reported as {kind}.", key)
    handed_over = (state.delivered_grams or 0) + (state.refused_grams or 0)
    if loaded and handed_over > sum(loaded.values()):
        yield Contradiction("more_than_collected", "More was handed over than had been collected.", key)
    if not loaded and handed_over:
        yield Contradiction("not_collected", "It was handed over, but nobody reported collecting it.", key)
    collected = [event.occurred_at for event, _ in reports if event.kind == "collected"]
    later = [event.occurred_at for event, _ in reports if event.kind in ("delivered", "refused")]
    if collected and later and min(later) < min(collected):
        yield Contradiction("handed_over_first", "It was handed over before it was collected.", key)

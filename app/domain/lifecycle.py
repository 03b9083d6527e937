"""Which state may follow which, and what a driver's reports add up to, in whatever order they arrive."""

from collections.abc import Iterable
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
class AllocationState:
    """Grams reported for an allocation (None: nothing yet), reasons by stop, temperatures on its way."""

    collected_grams: int | None = None
    delivered_grams: int | None = None
    refused_grams: int | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    failed_at: tuple[str, ...] = ()
    celsius: tuple[float, ...] = ()
    delivered_at: datetime | None = None


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


def fold(events: Iterable[StopEvent]) -> DayState:
    """What the reports add up to, the same for every order and repetition; the later of two counts."""
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
    allocations = {key: _allocation_state(reports) for key, reports in by_allocation.items()}
    found.update(_stop_contradictions(ordered))
    for key, reports in by_allocation.items():
        found.update(_allocation_contradictions(key, reports, allocations[key]))
    return DayState(
        dict(sorted(stops.items())),
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


def _allocation_state(reports: list[tuple[StopEvent, EventLine]]) -> AllocationState:
    latest = {event.kind: line.grams for event, line in reports}
    reasons = {event.stop: event.reason for event, _ in reports if event.reason}
    return AllocationState(
        collected_grams=latest.get("collected"),
        delivered_grams=latest.get("delivered"),
        refused_grams=latest.get("refused"),
        reasons=tuple(sorted(reasons.items())),
        failed_at=tuple(sorted({event.stop for event, _ in reports if event.kind == "failed"})),
        celsius=tuple(line.celsius for _, line in reports if line.celsius is not None),
        delivered_at=max((event.occurred_at for event, _ in reports if event.kind == "delivered"), default=None),
    )


def _stop_contradictions(events: list[StopEvent]) -> Iterable[Contradiction]:
    by_stop: dict[str, set[str]] = {}
    for event in events:
        if _ends_the_stop(event):
            by_stop.setdefault(event.stop, set()).add("failed" if event.kind == "failed" else "done")
    for stop, endings in by_stop.items():
        if len(endings) == 2:
            yield Contradiction("failed_and_done", "The stop was reported both as done and as failed.", stop)


def _allocation_contradictions(
    key: str, reports: list[tuple[StopEvent, EventLine]], state: AllocationState
) -> Iterable[Contradiction]:
    for kind in ("collected", "delivered", "refused"):
        if len({line.grams for event, line in reports if event.kind == kind}) > 1:
            yield Contradiction(f"{kind}_twice", f"Two different weights were reported as {kind}.", key)
    handed_over = (state.delivered_grams or 0) + (state.refused_grams or 0)
    if state.collected_grams is not None and handed_over > state.collected_grams:
        yield Contradiction("more_than_collected", "More was handed over than had been collected.", key)
    if state.collected_grams is None and handed_over:
        yield Contradiction("not_collected", "It was handed over, but nobody reported collecting it.", key)
    collected = [event.occurred_at for event, _ in reports if event.kind == "collected"]
    later = [event.occurred_at for event, _ in reports if event.kind in ("delivered", "refused")]
    if collected and later and min(later) < min(collected):
        yield Contradiction("handed_over_first", "It was handed over before it was collected.", key)

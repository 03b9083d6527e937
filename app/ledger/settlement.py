"""What is known of a shift's allocations, folded anew from reports, quarantines and settlements, and its booking.

Everything that is said is kept append-only and folded, so that the order in which it arrives does not matter; the
ledger gets the difference between what the fold said before and what it says now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain import ledger, lifecycle
from app.domain.outcomes import Hold, Promised, Settled, contradictions_of, handed_on, outcome_of, overtaken
from app.kit.many_rows import among
from app.ledger.service import book
from app.models.events import Quarantine, Settlement, StopEvent
from app.models.plans import Allocation, Plan, Release, Route, Stop

LATE_REPORT = "late_report"  # the cause of what brings grams back that a report takes from where they were


@dataclass(frozen=True)
class Promises:
    """The published stops and allocations of one shift, whichever plan they stand in.

    A plan that changes another keeps the identity of the stops and promises that stay: what was reported with the one
    holds for the other. `rows` are the promises as the newest plan has them, by their identity, oldest first;
    `newest_plan` is the last one that has any of them.
    """

    visits: Mapping[UUID, UUID]  # of each row of a stop
    parcels: Mapping[UUID, UUID]  # of each row of an allocation
    rows: Mapping[UUID, Allocation]
    released: Mapping[UUID, int]
    newest_plan: UUID | None = None

    def stop(self, stop_id: UUID) -> str:
        """The identity of a stop, as the fold names it."""
        return self._names.get(stop_id) or str(stop_id)

    @cached_property
    def _names(self) -> Mapping[UUID, str]:
        # A report asks thousands of times: to write an identity out takes longer than to find it written.
        return {stop: str(visit) for stop, visit in self.visits.items()}

    def parcel(self, allocation_id: UUID) -> UUID:
        """The identity of a promise."""
        return self.parcels.get(allocation_id, allocation_id)

    @cached_property
    def as_folded(self) -> Mapping[str, lifecycle.Promise]:
        """By the name that the fold knows each promise by; the stops are those of the newest plan."""
        return {str(parcel): self._as_folded(row) for parcel, row in self.rows.items()}

    def _as_folded(self, row: Allocation) -> lifecycle.Promise:
        if row.plan_id != self.newest_plan:
            return lifecycle.Promise(row.grams)
        pickup = None if row.from_parcel_id is not None else self.stop(row.pickup_stop_id)
        return lifecycle.Promise(row.grams, pickup, self.stop(row.drop_off_stop_id))

    @cached_property
    def handed_on(self) -> Mapping[UUID, Sequence[Allocation]]:
        """By the promise that food was collected for, those that it was handed on to."""
        found = defaultdict(list)
        for row in self.rows.values():
            if row.from_parcel_id is not None:
                found[row.from_parcel_id].append(row)
        return found

    @cached_property
    def in_force(self) -> Collection[UUID]:
        """Those that the newest plan has, and those whose food it hands on."""
        found = set[UUID]()
        for parcel, row in reversed(
            list(self.rows.items())
        ):  # what was handed on comes after what it was handed on from
            if row.plan_id == self.newest_plan or parcel in found:
                found |= {parcel} if row.from_parcel_id is None else {parcel, row.from_parcel_id}
        return found

    @cached_property
    def together(self) -> Mapping[UUID, Sequence[Allocation]]:
        """By the promise that food was first collected for, all promises about it, that one first."""
        first: dict[UUID, UUID] = {}
        found = defaultdict(list)
        for parcel, row in self.rows.items():
            first[parcel] = parcel if row.from_parcel_id is None else first[row.from_parcel_id]
            found[first[parcel]].append(row)
        return found


@dataclass(frozen=True)
class Known:
    """All that was said of one shift's food so far."""

    promises: Promises
    day: lifecycle.DayState
    holds: Mapping[UUID, Sequence[Hold]]
    settled: Mapping[UUID, Sequence[Settled]]

    def stop(self, stop: Stop) -> lifecycle.StopState:
        """Where a stop stands."""
        return self.day.stops.get(self.promises.stop(stop.id), lifecycle.StopState())

    def told_of(self, allocation: Allocation) -> lifecycle.AllocationState:
        """What was reported of an allocation."""
        return self.day.allocations.get(str(self.promises.parcel(allocation.id)), lifecycle.AllocationState())

    def outcome(self, allocation: Allocation) -> ledger.Outcome:
        """What became of an allocation."""
        return self.outcomes[self.promises.parcel(allocation.id)]

    @cached_property
    def outcomes(self) -> Mapping[UUID, ledger.Outcome]:
        """What became of every promise; those come first from which food was handed on."""
        return self.outcomes_if(())

    def outcomes_if(self, collected: Collection[UUID]) -> Mapping[UUID, ledger.Outcome]:
        """What would have become of every promise if these, of which nothing is reported, were collected as planned."""
        found = dict(self._reported)
        found |= {parcel: replace(found[parcel], collected_grams=found[parcel].promised_grams) for parcel in collected}
        for parcel in self.promises.rows:
            later = self.promises.handed_on.get(parcel, ())
            if later:
                promised = [
                    Promised(found[each.parcel_id], each.grams, each.parcel_id in self.promises.in_force)
                    for each in later
                ]
                found[parcel], theirs = handed_on(found[parcel], promised)
                found |= {each.parcel_id: outcome for each, outcome in zip(later, theirs, strict=True)}
        return found

    @cached_property
    def unreported(self) -> frozenset[UUID]:
        """The promises to collect something of which nobody has said whether it was."""
        return frozenset(
            parcel
            for parcel, row in self.promises.rows.items()
            if row.from_parcel_id is None
            and self.outcomes[parcel].collected_grams is None
            and not self.outcomes[parcel].at_hand
        )

    @cached_property
    def _reported(self) -> Mapping[UUID, ledger.Outcome]:
        """What is reported and decided of each promise by itself."""
        return {
            parcel: outcome_of(
                self.day,
                str(parcel),
                row.grams,
                self.promises.stop(row.pickup_stop_id),
                self.holds.get(parcel, ()),
                self.settled.get(parcel, ()),
                self.promises.released.get(parcel, 0),
            )
            for parcel, row in self.promises.rows.items()
        }

    def contradictions(self) -> list[lifecycle.Contradiction]:
        """What cannot all be true: among the reports, and between them and people's decisions."""
        handed = {str(row.parcel_id) for row in self.promises.rows.values() if row.from_parcel_id is not None}
        # Food that was on board already was collected for another promise.
        found = [each for each in self.day.contradictions if (each.code, each.where) not in {
            ("not_collected", parcel) for parcel in handed}]  # fmt: skip
        for parcel, row in self.promises.rows.items():
            outcome = self.outcomes[parcel]
            found += contradictions_of(self.day, str(parcel), outcome, self.holds.get(parcel, ()))
            promised = None if row.from_parcel_id is None else row.grams
            found += overtaken(str(parcel), outcome, self.told_of(row), promised)
        return found


def told(events: Iterable[StopEvent], promises: Promises) -> lifecycle.DayState:
    """The stored reports of one shift, folded."""
    return lifecycle.fold((_as_folded(event, promises) for event in events), promises.as_folded)


def _as_folded(event: StopEvent, promises: Promises) -> lifecycle.StopEvent:
    return lifecycle.StopEvent(
        id=str(event.id),
        stop=promises.stop(event.stop_id),
        kind=event.kind,
        occurred_at=event.occurred_at,
        lines=tuple(
            lifecycle.EventLine(str(promises.parcel(UUID(line["allocation"]))), line["grams"], line["celsius"])
            for line in event.lines
        ),
        reason=event.reason,
    )


def promises_of(session: Session, shifts: Collection[UUID]) -> dict[UUID, Promises]:
    """The published stops and allocations of each shift. Of a day that was changed ten times there are ten rows of
    each: of all of them the names are read, whole the newest alone."""
    visits, parcels = defaultdict[UUID, dict[UUID, UUID]](dict), defaultdict[UUID, dict[UUID, UUID]](dict)
    for found, names in ((visits, _names_of_stops(shifts)), (parcels, _names_of_allocations(shifts))):
        for shift, row, identity in session.execute(names):
            found[shift][row] = identity
    newest = {row: parcel for names in parcels.values() for parcel, row in _newest(names).items()}
    wanted = session.scalars(select(Allocation).where(among(Allocation.id, newest)))
    rows = {newest[row.id]: row for row in wanted}
    released = defaultdict[UUID, dict[UUID, int]](dict)
    given_back = select(Release.shift_id, Release.parcel_id, Release.grams).where(Release.shift_id.in_(shifts))
    for shift, parcel, grams in session.execute(given_back):
        released[shift][parcel] = grams
    return {
        shift: Promises(
            visits=visits[shift],
            parcels=parcels[shift],
            rows={parcel: rows[parcel] for parcel in _newest(parcels[shift])},
            released=released[shift],
            newest_plan=next((rows[parcel].plan_id for parcel in reversed(parcels[shift].values())), None),
        )
        for shift in shifts
    }


def newest_stops(session: Session, promises: Promises) -> list[Stop]:
    """The stops of a shift as the newest plan has them that has each."""
    newest = _newest(promises.visits)
    found = {row.id: row for row in session.scalars(select(Stop).where(among(Stop.id, newest.values())))}
    return [found[row] for row in newest.values()]


def _newest(names: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Of rows in the order of their plans, with what each stands for: the last row of each, where its first one was."""
    return {identity: row for row, identity in names.items()}


def _names_of_allocations(shifts: Collection[UUID]) -> Select[UUID, UUID, UUID]:
    return (
        select(Allocation.shift_id, Allocation.id, Allocation.parcel_id)
        .join(Plan, Plan.id == Allocation.plan_id)
        .where(Allocation.shift_id.in_(shifts), Plan.published_at.is_not(None))
        .order_by(Plan.number, Allocation.pickup_at, Allocation.drop_off_at, Allocation.id)
    )


def _names_of_stops(shifts: Collection[UUID]) -> Select[UUID, UUID, UUID]:
    return (
        select(Stop.shift_id, Stop.id, Stop.visit_id)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Stop.shift_id.in_(shifts), Plan.published_at.is_not(None))
        .order_by(Plan.number, Stop.sequence)
    )


def known_of(session: Session, shift_id: UUID) -> Known:
    """What is known of a shift now."""
    return known_of_shifts(session, [shift_id])[shift_id]


def known_with(session: Session, shift_id: UUID, promises: Promises, events: Iterable[StopEvent]) -> Known:
    """What is known of a shift with these promises once these are all its reports."""
    quarantines = session.scalars(select(Quarantine).where(Quarantine.shift_id == shift_id))
    settlements = session.scalars(select(Settlement).where(Settlement.shift_id == shift_id))
    return _known(promises, events, quarantines, settlements)


def known_of_shifts(session: Session, shifts: Collection[UUID]) -> dict[UUID, Known]:
    """What is known of each of the shifts now."""
    promises = promises_of(session, shifts)
    events = _by_shift(session.scalars(select(StopEvent).where(StopEvent.shift_id.in_(shifts))))
    quarantines = _by_shift(session.scalars(select(Quarantine).where(Quarantine.shift_id.in_(shifts))))
    settlements = _by_shift(session.scalars(select(Settlement).where(Settlement.shift_id.in_(shifts))))
    return {shift: _known(promises[shift], events[shift], quarantines[shift], settlements[shift]) for shift in shifts}


def _by_shift[R: (StopEvent, Quarantine, Settlement)](rows: Iterable[R]) -> defaultdict[UUID, list[R]]:
    found: defaultdict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        found[row.shift_id].append(row)
    return found


def _known(
    promises: Promises,
    events: Iterable[StopEvent],
    quarantines: Iterable[Quarantine],
    settlements: Iterable[Settlement],
) -> Known:
    holds, settled = defaultdict(list), defaultdict(list)
    for quarantine in quarantines:
        hold = Hold(quarantine.cause, quarantine.state, quarantine.decided_at)
        holds[promises.parcel(quarantine.allocation_id)].append(hold)
    for settlement in settlements:
        said = Settled(settlement.returned_grams, settlement.wasted_grams)
        settled[promises.parcel(settlement.allocation_id)].append(said)
    return Known(promises, told(events, promises), holds, settled)


def book_changes(session: Session, before: Known, after: Known, now: datetime) -> None:
    """Book what has become different about the shift's food: a promise together with those that it was handed on to.
    What gives food back comes first: of reports that arrive together, food that one promise did not find may be what
    another one, which had been given back, was loaded under."""
    changed = []
    for rows in after.promises.together.values():
        was, becomes = ([known.outcome(row) for row in rows] for known in (before, after))
        if was != becomes:
            taken = {account: _there(was, account) - _there(becomes, account) for account in ledger.COVERED_FROM}
            changed.append((rows, was, becomes, taken))
    for rows, was, becomes, taken in sorted(changed, key=lambda each: any(grams > 0 for grams in each[3].values())):
        entries = ledger.entries_of_change(str(rows[0].offer_line_id), was, becomes)
        if not entries:
            continue
        for account, grams in taken.items():
            if grams > 0:
                _book(session, rows[0], _cover(session, rows[0].offer_line_id, account, grams), LATE_REPORT, now)
        _book(session, rows[0], entries, "allocation", now)


def _there(outcomes: Iterable[ledger.Outcome], account: str) -> int:
    return sum(outcome.places().get(account, 0) for outcome in outcomes)


def _cover(session: Session, line_id: UUID, account: str, grams: int) -> tuple[ledger.Entry, ...]:
    """What a correction takes from an account may have been booked elsewhere since."""
    balance = {
        each: int(session.scalar(select(func.wasl_line_balance(line_id, each))) or 0)
        for each in (account, *ledger.COVERED_FROM[account])
    }
    return ledger.entries_to_cover(str(line_id), account, grams, balance)


def _book(session: Session, allocation: Allocation, entries: Sequence[ledger.Entry], cause: str, now: datetime) -> None:
    book(
        session,
        [(allocation.offer_line_id, entry) for entry in entries],
        owner=(allocation.network_id, allocation.donor_organisation_id),
        cause=(cause, allocation.id),
        now=now,
        shift_id=allocation.shift_id,
    )

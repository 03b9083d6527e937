"""What waits for a settlement: food that was refused at the door or is left on a van, by the promise that it stands
under."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.lifecycle import StopState
from app.kit.auth import Principal
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import Quarantine
from app.models.fleet import Shift, Vehicle
from app.models.offers import OfferLine
from app.models.plans import Allocation


@dataclass(frozen=True)
class Left:
    """Grams of one promise of which nobody has said what became of them; `allocation` is its newest row.

    `on_its_way`: the plan that is driven brings them to a door that the van has not been at yet.
    """

    allocation: Allocation
    refused_grams: int
    on_board_grams: int
    on_its_way: bool
    held_back: bool

    @property
    def grams(self) -> int:
        """As much as is settled at most."""
        return self.refused_grams + self.on_board_grams


@dataclass(frozen=True)
class Leftover:
    """The same for people: with the van, the offer, and what has to be decided before."""

    left: Left
    offer_id: UUID
    vehicle_name: str
    quarantines: Sequence[Quarantine]


def left_of(known: Known) -> list[Left]:
    """What is left of a shift's promises; those come first from which food was handed on."""
    found = []
    for parcel, row in known.promises.rows.items():
        outcome = known.outcomes[parcel]
        refused, on_board = outcome.unsettled
        if refused or on_board:
            door = known.day.stops.get(known.promises.stop(row.drop_off_stop_id), StopState())
            ahead = row.plan_id == known.promises.newest_plan and door.state in ("waiting", "arrived")
            found.append(Left(row, refused, on_board, ahead, outcome.held))
    return found


def leftovers_of_day(session: Session, principal: Principal, service_date: date, now: datetime) -> list[Leftover]:
    """What is left of a day's promises, van by van. Nothing is on its way once the shift is over."""
    principal.require("ledger.settle")
    rows = session.execute(
        select(Shift, Vehicle.name)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .where(Shift.service_date == service_date)
        .order_by(Vehicle.name, Shift.starts_at, Shift.id)
    ).all()
    shifts = {shift.id: shift for shift, _ in rows}
    known = known_of_shifts(session, list(shifts))
    left = {shift: left_of(each) for shift, each in known.items()}
    offers = _offers_of(session, {each.allocation.offer_line_id for found in left.values() for each in found})
    open_ones = select(Quarantine).where(Quarantine.shift_id.in_(shifts), Quarantine.state == "open")
    held = _by_parcel(session.scalars(open_ones.order_by(Quarantine.opened_at, Quarantine.id)), known)
    return [
        Leftover(
            replace(each, on_its_way=each.on_its_way and now < shift.ends_at),
            offers[each.allocation.offer_line_id],
            vehicle_name,
            _that_hold(known[shift.id], each.allocation, held),
        )
        for shift, vehicle_name in rows
        for each in left[shift.id]
    ]


def _offers_of(session: Session, lines: Iterable[UUID]) -> dict[UUID, UUID]:
    found = session.execute(select(OfferLine.id, OfferLine.offer_id).where(OfferLine.id.in_(lines)))
    return dict(found.all())


def _by_parcel(quarantines: Iterable[Quarantine], known: Mapping[UUID, Known]) -> Mapping[UUID, Sequence[Quarantine]]:
    found = defaultdict[UUID, list[Quarantine]](list)
    for each in quarantines:
        found[known[each.shift_id].promises.parcel(each.allocation_id)].append(each)
    return found


def _that_hold(known: Known, allocation: Allocation, held: Mapping[UUID, Sequence[Quarantine]]) -> Sequence[Quarantine]:
    """What holds food back that was handed on holds it wherever it is promised now."""
    found: list[Quarantine] = []
    parcel: UUID | None = allocation.parcel_id
    while parcel is not None:
        found += held.get(parcel, ())
        parcel = known.promises.rows[parcel].from_parcel_id
    return found

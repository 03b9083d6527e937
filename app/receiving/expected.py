"""What arrives at food banks on a day: each visit of a van, with every line that it brings and what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.arrivals.van_page import Doors, VisitShown, visits_at
from app.declines.queries import standing_declines
from app.kit.auth import Principal
from app.kit.many_rows import among
from app.kit.tenancy import Scope, within
from app.ledger.settlement import Known
from app.models.declines import Decline
from app.models.fleet import Shift, Vehicle
from app.models.offers import Offer, OfferLine
from app.models.partners import Organisation, Site
from app.models.plans import Allocation
from app.receiving.queries import Statement, newest_of, statement

RECEIVES = ("warehouse", "depot", "distribution_point")
Standing = Literal[
    "planned", "declined", "on_the_van", "delivered", "did_not_come", "refused", "held_back", "thrown_away"
]  # fmt: skip
NOT_HANDED_OVER = ("declined", "did_not_come", "held_back", "thrown_away")  # as long as no report says otherwise


@dataclass(frozen=True)
class ComingLine:
    """One line of a visit: what was promised, what is known of it, and what the food bank said. Grams are None where
    nothing is reported."""

    allocation: Allocation
    line: OfferLine
    store: str
    standing: Standing
    on_the_van_grams: int | None
    delivered_grams: int | None
    refused_grams: int | None
    declined: Decline | None
    said: Statement | None

    @property
    def reported(self) -> bool:
        """Whether the driver has said what became of it at the door."""
        return self.delivered_grams is not None or self.refused_grams is not None

    @property
    def grams(self) -> int:
        """As much as comes, or came: as reported, else as it is on the van, else as planned."""
        if self.reported:
            return self.delivered_grams or 0
        if self.standing in ("held_back", "thrown_away"):
            return 0
        return self.allocation.grams if self.on_the_van_grams is None else self.on_the_van_grams


@dataclass(frozen=True)
class Delivery:
    """One visit of a van that brings food."""

    shown: VisitShown
    site: Site
    organisation_name: str
    vehicle_name: str
    lines: Sequence[ComingLine]

    @property
    def grams(self) -> int:
        """All that comes, or came."""
        return sum(line.grams for line in self.lines if line.standing != "declined")

    def may_be_declined(self, line: ComingLine) -> bool:
        """Whether it can still be said beforehand that it is not wanted."""
        return line.standing in ("planned", "on_the_van") and self.shown.visit.state not in ("done", "failed")

    def to_confirm(self, now: datetime) -> list[ComingLine]:
        """The lines of which it can be said what came: the van was there, or should have been."""
        was_there = self.shown.visit.state != "waiting"
        return [
            line
            for line in self.lines
            if line.reported
            or (line.standing not in NOT_HANDED_OVER and (was_there or now >= line.allocation.drop_off_at))
        ]


def receiving_sites(session: Session, principal: Principal) -> list[Site]:
    """The places for which the caller may speak and where food is received: their own, or all of the network."""
    principal.require("receipts.confirm")
    query = select(Site).where(Site.kind.in_(RECEIVES)).order_by(Site.name, Site.id)
    if not principal.may_across_network("receipts.confirm"):
        query = query.where(Site.organisation_id == principal.organisation_id)
    return list(session.scalars(query))


def deliveries(session: Session, principal: Principal, sites: Sequence[Site], service_date: date) -> Sequence[Delivery]:
    """What comes to these places on a day, in the order of the hours. sites: of which the caller may read all.

    Plans, reports and vehicles are the network's: what is read of them is of these doors alone.
    """
    doors = Doors(principal.network_id, frozenset(site.id for site in sites), service_date)
    with within(session, Scope(network=principal.network_id), principal.scope):
        visits = [each for each in visits_at(session, doors) if each.kind == "drop_off" and each.food]
        return _deliveries(session, visits, {site.id: site for site in sites})


def _deliveries(session: Session, visits: Sequence[VisitShown], sites: dict[UUID, Site]) -> list[Delivery]:
    food = [row for each in visits for row in each.food]
    if not food:
        return []
    lines = _lines(session, {row.offer_line_id for row in food})
    vehicles = _vehicles(session, {each.shift_id for each in visits})
    declined = standing_declines(session, [row.parcel_id for row in food])
    said = newest_of(session, [row.parcel_id for row in food])
    names = _organisations(session, {site.organisation_id for site in sites.values()})

    def coming(row: Allocation, known: Known) -> ComingLine:
        line, store = lines[row.offer_line_id]
        word = said.get(row.parcel_id)
        return _line(
            row, line, store, known, declined.get(row.parcel_id), None if word is None else statement(word, known)
        )

    return [
        Delivery(
            each,
            sites[each.site_id],
            names[sites[each.site_id].organisation_id],
            vehicles[each.shift_id],
            [coming(row, each.known) for row in sorted(each.food, key=lambda row: (row.description, row.id))],
        )
        for each in visits
    ]


def _line(
    row: Allocation, line: OfferLine, store: str, known: Known, declined: Decline | None, said: Statement | None
) -> ComingLine:
    outcome, told = known.outcome(row), known.told_of(row)
    collected = outcome.on_board_grams if row.from_parcel_id is not None else outcome.collected_grams
    delivered, refused = told.delivered_grams, told.refused_grams
    standing: Standing = "planned"
    if outcome.discarded or outcome.held:
        standing = "thrown_away" if outcome.discarded else "held_back"
    elif delivered is not None or refused is not None:
        standing = "delivered" if delivered else "refused" if refused else "did_not_come"
    elif declined is not None:
        standing = "declined"
    elif collected is not None:
        standing = "on_the_van" if collected else "did_not_come"
    return ComingLine(row, line, store, standing, collected, delivered, refused, declined, said)


def _lines(session: Session, wanted: set[UUID]) -> dict[UUID, tuple[OfferLine, str]]:
    """Each line with the store that it is from."""
    rows = session.execute(
        select(OfferLine, Site.name)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .join(Site, Site.id == Offer.site_id)
        .where(among(OfferLine.id, wanted))
    )
    return {line.id: (line, store) for line, store in rows}


def _vehicles(session: Session, shifts: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(Shift.id, Vehicle.name).join(Vehicle, Vehicle.id == Shift.vehicle_id).where(among(Shift.id, shifts))
    )
    return dict(rows.all())


def _organisations(session: Session, wanted: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Organisation.id, Organisation.name).where(among(Organisation.id, wanted)))
    return dict(rows.all())

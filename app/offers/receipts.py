"""What a store can show for its food: the receipt of one offer, and a month's certificate, both folds of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import impact
from app.domain.categories import CATEGORIES
from app.domain.ledger import Entry, MassBalance, mass_balance
from app.kit.auth import Principal
from app.kit.many_rows import among
from app.ledger.service import entries_of, last_booked_at
from app.models.offers import Offer, OfferLine
from app.models.partners import Organisation
from app.models.plans import Allocation
from app.offers.service import get_offer


@dataclass(frozen=True)
class LineReceipt:
    """One line: where its grams are, and who was to have them."""

    line: OfferLine
    balance: MassBalance
    receivers: Sequence[str]


@dataclass(frozen=True)
class Receipt:
    """One offer, line by line. as_of: when the ledger last changed, or the offer was posted."""

    offer: Offer
    lines: Sequence[LineReceipt]
    total: MassBalance
    as_of: datetime


def receipt_of(session: Session, principal: Principal, offer_id: UUID) -> Receipt:
    """What became of one offer; raises `not_found`."""
    offer = get_offer(session, principal, offer_id)
    rows = offer.lines
    entries = entries_of(session, [row.id for row in rows])
    receivers = _receivers(session, [row.id for row in rows])
    return Receipt(
        offer,
        [LineReceipt(row, _balance(entries, [row]), receivers[row.id]) for row in rows],
        _balance(entries, rows),
        last_booked_at(session, [row.id for row in rows]) or offer.created_at,
    )


def _balance(entries: Iterable[Entry], rows: Iterable[OfferLine]) -> MassBalance:
    grams = {str(row.id): row.grams for row in rows}
    return mass_balance([each for each in entries if each.line in grams], grams)


def _receivers(session: Session, lines: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    """By line, the places that the driven plan brings it to."""
    query = select(Allocation.offer_line_id, Allocation.receiver_name).where(
        among(Allocation.offer_line_id, lines),
        Allocation.published_at.is_not(None),
        func.wasl_plan_is_driven(Allocation.plan_id),
    )
    found = defaultdict[UUID, list[str]](list)
    for line, name in session.execute(query.order_by(Allocation.pickup_at, Allocation.id)):
        if name not in found[line]:
            found[line].append(name)
    return found


@dataclass(frozen=True)
class Certificate:
    """What became of an organisation's food of one month. by_category: in the order in which categories are listed.
    as_of: when the ledger last changed, or the month began."""

    organisation: str
    month: date
    offers: int
    total: MassBalance
    by_category: Mapping[str, MassBalance]
    receivers: Sequence[str]
    as_of: datetime

    @property
    def meals(self) -> int:
        """Of what people got."""
        return impact.meals(self.total.for_people)

    @property
    def co2e_grams(self) -> int:
        """What using that food avoids; its driving is the network's and not taken off here."""
        return impact.food_co2e_grams(self.total.for_people)


def certificate_of(session: Session, principal: Principal, month: date) -> Certificate:
    """The month that a day is in, for the caller's own organisation, by the days on which food was to be fetched."""
    principal.require("offers.read")
    first = month.replace(day=1)
    query = (
        select(OfferLine)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            Offer.organisation_id == principal.organisation_id,
            Offer.service_date >= first,
            Offer.service_date < next_month(first),
            Offer.state == "open",
            OfferLine.position >= 0,
        )
    )
    rows = session.scalars(query).all()
    entries = _by_line(entries_of(session, [row.id for row in rows]))
    groups = {code: [row for row in rows if row.category == code] for code in CATEGORIES}
    return Certificate(
        organisation=session.get_one(Organisation, principal.organisation_id).name,
        month=first,
        offers=len({row.offer_id for row in rows}),
        total=_of_lines(entries, rows),
        by_category={code: _of_lines(entries, of_code) for code, of_code in groups.items() if of_code},
        receivers=sorted({name for names in _receivers(session, [row.id for row in rows]).values() for name in names}),
        as_of=last_booked_at(session, [row.id for row in rows]) or datetime.combine(first, time(), UTC),
    )


def _by_line(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    found = defaultdict[str, list[Entry]](list)
    for entry in entries:
        found[entry.line].append(entry)
    return found


def _of_lines(entries: Mapping[str, list[Entry]], rows: Sequence[OfferLine]) -> MassBalance:
    return _balance([each for row in rows for each in entries.get(str(row.id), ())], rows)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)

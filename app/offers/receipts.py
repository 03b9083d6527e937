"""What a store can show for its food: the receipt of one offer, and a month's certificate, both folds of the ledger.
What they say in figures is their content, for their check codes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.categories import CATEGORIES
from app.domain.counting import CountedFood, counted_food
from app.domain.ledger import Entry, MassBalance, mass_balance
from app.issuing.content import Content, counted_with
from app.kit.auth import Principal
from app.kit.many_rows import among
from app.ledger.service import entries_of, last_booked_at
from app.models.offers import Offer, OfferLine
from app.models.partners import Organisation
from app.models.plans import Allocation
from app.offers.service import get_offer
from app.reports.impact.choices import choices_for


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


def content_of(receipt: Receipt) -> Content:
    """What the receipt says, line by line."""
    offer = receipt.offer
    return Content(
        kind="offer_receipt",
        subject=str(offer.id),
        first=offer.service_date,
        last=offer.service_date,
        grams=figures_of(receipt.total),
        parts={str(each.line.id): figures_of(each.balance) for each in receipt.lines},
        details={
            "state": offer.state,
            "lines": [
                [
                    each.line.description, each.line.temperature_class, each.line.date_mark, each.line.mark_date,
                    each.line.lot, list(each.receivers),
                ]
                for each in receipt.lines
            ],
        },
    )  # fmt: skip


def figures_of(balance: MassBalance) -> dict[str, int]:
    """Where all is, by name, in the order in which papers say it; what passed the doors is always said."""
    others = (
        "refused", "returned", "wasted", "expired", "withdrawn", "community_fridge", "animal_feed", "compost",
        "still_open",
    )  # fmt: skip
    found = {"posted": balance.offered, "collected": balance.collected, "delivered": balance.delivered}
    return found | {name: grams for name in others if (grams := getattr(balance, name))}


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
    food: what people got, as the network counts it; its driving is the network's and not taken off here. as_of: when
    the ledger last changed, or the month began."""

    organisation: str
    month: date
    offers: int
    total: MassBalance
    by_category: Mapping[str, MassBalance]
    receivers: Sequence[str]
    food: CountedFood
    as_of: datetime


def certificate_of(session: Session, principal: Principal, month: date) -> Certificate:
    """The month that a day is in, for the caller's own organisation, by the days on which food was to be fetched."""
    principal.require("offers.read")
    first = month.replace(day=1)
    found = lines_between(session, principal, first, next_month(first))
    rows = [row for row, _ in found]
    balances = Balances.of(session, rows)
    return Certificate(
        organisation=session.get_one(Organisation, principal.organisation_id).name,
        month=first,
        offers=len({row.offer_id for row in rows}),
        total=balances.of_lines(rows),
        by_category=balances.by_category(rows),
        receivers=receivers_of(session, rows),
        food=food_of(session, principal, found, balances),
        as_of=last_booked_at(session, [row.id for row in rows]) or datetime.combine(first, time(), UTC),
    )


def content_of_month(certificate: Certificate, figures_of_day: date | None) -> Content:
    """What the certificate says, food by food. figures_of_day: today, where the month is not over."""
    return Content(
        kind="month_certificate",
        subject=f"{certificate.month:%Y-%m}",
        first=certificate.month,
        last=next_month(certificate.month) - timedelta(days=1),
        grams=figures_of(certificate.total),
        parts={code: figures_of(each) for code, each in certificate.by_category.items()},
        donors=[certificate.organisation],
        figures_of=figures_of_day,
        details={"offers": certificate.offers, "receivers": list(certificate.receivers)},
        **counted_with(certificate.food),
    )


def lines_between(session: Session, principal: Principal, first: date, until: date) -> Sequence[tuple[OfferLine, date]]:
    """The lines of the caller's own organisation that were to be fetched from `first` on and before `until`, each with
    that day."""
    query = (
        select(OfferLine, Offer.service_date)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(
            Offer.organisation_id == principal.organisation_id,
            Offer.service_date >= first,
            Offer.service_date < until,
            Offer.state == "open",
            OfferLine.position >= 0,
        )
    )
    return [(line, day) for line, day in session.execute(query)]


@dataclass(frozen=True)
class Balances:
    """The ledger of some lines, read once and summed in several ways."""

    entries: Mapping[str, Sequence[Entry]]

    @classmethod
    def of(cls, session: Session, rows: Sequence[OfferLine]) -> "Balances":
        """Of these lines."""
        found = defaultdict[str, list[Entry]](list)
        for entry in entries_of(session, [row.id for row in rows]):
            found[entry.line].append(entry)
        return cls(found)

    def of_lines(self, rows: Sequence[OfferLine]) -> MassBalance:
        """Of some of the lines together."""
        return _balance([each for row in rows for each in self.entries.get(str(row.id), ())], rows)

    def by_category(self, rows: Sequence[OfferLine]) -> Mapping[str, MassBalance]:
        """Of some of the lines, by category; in the order in which categories are listed."""
        groups = {code: [row for row in rows if row.category == code] for code in CATEGORIES}
        return {code: self.of_lines(of_code) for code, of_code in groups.items() if of_code}


def food_of(
    session: Session, principal: Principal, found: Sequence[tuple[OfferLine, date]], balances: Balances
) -> CountedFood:
    """What people got of these lines, by the factors in force on their days."""
    by_day = defaultdict[date, list[OfferLine]](list)
    for row, day in found:
        by_day[day].append(row)
    grams = {day: balances.of_lines(rows).for_people for day, rows in by_day.items()}
    return counted_food(grams, choices_for(session, principal))


def receivers_of(session: Session, rows: Sequence[OfferLine]) -> Sequence[str]:
    """The places that driven plans bring these lines to, by name."""
    found = _receivers(session, [row.id for row in rows])
    return sorted({name for names in found.values() for name in names})


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)

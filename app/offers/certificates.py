"""A year's certificate: what its months' certificates say, month by month, and the same food by kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from app.domain.counting import CountedFood
from app.domain.ledger import MassBalance
from app.issuing.content import Content, counted_with
from app.kit.auth import Principal
from app.ledger.service import last_booked_at
from app.models.offers import OfferLine
from app.models.partners import Organisation
from app.offers.receipts import Balances, figures_of, food_of, lines_between, receivers_of

MONTHS = 12


@dataclass(frozen=True)
class YearCertificate:
    """What became of an organisation's food of one year. by_month: the months in which anything was to be fetched, in
    order; they add up to the total, and so do the categories. food: what people got, as the network counts it; its
    driving is not taken off here. as_of: when the ledger last changed, or the year began."""

    organisation: str
    year: int
    offers: int
    total: MassBalance
    by_month: Mapping[date, MassBalance]
    by_category: Mapping[str, MassBalance]
    receivers: Sequence[str]
    food: CountedFood
    as_of: datetime


def year_of(session: Session, principal: Principal, year: int) -> YearCertificate:
    """One year of the caller's own organisation, by the days on which food was to be fetched."""
    principal.require("offers.read")
    first = date(year, 1, 1)
    found = lines_between(session, principal, first, date(year + 1, 1, 1))
    rows = [row for row, _ in found]
    balances = Balances.of(session, rows)
    return YearCertificate(
        organisation=session.get_one(Organisation, principal.organisation_id).name,
        year=year,
        offers=len({row.offer_id for row in rows}),
        total=balances.of_lines(rows),
        by_month=by_month(found, balances, year),
        by_category=balances.by_category(rows),
        receivers=receivers_of(session, rows),
        food=food_of(session, principal, found, balances),
        as_of=last_booked_at(session, [row.id for row in rows]) or datetime.combine(first, time(), UTC),
    )


def by_month(found: Sequence[tuple[OfferLine, date]], balances: Balances, year: int) -> Mapping[date, MassBalance]:
    """The lines of each month in which there are any, together, in order."""
    months = {number: [row for row, day in found if day.month == number] for number in range(1, MONTHS + 1)}
    return {date(year, number, 1): balances.of_lines(rows) for number, rows in months.items() if rows}


def content_of_year(certificate: YearCertificate, figures_of_day: date | None) -> Content:
    """What the certificate says, month by month and food by food. figures_of_day: today, where the year is not over."""
    return Content(
        kind="year_certificate",
        subject=str(certificate.year),
        first=date(certificate.year, 1, 1),
        last=date(certificate.year, MONTHS, 31),
        grams=figures_of(certificate.total),
        parts={
            **{f"{month:%Y-%m}": figures_of(each) for month, each in certificate.by_month.items()},
            **{code: figures_of(each) for code, each in certificate.by_category.items()},
        },
        donors=[certificate.organisation],
        figures_of=figures_of_day,
        details={"offers": certificate.offers, "receivers": list(certificate.receivers)},
        **counted_with(certificate.food),
    )

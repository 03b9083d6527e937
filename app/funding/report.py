"""What a sponsor is told of its money: a report that can be sent as it is, with nothing about other givers in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.funding import Bought, Payment
from app.funding.queries import Books, GrantFigures, Paid, figures, of_same_giver, paid_by, read_books
from app.funding.service import get_grant
from app.issuing.content import Content, counted_with
from app.kit.auth import Principal
from app.models.funding import Grant


@dataclass(frozen=True)
class SponsorReport:
    """All grants of one giver with what they paid for. paid: the newest first. places: food banks that say in public
    where they are; other_places: how many more there were."""

    giver: str
    network: str
    currency: str
    as_of: date
    grants: Sequence[GrantFigures]
    total: Bought
    paid: Sequence[Paid]
    months: Sequence[tuple[date, Bought]]
    places: Sequence[str]
    other_places: int

    @property
    def given(self) -> int:
        """Cents of all its grants."""
        return sum(each.grant.cents for each in self.grants)

    @property
    def left(self) -> int:
        """Cents that nothing was paid with so far."""
        return sum(each.left for each in self.grants)

    @property
    def first(self) -> date:
        """The first day of the first grant."""
        return min(each.grant.valid_from for each in self.grants)

    @property
    def received(self) -> int:
        """Cents that came, as far as payments were entered."""
        return sum(payment["cents"] for each in self.grants for payment in each.grant.received)

    def money(self, cents: float) -> str:
        """An amount in the network's currency."""
        return money_text(cents, self.currency)


def money_text(cents: float, currency: str) -> str:
    """An amount as pages and papers say it."""
    return f"{cents / 100:,.2f} {currency}"


def content_of(books: Books, grant: Grant, as_of: date) -> Content:
    """What the report of that day says in figures, as the books have it now: what was given by then, and what it paid
    for on the days until then. A giver that is no organisation may be a person, and is not named."""
    mine = [each for each in of_same_giver(books, grant) if each.entered_on <= as_of]
    payments = [pay for each in mine for pay in books.found.of_grant(each.id) if pay.day <= as_of]
    by_month = defaultdict(list)
    for each in payments:
        by_month[f"{each.day:%Y-%m}"].append(each)
    total = books.bought(payments)
    return Content(
        kind="sponsor_report",
        subject=f"{grant.id} {as_of}",
        first=min((each.valid_from for each in mine), default=as_of),
        last=as_of,
        grams={"paid_for": total.grams},
        parts={
            month: {"grams": found.grams, "cents": found.cents} for month, found in _bought(books, by_month).items()
        },
        cents={"given": sum(each.cents for each in mine), "spent": total.cents},
        currency=books.network.currency,
        sponsor=grant.giver if grant.organisation_id else "",
        **counted_with(total.food, total.grams_co2e_driving),
    )


def content_of_day(session: Session, principal: Principal, subject: str, now: datetime) -> Content:
    """The same of a paper that was issued. Raises `not_found`."""
    grant_id, _, as_of = subject.partition(" ")
    grant = get_grant(session, principal, UUID(grant_id))
    return content_of(read_books(session, principal, now), grant, date.fromisoformat(as_of))


def _bought(books: Books, by_month: Mapping[str, Sequence[Payment]]) -> dict[str, Bought]:
    return {month: books.bought(payments) for month, payments in sorted(by_month.items())}


def report_of(principal: Principal, books: Books, grant: Grant) -> SponsorReport:
    """The report of whoever gave this grant."""
    mine = {each.id for each in of_same_giver(books, grant)}
    paid = sorted(
        (each for grant_id in mine for each in paid_by(books, grant_id)),
        key=lambda each: (each.payment.day, each.route.number),
        reverse=True,
    )
    by_month = defaultdict(list)
    for each in paid:
        by_month[each.payment.day.replace(day=1)].append(each.payment)
    went_to = {place for each in paid for place in each.route.places}
    return SponsorReport(
        giver=grant.giver,
        network=books.network.name,
        currency=books.network.currency,
        as_of=books.today,
        grants=[each for each in figures(principal, books) if each.grant.id in mine],
        total=books.bought([each.payment for each in paid]),
        paid=paid,
        months=[(month, books.bought(payments)) for month, payments in sorted(by_month.items())],
        places=sorted(books.named[each] for each in went_to if each in books.named),
        other_places=len(went_to - set(books.named)),
    )

"""HTTP for grants and what they paid for."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.funding import queries, service
from app.funding.queries import GrantFigures, NetworkFigures, Paid
from app.funding.schemas import (
    BoughtOut,
    FundingDayIn,
    FundingDayOut,
    FundingOut,
    GrantChange,
    GrantFiguresOut,
    GrantIn,
    GrantOut,
    GrantPaymentOut,
    NetworkFundingOut,
)
from app.kit.auth import Principal
from app.kit.idempotency import Answer
from app.kit.paging import page_of_values
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer
from app.kit.wire import PageOut

router = APIRouter(prefix="/api/v1/grants", route_class=ApiRoute, tags=["funding"], responses=PROBLEMS)
funding_router = APIRouter(prefix="/api/v1/funding", route_class=ApiRoute, tags=["funding"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=GrantOut)
def add_grant(call: Caller, wish: GrantIn) -> Response:
    """Enter money that somebody gives: how much, what for, from when until when."""
    return call.once_shown(
        wish,
        GrantOut,
        lambda session: service.add_grant(session, call.principal, wish, call.now),
        status=201,
        place="grants",
    )


@router.get("")
def list_grants(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[GrantOut]:
    """The grants that you may know of, oldest first: all for the network's staff, one's own for a sponsor."""

    def query(session: Session) -> PageOut[GrantOut]:
        found = service.list_grants(session, call.principal, cursor, limit)
        return PageOut(items=[GrantOut.model_validate(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.get("/{grant_id}")
def get_grant(call: Caller, grant_id: UUID) -> GrantOut:
    """One grant, with its version as ETag."""
    return call.show(GrantOut, lambda session: service.get_grant(session, call.principal, grant_id))


@router.patch("/{grant_id}", dependencies=[TAKES_VERSION])
def change_grant(call: Caller, grant_id: UUID, change: GrantChange) -> GrantOut:
    """Change a grant, or end it with `ended_on`, from the version in If-Match. What it paid for more than a month ago
    stands in reports: its amount, purpose and dates then stay."""
    version = call.expected_version()
    return call.show(
        GrantOut,
        lambda session: service.change_grant(session, call.principal, grant_id, change, version, call.now),
    )


@router.get("/{grant_id}/payments")
def list_grant_payments(
    call: Caller, grant_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[GrantPaymentOut]:
    """The routes that a grant paid for, wholly or in part, the newest first, each with why it paid."""

    def query(session: Session) -> PageOut[GrantPaymentOut]:
        grant = service.get_grant(session, call.principal, grant_id)
        paid = queries.paid_by(queries.read_books(session, call.principal, call.now), grant.id)
        found = page_of_values(paid, lambda each: str(each.payment.route), cursor, limit)
        return PageOut(items=[payment_out(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@funding_router.get("")
def get_funding(call: Caller) -> FundingOut:
    """What the money paid for so far and how long it lasts: of every grant for the network's staff, with the network's
    sums, how it is spread over givers and the months covered; of one's own for a sponsor. Days that nobody reported
    cost nothing here: they were planned, and are not known to have been driven."""
    return call.read(lambda session: funding_out(session, call.principal, call.now))


@funding_router.post("/days", status_code=201, response_model=FundingDayOut)
def count_funding_day(call: Caller, wish: FundingDayIn) -> Response:
    """Count what the routes of a driven day cost, instead of within the hour after its last shift."""

    def verb(session: Session) -> Answer:
        rows = service.record_routes(session, call.principal, wish.service_date, call.now)
        cost = sum(each.cents for each in rows)
        return answer(FundingDayOut(service_date=wish.service_date, routes=len(rows), cost=cost), 201)

    return call.once(wish, verb)


def funding_out(session: Session, principal: Principal, now: datetime) -> FundingOut:
    """What the reader may know."""
    books = queries.read_books(session, principal, now)
    sums = queries.network_figures(principal, books)
    return FundingOut(
        as_of=books.today,
        currency=books.network.currency,
        network=None if sums is None else _network_out(sums),
        grants=[_figures_out(each) for each in queries.figures(principal, books)],
    )


def _figures_out(found: GrantFigures) -> GrantFiguresOut:
    lasting = found.lasting
    return GrantFiguresOut(
        grant_id=found.grant.id,
        giver=found.grant.giver,
        amount=found.grant.cents,
        left=found.left,
        bought=BoughtOut.of(found.bought),
        pays_until=None if lasting is None or lasting.beyond else lasting.last_day,
        unspent_then=None if lasting is None else lasting.unspent,
        lasts_longer=lasting is not None and lasting.beyond,
    )


def _network_out(found: NetworkFigures) -> NetworkFundingOut:
    coming, spread = found.ahead, found.diversity
    same = ("given", "spent", "left", "lapsed", "uncovered", "routes", "routes_without_rates")
    return NetworkFundingOut(
        **{name: getattr(found, name) for name in same},
        cost_a_month=None if coming is None else round(coming.pace),
        covered_until=None if coming is None else coming.covered_until,
        months_covered=None if coming is None or coming.months is None else round(coming.months, 1),
        covered_longer=coming is not None and coming.months is None,
        givers=0 if spread is None else spread.givers,
        largest_share=None if spread is None else round(spread.largest, 4),
        herfindahl=None if spread is None else round(spread.index, 4),
    )


def payment_out(paid: Paid) -> GrantPaymentOut:
    """One payment as it is shown."""
    return GrantPaymentOut(
        service_date=paid.payment.day,
        route=paid.route.number,
        vehicle=paid.route.vehicle_name,
        cost=paid.route.cents,
        paid=paid.payment.cents,
        kg=paid.payment.grams,
        metres=paid.payment.metres,
        stores=paid.route.stores,
        places=list(paid.places),
        other_places=paid.other_places,
        why=paid.payment.why,
    )

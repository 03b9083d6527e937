"""HTTP for offers."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import Day, PageOut
from app.offers import service
from app.offers.schemas import OfferChange, OfferIn, OfferOut, OffersIn, PostedOut, UsualFoodOut, UsualLineOut
from app.offers.usual import usual_food

router = APIRouter(prefix="/api/v1/offers", route_class=ApiRoute, tags=["offers"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=OfferOut)
def post_offer(call: Caller, wish: OfferIn) -> Response:
    """Post surplus food of one of your sites. Kilograms are text ("12.5"), times carry an offset."""
    return call.once_shown(
        wish,
        OfferOut,
        lambda session: service.post_offer(session, call.principal, wish, call.now),
        status=201,
        place="offers",
    )


@router.post("/bulk", status_code=201, response_model=PostedOut)
def post_offers(call: Caller, wish: OffersIn) -> Response:
    """Post up to 200 offers at once: all are taken, or none and every fault is named at its field."""

    def verb(session: Session) -> Answer:
        posted = service.post_offers(session, call.principal, wish.offers, call.now)
        return answer(PostedOut(ids=[offer.id for offer in posted]), 201)

    return call.once(wish, verb)


@router.get("")
def list_offers(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of collection")] = None,
    state: Annotated[Literal["open", "withdrawn"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[OfferOut]:
    """The offers that you see, oldest first."""

    def query(session: Session) -> PageOut[OfferOut]:
        page = service.list_offers(
            session, call.principal, service_date=service_date, state=state, cursor=cursor, limit=limit
        )
        return page_out(OfferOut, page)

    return call.read(query)


@router.get("/usual-food")
def get_usual_food(
    call: Caller, site_id: Annotated[UUID, Query(description="The store; one of yours, or any for the network's staff")]
) -> UsualFoodOut:
    """What a store has posted in the last four weeks, at most eight foods: first what it posts on this weekday, then
    what it posts most often. Offer it again with today's kilograms and dates."""

    def query(session: Session) -> UsualFoodOut:
        lines = usual_food(session, call.principal, site_id, call.now)
        return UsualFoodOut(lines=[UsualLineOut.model_validate(line) for line in lines])

    return call.read(query)


@router.get("/{offer_id}")
def get_offer(call: Caller, offer_id: UUID) -> OfferOut:
    """One offer, with its version as ETag."""
    return call.show(OfferOut, lambda session: service.get_offer(session, call.principal, offer_id))


@router.patch("/{offer_id}")
def amend_offer(call: Caller, offer_id: UUID, change: OfferChange) -> OfferOut:
    """Amend an offer that is not planned yet, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        OfferOut, lambda session: service.amend_offer(session, call.principal, offer_id, change, version, call.now)
    )


@router.post("/{offer_id}/withdraw", response_model=OfferOut, dependencies=[TAKES_VERSION])
def withdraw_offer(call: Caller, offer_id: UUID) -> Response:
    """Take back an offer that is not planned yet; If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        OfferOut,
        lambda session: service.withdraw_offer(session, call.principal, offer_id, version, call.now),
        place="offers",
    )

"""HTTP for outlets and what they took."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import Day, PageOut
from app.outlets import queries, service
from app.outlets.schemas import (
    HandoverIn,
    HandoverOut,
    OpenFoodOut,
    OpenFoodsOut,
    OutletChange,
    OutletChoiceOut,
    OutletIn,
    OutletOut,
)

router = APIRouter(prefix="/api/v1/outlets", route_class=ApiRoute, tags=["outlets"], responses=PROBLEMS)
handovers_router = APIRouter(prefix="/api/v1/handovers", route_class=ApiRoute, tags=["outlets"], responses=PROBLEMS)


@router.post("", status_code=201, response_model=OutletOut)
def add_outlet(call: Caller, wish: OutletIn) -> Response:
    """Enter where food may go that no food bank takes: a community fridge, animal feed, or compost."""
    return call.once_shown(
        wish,
        OutletOut,
        lambda session: service.add_outlet(session, call.principal, wish, call.now),
        status=201,
        place="outlets",
    )


@router.get("")
def list_outlets(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[OutletOut]:
    """The network's outlets, oldest first."""
    return call.read(lambda session: page_out(OutletOut, service.list_outlets(session, call.principal, cursor, limit)))


@router.get("/open-food")
def list_open_food(
    call: Caller, service_date: Annotated[Day, Query(description="Local day of collection")]
) -> OpenFoodsOut:
    """What nobody has taken of a day's food, each with the outlets that may have it now, best use first."""

    def query(session: Session) -> OpenFoodsOut:
        found = queries.open_food(session, call.principal, service_date, call.now)
        return OpenFoodsOut(
            items=[
                OpenFoodOut(
                    offer_id=each.offer.id,
                    offer_line_id=each.line.id,
                    site_name=each.site_name,
                    description=each.line.description,
                    category=each.line.category,
                    kg=each.grams,
                    pickup_until=each.offer.pickup_until,
                    outlets=[OutletChoiceOut.model_validate(outlet) for outlet in each.outlets],
                )
                for each in found
            ]
        )

    return call.read(query)


@router.get("/{outlet_id}")
def get_outlet(call: Caller, outlet_id: UUID) -> OutletOut:
    """One outlet, with its version as ETag."""
    return call.show(OutletOut, lambda session: service.get_outlet(session, call.principal, outlet_id))


@router.patch("/{outlet_id}")
def change_outlet(call: Caller, outlet_id: UUID, change: OutletChange) -> OutletOut:
    """Change an outlet, or retire it, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        OutletOut,
        lambda session: service.change_outlet(session, call.principal, outlet_id, change, version, call.now),
    )


@router.post("/{outlet_id}/handovers", status_code=201, response_model=HandoverOut)
def hand_over_to_outlet(call: Caller, outlet_id: UUID, wish: HandoverIn) -> Response:
    """Say what an outlet took of an offer's line; it is booked there, and is on offer no longer."""

    def verb(session: Session) -> Answer:
        found = service.hand_over(session, call.principal, outlet_id, wish, call.now)
        return answer(HandoverOut.model_validate(found), 201)

    return call.once(wish, verb)


@handovers_router.get("")
def list_handovers(
    call: Caller, offer_id: Annotated[UUID | None, Query()] = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[HandoverOut]:
    """What outlets took of the food that you see, oldest first."""
    return call.read(
        lambda session: page_out(HandoverOut, service.list_handovers(session, call.principal, offer_id, cursor, limit))
    )

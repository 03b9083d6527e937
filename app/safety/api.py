"""HTTP for food safety: the limits that hold, and the decisions about food that is held back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.domain.safety_limits import LIMITS, policy_of
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut
from app.partners.service import network_of
from app.safety import service
from app.safety.schemas import DecisionIn, FoodSafetyOut, LimitOut, QuarantineOut, QuarantineState

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["food safety"], responses=PROBLEMS)
NOTHING_SAID = DecisionIn()


@router.get("/food-safety")
def get_food_safety(call: Caller) -> FoodSafetyOut:
    """The limits of the rule book with their sources, and what your network has made of them."""
    call.principal.require("network.read")
    policy = policy_of(call.read(lambda session: network_of(session, call.principal).food_safety))
    return FoodSafetyOut(
        limits=[
            LimitOut(
                name=limit.name,
                words=limit.words,
                unit=limit.unit,
                stricter=limit.stricter,
                law=limit.value,
                network=getattr(policy, limit.name),
                source=limit.source,
            )
            for limit in LIMITS
        ]
    )


@router.get("/quarantines")
def list_quarantines(
    call: Caller,
    state: Annotated[QuarantineState | None, Query()] = None,
    service_date: Annotated[Day | None, Query(description="Local day of the shift")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[QuarantineOut]:
    """Food that you give or receive and that is held back, or was; oldest first."""

    def query(session: Session) -> PageOut[QuarantineOut]:
        page = service.list_quarantines(
            session, call.principal, state=state, service_date=service_date, cursor=cursor, limit=limit
        )
        return PageOut(items=[QuarantineOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/quarantines/{quarantine_id}")
def get_quarantine(call: Caller, quarantine_id: UUID) -> QuarantineOut:
    """One quarantine, with its version as ETag."""
    return call.show(QuarantineOut, lambda session: service.get_quarantine(session, call.principal, quarantine_id))


@router.post("/quarantines/{quarantine_id}/release", response_model=QuarantineOut, dependencies=[TAKES_VERSION])
def release_quarantine(call: Caller, quarantine_id: UUID, wish: DecisionIn = NOTHING_SAID) -> Response:
    """Let the food go: what was reported as delivered is booked. Never past its use-by date. If-Match is optional."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        QuarantineOut,
        lambda session: service.release(session, call.principal, quarantine_id, wish.note, version, call.now),
    )


@router.post("/quarantines/{quarantine_id}/discard", response_model=QuarantineOut, dependencies=[TAKES_VERSION])
def discard_quarantine(call: Caller, quarantine_id: UUID, wish: DecisionIn = NOTHING_SAID) -> Response:
    """Give the food up: it is booked as wasted, whatever was reported as delivered. If-Match is optional."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        QuarantineOut,
        lambda session: service.discard(session, call.principal, quarantine_id, wish.note, version, call.now),
    )

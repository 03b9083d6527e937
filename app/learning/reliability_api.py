"""HTTP for who can be relied on."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.learning import reliability
from app.learning.reliability_schemas import FollowUpIn, FollowUpOut, ReliabilityOut

router = APIRouter(prefix="/api/v1/reliability", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("")
def get_reliability(call: Caller) -> ReliabilityOut:
    """What became of the visits of the last twelve weeks, the most troubled site first: all sites for those who plan,
    their own for partners. It is worked out anew whenever a route is over."""
    return call.read(lambda session: ReliabilityOut.of(reliability.reliability(session, call.principal)))


@router.post("/{site_id}/follow-ups", status_code=201, response_model=FollowUpOut)
def follow_up_site(call: Caller, site_id: UUID, wish: FollowUpIn) -> Response:
    """Say that you have spoken with a site about what happened there: it is off the list until something new does."""

    def verb(session: Session) -> Answer:
        found = reliability.follow_up(session, call.principal, site_id, wish.side, wish.seen_until, wish.note, call.now)
        return answer(FollowUpOut.model_validate(found), 201)

    return call.once(wish, verb)

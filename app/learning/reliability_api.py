"""HTTP for who can be relied on."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.learning import no_shows, reliability
from app.learning.reliability_schemas import (
    FollowUpIn,
    FollowUpOut,
    OrganisationShiftsOut,
    ReliabilityOut,
    ShiftReliabilityOut,
    ShiftsFollowUpIn,
    ShiftsFollowUpOut,
)

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


@router.get("/shifts")
def get_shift_reliability(call: Caller) -> ShiftReliabilityOut:
    """The shifts of the last twelve weeks that a published plan had food for and that nobody drove, by organisation and
    by no person: all organisations for those who plan, one's own for partners."""

    def query(session: Session) -> ShiftReliabilityOut:
        lines = no_shows.shifts_of_organisations(session, call.principal, call.now)
        return ShiftReliabilityOut(organisations=[OrganisationShiftsOut.of(each) for each in lines])

    return call.read(query)


@router.post("/shifts/{organisation_id}/follow-ups", status_code=201, response_model=ShiftsFollowUpOut)
def follow_up_shifts(call: Caller, organisation_id: UUID, wish: ShiftsFollowUpIn) -> Response:
    """Say that you have spoken with an organisation about its shifts that nobody drove: it is off the list until
    there is another."""

    def verb(session: Session) -> Answer:
        found = no_shows.follow_up_shifts(
            session, call.principal, organisation_id, wish.seen_until, wish.note, call.now
        )
        return answer(ShiftsFollowUpOut.model_validate(found), 201)

    return call.once(wish, verb)

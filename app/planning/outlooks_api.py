"""HTTP for outlooks: ask for one, read it."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer, path_of
from app.planning import outlooks
from app.planning.outlook_schemas import OutlookOut
from app.planning.schemas import PlanRunIn, PlanRunOut

router = APIRouter(prefix="/api/v1/outlooks", route_class=ApiRoute, tags=["plans"], responses=PROBLEMS)


@router.post("", status_code=202, response_model=PlanRunOut)
def request_outlook(call: Caller, wish: PlanRunIn) -> Response:
    """Ask how a coming day would be driven with what its stores are expected to post. Answers at once; follow
    `Location` until the run is done, then read the outlook under the run's id. A plan that is asked for meanwhile goes
    first: the run fails then."""

    def verb(session: Session) -> Answer:
        run = outlooks.request_outlook(session, call.principal, wish.service_date, call.now)
        return answer(PlanRunOut.model_validate(run), 202, location=path_of("plan-runs", run.id))

    return call.once(wish, verb)


@router.get("/{outlook_id}")
def get_outlook(call: Caller, outlook_id: UUID) -> OutlookOut:
    """One outlook with its routes, what is expected and what is posted. It is no plan and is never published."""
    return call.read(
        lambda session: OutlookOut.model_validate(outlooks.get_outlook(session, call.principal, outlook_id))
    )

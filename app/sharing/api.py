"""HTTP for shares of a day's cost."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.kit.wire import Day
from app.partners.service import network_of
from app.sharing import service
from app.sharing.queries import shares_between
from app.sharing.schemas import CostSharesOut, SharesAskedIn, SharesAskedOut

router = APIRouter(prefix="/api/v1/cost-shares", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("")
def get_cost_shares(
    call: Caller,
    first: Annotated[Day, Query(alias="from", description="First local day")],
    last: Annotated[Day, Query(alias="until", description="Last local day, included")],
    groups: Annotated[bool, Query(description="Also what each group would have paid by itself")] = False,
) -> CostSharesOut:
    """How the cost of these days' vans is shared among the food banks that they drove for, as the days were planned
    and, apart from that, as they were recorded: one's own share and why for a partner, all of them for the network. A
    day is worked out when it is over, and as recorded when nothing can be reported of it any more."""

    def query(session: Session) -> CostSharesOut:
        found = shares_between(session, call.principal, first, last, groups=groups)
        return CostSharesOut.of(network_of(session, call.principal).currency, found, groups=groups)

    return call.read(query)


@router.post("", status_code=202, response_model=SharesAskedOut)
def share_day_cost(call: Caller, wish: SharesAskedIn) -> Response:
    """Have a published day's cost shared now, before it is over or once more; what has not changed is not worked out
    again. Answers at once."""

    def verb(session: Session) -> Answer:
        until = service.ask_for_shares(session, call.principal, wish.service_date, call.now)
        return answer(SharesAskedOut(service_date=wish.service_date, reports_until=until), 202)

    return call.once(wish, verb)

"""HTTP for the lines of donations, as JSON, CSV or XLSX."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.donations.schemas import DonationOut
from app.donations.service import Wanted, list_donations
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["donations"], responses=PROBLEMS)


@router.get("/donations", name="list_donations")
def list_all(
    call: Caller,
    first: Annotated[Day | None, Query(alias="from", description="First local day; none: from the beginning")] = None,
    last: Annotated[Day | None, Query(alias="until", description="Last local day, included; none: until now")] = None,
    organisation_id: Annotated[
        UUID | None, Query(description="Another supermarket's, for the network's staff; none: your own")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[DonationOut]:
    """What food banks received of your food, line by line with lot and date, for what a tax form asks: no form of any
    country, and no value that you did not state. Adds up to the certificate of the same days."""

    def query(session: Session) -> PageOut[DonationOut]:
        wanted = Wanted(organisation_id, first, last)
        found = list_donations(session, call.principal, wanted, cursor, limit, call.now)
        return PageOut(items=[DonationOut.of(each) for each in found.items], next_cursor=found.next_cursor)

    return call.read(query)

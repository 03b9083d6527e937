"""HTTP for public bodies' areas."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller
from app.kit.wire import Day
from app.reports.area import service
from app.reports.area.schemas import AreaIn, AreaOut, AreaTotalsOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["reports"], responses=PROBLEMS)


@router.get("/area")
def get_area_totals(
    call: Caller,
    first: Annotated[Day, Query(alias="from", description="First local day: of a month")],
    last: Annotated[Day, Query(alias="until", description="Last local day, included: of a month that is over")],
    organisation_id: Annotated[
        UUID | None, Query(description="The public body, for the network's staff; otherwise one's own")
    ] = None,
) -> AreaTotalsOut:
    """What the food of a public body's area came to in whole months that are over. No partner's own figure follows from
    it: what fewer than three partners have a part in is null, month by month."""
    whose = organisation_id or call.principal.organisation_id
    return call.read(
        lambda session: AreaTotalsOut.of(whose, service.totals(session, call.principal, whose, first, last, call.now))
    )


@router.get("/organisations/{organisation_id}/area")
def get_area(call: Caller, organisation_id: UUID) -> AreaOut:
    """A public body's area, with its version as ETag; 404 until one is named."""
    return call.show(AreaOut, lambda session: service.get_area(session, call.principal, organisation_id, call.now))


@router.put("/organisations/{organisation_id}/area", dependencies=[TAKES_VERSION])
def set_area(call: Caller, organisation_id: UUID, wish: AreaIn) -> AreaOut:
    """Name a public body's area, by its places or by its boundary; once there is one, from the version in If-Match."""
    version = call.version_if_given()
    return call.show(
        AreaOut, lambda session: service.set_area(session, call.principal, organisation_id, wish, version, call.now)
    )

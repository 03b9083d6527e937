"""HTTP for partners: organisations and sites."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.kit.bulk import BulkIn, BulkOut, each
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out, path_of
from app.kit.wire import PageOut
from app.partners import partnerships, service
from app.partners.partnership_schemas import NewOrganisation, NewOrganisationOut, OrganisationChange, PartnershipOut
from app.partners.schemas import OrganisationOut, SiteChange, SiteIn, SiteOut
from app.roads.streets import Streets

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["partners"], responses=PROBLEMS)


@router.post("/organisations", status_code=201, response_model=NewOrganisationOut)
def add_organisation(call: Caller, wish: NewOrganisation) -> Response:
    """Enter a partner and propose a partnership, which the partner accepts; agreed on paper, it is active at once."""

    def verb(session: Session) -> Answer:
        added, partnership = partnerships.add_organisation(session, call.principal, wish, call.now)
        shown = {name: getattr(added, name) for name in ("id", "kind", "name", "registration_number", "version")}
        out = NewOrganisationOut(**shown, partnership=PartnershipOut.model_validate(partnership))
        return answer(out, 201, location=path_of("organisations", added.id), version=added.version)

    return call.once(wish, verb)


@router.get("/organisations")
def list_organisations(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[OrganisationOut]:
    """The partners that you see, by name."""
    call.principal.require("partners.read")
    return call.read(lambda session: page_out(OrganisationOut, service.page_of_organisations(session, cursor, limit)))


@router.get("/organisations/{organisation_id}")
def get_organisation(call: Caller, organisation_id: UUID) -> OrganisationOut:
    """One partner, with its version as ETag."""
    call.principal.require("partners.read")
    return call.show(OrganisationOut, lambda session: service.get_organisation(session, organisation_id))


@router.patch("/organisations/{organisation_id}")
def change_organisation(call: Caller, organisation_id: UUID, change: OrganisationChange) -> OrganisationOut:
    """Rename a partner, or state its registration number, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        OrganisationOut,
        lambda session: partnerships.change_organisation(
            session, call.principal, organisation_id, change, version, call.now
        ),
    )


@router.post("/sites", status_code=201, response_model=SiteOut)
def add_site(request: Request, call: Caller, wish: SiteIn) -> Response:
    """Enter a place. A pin that no vehicle can reach is refused, one over 100 m from a street has a warning."""
    streets: Streets = request.app.state.streets
    return call.once_shown(
        wish,
        SiteOut,
        lambda session: service.add_site(session, call.principal, wish, streets, call.now),
        status=201,
        place="sites",
    )


@router.post("/sites/bulk", status_code=201, response_model=BulkOut[SiteOut])
def add_sites(request: Request, call: Caller, wish: BulkIn[SiteIn]) -> Response:
    """Enter up to 200 places at once: all of them, or none."""
    streets: Streets = request.app.state.streets

    def verb(session: Session) -> Answer:
        rows = each(session, wish.items, lambda one: service.add_site(session, call.principal, one, streets, call.now))
        return answer(BulkOut[SiteOut](items=[SiteOut.model_validate(row) for row in rows]), 201)

    return call.once(wish, verb)


@router.get("/sites")
def list_sites(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[SiteOut]:
    """The places that you see, by name."""
    call.principal.require("sites.read")
    return call.read(lambda session: page_out(SiteOut, service.page_of_sites(session, cursor, limit)))


@router.get("/sites/{site_id}")
def get_site(call: Caller, site_id: UUID) -> SiteOut:
    """One place, with its version as ETag."""
    call.principal.require("sites.read")
    return call.show(SiteOut, lambda session: service.get_site(session, site_id))


@router.patch("/sites/{site_id}")
def change_site(request: Request, call: Caller, site_id: UUID, change: SiteChange) -> SiteOut:
    """Change a place, from the version in If-Match. A moved pin is checked like a new one."""
    streets: Streets = request.app.state.streets
    version = call.expected_version()
    return call.show(
        SiteOut,
        lambda session: service.change_site(session, call.principal, site_id, change, version, streets, call.now),
    )

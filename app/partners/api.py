"""HTTP for partners: organisations, sites, people, keys, signing in and out."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.bulk import BulkIn, BulkOut, each
from app.kit.idempotency import Answer
from app.kit.web import (
    PROBLEMS,
    SESSION_COOKIE,
    ApiRoute,
    Caller,
    Cursor,
    Limit,
    answer,
    database_of,
    now_of,
    page_out,
    path_of,
    principal_of,
    set_cookie,
    with_version,
)
from app.kit.wire import PageOut
from app.partners import service
from app.partners.schemas import (
    KeyIn,
    KeyOut,
    MeOut,
    NetworkOut,
    OrganisationIn,
    OrganisationOut,
    PersonIn,
    PersonOut,
    SessionOut,
    SignIn,
    SiteChange,
    SiteIn,
    SiteOut,
)
from app.roads.streets import Streets

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["partners"], responses=PROBLEMS)


@router.post("/sign-in", status_code=200)
def sign_in(request: Request, response: Response, wish: SignIn) -> SessionOut:
    """Exchange e-mail address and password for a session: a Bearer token, and a cookie for the pages.

    There is no `Idempotency-Key` here: sent again, it is another session with a life of its own.
    """
    credential, secret = service.sign_in(database_of(request), wish, now_of(request))
    assert credential.expires_at is not None  # noqa: S101
    set_cookie(request, response, SESSION_COOKIE, secret, int(service.SESSION_LIFE.total_seconds()))
    return SessionOut(token=secret, expires_at=credential.expires_at)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, principal: Annotated[Principal, Depends(principal_of)]) -> Response:
    """End this session; its token is dead on the next request, so sent again it is answered with 401."""
    with database_of(request).transaction(principal.scope) as session:
        service.sign_out(session, principal, now_of(request))
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.get("/me")
def me(call: Caller) -> MeOut:
    """Who the service takes you for."""
    principal = call.principal
    principal.require("network.read")
    return call.read(
        lambda session: MeOut(
            kind=principal.kind,
            name=principal.name,
            role=principal.role,
            scopes=sorted(principal.scopes),
            organisation=OrganisationOut.model_validate(service.get_organisation(session, principal.organisation_id)),
            network=NetworkOut.model_validate(service.network_of(session, principal)),
        )
    )


@router.post("/organisations", status_code=201, response_model=OrganisationOut)
def add_organisation(call: Caller, wish: OrganisationIn) -> Response:
    """Take a partner into your network."""

    return call.once(
        wish,
        lambda session: answer(
            (out := OrganisationOut.model_validate(service.add_organisation(session, call.principal, wish, call.now))),
            201,
            location=path_of("organisations", out.id),
        ),
    )


@router.get("/organisations")
def list_organisations(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[OrganisationOut]:
    """The partners that you see, by name."""
    call.principal.require("partners.read")
    return call.read(lambda session: page_out(OrganisationOut, service.page_of_organisations(session, cursor, limit)))


@router.get("/organisations/{organisation_id}")
def get_organisation(call: Caller, organisation_id: UUID) -> OrganisationOut:
    """One partner."""
    call.principal.require("partners.read")
    return call.read(lambda session: OrganisationOut.model_validate(service.get_organisation(session, organisation_id)))


@router.post("/organisations/{organisation_id}/people", status_code=201, response_model=PersonOut)
def add_person(call: Caller, organisation_id: UUID, wish: PersonIn) -> Response:
    """Let somebody sign in for an organisation."""
    return call.once(
        wish,
        lambda session: answer(
            PersonOut.model_validate(service.add_person(session, call.principal, organisation_id, wish, call.now)),
            201,
        ),
    )


@router.post("/organisations/{organisation_id}/api-keys", status_code=201, response_model=KeyOut)
def add_key(call: Caller, organisation_id: UUID, wish: KeyIn) -> Response:
    """Hand out an API key. It is shown this once and kept only as its sha256."""

    def verb(session: Session) -> Answer:
        credential, secret = service.add_key(session, call.principal, organisation_id, wish, call.now)
        shown = answer(KeyOut(id=credential.id, name=credential.name, scopes=wish.scopes, key=secret), 201)
        return replace(shown, kept={**shown.body, "key": "shown once, when it was made"})

    return call.once(wish, verb)


@router.delete("/api-keys/{key_id}", status_code=204)
def revoke_key(call: Caller, key_id: UUID) -> Response:
    """Take a key back; it is dead on the next request."""
    call.read(lambda session: service.revoke_key(session, call.principal, key_id, call.now))
    return Response(status_code=204)


@router.post("/sites", status_code=201, response_model=SiteOut)
def add_site(request: Request, call: Caller, wish: SiteIn) -> Response:
    """Enter a place. A pin that no vehicle can reach is refused, one over 100 m from a street has a warning."""
    streets: Streets = request.app.state.streets

    def verb(session: Session) -> Answer:
        site = service.add_site(session, call.principal, wish, streets, call.now)
        return answer(SiteOut.model_validate(site), 201, location=path_of("sites", site.id), version=site.version)

    return call.once(wish, verb)


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
def get_site(call: Caller, response: Response, site_id: UUID) -> SiteOut:
    """One place, with its version as ETag."""
    call.principal.require("sites.read")
    site = call.read(lambda session: SiteOut.model_validate(service.get_site(session, site_id)))
    with_version(response, site.version)
    return site


@router.patch("/sites/{site_id}")
def change_site(request: Request, call: Caller, response: Response, site_id: UUID, change: SiteChange) -> SiteOut:
    """Change a place, from the version in If-Match. A moved pin is checked like a new one."""
    streets: Streets = request.app.state.streets
    version = call.expected_version()
    site = call.read(
        lambda session: SiteOut.model_validate(
            service.change_site(session, call.principal, site_id, change, version, streets, call.now)
        )
    )
    with_version(response, site.version)
    return site

"""HTTP for partners: organisations, sites, people, keys, signing in and out."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import (
    PROBLEMS,
    SESSION_COOKIE,
    ApiRoute,
    Caller,
    answer,
    database_of,
    now_of,
    path_of,
    set_cookie,
    with_version,
)
from app.partners import partnerships, service
from app.partners.partnership_schemas import NewOrganisation, NewOrganisationOut, OrganisationChange, PartnershipOut
from app.partners.schemas import (
    KeyIn,
    KeyOut,
    MeOut,
    NetworkOut,
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
    """Exchange e-mail address and password for a session: a Bearer token, and a cookie for the pages."""
    credential, secret = service.sign_in(database_of(request), wish, now_of(request))
    assert credential.expires_at is not None  # noqa: S101
    set_cookie(request, response, SESSION_COOKIE, secret, int(service.SESSION_LIFE.total_seconds()))
    return SessionOut(token=secret, expires_at=credential.expires_at)


@router.post("/sign-out", status_code=204)
def sign_out(call: Caller) -> Response:
    """End this session; its token is dead on the next request."""
    call.read(lambda session: service.sign_out(session, call.principal, call.now))
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


@router.post("/organisations", status_code=201, response_model=NewOrganisationOut)
def add_organisation(call: Caller, wish: NewOrganisation) -> Response:
    """Enter a partner and propose a partnership, which the partner accepts; agreed on paper, it is active at once."""

    def verb(session: Session) -> Answer:
        added, partnership = partnerships.add_organisation(session, call.principal, wish, call.now)
        shown = {name: getattr(added, name) for name in ("id", "kind", "name", "version")}
        out = NewOrganisationOut(**shown, partnership=PartnershipOut.model_validate(partnership))
        return answer(out, 201, location=path_of("organisations", added.id), version=added.version)

    return call.once(wish, verb)


@router.get("/organisations")
def list_organisations(call: Caller) -> list[OrganisationOut]:
    """The partners that you see."""
    call.principal.require("partners.read")
    return call.read(
        lambda session: [OrganisationOut.model_validate(row) for row in service.list_organisations(session)]
    )


@router.get("/organisations/{organisation_id}")
def get_organisation(call: Caller, response: Response, organisation_id: UUID) -> OrganisationOut:
    """One partner, with its version as ETag."""
    call.principal.require("partners.read")
    out = call.read(lambda session: OrganisationOut.model_validate(service.get_organisation(session, organisation_id)))
    with_version(response, out.version)
    return out


@router.patch("/organisations/{organisation_id}")
def change_organisation(
    call: Caller, response: Response, organisation_id: UUID, change: OrganisationChange
) -> OrganisationOut:
    """Rename a partner, from the version in If-Match."""
    version = call.expected_version()
    out = call.read(
        lambda session: OrganisationOut.model_validate(
            partnerships.change_organisation(session, call.principal, organisation_id, change, version, call.now)
        )
    )
    with_version(response, out.version)
    return out


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


@router.get("/sites")
def list_sites(call: Caller) -> list[SiteOut]:
    """The places that you see."""
    call.principal.require("sites.read")
    return call.read(lambda session: [SiteOut.model_validate(row) for row in service.list_sites(session)])


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

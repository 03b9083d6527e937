"""HTTP for signing in and out, one's own sessions and password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from app.kit.auth import Principal
from app.kit.web import (
    PROBLEMS,
    SESSION_COOKIE,
    ApiRoute,
    Caller,
    Cursor,
    Limit,
    Problem,
    database_of,
    now_of,
    principal_of,
    set_cookie,
)
from app.kit.wire import PageOut
from app.models.system import Credential
from app.partners.schemas import NetworkOut, OrganisationOut
from app.partners.service import get_organisation, network_of
from app.people import invitations, sessions, sign_in
from app.people.schemas import (
    Accepted,
    InvitationAcceptance,
    LinkUse,
    LinkWish,
    MeOut,
    NewPasswordIn,
    OpenSession,
    SessionOut,
    SignIn,
)

router = APIRouter(
    prefix="/api/v1",
    route_class=ApiRoute,
    tags=["people"],
    responses={
        **PROBLEMS,
        410: {"model": Problem, "description": "A link that was used, taken back or has expired"},
        429: {"model": Problem, "description": "Too many tries; wait for Retry-After"},
    },
)


def address_of(request: Request) -> str:
    """Where a request comes from; the server has put in what a trusted proxy says."""
    return request.client.host if request.client else ""


def keep_signed_in(request: Request, response: Response, secret: str) -> None:
    """Keep the session as a cookie, for the pages."""
    set_cookie(request, response, SESSION_COOKIE, secret, int(sessions.SESSION_LIFE.total_seconds()))


def _session(request: Request, response: Response, begun: tuple[Credential, str]) -> SessionOut:
    credential, secret = begun
    assert credential.expires_at is not None  # noqa: S101
    keep_signed_in(request, response, secret)
    return SessionOut(token=secret, expires_at=credential.expires_at)


@router.post("/sign-in")
def sign_in_by_password(request: Request, response: Response, wish: SignIn) -> SessionOut:
    """Exchange e-mail address and password for a session: a Bearer token, and a cookie for the pages."""
    begun = sign_in.sign_in(database_of(request), wish, address_of(request), now_of(request))
    return _session(request, response, begun)


@router.post("/sign-in/link", status_code=202)
def ask_for_sign_in_link(request: Request, tasks: BackgroundTasks, wish: LinkWish) -> Accepted:
    """Have a link mailed that signs in, once, for 15 minutes; the answer never says whether the address is known."""
    database, now = database_of(request), now_of(request)
    sign_in.ask_for_link(database, wish.email, address_of(request), now)
    if request.app.state.settings.smtp_url is not None:  # else it would end before anybody could send it
        tasks.add_task(sign_in.mail_link, database, wish.email, now)
    return Accepted()


@router.post("/sign-in/link/use")
def use_sign_in_link(request: Request, response: Response, wish: LinkUse) -> SessionOut:
    """Exchange a mailed link's token for a session; it works once."""
    return _session(request, response, sign_in.use_link(database_of(request), wish.token, now_of(request)))


@router.post("/invitations/accept")
def accept_invitation(request: Request, response: Response, wish: InvitationAcceptance) -> SessionOut:
    """Answer an invitation: set the password and sign in; the token works once."""
    return _session(request, response, invitations.accept(database_of(request), wish, now_of(request)))


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, principal: Annotated[Principal, Depends(principal_of)]) -> Response:
    """End this session; its token is dead on the next request, so sent again it is answered with 401."""
    with database_of(request).transaction(principal.scope) as session:
        sessions.sign_out(session, principal, now_of(request))
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.get("/me")
def get_me(call: Caller) -> MeOut:
    """Who the service takes you for."""
    principal = call.principal
    principal.require("network.read")
    return call.read(
        lambda session: MeOut(
            kind=principal.kind,
            person_id=principal.person_id,
            name=principal.name,
            role=principal.role,
            scopes=sorted(principal.scopes),
            organisation=OrganisationOut.model_validate(get_organisation(session, principal.organisation_id)),
            network=NetworkOut.model_validate(network_of(session, principal)),
        )
    )


@router.put("/me/password", status_code=204)
def change_password(request: Request, call: Caller, wish: NewPasswordIn) -> Response:
    """Set a new password; every other session of yours ends."""
    sign_in.change_password(call.database, call.principal, wish, address_of(request), call.now)
    return Response(status_code=204)


@router.get("/me/sessions")
def list_sessions(
    call: Caller,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[OpenSession]:
    """Your own open sessions, oldest first."""
    page = call.read(lambda session: sessions.list_sessions(session, call.principal, call.now, cursor, limit))
    return PageOut(items=[_open(row, call) for row in page.items], next_cursor=page.next_cursor)


def _open(row: Credential, call: Caller) -> OpenSession:
    known = {name: getattr(row, name) for name in ("id", "created_at", "expires_at", "last_used_on", "signed_in_by")}
    return OpenSession.model_validate({**known, "current": row.id == call.principal.credential_id})


@router.delete("/me/sessions/{session_id}", status_code=204)
def end_session(call: Caller, session_id: UUID) -> Response:
    """End one of your own sessions; it is dead on the next request."""
    call.read(lambda session: sessions.end_session(session, call.principal, session_id, call.now))
    return Response(status_code=204)

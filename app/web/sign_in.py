"""Signing in by password or mailed link, answering an invitation, signing out, and the way home."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response
from pydantic import ValidationError

from app.kit.errors import WaslError, forbidden, invalid_request
from app.kit.misfits import field_error
from app.kit.web import SESSION_COOKIE, database_of, from_own_page, now_of, principal_of
from app.partners.service import get_organisation
from app.people import invitations, sessions, sign_in
from app.people.schemas import InvitationAcceptance, LinkWish, SignIn
from app.people.sign_in_api import address_of, keep_signed_in
from app.web.rendering import render, see_other
from app.web.visitor import Visitor, home_of


def own_form(request: Request) -> None:
    """Nobody is signed in by a form of another site, as somebody else than they think they are."""
    if request.method == "POST" and not from_own_page(request):
        raise forbidden("This form was sent by another site. Open the page here and try again.")


router = APIRouter(include_in_schema=False, dependencies=[Depends(own_form)])


@router.get("/")
def home(request: Request, visitor: Visitor) -> Response:
    """The page that the visitor needs most."""
    with database_of(request).transaction(visitor.scope) as session:
        kind = get_organisation(session, visitor.organisation_id).kind
    return see_other(home_of(visitor.role, kind))


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """E-mail address and password."""
    return _form(request, next=next)


def _form(
    request: Request, status: int = 200, *, next: str = "/", email: str = "", problem: str = "", sent: bool = False
) -> Response:
    mails = request.app.state.settings.smtp_url is not None
    return render(request, "sign_in.html", status, next=next, email=email, problem=problem, sent=sent, mails=mails)


@router.post("/sign-in")
def by_password(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session; the answer is the same for an unknown address and for a wrong password."""
    try:
        wish = SignIn(email=email, password=password)
        _, secret = sign_in.sign_in(database_of(request), wish, address_of(request), now_of(request))
    except ValueError:
        return _form(request, 401, next=next, email=email, problem="not_signed_in")
    except WaslError as error:
        return _form(request, error.status, next=next, email=email, problem=error.code)
    # Only a path of our own: nobody is led elsewhere by a crafted link.
    target = next if next.startswith("/") and not next.startswith(("//", "/\\")) else "/"
    return _signed_in(request, secret, target)


def _signed_in(request: Request, secret: str, target: str = "/") -> Response:
    response = see_other(target)
    keep_signed_in(request, response, secret)
    return response


@router.post("/sign-in/link")
def ask_for_link(
    request: Request,
    tasks: BackgroundTasks,
    email: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Have a link mailed; the page says the same whether or not the address is known."""
    database, now = database_of(request), now_of(request)
    try:
        wish = LinkWish(email=email.strip())
        sign_in.ask_for_link(database, wish.email, address_of(request), now)
    except ValueError:
        return _form(request, 422, next=next, problem="email_missing")
    except WaslError as error:
        return _form(request, error.status, next=next, email=email, problem=error.code)
    if not wish.email:
        return _form(request, 422, next=next, problem="email_missing")
    if request.app.state.settings.smtp_url is not None:
        tasks.add_task(sign_in.mail_link, database, wish.email, now)
    return _form(request, next=next, email=email, sent=True)


@router.get("/sign-in/link/{token}")
def confirm(request: Request, token: str) -> Response:
    """Mail scanners follow links; only a person presses the button."""
    sign_in.look_at_link(database_of(request), token, now_of(request))
    return render(request, "sign_in_link.html", token=token)


@router.post("/sign-in/link/{token}")
def by_link(request: Request, token: str) -> Response:
    """Begin a session by the link that was mailed; it works once."""
    _, secret = sign_in.use_link(database_of(request), token, now_of(request))
    return _signed_in(request, secret)


@router.get("/invitation/{token}")
def invitation(request: Request, token: str) -> Response:
    """Who is invited by whom, and a field for the password; nothing changes before it is sent."""
    return _invitation(request, token)


def _invitation(request: Request, token: str, error: WaslError | None = None) -> Response:
    name, email, organisation = invitations.read_invitation(database_of(request), token, now_of(request))
    words = {"name": name, "email": email, "organisation": organisation}
    return render(request, "invitation.html", error.status if error else 200, token=token, error=error, **words)


@router.post("/invitation/{token}")
def accept(request: Request, token: str, password: Annotated[str, Form()] = "") -> Response:
    """Set the password and sign in."""
    try:
        wish = InvitationAcceptance(token=token, password=password)
    except ValidationError as error:
        return _invitation(request, token, invalid_request([field_error(dict(each)) for each in error.errors()]))
    try:
        _, secret = invitations.accept(database_of(request), wish, now_of(request))
    except WaslError as error:
        if error.code != "password_too_easy":
            raise
        return _invitation(request, token, error)
    return _signed_in(request, secret)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, wherever it is open."""
    try:
        principal = principal_of(request)
        with database_of(request).transaction(principal.scope) as session:
            sessions.sign_out(session, principal, now_of(request))
    except WaslError:
        pass
    response = see_other("/sign-in")
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response

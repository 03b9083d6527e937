"""Signing in and out, and the way home."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.kit.errors import WaslError
from app.kit.web import SESSION_COOKIE, database_of, now_of, principal_of, set_cookie
from app.partners import service
from app.partners.schemas import SignIn
from app.web.rendering import render, see_other
from app.web.visitor import Visitor, home_of

router = APIRouter()


@router.get("/")
def home(visitor: Visitor) -> Response:
    """The page that the visitor needs most."""
    return see_other(home_of(visitor.role))


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """E-mail address and password."""
    return render(request, "sign_in.html", next=next, email="", failed=False)


@router.post("/sign-in")
def sign_in(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session; the answer is the same for an unknown address and for a wrong password."""
    try:
        _, secret = service.sign_in(database_of(request), SignIn(email=email, password=password), now_of(request))
    except (WaslError, ValueError):
        return render(request, "sign_in.html", 401, next=next, email=email, failed=True)
    # Only a path of our own: nobody is led elsewhere by a crafted link.
    target = next if next.startswith("/") and not next.startswith(("//", "/\\")) else "/"
    response = see_other(target)
    set_cookie(request, response, SESSION_COOKIE, secret, int(service.SESSION_LIFE.total_seconds()))
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, wherever it is open."""
    try:
        principal = principal_of(request)
        with database_of(request).transaction(principal.scope) as session:
            service.sign_out(session, principal, now_of(request))
    except WaslError:
        pass
    response = see_other("/sign-in")
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response

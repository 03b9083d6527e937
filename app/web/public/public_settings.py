"""Where a network's administrator names its page for everybody and switches it on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.partners import Network, Site
from app.models.public_pages import PublicPage
from app.partners.service import list_sites, network_of
from app.public import service
from app.public.schemas import LONGEST_SLUG, PublicPageIn
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
TEXTS = ("slug", "name_en", "name_ar")


@dataclass
class PublicPageForm(TypedForm):
    """What stands in the form: as typed, with the errors of each field."""

    version: str = ""
    is_on: bool = False
    slug: str = ""
    name_en: str = ""
    name_ar: str = ""


@dataclass(frozen=True)
class Desk:
    """What the form stands beside. on_page: the places that their organisations have put on it."""

    network: Network
    page: PublicPage | None
    on_page: Sequence[Site]


@router.get("/public-page")
def show(request: Request, visitor: Visitor, done: int = 0) -> Response:
    """The page's name and address, and which places are on it."""
    desk = _desk(request, visitor)
    return _show(request, visitor, desk, _form_of(desk), done=done)


@router.post("/public-page")
def change(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Name it, switch it on or off; what does not fit is shown again with a sentence at it."""
    desk, fields = _desk(request, visitor), texts_of(data)
    form = PublicPageForm(
        version=fields.get("version", ""),
        is_on="is_on" in fields,
        **{name: fields.get(name, "") for name in TEXTS},  # type: ignore[arg-type]
    )
    try:
        wish = read_as(PublicPageIn, {"is_on": form.is_on, **{name: getattr(form, name) for name in TEXTS}})
        version = int(form.version) if form.version.isdecimal() else None
        with database_of(request).transaction(visitor.scope) as session:
            service.set_page(session, visitor, wish, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _show(request, visitor, desk, form, status=error.status)
    return see_other("/public-page", done="1")


def _desk(request: Request, visitor: Principal) -> Desk:
    visitor.require("policy.edit")
    with database_of(request).transaction(visitor.scope) as session:
        points = service.points_seen(session)
        shown = [site for site in list_sites(session) if site.id in points and points[site.id].is_public]
        return Desk(network_of(session, visitor), service.page_of_network(session, visitor), shown)


def _form_of(desk: Desk) -> PublicPageForm:
    page = desk.page
    if page is None:
        return PublicPageForm(slug=_proposed(desk.network.name), name_en=desk.network.name)
    return PublicPageForm(
        version=str(page.version), is_on=page.is_on, slug=page.slug, name_en=page.name_en, name_ar=page.name_ar
    )


def _proposed(name: str) -> str:
    """An address that sounds like the network's name; empty for a name without Latin letters."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:LONGEST_SLUG].strip("-")


def _show(
    request: Request, visitor: Principal, desk: Desk, form: PublicPageForm, *, status: int = 200, done: int = 0
) -> Response:
    base = request.app.state.settings.base_url or str(request.base_url)
    return render(
        request,
        "public_settings.html",
        status,
        signed_in=visitor.name,
        demonstration=desk.network.demonstration,
        desk=desk,
        form=form,
        root=f"{base.rstrip('/')}/n/",
        done=done,
    )

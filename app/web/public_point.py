"""Where a place's organisation says when it gives food to people, and whether everybody is shown that."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.partners import Network, Site
from app.models.public_pages import DistributionPoint
from app.partners.service import network_of, own_site, zone_of
from app.public import service
from app.web import public_point_form
from app.web.language import language_of
from app.web.public_point_form import PublicPointForm
from app.web.rendering import render, see_other
from app.web.sent_forms import lists_of, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/sites/{site_id}/public")
def show(request: Request, visitor: Visitor, site_id: UUID, done: int = 0) -> Response:
    """What everybody may know of the place, to be changed."""
    network, site, point = _found(request, visitor, site_id)
    today = service_date_of(now_of(request), zone_of(network))
    form = public_point_form.of_point(point, today)
    return _show(request, visitor, network, site, form, is_shown=point is not None and point.is_public, done=done)


@router.post("/sites/{site_id}/public")
def change(request: Request, visitor: Visitor, site_id: UUID, data: Sent) -> Response:
    """Say it, or add a row; what does not fit is shown again with a sentence at it."""
    network, site, point = _found(request, visitor, site_id)
    form = public_point_form.read(texts_of(data), lists_of(data))
    is_shown = point is not None and point.is_public
    if "add_window" in data or "add_day" in data:
        if "add_window" in data:
            form.windows.append(public_point_form.empty_window())
        else:
            form.other_days.append(public_point_form.empty_day())
        return _show(request, visitor, network, site, form, is_shown=is_shown)
    try:
        wish = public_point_form.request_of(form)
        version = int(form.version) if form.version.isdecimal() else None
        with database_of(request).transaction(visitor.scope) as session:
            service.set_point(session, visitor, site_id, wish, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _show(request, visitor, network, site, form, is_shown=is_shown, status=error.status)
    return see_other(f"/sites/{site_id}/public", done="1")


def _found(request: Request, visitor: Principal, site_id: UUID) -> tuple[Network, Site, DistributionPoint | None]:
    visitor.require("sites.edit")
    with database_of(request).transaction(visitor.scope) as session:
        site = own_site(session, visitor, site_id)
        return network_of(session, visitor), site, service.find_point(session, site.id)


def _show(
    request: Request,
    visitor: Principal,
    network: Network,
    site: Site,
    form: PublicPointForm,
    *,
    is_shown: bool,
    status: int = 200,
    done: int = 0,
) -> Response:
    is_own = site.organisation_id == visitor.organisation_id
    return render(
        request,
        "public_point.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        site=site,
        form=form,
        weekdays=language_of(request).weekdays,
        may_show=is_own or is_shown,
        may_see_day=visitor.may("plans.read"),
        done=done,
    )

"""Where a place's organisation says when it gives food to people, and whether everybody is shown that."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.partners import Network, Site
from app.models.public_pages import DistributionPoint, PublicPage
from app.partners.service import network_of, own_site, zone_of
from app.public import service
from app.web.language import language_of
from app.web.other_days import empty_day
from app.web.public import public_point_form
from app.web.public.public_point_form import PublicPointForm
from app.web.rendering import render, see_other
from app.web.sent_forms import lists_of, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Desk:
    """What the form stands beside. page: the network's, None where nobody has named one."""

    network: Network
    page: PublicPage | None
    site: Site
    point: DistributionPoint | None

    @property
    def is_shown(self) -> bool:
        """Whether the place is on the page, be that on or off."""
        return self.point is not None and self.point.is_public


@router.get("/sites/{site_id}/public")
def show(request: Request, visitor: Visitor, site_id: UUID, done: int = 0) -> Response:
    """What everybody may know of the place, to be changed."""
    desk = _desk(request, visitor, site_id)
    today = service_date_of(now_of(request), zone_of(desk.network))
    return _show(request, visitor, desk, public_point_form.of_point(desk.point, today), done=done)


@router.post("/sites/{site_id}/public")
def change(request: Request, visitor: Visitor, site_id: UUID, data: Sent) -> Response:
    """Say it, or add a row; what does not fit is shown again with a sentence at it."""
    desk = _desk(request, visitor, site_id)
    form = public_point_form.read(texts_of(data), lists_of(data))
    if "add_window" in data or "add_day" in data:
        if "add_window" in data:
            form.windows.append(public_point_form.empty_window())
        else:
            form.other_days.append(empty_day())
        return _show(request, visitor, desk, form)
    try:
        wish = public_point_form.request_of(form)
        version = int(form.version) if form.version.isdecimal() else None
        with database_of(request).transaction(visitor.scope) as session:
            service.set_point(session, visitor, site_id, wish, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _show(request, visitor, desk, form, status=error.status)
    return see_other(f"/sites/{site_id}/public", done="1")


def _desk(request: Request, visitor: Principal, site_id: UUID) -> Desk:
    visitor.require("sites.edit")
    with database_of(request).transaction(visitor.scope) as session:
        site = own_site(session, visitor, site_id)
        return Desk(
            network_of(session, visitor),
            service.page_of_network(session, visitor),
            site,
            service.find_point(session, site.id),
        )


def _show(
    request: Request, visitor: Principal, desk: Desk, form: PublicPointForm, *, status: int = 200, done: int = 0
) -> Response:
    return render(
        request,
        "public_point.html",
        status,
        signed_in=visitor.name,
        demonstration=desk.network.demonstration,
        site=desk.site,
        page=desk.page,
        form=form,
        weekdays=language_of(request).weekdays,
        may_show=desk.is_shown or desk.site.organisation_id == visitor.organisation_id,
        may_see_day=visitor.may("plans.read"),
        done=done,
    )

"""The places of a network: list and map, enter one, move a pin. No rule lives here."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.domain.opening import ACCESS
from app.kit.auth import Principal
from app.kit.errors import WaslError, not_found
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.partners import Site
from app.partners import service
from app.roads.addresses import AddressHit, IndexMissing
from app.roads.addresses.api import index_missing
from app.roads.addresses.folding import words
from app.roads.pin import warnings_of
from app.web.language import language_of
from app.web.office import site_form, site_more
from app.web.office.site_desk import Desk, desk_of, lookup_of, place_of_map, today_of
from app.web.office.site_form import SiteForm
from app.web.other_days import empty_day
from app.web.rendering import render, see_other
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
MOST_ANSWERS = 6


# ---- list ----------------------------------------------------------------------------------------------------------


@router.get("/sites")
def show_all(request: Request, visitor: Visitor, done: int = 0) -> Response:
    """All sites that the visitor sees, those first whose pin somebody should look at."""
    visitor.require("sites.read")
    desk = desk_of(request, visitor)
    flagged = {site.id for site in desk.sites if warnings_of(site.name, site.metres_to_street)}
    return render(
        request,
        "sites.html",
        signed_in=visitor.name,
        demonstration=desk.network.demonstration,
        desk=desk,
        sites=sorted(desk.sites, key=lambda site: site.id not in flagged),
        flagged=flagged,
        may_edit=visitor.may("sites.edit"),
        may_name_page=visitor.may("policy.edit"),
        may_see_day=visitor.may("plans.read"),
        own=None if visitor.sees_network else visitor.organisation_id,
        done=done,
    )


# ---- one site ------------------------------------------------------------------------------------------------------


@router.get("/sites/new")
def new(request: Request, visitor: Visitor, osm_id: str = "") -> Response:
    """An empty form, or one filled in with a place of the map."""
    visitor.require("sites.edit")
    desk = desk_of(request, visitor)
    form = site_form.fresh(str(visitor.organisation_id))
    if osm_id:
        place = place_of_map(request, desk, osm_id)
        chosen = _partner_of(place.name, desk) or visitor.organisation_id
        day = today_of(request, desk)
        form = site_form.of_place(place, str(chosen), language_of(request).code, day, desk.zone)
    return _show(request, visitor, desk, form)


def _partner_of(place_name: str, desk: Desk) -> UUID | None:
    """The partner whose name begins the place's: Lidl, Cardiff Road is Lidl's."""
    name = words(place_name)
    fits = [each for each in desk.organisations if (own := words(each.name)) and name[: len(own)] == own]
    return fits[0].id if fits else None


@router.post("/sites/new")
def add(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Enter the site, or search, pick an answer, add hours: then the form is shown again as it stands."""
    visitor.require("sites.edit")
    desk = desk_of(request, visitor)
    form = _read(data)
    if (again := _form_step(request, visitor, desk, form, data, None)) is not None:
        return again
    try:
        wish = site_form.new_site(form)
        digest = fingerprint("POST", "/sites/new", wish.model_dump_json())

        def verb(session: Session) -> Answer:
            streets = request.app.state.streets
            return Answer(201, {"id": str(service.add_site(session, visitor, wish, streets, now_of(request)).id)})

        once(database_of(request), visitor, form.key or None, digest, now_of(request), verb)
    except WaslError as error:
        site_form.show_errors(form, error, language_of(request))
        return _show(request, visitor, desk, form, status=error.status)
    return see_other("/sites", done="1")


@router.get("/sites/{site_id}")
def edit(request: Request, visitor: Visitor, site_id: UUID) -> Response:
    """A site as it is, to be changed."""
    visitor.require("sites.edit")
    desk = desk_of(request, visitor)
    return _show(
        request, visitor, desk, site_form.of_site(_own(visitor, desk, site_id), today_of(request, desk)), site_id
    )


def _own(visitor: Principal, desk: Desk, site_id: UUID) -> Site:
    """A site that the visitor may change; raises `not_found`."""
    for site in desk.sites:
        if site.id == site_id and (visitor.sees_network or site.organisation_id == visitor.organisation_id):
            return site
    raise not_found("site")


@router.post("/sites/{site_id}")
def change(request: Request, visitor: Visitor, site_id: UUID, data: Sent) -> Response:
    """Change the site from the version that was shown."""
    visitor.require("sites.edit")
    desk = desk_of(request, visitor)
    site = _own(visitor, desk, site_id)
    form = _read(data)
    form.organisation_id, form.osm_id = str(site.organisation_id), site.osm_id or ""
    if (again := _form_step(request, visitor, desk, form, data, site_id)) is not None:
        return again
    try:
        wish = site_form.changed_site(form, site_more.days_over(site, today_of(request, desk)))
        version = int(form.version) if form.version.isdecimal() else 0
        with database_of(request).transaction(visitor.scope) as session:
            streets = request.app.state.streets
            service.change_site(session, visitor, site_id, wish, version, streets, now_of(request))
    except WaslError as error:
        site_form.show_errors(form, error, language_of(request))
        return _show(request, visitor, desk, form, site_id, status=error.status)
    return see_other("/sites", done="1")


# ---- the form ------------------------------------------------------------------------------------------------------


def _read(data: Sent) -> SiteForm:
    return site_form.read(
        {name: value for name, value in data.items() if isinstance(value, str)},
        {name: [str(value) for value in data.getlist(name)] for name in data},
    )


def _form_step(
    request: Request, visitor: Principal, desk: Desk, form: SiteForm, data: Sent, site_id: UUID | None
) -> Response | None:
    """What the other buttons of the form ask for; None when it is to be saved.

    Enter in the search field is a search, wherever the browser thinks that it saves.
    """
    hits: Sequence[AddressHit] | None = None
    note = None
    looks = "find" in data or ("enter" in data and form.q.strip() and form.q != form.asked)
    if looks:
        answers = _found(request, desk, form)
        hits, note, form.asked = answers[0], answers[1], form.q
    elif "pick" in data:
        if site_form.pick(form, str(data["pick"])) and site_id is None:
            form.organisation_id = str(_partner_of(form.name, desk) or form.organisation_id)
    elif "add_window" in data:
        form.windows.append({"weekdays": [], "opens": "", "closes": ""})
    elif "add_receiving" in data and form.more is not None:
        form.more.receiving.append(site_more.empty_hours())
    elif "add_day" in data and form.more is not None and form.more.other_days is not None:
        form.more.other_days.append(empty_day())
    elif "swap" in data:
        form.latitude, form.longitude = form.longitude, form.latitude
    elif "name_pin" in data and form.position is not None:
        latitude, longitude = form.position
        found = _reverse(request, desk, latitude, longitude)
        form.address = site_form.address_of(found) if found else form.address
    elif "name_pin" not in data:
        return None
    opens_more = "add_receiving" in data or "add_day" in data
    return _show(request, visitor, desk, form, site_id, hits=hits, note=note, opens_more=opens_more)


def _found(request: Request, desk: Desk, form: SiteForm) -> tuple[Sequence[AddressHit], str | None]:
    looked = lookup_of(request, desk.network)
    try:
        answers = looked.search(form.q, desk.middle, MOST_ANSWERS)
    except IndexMissing as error:
        raise index_missing(looked.region) from error
    return answers.hits, answers.note


def _reverse(request: Request, desk: Desk, latitude: float, longitude: float) -> AddressHit | None:
    looked = lookup_of(request, desk.network)
    try:
        return next(iter(looked.reverse(longitude, latitude).hits), None)
    except IndexMissing as error:
        raise index_missing(looked.region) from error


def _show(
    request: Request,
    visitor: Principal,
    desk: Desk,
    form: SiteForm,
    site_id: UUID | None = None,
    *,
    status: int = 200,
    hits: Sequence[AddressHit] | None = None,
    note: str | None = None,
    opens_more: bool = False,
) -> Response:
    site = next((each for each in desk.sites if each.id == site_id), None)
    return render(
        request,
        "site_form.html",
        status,
        signed_in=visitor.name,
        demonstration=desk.network.demonstration,
        desk=desk,
        form=form,
        site=site,
        far=site.metres_to_street if site is not None and warnings_of(site.name, site.metres_to_street) else None,
        kinds=site_form.SITE_KINDS,
        access_kinds=ACCESS,
        weekdays=site_form.WEEKDAYS,
        hits=hits,
        note=note,
        opens_more=opens_more or any(pointer.startswith(site_more.POINTERS) for pointer in form.errors),
        picked_value=site_form.picked_value,
        middle=desk.middle,
        chooses_partner=visitor.sees_network and site is None,
        may_see_day=visitor.may("plans.read"),
    )

"""What a place needs: stated in a minute for some days or for every week, as before with one tap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.domain import opening
from app.domain.categories import CATEGORIES
from app.domain.foods import ALLERGENS, DIETARY_FLAGS
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.models.needs import Need, StandingNeed
from app.models.partners import Network, Site
from app.needs import service, standing
from app.needs.usual import coming_needs, usual_needs
from app.partners.service import network_of, own_site_id, zone_of
from app.receiving.expected import receiving_sites
from app.web.language import Language, language_of
from app.web.receiver import need_form
from app.web.receiver.need_form import AmountForm, NeedForm
from app.web.rendering import render, see_other
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
DAYS_AHEAD = 7
NOT_IN_THE_LIST = "This is not in the list any more. Fill it in."
NO_PLACE = "Choose a place of yours."


@dataclass(frozen=True)
class DayOfPlace:
    """One coming day and the local hours at which the place receives; none: it is closed."""

    day: date
    hours: Sequence[opening.Hours]

    @property
    def weekday(self) -> int:
        """1 is Monday."""
        return self.day.isoweekday()


@dataclass(frozen=True)
class Place:
    """What a form is filled in with: the places, the chosen one's days and hours, what it usually asks for and what it
    has asked for already."""

    network: Network
    zone: ZoneInfo
    today: date
    sites: Sequence[Site]
    site: Site | None
    days: Sequence[DayOfPlace]
    usual: Sequence[Need]
    coming: Sequence[Need]
    standing: Sequence[StandingNeed]


def place_of(session: Session, visitor: Principal, wished: str, now: datetime) -> Place:
    """The place of this id, or none where it is none of the visitor's."""
    network = network_of(session, visitor)
    zone = zone_of(network)
    today = service_date_of(now, zone)
    sites = receiving_sites(session, visitor)
    site = next((each for each in sites if str(each.id) == wished), None)
    days = [today + timedelta(days=number) for number in range(DAYS_AHEAD)]
    if site is None:
        return Place(network, zone, today, sites, None, [DayOfPlace(day, ()) for day in days], (), (), ())
    for day in days:
        standing.fill_day(session, visitor.network_id, day, now)
    weekly = opening.receiving(site.windows, site.receiving_windows)
    stands = standing.list_standing_needs(session, visitor, site_id=site.id, state="active", limit=LARGEST_PAGE)
    return Place(
        network,
        zone,
        today,
        sites,
        site,
        [DayOfPlace(day, opening.hours_on(day, weekly, site.exceptions)) for day in days],
        usual_needs(session, visitor, site.id, today),
        coming_needs(session, visitor, site.id, days),
        stands.items,
    )


@router.get("/needs")
def show(
    request: Request,
    visitor: Visitor,
    site_id: str = "",
    stated: bool = False,
    before: bool = False,
    changed: bool = False,
) -> Response:
    """An empty form with tomorrow ticked, and what is asked for already."""
    visitor.require("needs.read")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        wished = site_id or str(own_site_id(session, visitor) or "")
        place = place_of(session, visitor, wished, now)
        if place.site is None and place.sites:
            place = place_of(session, visitor, str(place.sites[0].id), now)
    return show_place(request, visitor, place, empty_form(place), stated=stated, before=before, changed=changed)


def empty_form(place: Place) -> NeedForm:
    """Nothing in it yet but tomorrow."""
    tomorrow = (place.today + timedelta(days=1)).isoformat()
    site_id = str(place.site.id) if place.site else ""
    return NeedForm(key=str(uuid4()), site_id=site_id, days=[tomorrow], lines=[need_form.empty_line()])


def show_place(
    request: Request,
    visitor: Principal,
    place: Place,
    form: NeedForm,
    status: int = 200,
    *,
    stated: bool = False,
    before: bool = False,
    amount: AmountForm | None = None,
    changed: bool = False,
) -> Response:
    """The whole page. amount: what was typed for a need that is stated already, and does not fit."""
    return render(
        request,
        "needs.html",
        status,
        signed_in=visitor.name,
        demonstration=place.network.demonstration,
        place=place,
        form=form,
        stated=stated,
        stated_before=before,
        amount=amount,
        changed=changed,
        most_lines=need_form.MOST_LINES,
        categories=CATEGORIES,
        allergens=ALLERGENS,
        dietary_flags=DIETARY_FLAGS,
        sees_network=visitor.sees_network,
        may_state=visitor.may("needs.state"),
        may_edit=visitor.may("sites.edit"),
    )


@router.post("/needs")
def state(request: Request, visitor: Visitor, data: Sent) -> Response:
    """State what was filled in, or show it again: with what does not fit, or as a button of the form asks for it."""
    visitor.require("needs.state")
    form, now = need_form.read_sent(data), now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        place = place_of(session, visitor, form.site_id, now)
    if _arranged(form, place, data, language_of(request)):
        return show_place(request, visitor, place, form)
    try:
        if place.site is None:
            raise invalid_request([FieldError("/site_id", NO_PLACE, "site_missing")])
        _stated(request, visitor, form, place.today)
    except WaslError as error:
        if error.code == "idempotency_key_reused":  # its answer was lost, and something was changed since
            return see_other("/needs", site_id=form.site_id, before="1")
        form.show_errors(error, language_of(request))
        form.errors = dict(need_form.day_refused(form, error, language_of(request))) or form.errors
        return show_place(request, visitor, place, form, error.status)
    return see_other("/needs", site_id=form.site_id, stated="1")


def _arranged(form: NeedForm, place: Place, data: FormData, language: Language) -> bool:
    """Do to the form what one of its buttons asks for; False where it is to be stated."""
    if "add_line" in data:
        need_form.add_line(form)
    elif "remove_line" in data:
        need_form.remove_line(form, str(data["remove_line"]))
    elif "again" in data:
        chosen = [need for need in place.usual if data["again"] in ("all", str(need.id))]
        for need in chosen:
            need_form.add_line(form, need_form.as_before(need))
        if not chosen:
            form.errors["/again"] = language.t(NOT_IN_THE_LIST)
    else:
        return "choose_site" in data
    return True


def _stated(request: Request, visitor: Principal, form: NeedForm, today: date) -> None:
    """State it once, all or nothing, however often the button was pressed."""
    now = now_of(request)
    if form.repeat == "weekly":
        weekly = need_form.standing_needs_of(form, today)
        text = "".join(each.model_dump_json() for each in weekly)

        def verb(session: Session) -> Answer:
            for position, wish in enumerate(weekly):
                try:
                    standing.state_standing_need(session, visitor, wish, now)
                except WaslError as error:
                    at = FieldError("", error.detail, error.code, error.words, error.template)
                    error.errors = [need_form.moved(at, position)]
                    raise
            return Answer(201, {})
    else:
        wished = need_form.needs_of(form, today)
        text = wished.model_dump_json()

        def verb(session: Session) -> Answer:
            service.state_needs(session, visitor, wished.needs, now)
            return Answer(201, {})

    once(database_of(request), visitor, form.key or None, fingerprint("POST", "/needs", text), now, verb)

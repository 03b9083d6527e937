"""What stores offer every week: the list with the dates that come, a form for another one, a button for each verb."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.domain.categories import CATEGORIES
from app.domain.foods import ALLERGENS, DIETARY_FLAGS, TEMPERATURE_CLASSES
from app.domain.service_date import service_date_of
from app.domain.site_exceptions import hours_on
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.offers import StandingOffer
from app.models.partners import Network, Site
from app.offers import standing
from app.offers.jobs import post_due_soon
from app.offers.recurrence import Rhythm, rhythm_of
from app.offers.schemas import MOST_LINES
from app.offers.service import sites_of_caller
from app.offers.standing_schemas import OccurrenceOut, StandingOfferChange
from app.partners.service import get_site, network_of, own_site_id, zone_of
from app.web.language import Language, language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import lists_of, texts_of
from app.web.store import standing_offer_form
from app.web.store.standing_offer_form import StandingOfferForm
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
SHOWN_AT_ONCE = 20
DATES_SHOWN = 4
LOOKED_AHEAD = timedelta(days=35)  # four dates of what is offered once a week


@dataclass(frozen=True)
class ComingDate:
    """One date that comes. says: why nothing is posted then, where a rule or the store says so."""

    occurrence: OccurrenceOut
    says: str


@dataclass(frozen=True)
class Shown:
    """A standing offer as the page has it."""

    offer: StandingOffer
    site_name: str
    rhythm: Rhythm
    dates: Sequence[ComingDate]


@dataclass(frozen=True)
class Edited:
    """The standing offer that a form changes, as it stands now; `moved` where somebody changed it after the form was
    read."""

    offer: StandingOffer
    rhythm: Rhythm
    moved: bool = False

    @property
    def weekly(self) -> bool:
        """Whether weekdays say all of its rhythm."""
        return standing_offer_form.weekly_days(self.rhythm) is not None


# ---- list ----------------------------------------------------------------------------------------------------------


@router.get("/offers/standing")
def show(
    request: Request, visitor: Visitor, done: str = "", after: str | None = None, ended_after: str | None = None
) -> Response:
    """What is offered every week, and what its next dates come to; page by page, what has ended apart."""
    visitor.require("offers.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        current, ended = (
            standing.list_standing_offers(session, visitor, ended=over, cursor=cursor or None, limit=SHOWN_AT_ONCE)
            for over, cursor in ((False, after), (True, ended_after))
        )
        shown = {each.id: _shown(session, visitor, each, zone, request) for each in (*current.items, *ended.items)}
    return render(
        request,
        "standing_offers.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        current=[shown[each.id] for each in current.items],
        ended=[shown[each.id] for each in ended.items],
        after=after,
        ended_after=ended_after,
        more=current.next_cursor,
        more_ended=ended.next_cursor,
        zone=zone,
        day_names=language_of(request).locale.days["stand-alone"]["wide"],
        done=done,
        may_post=visitor.may("offers.post"),
    )


def _shown(session: Session, visitor: Principal, offer: StandingOffer, zone: ZoneInfo, request: Request) -> Shown:
    site = get_site(session, offer.site_id)
    dates = _dates(session, visitor, offer, zone, now_of(request)) if offer.state != "ended" else []
    language = language_of(request)
    return Shown(
        offer,
        site.name,
        rhythm_of(offer.recurrence, offer.starts_on, zone),
        [ComingDate(each, _says(each, site, language)) for each in dates],
    )


def _dates(
    session: Session, visitor: Principal, offer: StandingOffer, zone: ZoneInfo, now: datetime
) -> list[OccurrenceOut]:
    first = max(service_date_of(now, zone), offer.starts_on)
    if first > service_date_of(now, zone) + standing.FURTHEST - LOOKED_AHEAD:
        return []
    found = standing.occurrences(session, visitor, offer.id, first, first + LOOKED_AHEAD, now)
    return found[:DATES_SHOWN]


def _says(occurrence: OccurrenceOut, site: Site, language: Language) -> str:
    """A rule's sentence, which is kept in English, in the reader's language; or the store's own note on that date."""
    if occurrence.state == "refused" and occurrence.refusal is not None:
        refusal = occurrence.refusal
        return language.refusal(FieldError("", refusal.detail, refusal.code))
    hours = hours_on(site.exceptions or (), occurrence.date) if occurrence.state == "closed" else None
    return hours.note if hours is not None else ""


# ---- another one ---------------------------------------------------------------------------------------------------


@router.get("/offers/standing/new")
def new(request: Request, visitor: Visitor) -> Response:
    """An empty form with the store filled in."""
    visitor.require("offers.post")
    with database_of(request).transaction(visitor.scope) as session:
        network, stores = network_of(session, visitor), _stores(session, visitor)
        own = own_site_id(session, visitor)
    today = service_date_of(now_of(request), zone_of(network))
    form = standing_offer_form.fresh(str(uuid4()), str(own or ""), today)
    return show_form(request, visitor, network, stores, form)


def _stores(session: Session, visitor: Principal) -> list[Site]:
    return list(sites_of_caller(session, visitor).values())


@router.post("/offers/standing/new")
def add(request: Request, visitor: Visitor, data: Sent) -> Response:
    """State what was filled in, or show it again with what does not fit."""
    visitor.require("offers.post")
    form = standing_offer_form.read(texts_of(data), lists_of(data))
    with database_of(request).transaction(visitor.scope) as session:
        network, stores = network_of(session, visitor), _stores(session, visitor)
    if arranged(form, data):
        return show_form(request, visitor, network, stores, form)
    try:
        _state(request, visitor, form)
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return show_form(request, visitor, network, stores, form, error.status)
    return see_other("/offers/standing", done="stated")


def arranged(form: StandingOfferForm, data: FormData) -> bool:
    """Do to the form what one of its buttons asks for; False where it is to be saved."""
    if "add_line" in data:
        standing_offer_form.add_line(form)
    elif "take_out" in data:
        standing_offer_form.take_out(form, str(data["take_out"]))
    else:
        return False
    return True


def _state(request: Request, visitor: Principal, form: StandingOfferForm) -> None:
    """State it once, however often the button was pressed."""
    wish = standing_offer_form.request_of(form)
    now = now_of(request)

    def verb(session: Session) -> Answer:
        found = standing.state_standing_offer(session, visitor, wish, now)
        post_due_soon(session, found.network_id)
        return Answer(201, {"id": str(found.id)})

    digest = fingerprint("POST", "/offers/standing/new", wish.model_dump_json())
    once(database_of(request), visitor, form.key or None, digest, now, verb)


def show_form(
    request: Request,
    visitor: Principal,
    network: Network,
    stores: Sequence[Site],
    form: StandingOfferForm,
    status: int = 200,
    *,
    edited: Edited | None = None,
) -> Response:
    """The form as it stands; with `edited`, to change that standing offer."""
    language = language_of(request)
    return render(
        request,
        "standing_offer_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        stores=stores,
        edited=edited,
        weekdays=language.weekdays,
        day_names=language.locale.days["stand-alone"]["wide"],
        days_before=standing_offer_form.POST_DAYS_BEFORE,
        most_lines=MOST_LINES,
        categories=CATEGORIES,
        temperature_classes=TEMPERATURE_CLASSES,
        allergens=ALLERGENS,
        dietary_flags=DIETARY_FLAGS,
    )


# ---- a button for each verb ----------------------------------------------------------------------------------------

StandingOfferId = Annotated[UUID, Form()]
Version = Annotated[int, Form()]
Day = Annotated[date, Form()]


@router.post("/offers/standing/pause")
def pause(request: Request, visitor: Visitor, standing_offer_id: StandingOfferId, version: Version) -> Response:
    """Post nothing of it until it is resumed."""
    return _paused(request, visitor, standing_offer_id, version, paused=True)


@router.post("/offers/standing/resume")
def resume(request: Request, visitor: Visitor, standing_offer_id: StandingOfferId, version: Version) -> Response:
    """Post it again."""
    return _paused(request, visitor, standing_offer_id, version, paused=False)


def _paused(request: Request, visitor: Principal, standing_offer_id: UUID, version: int, *, paused: bool) -> Response:
    change = StandingOfferChange(paused=paused)
    with database_of(request).transaction(visitor.scope) as session:
        found = standing.change_standing_offer(session, visitor, standing_offer_id, change, version, now_of(request))
        post_due_soon(session, found.network_id)
    return see_other("/offers/standing")


@router.post("/offers/standing/end")
def end(request: Request, visitor: Visitor, standing_offer_id: StandingOfferId, version: Version) -> Response:
    """Post nothing of it any more."""
    with database_of(request).transaction(visitor.scope) as session:
        standing.end_standing_offer(session, visitor, standing_offer_id, version, now_of(request))
    return see_other("/offers/standing")


@router.post("/offers/standing/skip")
def skip(
    request: Request, visitor: Visitor, standing_offer_id: StandingOfferId, version: Version, day: Day
) -> Response:
    """Post nothing on one date."""
    with database_of(request).transaction(visitor.scope) as session:
        standing.skip_date(session, visitor, standing_offer_id, day, version, now_of(request))
    return see_other("/offers/standing")


@router.post("/offers/standing/as-usual")
def as_usual(
    request: Request, visitor: Visitor, standing_offer_id: StandingOfferId, version: Version, day: Day
) -> Response:
    """Take back that a date is skipped."""
    with database_of(request).transaction(visitor.scope) as session:
        found = standing.as_usual(session, visitor, standing_offer_id, day, version, now_of(request))
        post_due_soon(session, found.network_id)
    return see_other("/offers/standing")

"""The form in which a shop posts surplus: with what it usually posts, photos, and what does not fit at its field."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from app.domain.categories import CATEGORIES
from app.domain.foods import ALLERGENS, DIETARY_FLAGS
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, refused
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.offers import Offer, OfferLine, OfferPhoto
from app.models.partners import Network, Site
from app.offers import photos, service
from app.offers.pictures import Picture
from app.offers.schemas import MOST_LINES
from app.offers.text import NO_GTIN, gtin_14
from app.offers.usual import line_with_gtin, posted_line, usual_lines
from app.partners.service import list_sites, network_of, own_site_id, zone_of
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.store import offer_form, offer_lines
from app.web.store.nothing_today import QuietToday, load_quiet
from app.web.store.offer_form import OfferForm
from app.web.visitor import KnownFirst, Sent, Visitor

router = APIRouter(include_in_schema=False, route_class=KnownFirst)
# As phones take them, six of them: a script makes them smaller before they are sent, but not everybody runs one.
PHOTOS_BYTES = 24_000_000
NEW_BARCODE = (
    "This barcode is new here. Say what it is: the next time it is known. What stands in this line may be about another"
    " food."
)
NOT_IN_THE_LIST = "This food is not in the list any more. Describe it, or choose it again."
FULL = "The form is full. Post this first."

CHOOSE_AGAIN = "Choose the photos again: a browser does not keep them."


@dataclass(frozen=True)
class ShopFloor:
    """What a form is filled in with: the stores of the organisation, and what the chosen one usually posts."""

    network: Network
    zone: ZoneInfo
    today: date
    stores: Sequence[Site]
    usual: Sequence[OfferLine] = ()

    def store(self, site_id: str) -> Site | None:
        """The chosen store."""
        return next((site for site in self.stores if str(site.id) == site_id), None)


@dataclass(frozen=True)
class Standing:
    """The offer that a form amends, as it stands now; `moved` where somebody changed it after the form was read."""

    offer: Offer
    photos: Sequence[OfferPhoto]
    moved: bool = False


def shop_floor(session: Session, visitor: Principal, now: datetime) -> ShopFloor:
    """The stores of the visitor's organisation, and today where they are."""
    network = network_of(session, visitor)
    zone = zone_of(network)
    stores = [site for site in list_sites(session) if site.organisation_id == visitor.organisation_id]
    return ShopFloor(network, zone, now.astimezone(zone).date(), stores)


def with_usual(session: Session, visitor: Principal, floor: ShopFloor, form: OfferForm) -> ShopFloor:
    """With what the chosen store usually posts."""
    site = floor.store(form.site_id)
    return floor if site is None else replace(floor, usual=usual_lines(session, visitor, site.id, floor.today))


@router.get("/offers/new")
def new(request: Request, visitor: Visitor) -> Response:
    """An empty form with the store and the next pickup filled in."""
    visitor.require("offers.post")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        floor = shop_floor(session, visitor, now)
        own = own_site_id(session, visitor)
        chosen = next((site for site in floor.stores if site.id == own), floor.stores[0] if floor.stores else None)
        form = offer_form.fresh(str(uuid4()), chosen, now, floor.zone)
        floor = with_usual(session, visitor, floor, form)
        quiet = load_quiet(session, floor.network, floor.stores, own, now)
    return show_form(request, visitor, floor, form, quiet=quiet)


def show_form(
    request: Request,
    visitor: Principal,
    floor: ShopFloor,
    form: OfferForm,
    status: int = 200,
    quiet: QuietToday | None = None,
    standing: Standing | None = None,
) -> Response:
    """The form as it stands; with `standing`, to amend that offer."""
    return render(
        request,
        "offer_form.html",
        status,
        signed_in=visitor.name,
        demonstration=floor.network.demonstration,
        form=form,
        stores=floor.stores,
        usual=floor.usual,
        quiet=quiet,
        standing=standing,
        zone=floor.zone,
        soon=[(floor.today, "Today"), (floor.today + timedelta(days=1), "Tomorrow")],
        most_lines=MOST_LINES,
        most_photos=photos.MOST_PHOTOS,
        categories=CATEGORIES,
        allergens=ALLERGENS,
        dietary_flags=DIETARY_FLAGS,
    )


@router.post("/offers/new")
def post(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Post what was filled in, or show it again: with what does not fit, or as a button of the form asks for it."""
    visitor.require("offers.post")
    form, now = offer_form.read_sent(data), now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        floor = with_usual(session, visitor, shop_floor(session, visitor, now), form)
        if arranged(session, visitor, floor, form, data, now):
            return show_form(request, visitor, floor, form)
    try:
        posted = _posted(request, visitor, floor, form, pictures_of(data))
    except WaslError as error:
        if (
            error.code == "idempotency_key_reused"
        ):  # its answer was lost, and something was changed before the next press
            return see_other("/offers", before="1")
        form.show_errors(error, language_of(request))
        if photos_of(data):
            form.hints["/photos"] = CHOOSE_AGAIN
        return show_form(request, visitor, floor, form, error.status)
    return see_other("/offers", posted=str(posted))


def arranged(
    session: Session, visitor: Principal, floor: ShopFloor, form: OfferForm, data: FormData, now: datetime
) -> bool:
    """Do to the form what one of its buttons asks for; False where it is to be posted."""
    if "add_line" in data:
        offer_lines.add_line(form)
    elif "remove_line" in data:
        offer_lines.remove_line(form, str(data["remove_line"]))
    elif "again" in data:
        _again(session, visitor, floor, form, str(data["again"]))
    elif "look_up" in data:
        _look_up(session, visitor, form, str(data["look_up"]))
    elif "use_hours" in data:
        offer_form.propose_window(form, floor.store(form.site_id), now, floor.zone)
    else:
        return False
    return True


def _again(session: Session, visitor: Principal, floor: ShopFloor, form: OfferForm, line_id: str) -> None:
    """One more line as it was posted before; also where the list has moved on since the page was read."""
    site = floor.store(form.site_id)
    try:
        chosen = posted_line(session, visitor, site.id, UUID(line_id)) if site else None
    except ValueError:
        chosen = None
    if chosen is None:
        form.hints["/lines"] = NOT_IN_THE_LIST
    elif not offer_lines.add_line(form, offer_form.as_before(chosen)):
        form.hints["/lines"] = FULL


def _look_up(session: Session, visitor: Principal, form: OfferForm, number: str) -> None:
    """Fill in what is known of the food under a barcode."""
    position = offer_lines.position_of(form, number)
    if position is None:
        return
    gtin = gtin_14(form.lines[position]["gtin"])
    known = line_with_gtin(session, visitor, gtin) if gtin else None
    if known is not None:
        offer_lines.fill_in(form, position, known)
    elif gtin is not None:
        form.hints[f"/lines/{position}/gtin"] = NEW_BARCODE
    else:
        form.hints[f"/lines/{position}/gtin"] = NO_GTIN


def pictures_of(data: FormData) -> list[Picture]:
    """The photos that were sent; raises `photo_unreadable` and `photos_full` (422) at their field."""
    sent = photos_of(data)
    try:
        if len(sent) > photos.MOST_PHOTOS:
            raise photos.too_many()
        return [photos.readable_picture(each.file.read(), each.content_type) for each in sent]
    except WaslError as error:
        at_field = FieldError("/photos", error.detail, error.code, error.words, error.template)
        raise refused(error.code, error.detail, [at_field]) from error


def photos_of(data: FormData) -> list[UploadFile]:
    """Files that were chosen; a field without any sends one without content."""
    return [each for each in data.getlist("photos") if isinstance(each, UploadFile) and each.size]


def _posted(
    request: Request, visitor: Principal, floor: ShopFloor, form: OfferForm, pictures: Sequence[Picture]
) -> UUID:
    """Post it once, with its photos, however often the button was pressed."""
    wish = offer_form.request_of(form, floor.zone)
    now = now_of(request)

    def verb(session: Session) -> Answer:
        offer = service.post_offer(session, visitor, wish, now)
        for picture in pictures:
            photos.add_photo(session, visitor, offer.id, picture, now)
        return Answer(201, {"id": str(offer.id)})

    shown = ",".join(picture.sha256 for picture in pictures)
    digest = fingerprint("POST", "/offers/new", wish.model_dump_json() + shown)
    return UUID(once(database_of(request), visitor, form.key or None, digest, now, verb).body["id"])

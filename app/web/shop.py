"""The shop floor: post surplus, and see what happened to it."""

from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.domain.categories import CATEGORIES
from app.domain.foods import ALLERGENS, DIETARY_FLAGS
from app.domain.service_date import service_date_of
from app.escalation.next_day import to_keep
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.partners import Network, Site
from app.offers import queries, service
from app.partners.service import get_site, list_sites, network_of, own_site_id, zone_of
from app.web import offer_form
from app.web.language import language_of
from app.web.nothing_today import QuietToday, load_quiet
from app.web.offer_form import OfferForm
from app.web.rendering import render, see_other
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
SHOWN_DAYS = 14


@router.get("/offers/new")
def new(request: Request, visitor: Visitor) -> Response:
    """An empty form with the store and the next pickup filled in."""
    visitor.require("offers.post")
    with database_of(request).transaction(visitor.scope) as session:
        network, stores = network_of(session, visitor), _stores(session, visitor)
        own = own_site_id(session, visitor)
        quiet = load_quiet(session, network, stores, own, now_of(request))
    chosen = next((site for site in stores if site.id == own), stores[0] if stores else None)
    form = offer_form.fresh(str(uuid4()), chosen, now_of(request), zone_of(network))
    return _show(request, visitor, network, stores, form, quiet=quiet)


def _stores(session: Session, visitor: Principal) -> list[Site]:
    return [site for site in list_sites(session) if site.organisation_id == visitor.organisation_id]


def _show(
    request: Request,
    visitor: Principal,
    network: Network,
    stores: list[Site],
    form: OfferForm,
    status: int = 200,
    quiet: QuietToday | None = None,
) -> Response:
    return render(
        request,
        "offer_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        stores=stores,
        quiet=quiet,
        zone=zone_of(network),
        categories=CATEGORIES,
        allergens=ALLERGENS,
        dietary_flags=DIETARY_FLAGS,
    )


@router.post("/offers/new")
def post(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Post what was filled in, or show it again with what does not fit."""
    form = offer_form.read(
        {name: value for name, value in data.items() if isinstance(value, str)},
        {name: [str(value) for value in data.getlist(name)] for name in data},
    )
    with database_of(request).transaction(visitor.scope) as session:
        network, stores = network_of(session, visitor), _stores(session, visitor)
    if "add_line" in data:
        form.lines.append(offer_form.empty_line())
        return _show(request, visitor, network, stores, form)
    try:
        posted = _posted(request, visitor, network, form)
    except WaslError as error:
        offer_form.show_errors(form, error, language_of(request))
        return _show(request, visitor, network, stores, form, error.status)
    return see_other("/offers", posted=str(posted))


def _posted(request: Request, visitor: Principal, network: Network, form: OfferForm) -> UUID:
    """Post it once, however often the button was pressed."""
    wish = offer_form.request_of(form, zone_of(network))
    now = now_of(request)

    def verb(session: Session) -> Answer:
        return Answer(201, {"id": str(service.post_offer(session, visitor, wish, now).id)})

    digest = fingerprint("POST", "/offers/new", wish.model_dump_json())
    return UUID(once(database_of(request), visitor, form.key or None, digest, now, verb).body["id"])


@router.get("/offers")
def mine(request: Request, visitor: Visitor, posted: UUID | None = None) -> Response:
    """What happened to our offers of the last days."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        since = today - timedelta(days=SHOWN_DAYS)
        offers = queries.offers_with_fate(session, visitor, since)
        names = {each.offer.site_id: get_site(session, each.offer.site_id).name for each in offers}
        keep = to_keep(session, visitor, now_of(request))
    return render(
        request,
        "offers.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        offers=offers,
        names=names,
        zone=zone_of(network),
        posted=posted,
        keep=keep,
        today=today,
        may_post=visitor.may("offers.post"),
    )

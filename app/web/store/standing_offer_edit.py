"""What a store offers every week, changed in its form from the version that was read; a rhythm of its own stays."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import WaslError, conflict
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.offers import StandingOffer
from app.models.partners import Network, Site
from app.offers import standing
from app.offers.jobs import post_due_soon
from app.offers.recurrence import Rhythm, rhythm_of
from app.partners.service import get_site, network_of, zone_of
from app.web.language import language_of
from app.web.rendering import see_other
from app.web.sent_forms import lists_of, texts_of, whole_number
from app.web.store import standing_offer_form
from app.web.store.standing_offer_form import StandingOfferForm
from app.web.store.standing_offers import Edited, arranged, show_form
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
# Somebody else changed it, or this person did and never got the answer: what stands now is shown beside what was typed.
MOVED = ("stale_version", "idempotency_key_reused")


@router.get("/offers/standing/{standing_offer_id}")
def show(request: Request, visitor: Visitor, standing_offer_id: UUID) -> Response:
    """The form with what stands; what has ended says so instead."""
    visitor.require("offers.post")
    with database_of(request).transaction(visitor.scope) as session:
        network, sites, edited = _around(session, visitor, standing_offer_id)
    if edited.offer.state == "ended":
        raise conflict("standing_offer_ended", "This standing offer has ended. State a new one.")
    form = standing_offer_form.of_offer(edited.offer, str(uuid4()), edited.rhythm)
    return show_form(request, visitor, network, sites, form, edited=edited)


def _around(
    session: Session, visitor: Principal, offer_id: UUID, *, moved: bool = False
) -> tuple[Network, Sequence[Site], Edited]:
    """What the form is filled in with: a standing offer stays with its store."""
    network, offer = network_of(session, visitor), standing.get_standing_offer(session, visitor, offer_id)
    return network, [get_site(session, offer.site_id)], Edited(offer, _rhythm(offer, network), moved)


def _rhythm(offer: StandingOffer, network: Network) -> Rhythm:
    return rhythm_of(offer.recurrence, offer.starts_on, zone_of(network))


@router.post("/offers/standing/{standing_offer_id}")
def change(request: Request, visitor: Visitor, standing_offer_id: UUID, data: Sent) -> Response:
    """Change it, or show the form again: with what does not fit, what stands by now, or as a button asks for it."""
    visitor.require("offers.post")
    form = standing_offer_form.read(texts_of(data), lists_of(data))
    with database_of(request).transaction(visitor.scope) as session:
        network, sites, edited = _around(session, visitor, standing_offer_id)
    form.site_id = str(edited.offer.site_id)
    if arranged(form, data):
        return show_form(request, visitor, network, sites, form, edited=edited)
    try:
        _changed(request, visitor, form, edited)
    except WaslError as error:
        if error.code in MOVED:
            return _show_moved(request, visitor, form, standing_offer_id, error)
        form.show_errors(error, language_of(request))
        return show_form(request, visitor, network, sites, form, error.status, edited=edited)
    return see_other("/offers/standing", done="changed")


def _changed(request: Request, visitor: Principal, form: StandingOfferForm, edited: Edited) -> None:
    """Change it once, however often the button was pressed."""
    offer = edited.offer
    wish, now = standing_offer_form.change_of(form, edited.rhythm), now_of(request)
    version = whole_number(form.version)
    version = version if isinstance(version, int) else 0

    def verb(session: Session) -> Answer:
        found = standing.change_standing_offer(session, visitor, offer.id, wish, version, now)
        post_due_soon(session, found.network_id)
        return Answer(200, {"id": str(found.id)})

    digest = fingerprint(
        "POST", f"/offers/standing/{offer.id}", wish.model_dump_json(exclude_unset=True) + form.version
    )
    once(database_of(request), visitor, form.key or None, digest, now, verb)


def _show_moved(
    request: Request, visitor: Principal, form: StandingOfferForm, offer_id: UUID, error: WaslError
) -> Response:
    """What was typed, beside what stands by now: pressed once more it takes its place."""
    with database_of(request).transaction(visitor.scope) as session:
        network, sites, edited = _around(session, visitor, offer_id, moved=True)
    form.version, form.key = str(edited.offer.version), str(uuid4())
    return show_form(request, visitor, network, sites, form, error.status, edited=edited)

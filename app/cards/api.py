"""HTTP for cards, for whoever looks at one or writes through it, and for who answers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from app.cards import service
from app.cards.schemas import (
    CardChange,
    CardIn,
    CardOut,
    CardShownOut,
    CountersOut,
    EnquiryIn,
    EnquiryOut,
    EnquiryTakenOut,
)
from app.cards.shown import CardShown, shown
from app.kit.idempotency import Answer
from app.kit.web import (
    PROBLEMS,
    TAKES_VERSION,
    ApiRoute,
    Caller,
    Cursor,
    Limit,
    Problem,
    answer,
    database_of,
    now_of,
    page_out,
)
from app.kit.wire import PageOut
from app.people.sign_in_api import address_of
from app.public.api import KEPT_FOR
from app.reports.impact.figures_schema import FactorUsedOut

router = APIRouter(prefix="/api/v1/cards", route_class=ApiRoute, tags=["cards"], responses=PROBLEMS)
enquiries = APIRouter(prefix="/api/v1/enquiries", route_class=ApiRoute, tags=["cards"], responses=PROBLEMS)
public = APIRouter(prefix="/api/v1/public-cards", route_class=ApiRoute, tags=["cards"])
Slug = Annotated[str, Path(max_length=200)]
_TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {"model": Problem, "description": "Too many tries; wait for Retry-After"}
}


@router.post("", status_code=201, response_model=CardOut)
def add_card(call: Caller, wish: CardIn) -> Response:
    """Make a card for a partner or an ambassador who has said yes to it."""
    return call.once_shown(
        wish,
        CardOut,
        lambda session: service.add_card(session, call.principal, wish, call.now),
        status=201,
        place="cards",
    )


@router.get("")
def list_cards(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[CardOut]:
    """The network's cards, oldest first."""
    return call.read(lambda session: page_out(CardOut, service.list_cards(session, call.principal, cursor, limit)))


@router.get("/{card_id}")
def get_card(call: Caller, card_id: UUID) -> CardOut:
    """One card, with its version as ETag."""
    return call.show(CardOut, lambda session: service.get_card(session, call.principal, card_id))


@router.patch("/{card_id}", dependencies=[TAKES_VERSION])
def change_card(call: Caller, card_id: UUID, change: CardChange) -> CardOut:
    """Change what a card says, or switch it off, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        CardOut, lambda session: service.change_card(session, call.principal, card_id, change, version, call.now)
    )


@enquiries.get("")
def list_enquiries(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[EnquiryOut]:
    """What people wrote through the network's cards, the newest first; for its administrators."""
    return call.read(
        lambda session: page_out(EnquiryOut, service.list_enquiries(session, call.principal, cursor, limit))
    )


@enquiries.post("/{enquiry_id}/accept", response_model=EnquiryOut)
def accept_enquiry(call: Caller, enquiry_id: UUID) -> Response:
    """Take somebody on. The card that led them here counts one donor or driver more; money counts when its grant is
    entered with the card."""

    def verb(session: Session) -> Answer:
        return answer(EnquiryOut.model_validate(service.accept_enquiry(session, call.principal, enquiry_id, call.now)))

    return call.once(None, verb)


@enquiries.delete("/{enquiry_id}", status_code=204)
def decline_enquiry(call: Caller, enquiry_id: UUID) -> Response:
    """Say no; what they wrote is deleted at once."""
    call.read(lambda session: service.decline_enquiry(session, call.principal, enquiry_id, call.now))
    return Response(status_code=204)


@public.get("/{slug}", responses={404: PROBLEMS[404], **_TOO_MANY})
def read_public_card(request: Request, response: Response, slug: Slug) -> CardShownOut:
    """A card as everybody sees it: whose it is, what the network did, whom it brought in. Nobody signs in."""
    found = shown(database_of(request), slug, address_of(request), now_of(request))
    response.headers["Cache-Control"] = KEPT_FOR
    return card_shown_out(found)


@public.post("/{slug}/enquiries", status_code=202, responses={404: PROBLEMS[404], 409: PROBLEMS[409], **_TOO_MANY})
def send_enquiry(request: Request, slug: Slug, wish: EnquiryIn) -> EnquiryTakenOut:
    """Write to the network's office through a card: give food, drive, or give money. Kept is what is typed, and the
    card; it is deleted when it is declined, or after 90 days."""
    service.send_enquiry(database_of(request), slug, wish, address_of(request), now_of(request))
    return EnquiryTakenOut()


def card_shown_out(found: CardShown) -> CardShownOut:
    """What everybody sees."""
    reach, came, said = found.reach, found.brought_in, bool(found.reach.grams)
    same = ("slug", "kind", "name_en", "name_ar", "sentence_en", "sentence_ar")
    return CardShownOut(
        **{name: getattr(found.card, name) for name in same},
        network_en=found.network_en,
        network_ar=found.network_ar,
        kg=reach.grams if said else None,
        meals=reach.meals if said else None,
        co2e_grams=reach.co2e_grams if said else None,
        factors=[FactorUsedOut.of(each) for each in reach.food.factors] if said else [],
        currency=found.currency,
        brought_in=CountersOut(donors=came.donors, drivers=came.drivers, gifts=came.gifts, amount=came.cents),
    )

"""Who wants to help and who does: applications answered, hours thanked for, no-shows spoken about."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.cards import service
from app.domain.volunteering import APPLICATION_DAYS, PART_WORDS, SKILL_WORDS, VEHICLE_WORDS, by_parts
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.models.cards import Card, Enquiry
from app.partners.service import list_organisations, network_of, zone_of
from app.public.service import page_of_network
from app.volunteering import applications
from app.volunteering.schemas import AcceptanceIn, RefusalIn
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
MOST_SHOWN = 5 * LARGEST_PAGE
DONE = ("accepted", "refused", "spoken")
Identity = Annotated[UUID, Form()]


@router.get("/volunteers")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """Who applied, and who helps."""
    return _show(request, visitor, done=done)


def _show(
    request: Request, visitor: Principal, error: WaslError | None = None, *, done: str = "", link: str = ""
) -> Response:
    visitor.require("volunteers.read")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = every_row(lambda **at: applications.list_volunteers(session, visitor, None, now=now, **at), MOST_SHOWN)
        organisations = list_organisations(session)
        page = page_of_network(session, visitor)
        through_cards, cards = _through_cards(session, visitor)
    return render(
        request,
        "volunteers.html",
        200 if error is None else error.status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        waiting=[each for each in found if each.state == "waiting"],
        helping=sorted(
            (each for each in found if each.state == "accepted"), key=lambda each: (not each.speaks_first, each.name)
        ),
        refused=[each for each in found if each.state == "refused"],
        organisations=organisations,
        names={each.id: each.name for each in organisations},
        own_id=visitor.organisation_id,
        zone=zone_of(network),
        page=page if page is not None and page.is_on else None,
        through_cards=through_cards,
        cards=cards,
        skill_words=SKILL_WORDS,
        vehicle_words=VEHICLE_WORDS,
        parts=PART_WORDS,
        by_parts=by_parts,
        days=APPLICATION_DAYS,
        may_decide=visitor.may("volunteers.decide"),
        may_speak=visitor.may("plans.edit"),
        problem=None if error is None else language_of(request).refusal(error),
        link=link,
        done=done if done in DONE else "",
    )


def _through_cards(session: Session, visitor: Principal) -> tuple[list[Enquiry], dict[UUID, Card]]:
    """Who wrote through a card that they want to drive and waits for an answer, for whoever answers; and the cards."""
    if not visitor.may("policy.edit"):
        return [], {}
    found = service.list_enquiries(session, visitor, None, LARGEST_PAGE).items
    drive = [each for each in found if each.state == "open" and each.wish == "drive"]
    cards = service.list_cards(session, visitor, None, LARGEST_PAGE).items if drive else []
    return drive, {each.id: each for each in cards}


@router.post("/volunteers/accept")
def accept(
    request: Request,
    visitor: Visitor,
    volunteer_id: Identity,
    organisation_id: Identity,
    role: Annotated[str, Form()] = "volunteer",
) -> Response:
    """Accept somebody: invited by mail; where no mail server is set the link is shown, this once."""
    try:
        wish = read_as(AcceptanceIn, {"role": role, "organisation_id": str(organisation_id)})
        with database_of(request).transaction(visitor.scope) as session:
            _, invited = applications.accept(session, visitor, volunteer_id, wish, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    config = request.app.state.settings
    if config.smtp_url is not None:
        return see_other("/volunteers", done="accepted")
    base = config.base_url or str(request.base_url)
    return _show(request, visitor, link=f"{base.rstrip('/')}/invitation/{invited.secret}")


@router.post("/volunteers/refuse")
def refuse(request: Request, visitor: Visitor, volunteer_id: Identity, reason: Annotated[str, Form()] = "") -> Response:
    """Refuse somebody with a sentence."""
    try:
        wish = read_as(RefusalIn, {"reason": reason})
        with database_of(request).transaction(visitor.scope) as session:
            applications.refuse(session, visitor, volunteer_id, wish.reason, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/volunteers", done="refused")


@router.post("/volunteers/spoken-with")
def spoken_with(request: Request, visitor: Visitor, volunteer_id: Identity) -> Response:
    """Somebody has spoken with them."""
    with database_of(request).transaction(visitor.scope) as session:
        applications.spoken_with(session, visitor, volunteer_id, now_of(request))
    return see_other("/volunteers", done="spoken")

"""What a food bank is asked: whether it takes food beyond its needs, with one tap for yes and one for no."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from app.escalation import service
from app.escalation.queries import list_asks
from app.escalation.schemas import AnswerIn
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
MARK_WORDS = {"use_by": "Use by {day}", "best_before": "Best before {day}"}
ASK_WORDS = {
    "yes": "We take it",
    "no": "No, thank you",
    "taken": "Somebody else has taken it",
    "closed": "It is too late for a van",
}


@router.get("/asked")
def show(request: Request, visitor: Visitor) -> Response:
    """What can be answered, and what was."""
    visitor.require("needs.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        asks = list_asks(session, visitor, None, None, LARGEST_PAGE, now_of(request)).items
    return render(
        request,
        "asked.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone_of(network),
        to_answer=[each for each in asks if each.state == "open"],
        others=[each for each in asks if each.state != "open"],
        marks=MARK_WORDS,
        words=ASK_WORDS,
        may_see_plans=visitor.may("plans.read"),
        sees_network=visitor.sees_network,
        may_answer=visitor.may("needs.state"),
    )


@router.post("/asked")
def answer(
    request: Request,
    visitor: Visitor,
    ask_id: Annotated[UUID, Form()],
    takes: Annotated[bool, Form()],
    kg: Annotated[str, Form()] = "",
) -> Response:
    """Yes or no; without kilograms it is all that is left."""
    document: dict[str, Any] = {"takes": takes, **({"kg": kg} if takes and kg.strip() else {})}
    wish = read_as(AnswerIn, document)
    with database_of(request).transaction(visitor.scope) as session:
        service.answer(session, visitor, ask_id, wish, now_of(request))
    return see_other("/asked")

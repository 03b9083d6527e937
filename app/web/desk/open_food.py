"""The dispatcher's open food: what happened to it, what comes when, and where it may go now; and what became of food
that was refused or is left on the vans."""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from app.domain.escalation import WORDS
from app.domain.outcomes import NEVER_RELEASED
from app.domain.service_date import service_date_of
from app.escalation import service
from app.escalation.queries import ladders_of_day
from app.kit.web import database_of, now_of
from app.ledger.closing import settle
from app.ledger.leftovers import leftovers_of_day
from app.ledger.schemas import SettlementIn
from app.outlets.schemas import HandoverIn
from app.outlets.service import hand_over
from app.partners.service import network_of, zone_of
from app.safety.service import discard, release
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
OUTLET_WORDS = {"community_fridge": "Community fridge", "animal_feed": "Animal feed", "compost": "Compost"}
STATE_WORDS = {
    "waiting": "The plan of the day looks for a place for it",
    "planned": "A draft has a place for it: publish it in time",
    "climbing": "Nobody has taken it yet",
    "stopped": "Nothing more is done by itself",
    "over": "Done",
}
ENDED_WORDS = {
    "planned": "It is on its way to people",
    "handed_over": "An outlet has taken it",
    "withdrawn": "The store has taken it back",
    "gone": "It is there no more",
    "past_its_end": "It has ended, and nobody had it",
    "next_day": "It is offered again on the next day",
}
HELD_WORDS = {
    "too_warm": "It is held back: it was too warm.",
    "too_cold": "It is held back: it was too cold.",
    "past_use_by": "It is held back: its use-by date had passed.",
}


@router.get("/open-food")
def show(request: Request, visitor: Visitor, day: Annotated[date | None, Query(alias="date")] = None) -> Response:
    """What nobody has taken of a day's food, with its ladder; before it, for who may settle it, what is left over."""
    visitor.require("plans.read")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        chosen = day or service_date_of(now, zone)
        ladders = ladders_of_day(session, visitor, chosen, now)
        may_settle = visitor.may("ledger.settle")
        leftovers = leftovers_of_day(session, visitor, chosen, now) if may_settle else []
    return render(
        request,
        "open_food.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone,
        day=chosen,
        day_before=chosen - timedelta(days=1),
        day_after=chosen + timedelta(days=1),
        open_ladders=[each for each in ladders if each.state != "over"],
        over=[each for each in ladders if each.state == "over"],
        words=WORDS,
        states=STATE_WORDS,
        ended=ENDED_WORDS,
        outlet_words=OUTLET_WORDS,
        may_edit=visitor.may("plans.edit"),
        may_hand_over=may_settle,
        may_decide=visitor.may("quarantine.decide"),
        left_over=[each for each in leftovers if not each.left.on_its_way],
        on_its_way=[each for each in leftovers if each.left.on_its_way],
        held_words=HELD_WORDS,
        never_released=NEVER_RELEASED,
    )


@router.post("/open-food/hand-over")
def give(
    request: Request,
    visitor: Visitor,
    outlet_id: Annotated[UUID, Form()],
    offer_line_id: Annotated[UUID, Form()],
    kg: Annotated[str, Form()],
    day: Annotated[date, Form(alias="date")],
) -> Response:
    """Book what an outlet took."""
    document = {"offer_line_id": str(offer_line_id), "kg": kg}
    wish = read_as(HandoverIn, document)
    with database_of(request).transaction(visitor.scope) as session:
        hand_over(session, visitor, outlet_id, wish, now_of(request))
    return see_other("/open-food", date=day.isoformat())


@router.post("/open-food/settle")
def say_what_became(
    request: Request,
    visitor: Visitor,
    allocation_id: Annotated[UUID, Form()],
    became: Annotated[Literal["returned", "wasted"], Form()],
    kg: Annotated[str, Form()],
    day: Annotated[date, Form(alias="date")],
) -> Response:
    """Settle what was refused or is left over."""
    wish = read_as(SettlementIn, {f"{became}_kg": kg})
    with database_of(request).transaction(visitor.scope) as session:
        settle(session, visitor, allocation_id, wish, now_of(request))
    return see_other("/open-food", date=day.isoformat())


@router.post("/open-food/decide")
def decide(
    request: Request,
    visitor: Visitor,
    quarantine_id: Annotated[UUID, Form()],
    decision: Annotated[Literal["release", "discard"], Form()],
    day: Annotated[date, Form(alias="date")],
) -> Response:
    """Decide about food that is held back."""
    verb = release if decision == "release" else discard
    with database_of(request).transaction(visitor.scope) as session:
        verb(session, visitor, quarantine_id, "", None, now_of(request))
    return see_other("/open-food", date=day.isoformat())


@router.post("/open-food/stop")
def stop(
    request: Request,
    visitor: Visitor,
    offer_line_id: Annotated[UUID, Form()],
    day: Annotated[date, Form(alias="date")],
) -> Response:
    """Let nothing more be done by itself."""
    with database_of(request).transaction(visitor.scope) as session:
        service.stop(session, visitor, offer_line_id, now_of(request))
    return see_other("/open-food", date=day.isoformat())


@router.post("/open-food/resume")
def resume(
    request: Request,
    visitor: Visitor,
    offer_line_id: Annotated[UUID, Form()],
    day: Annotated[date, Form(alias="date")],
) -> Response:
    """Let it go on."""
    with database_of(request).transaction(visitor.scope) as session:
        service.resume(session, visitor, offer_line_id, now_of(request))
    return see_other("/open-food", date=day.isoformat())

"""The network's outlets, and the hours at which things happen by themselves: the cut-off time and the ladder."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from app.domain.categories import CATEGORIES
from app.domain.cut_off import cut_off_of
from app.domain.escalation import policy_of
from app.domain.foods import TEMPERATURE_CLASSES
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.outlets import service
from app.outlets.schemas import OutletChange, OutletIn
from app.partners.network_schemas import NetworkChange
from app.partners.network_service import change_network
from app.partners.service import network_of
from app.web.open_food import OUTLET_WORDS
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
_TEXTS = ("kind", "name", "address", "hours")
_LISTS = ("categories", "temperature_classes")
_TICKS = ("animal_products", "collects")
METRES_A_KM = 1_000
KEPT_WORDS = {"ambient": "Not cooled", "chilled": "Chilled", "frozen": "Frozen", "hot": "Hot"}


@router.get("/outlets")
def show(request: Request, visitor: Visitor) -> Response:
    """All outlets with a form to change each, one for another, and the network's hours."""
    visitor.require("plans.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        outlets = service.list_outlets(session, visitor, None, LARGEST_PAGE).items
    return render(
        request,
        "outlets.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        outlets=outlets,
        kinds=OUTLET_WORDS,
        categories=CATEGORIES,
        classes=[(code, KEPT_WORDS[code]) for code in TEMPERATURE_CLASSES],
        version=network.version,
        cut_off=cut_off_of(network.policy),
        ladder=policy_of(network.policy),
        may_edit=visitor.may("policy.edit"),
    )


def _said(sent: FormData) -> dict[str, Any]:
    texts = {name: str(sent[name]) for name in _TEXTS if name in sent}
    return {**texts, **{name: sent.getlist(name) for name in _LISTS}, **{name: name in sent for name in _TICKS}}


@router.post("/outlets")
def add(request: Request, visitor: Visitor, sent: Sent) -> Response:
    """Enter what the form says."""
    wish = read_as(OutletIn, _said(sent))
    with database_of(request).transaction(visitor.scope) as session:
        service.add_outlet(session, visitor, wish, now_of(request))
    return see_other("/outlets")


@router.post("/outlets/change")
def change(
    request: Request,
    visitor: Visitor,
    sent: Sent,
    outlet_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Change an outlet as it was shown, or retire it, or have it again."""
    said = {name: value for name, value in _said(sent).items() if name != "kind"}
    wish = read_as(OutletChange, {"state": str(sent["state"])} if "state" in sent else said)
    with database_of(request).transaction(visitor.scope) as session:
        service.change_outlet(session, visitor, outlet_id, wish, version, now_of(request))
    return see_other("/outlets")


@router.post("/outlets/hours")
def set_hours(request: Request, visitor: Visitor, sent: Sent, version: Annotated[int, Form()]) -> Response:
    """Set the cut-off time or the ladder, from the network as it was shown."""
    wish = read_as(NetworkChange, _cut_off(sent) if "day" in sent else _ladder(sent))
    with database_of(request).transaction(visitor.scope) as session:
        change_network(session, visitor, wish, version, now_of(request))
    return see_other("/outlets")


def _cut_off(sent: FormData) -> dict[str, Any]:
    if sent["day"] == "never":
        return {"cut_off": None}
    return {"cut_off": {"at": str(sent.get("at", "")), "day": str(sent["day"])}}


def _ladder(sent: FormData) -> dict[str, Any]:
    numbers = {name: str(sent.get(name, "")) for name in ("ask_minutes", "wider_minutes", "longest_hours")}
    said: dict[str, Any] = {name: int(value) if value.isdigit() else value for name, value in numbers.items()}
    kilometres = str(sent.get("radius_km", ""))
    try:
        said["radius_metres"] = round(Decimal(kilometres) * METRES_A_KM)
    except (InvalidOperation, ValueError, OverflowError):
        said["radius_metres"] = kilometres
    return {"escalation": {**said, "on": "on" in sent, "next_day": "next_day" in sent}}

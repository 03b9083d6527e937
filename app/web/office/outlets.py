"""The network's outlets: where food goes that no food bank takes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from app.domain.categories import CATEGORIES
from app.domain.foods import TEMPERATURE_CLASSES
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.outlets import service
from app.outlets.schemas import OutletChange, OutletIn
from app.partners.service import network_of
from app.web.desk.open_food import OUTLET_WORDS
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
_TEXTS = ("kind", "name", "address", "hours")
_LISTS = ("categories", "temperature_classes")
_TICKS = ("animal_products", "collects")
KEPT_WORDS = {"ambient": "Not cooled", "chilled": "Chilled", "frozen": "Frozen", "hot": "Hot"}


@router.get("/outlets")
def show(request: Request, visitor: Visitor) -> Response:
    """All outlets with a form to change each, and one for another."""
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

"""Where a network's administrators make cards, copy what embeds them, and answer those who wrote through one."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.cards import service
from app.cards.schemas import CardChange, CardIn
from app.cards.shown import Counters
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.models.cards import Card
from app.partners.service import network_of
from app.web.language import language_of
from app.web.public.card import WISHES
from app.web.rendering import render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
TEXTS = ("slug", "kind", "name_en", "name_ar", "sentence_en", "sentence_ar", "version")
KINDS = {"partner": "A partner", "ambassador": "An ambassador"}
DONE = {
    "added": "The card is there: pass its address on.",
    "changed": "Saved.",
    "accepted": "Accepted, and counted for the card.",
    "declined": "Declined, and what they wrote is deleted.",
}


@dataclass
class CardForm(TypedForm):
    """What stands in the form."""

    version: str = ""
    slug: str = ""
    kind: str = "partner"
    name_en: str = ""
    name_ar: str = ""
    sentence_en: str = ""
    sentence_ar: str = ""
    is_on: bool = True
    consent: bool = False


@router.get("/cards")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """All cards with whom they brought in, and what people wrote that waits for an answer."""
    visitor.require("policy.edit")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        cards = service.list_cards(session, visitor, None, LARGEST_PAGE).items
        counted = service.counters_of(session, visitor, [each.id for each in cards])
        enquiries = service.list_enquiries(session, visitor, None, LARGEST_PAGE).items
    is_arabic = language_of(request).code == "ar"
    names = {each.id: (is_arabic and each.name_ar) or each.name_en or each.slug for each in cards}
    return render(
        request,
        "cards.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        cards=[(each, counted.get(each.id, Counters())) for each in cards],
        waiting=[each for each in enquiries if each.state == "open"],
        accepted=[each for each in enquiries if each.state == "accepted"],
        names=names,
        wishes=WISHES,
        kinds=KINDS,
        root=_root(request),
        done=DONE.get(done, ""),
    )


@router.post("/cards/enquiries/{enquiry_id}/{answer}")
def answer(request: Request, visitor: Visitor, enquiry_id: UUID, answer: Literal["accept", "decline"]) -> Response:
    """Take somebody on, or say no."""
    verb: Any = service.accept_enquiry if answer == "accept" else service.decline_enquiry
    with database_of(request).transaction(visitor.scope) as session:
        verb(session, visitor, enquiry_id, now_of(request))
    return see_other("/cards", done=f"{answer}ed" if answer == "accept" else "declined")


@router.get("/cards/new")
def new(request: Request, visitor: Visitor) -> Response:
    """An empty form."""
    return _form(request, visitor, CardForm())


@router.post("/cards/new")
def add(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Make the card, or show the form again with what does not fit."""
    form = _read(data)
    said = {name: getattr(form, name) for name in TEXTS if name != "version"}
    try:
        wish = read_as(CardIn, {**said, "is_on": form.is_on, "consent": form.consent})
        with database_of(request).transaction(visitor.scope) as session:
            service.add_card(session, visitor, wish, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _form(request, visitor, form, status=error.status)
    return see_other("/cards", done="added")


@router.get("/cards/{card_id}")
def edit(request: Request, visitor: Visitor, card_id: UUID) -> Response:
    """The form of a card as it is."""
    with database_of(request).transaction(visitor.scope) as session:
        card = service.get_card(session, visitor, card_id)
    same = {name: str(getattr(card, name)) for name in TEXTS}
    return _form(request, visitor, CardForm(**same, is_on=card.is_on, consent=True), card)  # type: ignore[arg-type]


@router.post("/cards/{card_id}")
def change(request: Request, visitor: Visitor, card_id: UUID, data: Sent) -> Response:
    """Change it, or show the form again with what does not fit."""
    form = _read(data)
    said = {name: getattr(form, name) for name in ("name_en", "name_ar", "sentence_en", "sentence_ar")}
    with database_of(request).transaction(visitor.scope) as session:
        card = service.get_card(session, visitor, card_id)
    try:
        wish = read_as(CardChange, {**said, "is_on": form.is_on})
        version = int(form.version) if form.version.isdecimal() and len(form.version) < 10 else -1
        with database_of(request).transaction(visitor.scope) as session:
            service.change_card(session, visitor, card_id, wish, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        form.slug, form.kind = card.slug, card.kind
        return _form(request, visitor, form, card, error.status)
    return see_other("/cards", done="changed")


def _read(data: Sent) -> CardForm:
    typed = texts_of(data)
    return CardForm(
        **{name: typed.get(name, "") for name in TEXTS},  # type: ignore[arg-type]
        is_on="is_on" in typed,
        consent="consent" in typed,
    )


def _form(
    request: Request, visitor: Principal, form: CardForm, card: Card | None = None, status: int = 200
) -> Response:
    visitor.require("policy.edit")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
    return render(
        request,
        "card_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        card=card,
        kinds=KINDS,
        root=_root(request),
    )


def _root(request: Request) -> str:
    base = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}/c/"

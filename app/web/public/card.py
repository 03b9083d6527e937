"""A partner's or ambassador's card for everybody: what the network did, whom the card brought in, a form to help too.
No cookies, no tracking: whoever looks leaves nothing, and whoever writes leaves what they typed."""

from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, Depends, Request, Response

from app.cards.schemas import EnquiryIn, Wish
from app.cards.service import send_enquiry
from app.cards.shown import CardShown, shown
from app.funding.report import money_text
from app.kit.errors import WaslError
from app.kit.language import without_cookies
from app.kit.web import database_of, now_of
from app.papers.picture import Said
from app.people.sign_in_api import address_of
from app.web.language import Language, language_of
from app.web.paper import whole_address
from app.web.public.public_page import for_everybody, picture_for_everybody, reach_said
from app.web.rendering import content_policy, render, see_other
from app.web.sent_forms import TypedForm, read_as, texts_of
from app.web.visitor import Sent

router = APIRouter(include_in_schema=False, dependencies=[Depends(without_cookies)])
WISHES = {"give_food": "We want to give food", "drive": "We want to drive", "give_money": "We want to give money"}
FIELDS = ("wish", "name", "contact", "organisation", "message")
EMPTY = "website"  # nobody sees this field; programs fill it


@dataclass
class EnquiryForm(TypedForm):
    """What stands in the form."""

    wish: str = ""
    name: str = ""
    contact: str = ""
    organisation: str = ""
    message: str = ""


@router.get("/c/{slug}")
def show(request: Request, slug: str, wish: str = "", thanks: str = "") -> Response:
    """The card, the same for everybody who asks in the same language. wish: what is chosen in the form already."""
    form = EnquiryForm(wish=wish if wish in get_args(Wish) else "give_food")
    return for_everybody(request, _page(request, slug, form, thanks=bool(thanks)), language_of(request))


@router.post("/c/{slug}")
def write(request: Request, slug: str, data: Sent) -> Response:
    """Send what was typed to the network's office; what does not fit is shown again with a sentence at it."""
    typed = texts_of(data)
    form = EnquiryForm(**{name: typed.get(name, "") for name in FIELDS})  # type: ignore[arg-type]
    try:
        said = {name: getattr(form, name) for name in FIELDS}
        wish = read_as(EnquiryIn, {**said, "language": language_of(request).code})
        if not typed.get(EMPTY):
            send_enquiry(database_of(request), slug, wish, address_of(request), now_of(request))
    except WaslError as error:
        if error.status == 404:
            raise
        form.show_errors(error, language_of(request))
        return _page(request, slug, form, error.status)
    return see_other(request.url.path, thanks="1", lang=language_of(request).code)


@router.get("/c/{slug}/embed")
def embed(request: Request, slug: str) -> Response:
    """The card in small, the one page that other sites may show within theirs."""
    found, language = _shown(request, slug), language_of(request)
    address = whole_address(request, request.url.path).removesuffix("/embed")
    response = render(request, "card_embed.html", **_said(found, language), address=address)
    response.headers["Content-Security-Policy"] = content_policy(request, in_frames=True)
    return for_everybody(request, response, language)


@router.get("/c/{slug}/picture.png")
def show_picture(request: Request, slug: str) -> Response:
    """What is shown where the card is shared."""
    found, language = _shown(request, slug), language_of(request)
    return picture_for_everybody(request, picture_said(found, language), language)


def picture_said(found: CardShown, language: Language) -> Said:
    """The words of a card's picture: whose it is, what it says, the network's figures, and whom it brought in."""
    came = found.brought_in
    people = came.donors + came.drivers + came.gifts
    brought = ((f"{people:,}", language.said("came through this card")),) if people else ()
    return Said(
        title=found.name_in(language.code),
        sentence=found.sentence_in(language.code) or _headline(found, language),
        figures=(*reach_said(language, found.reach), *brought),
        foot=f"{found.network_in(language.code)} · {language.said('Wasl')}",
        leftwards=language.direction == "rtl",
    )


def _headline(found: CardShown, language: Language) -> str:
    return language.said("With {network}, so that food reaches people", network=found.network_in(language.code))


def _shown(request: Request, slug: str) -> CardShown:
    return shown(database_of(request), slug, address_of(request), now_of(request))


def _page(request: Request, slug: str, form: EnquiryForm, status: int = 200, *, thanks: bool = False) -> Response:
    found, language = _shown(request, slug), language_of(request)
    address = whole_address(request, request.url.path)
    return render(
        request,
        "card.html",
        status,
        **_said(found, language),
        form=form,
        wishes=WISHES,
        thanks=thanks,
        address=address,
        empty=EMPTY,
    )


def _said(found: CardShown, language: Language) -> dict[str, Any]:
    return {
        "demonstration": found.demonstration,
        "shown": found,
        "name": found.name_in(language.code),
        "sentence": found.sentence_in(language.code),
        "network": found.network_in(language.code),
        "headline": _headline(found, language),
        "money": lambda cents: money_text(cents, found.currency),
    }

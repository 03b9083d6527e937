"""Check a paper by its code: a page for everybody, without cookies. A file can be compared with what was issued;
nothing of it is kept."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response, UploadFile

from app.domain import check_code
from app.issuing.checking import Checked, check
from app.issuing.kinds import KINDS
from app.issuing.schemas import beside
from app.kit.errors import WaslError
from app.kit.language import headers_of, without_cookies
from app.kit.web import database_of, now_of
from app.papers.words import ELSEWHERE
from app.people.sign_in_api import address_of
from app.web.language import LANGUAGES, language_of
from app.web.paper import CHECK_PAGE
from app.web.rendering import render, see_other

router = APIRouter(include_in_schema=False, dependencies=[Depends(without_cookies)])
WORDS = {
    **dict(ELSEWHERE),
    "posted": "Posted",
    "planned": "Planned",
    "collected": "Collected",
    "delivered": "Delivered",
    "handed_over": "Handed over",
    "refused_at_the_door": "Refused at the door",
    "delivered_together": "Delivered together",
    "delivered_alone": "Delivered alone",
    "share": "Shares, as planned",
    "saved": "Saved, as planned",
    "own_vehicles": "Own vehicles, as planned",
    "carried_by_network": "Carried by the network, as planned",
    "recorded_share": "Shares, as recorded",
    "recorded_saved": "Saved, as recorded",
    "recorded_own_vehicles": "Own vehicles, as recorded",
    "recorded_carried_by_network": "Carried by the network, as recorded",
    "most_more": "The most food more",
    "for_people": "Reached people",
    "paid_for": "Food that the money moved",
    "given": "Given",
    "spent": "Spent",
}
NO_CODE = "This is no check code. It has 16 letters and digits: look for one that was read or typed wrongly."
UNKNOWN = "No paper was issued with this code. Compare it with the paper, or ask whoever gave it to you."
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@router.get(CHECK_PAGE)
def ask(request: Request, code: str = "") -> Response:
    """The form; with a code that can be one, on to its page."""
    found = check_code.read(code)
    if found is not None:
        return see_other(f"{CHECK_PAGE}/{check_code.shown(found)}", **_language(request))
    return _form(request, code, NO_CODE if code.strip() else "", 404 if code.strip() else 200)


@router.get(CHECK_PAGE + "/{code}")
def show(request: Request, code: str) -> Response:
    """What was issued under a code, and whether the ledger still says so."""
    return _shown(request, code, None)


@router.post(CHECK_PAGE + "/{code}")
def compare(request: Request, code: str, file: UploadFile | None = None) -> Response:
    """The same, and whether the file that was sent is one that was issued; it is read once and kept nowhere."""
    chosen = file is not None and bool(file.size)
    return _shown(request, code, hashlib.sha256(file.file.read()).hexdigest() if file and chosen else "")


def _shown(request: Request, code: str, sha256: str | None) -> Response:
    try:
        found = check(database_of(request), code, address_of(request), now_of(request))
    except WaslError as error:
        if error.status != 404:
            raise
        return _form(request, code, NO_CODE if check_code.read(code) is None else UNKNOWN, 404)
    now = found.now
    response = render(
        request,
        "checked.html",
        demonstration=found.demonstration,
        checked=found,
        code=check_code.shown(found.code),
        kind=KINDS[found.kind].word,
        weights=_said(found.content.grams, None if now is None else now.grams),
        money_rows=_said(found.content.cents, None if now is None else now.cents),
        file=_file(found, sha256),
        query=f"?{urlencode(_language(request))}" if _language(request) else "",
        asked=_language(request),
    )
    return _for_everybody(request, response)


def _said(then: Mapping[str, int], now: Mapping[str, int] | None) -> list[tuple[str, int | None, int | None]]:
    """Each figure under its word."""
    return [(WORDS[name], was, today) for name, was, today in beside(then, now)]


def _file(found: Checked, sha256: str | None) -> str:
    """What is known of a file that was sent: `same`, `other`, `none` where none was chosen, nothing where none was
    asked about."""
    if sha256 is None:
        return ""
    if not sha256:
        return "none"
    return "same" if sha256 in found.sha256 else "other"


def _form(request: Request, code: str, fault: str, status: int) -> Response:
    response = render(request, "check.html", status, code=code, fault=fault, asked=_language(request))
    return _for_everybody(request, response)


def _language(request: Request) -> dict[str, str]:
    """The language that the address asks for: nothing else remembers it here."""
    asked = request.query_params.get("lang", "")
    return {"lang": asked} if asked in LANGUAGES else {}


def _for_everybody(request: Request, response: Response) -> Response:
    response.headers.update({**headers_of(language_of(request).code), **PRIVATE})
    return response

"""The driver's phone: the link is exchanged for a cookie, then the next stop in one glance.

With scripts the phone keeps each report until it is stored here, and the page itself: it works without a connection.
Without them every report is a form.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from app.domain.reasons import PROBLEM_CODES
from app.driving import service
from app.driving.food_photos import photos_of_food
from app.driving.photos import keep_photo
from app.driving.schemas import AllocationProgress, DriverRouteOut, StopEventIn, StopProgress
from app.kit.auth import Principal, authenticate
from app.kit.errors import FieldError, WaslError, invalid_request, not_signed_in, refused
from app.kit.misfits import field_error
from app.kit.web import DRIVER_COOKIE, database_of, now_of, set_cookie
from app.offers.photos import readable_picture
from app.partners.service import network_of
from app.planning.schemas import StopOut
from app.web.language import LANGUAGES, Language, language_of
from app.web.rendering import STATIC, render, see_other
from app.web.visitor import KnownFirst, Sent, Visitor

# Said in the language that is chosen and not kept: the phone has the one that was read last.
ONE_LANGUAGE = (
    "There is no connection. The page is kept on this phone in one language: choose this one again once there is a "
    "connection."
)
router = APIRouter(include_in_schema=False)
# A report may bring a photo: nothing of its body is read before it is known whose it is.
reports = APIRouter(include_in_schema=False, route_class=KnownFirst)
COOKIE_SECONDS = 24 * 3600
GZIP_LEVEL = 6
REPORT_BYTES = 13_000_000  # a form and its photo as a phone takes it, where no script makes it smaller
LONGEST_DRAWING = 40_000  # letters; twice what the most points of a signature take
# What the page needs without a connection; the map is not of it.
KEPT = (
    "wasl.css", "icon.svg", "drive.js", "drive-check.js", "drive-view.js", "drive-bar.js", "drive-waiting.js",
    "drive-sign.js", "drive-press.js", "drive-share.js", "drive-hand.js", "drive-photos.js", "offer-photos.js",
    "drive-map.js", "leaflet-loading.js",
)  # fmt: skip
# What its script is put together from, asked for at once: a thin line is late by each file that names another.
MODULES = [name for name in KEPT if name.endswith(".js") and name != "drive.js"]
LOST = "lost"  # what the page is told of a photo that could not be kept
# At the store these leave something behind while the rest is loaded.
PARTLY = frozenset({"van_full", "too_warm", "other"})


@dataclass(frozen=True)
class DriveView:
    """What the phone shows."""

    day: DriverRouteOut
    zone: ZoneInfo
    region: str
    progress: dict[UUID, StopProgress]
    told: dict[UUID, AllocationProgress]
    photos: Mapping[UUID, Sequence[UUID]]  # of food to be fetched, by offer line

    @property
    def stops(self) -> list[StopOut]:
        """The stops with something to do."""
        return [stop for stop in self.day.route.stops if stop.kind in ("pickup", "drop_off")]

    def photos_at(self, stop: StopOut) -> list[UUID]:
        """The photos of the food that is fetched at a stop, each once."""
        lines = [each.offer_line_id for each in stop.allocations] if stop.kind == "pickup" else []
        return list(dict.fromkeys(photo for line in lines for photo in self.photos.get(line, ())))

    @property
    def ahead(self) -> list[StopOut]:
        """Those that are not behind the driver."""
        return [stop for stop in self.stops if self.progress[stop.id].state in ("waiting", "arrived")]

    @property
    def following(self) -> StopOut | None:
        """The first stop that is not behind the driver."""
        return next(iter(self.ahead), None)

    def done(self) -> int:
        """How many stops are behind the driver."""
        return sum(self.progress[stop.id].state in ("done", "failed") for stop in self.stops)

    def collected_before(self, stop: StopOut, allocation_id: UUID) -> int | None:
        """Grams of it that were collected at another stop, where this is one to collect it and not done yet: the plan
        changed meanwhile."""
        return self.told[allocation_id].kg_collected if stop.kind == "pickup" else None

    def grams_of(self, stop: StopOut, allocation_id: UUID, planned: int) -> int:
        """What is probably handled: at a drop-off, what was collected, and nothing of what is held back."""
        told = self.told[allocation_id]
        if stop.kind == "drop_off" and (told.held_back or told.discarded):
            return 0
        collected = told.kg_collected
        return planned if stop.kind == "pickup" or collected is None else collected


@router.get("/drive/{token}")
def arrive(request: Request, token: str) -> Response:
    """Mail scanners follow links; only a person presses the button."""
    return render(request, "drive_confirm.html", token=token)


@router.post("/drive/{token}")
def enter(request: Request, token: str) -> Response:
    """Keep the link as a cookie, so that it stands in no address."""
    authenticate(database_of(request), token, now_of(request))
    response = see_other("/drive")
    set_cookie(request, response, DRIVER_COOKIE, token, COOKIE_SECONDS)
    return response


@router.get("/drive.webmanifest")
def manifest(request: Request) -> Response:
    """What a phone needs to put the page among its applications."""
    language = language_of(request)
    told = {
        "name": f"{language.t('Wasl')} · {language.t('Your route')}",
        "short_name": str(language.t("Your route")),
        "start_url": "/drive",
        "scope": "/drive",
        "display": "standalone",
        "lang": language.code,
        "dir": language.direction,
        "icons": [{"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JSONResponse(told, headers={"Cache-Control": "no-cache"}, media_type="application/manifest+json")


@router.get("/drive-worker.js")
def worker() -> Response:
    """The script that shows the page without a connection: another one whenever a file that it keeps is another."""
    return Response(worker_script(), headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


@cache
def worker_script() -> str:
    """That script, which names the files and knows their contents by a digest."""
    script = (STATIC / "drive-worker.js").read_text()
    content = b"".join((STATIC / name).read_bytes() for name in KEPT)
    version = hashlib.sha256(content + script.encode()).hexdigest()[:16]
    files = json.dumps([f"/static/{name}" for name in KEPT])
    return script.replace("{version}", version).replace("{files}", files)


@router.get("/drive")
def show(request: Request, visitor: Visitor, photo: str = "") -> Response:
    """The next stop, then all others."""
    with database_of(request).transaction(visitor.scope) as session:
        day = service.driver_route(session, visitor, now_of(request))
        region = network_of(session, visitor).region
        fetched = {each.offer_line_id for stop in day.route.stops for each in stop.allocations}
        photos = photos_of_food(session, visitor, fetched)
    view = DriveView(
        day,
        ZoneInfo(day.time_zone),
        region,
        {each.stop_id: each for each in day.progress},
        {each.allocation_id: each for each in day.allocations},
        photos,
    )
    page = render(
        request,
        "drive.html",
        demonstration=day.demonstration,
        view=view,
        new_id=lambda: str(uuid4()),
        problems=PROBLEM_CODES,
        photo_lost=photo == LOST,
        elsewhere=[Language(code) for code in LANGUAGES if code != language_of(request).code],
        one_language=ONE_LANGUAGE,
        modules=MODULES,
    )
    page.headers["Wasl-Page"] = "drive"  # the phone keeps this one, and no other that stands in its place
    return _thin(request, page)


def _thin(request: Request, page: Response) -> Response:
    """The page compressed, for whoever pays by the megabyte and reads the day again each minute.

    Other pages are not, since the length of an answer tells of the secrets in it whoever can have words of their own
    stand beside them. This one has no key in it, and without a query no word of the request.
    """
    page.headers["Vary"] = "Accept-Encoding"
    if request.query_params or "gzip" not in request.headers.get("Accept-Encoding", "").lower():
        return page
    page.body = gzip.compress(bytes(page.body), GZIP_LEVEL, mtime=0)
    page.headers["Content-Encoding"], page.headers["Content-Length"] = "gzip", str(len(page.body))
    return page


@reports.post("/drive", max_body_size=REPORT_BYTES)
def report(
    request: Request,
    visitor: Visitor,
    data: Sent,
    event_id: Annotated[str, Form()],
    stop_id: Annotated[str, Form()],
    kind: Annotated[str, Form()],
) -> Response:
    """Store what the driver reports; the form's own id makes a double tap one report. A phone that kept it says when it
    was made (`occurred_at`)."""
    if str(data.get("shift") or visitor.shift_id) != str(visitor.shift_id):
        raise not_signed_in()  # kept under another link, which this phone has no more
    event = _event(request, data, event_id, stop_id, kind)
    with database_of(request).transaction(visitor.scope) as session:
        results = service.record_events(session, visitor, [event], now_of(request))
        still_open = service.route_is_open(session, visitor, now_of(request))
    if results[0].status == "conflict":
        raise WaslError(results[0].detail, "conflicting_report", 409, "Changed meanwhile")
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"status": results[0].status, "recorded_at": now_of(request).isoformat()})
    is_kept = _keep_photo(request, visitor, data, event.id)
    if not still_open:
        return render(request, "drive_over.html")
    return see_other("/drive") if is_kept else see_other("/drive", photo=LOST)


def _keep_photo(request: Request, visitor: Principal, data: FormData, event_id: UUID) -> bool:
    """Keep the photo that came with a form, after its report: no picture holds a report up. False: it is lost."""
    sent = data.get("photo")
    if not isinstance(sent, UploadFile) or not sent.size:
        return True
    try:
        picture = readable_picture(sent.file.read(), sent.content_type)
        with database_of(request).transaction(visitor.scope) as session:
            # A form has one photo: the same form again, the same id.
            keep_photo(session, visitor, event_id, uuid5(event_id, "photo"), picture, now_of(request))
    except WaslError:
        return False
    return True


def _event(request: Request, data: FormData, event_id: str, stop_id: str, kind: str) -> StopEventIn:
    reason = str(data.get("reason") or "") or None
    lines = [
        {"allocation_id": name.removeprefix("kg-"), "kg": str(kg), "celsius": _celsius(data, name)}
        for name, kg in data.items()
        if name.startswith("kg-") and str(kg).strip()
    ]
    if kind.startswith("problem-") and reason is None:
        raise refused("reason_missing", "Choose what happened.", [FieldError("/reason", "Choose what happened.")])
    if kind == "problem-pickup":
        loaded = [line for line in lines if str(line["kg"]).strip("0٠.,٫ ")]
        kind, lines = ("collected", lines) if reason in PARTLY and loaded else ("failed", [])
    elif kind == "problem-drop_off":
        kind, lines = ("refused", lines) if reason in ("refused_at_the_door", "too_warm") else ("failed", [])
    try:
        return StopEventIn.model_validate(
            {
                "id": event_id,
                "stop_id": stop_id,
                "kind": kind,
                "occurred_at": str(data.get("occurred_at") or "") or now_of(request),
                "lines": lines,
                "reason": reason,
                "note": str(data.get("note") or ""),
                "signature": _signature(data),
            }
        )
    except ValidationError as error:
        raise invalid_request([field_error(dict(item)) for item in error.errors()]) from error


def _signature(data: FormData) -> dict[str, Any] | None:
    """Who signed, and what the phone drew; None where nobody did."""
    name, drawn = (str(data.get(field) or "").strip() for field in ("signed_by", "strokes"))
    if not name and not drawn:
        return None
    return {"signed_by": name, "strokes": _strokes(drawn)}


def _strokes(drawn: str) -> Any:
    """What was drawn; of what is none, a text, of which the form says so."""
    if len(drawn) > LONGEST_DRAWING:
        return ""
    try:
        return json.loads(drawn or "[]")
    except (ValueError, RecursionError):  # no JSON, or lists within lists without end
        return ""


def _celsius(data: FormData, name: str) -> float | str | None:
    text = str(data.get(name.replace("kg-", "celsius-")) or "").strip()
    text = text.replace(",", ".").replace("٫", ".").replace("−", "-")
    try:
        return float(text) if text else None
    except ValueError:
        return text  # the form says that this is no number

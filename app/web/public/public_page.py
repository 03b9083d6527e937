"""A network's page for everybody: where people collect food now, and what its food came to. No cookies, no tracking."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from app.domain.counting import Reach
from app.domain.public_hours import DAYS_TO_CHOOSE
from app.kit.language import headers_of, without_cookies
from app.kit.web import database_of, now_of
from app.papers.picture import Said, picture
from app.people.sign_in_api import address_of
from app.public.api import KEPT_FOR
from app.public.page import Point, Shown, shown
from app.web.language import Language, language_of
from app.web.paper import whole_address
from app.web.rendering import HEADERS, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(without_cookies)])
A_WEEK = timedelta(days=7)
TAG_LETTERS = 24


@dataclass(frozen=True)
class Place:
    """A point as the page says it. is_now: which sentence, with the time and day in it; week: the coming days."""

    point: Point
    is_now: str
    time: str
    day: date | None
    note: str
    week: Sequence[tuple[date, Sequence[str]]]
    hours: Sequence[str]  # of the day that was chosen

    @property
    def is_open(self) -> bool:
        """Whether food is given out just now."""
        return self.point.standing.open_until is not None


@router.get("/n/{slug}")
def show(request: Request, slug: str, day: str = "") -> Response:
    """The page, the same for everybody who asks in the same language."""
    found, language = shown(database_of(request), slug, address_of(request), now_of(request)), language_of(request)
    days = [found.today + timedelta(days=ahead) for ahead in range(DAYS_TO_CHOOSE)]
    chosen = next((each for each in days if each.isoformat() == day), None)
    points = found.points if chosen is None else found.open_on(chosen)
    places = [_place(each, found, days, chosen, language) for each in points]
    response = render(
        request,
        "public_page.html",
        demonstration=found.demonstration,
        shown=found,
        name=found.name_in(language.code),
        open_now=[each for each in places if each.is_open],
        later=[each for each in places if not each.is_open],
        places=places,
        days=days,
        chosen=chosen,
        at=lambda chosen: _address(request, chosen),
        address=whole_address(request, request.url.path),
        check=_check(request),
        figures=found.figures,
    )
    return for_everybody(request, response, language)


def _place(point: Point, found: Shown, days: Sequence[date], chosen: date | None, language: Language) -> Place:
    is_now, at = _standing(point, found)
    local = at.astimezone(found.zone) if at is not None else None

    def hours(day: date) -> list[str]:
        return [
            f"{language.clock(opens, found.zone)}–{language.clock(closes, found.zone)}"
            for opens, closes in point.hours_on(day, found.zone)
        ]

    return Place(
        point=point,
        is_now=is_now,
        time=f"{local:%H:%M}" if local is not None else "",
        day=local.date() if local is not None else None,
        note=point.note_in(language.code),
        week=[(day, hours(day)) for day in days],
        hours=hours(chosen) if chosen is not None else (),
    )


def _standing(point: Point, found: Shown) -> tuple[str, datetime | None]:
    """Which sentence says how a place stands, and the instant that it names."""
    standing, today = point.standing, found.today
    if standing.open_until is not None:
        if standing.day_and_night:
            return "open_day_and_night", None
        closes = standing.open_until
        same_day = closes.astimezone(found.zone).date() == today
        return ("open_until" if same_day else "open_until_day"), closes
    if standing.next_opening is None:
        return "no_opening", None
    opens = standing.next_opening.opens_at
    ahead = opens.astimezone(found.zone).date() - today
    if ahead < A_WEEK:
        return {0: "opens_today", 1: "opens_tomorrow"}.get(ahead.days, "opens_weekday"), opens
    return "opens_day", opens


def _address(request: Request, chosen: date | None) -> str:
    """The page of another day, in the language that was asked for."""
    kept = {name: value for name, value in request.query_params.items() if name == "lang"}
    query = urlencode({**kept, **({"day": chosen.isoformat()} if chosen is not None else {})})
    return f"{request.url.path}?{query}" if query else request.url.path


def _check(request: Request) -> str:
    """Where papers are checked, in the language that was asked for."""
    asked = request.query_params.get("lang")
    return f"/check?{urlencode({'lang': asked})}" if asked else "/check"


@router.get("/n/{slug}/picture.png")
def show_picture(request: Request, slug: str) -> Response:
    """What is shown where the page is shared: its name and what the network's food came to."""
    found, language = shown(database_of(request), slug, address_of(request), now_of(request)), language_of(request)
    said = Said(
        title=found.name_in(language.code),
        sentence=language.said("Where to collect food, and what our food came to."),
        figures=reach_said(language, found.figures.all_time),
        foot=language.said("Wasl"),
        leftwards=language.direction == "rtl",
    )
    return picture_for_everybody(request, said, language)


def reach_said(language: Language, reach: Reach) -> tuple[tuple[str, str], ...]:
    """The network's figures on a picture; none where no food was recorded."""
    if not reach.grams:
        return ()
    kg = f"{reach.grams / 1000:,.0f}" if reach.grams >= 10_000 else language.kg(reach.grams)
    return (
        (language.said("{kg} kg", kg=kg), language.said("of food reached people")),
        (f"{reach.meals:,}", language.said("meals, about")),
    )


def picture_for_everybody(request: Request, said: Said, language: Language) -> Response:
    """A picture as an answer that may be kept by whoever passes it on."""
    response = Response(picture(said), media_type="image/png", headers={**HEADERS, "Access-Control-Allow-Origin": "*"})
    return for_everybody(request, response, language)


def for_everybody(request: Request, response: Response, language: Language) -> Response:
    """The answer as it may be kept by whoever passes it on, and 304 for those who have it."""
    tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:TAG_LETTERS]}"'
    response.headers.update(
        {**headers_of(language.code), "Cache-Control": KEPT_FOR, "Referrer-Policy": "no-referrer", "ETag": tag}
    )
    held = [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]
    if tag not in held:
        return response
    kept = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    return Response(status_code=304, headers=kept)

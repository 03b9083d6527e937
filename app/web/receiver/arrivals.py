"""What arrives at a food bank today and tomorrow: when, what, from whom; declined before, confirmed afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import filterfalse

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.declines import service as declines
from app.declines.schemas import DeclineIn
from app.domain.declines import REASONS
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.receiving.expected import Delivery, deliveries, receiving_sites
from app.receiving.service import LineRefused, confirm_receipts
from app.web.driver.van_words import VisitView, in_words
from app.web.language import language_of
from app.web.receiver.asked import MARK_WORDS
from app.web.receiver.received_form import LineForm, allocation_of, at_line, read_sent, wishes
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
# What a line says of itself, and how that is shown.
STANDING_WORDS = {
    "planned": ("Planned", ""),
    "declined": ("Declined", "far"),
    "on_the_van": ("On the van", "good"),
    "delivered": ("Delivered", "good"),
    "did_not_come": ("Did not come", "far"),
    "refused": ("Refused at the door", "far"),
    "held_back": ("Held back until somebody decides", "far"),
    "thrown_away": ("Thrown away", "bad"),
}
SHOWS_FIGURES_OF_THE_DOOR = ("delivered", "did_not_come", "refused", "held_back", "thrown_away")


@dataclass(frozen=True)
class DayShown:
    """What comes on one day: what is still to come, and what has."""

    day: date
    coming: Sequence[tuple[Delivery, VisitView]] = field(default=())
    over: Sequence[tuple[Delivery, VisitView]] = field(default=())


@router.get("/arrivals")
def show(request: Request, visitor: Visitor) -> Response:
    """What comes to our places today and tomorrow."""
    return _show(request, visitor)


def _show(request: Request, visitor: Principal, typed: LineForm | None = None, status: int = 200) -> Response:
    visitor.require("receipts.confirm")
    now, language = now_of(request), language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        today = service_date_of(now, zone)
        sites = receiving_sites(session, visitor)
        found = {
            day: [
                (each, in_words(each.shown, now, zone, language)) for each in deliveries(session, visitor, sites, day)
            ]
            for day in (today, today + timedelta(days=1))
        }
    return render(
        request,
        "arrivals.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone,
        now=now,
        days=[_day_shown(day, visits) for day, visits in found.items()],
        today=today,
        sites=sites,
        typed=typed or LineForm(),
        reasons={code: words for code, (words, _) in REASONS.items()},
        standings=STANDING_WORDS,
        at_the_door=SHOWS_FIGURES_OF_THE_DOOR,
        mark_words=MARK_WORDS,
        names_owners=visitor.may_across_network("receipts.confirm"),
        may_see_plans=visitor.sees_network,
        may_state=visitor.may("needs.state"),
    )


def _day_shown(day: date, visits: Sequence[tuple[Delivery, VisitView]]) -> DayShown:
    def is_over(found: tuple[Delivery, VisitView]) -> bool:
        return found[0].shown.visit.state in ("done", "failed")

    return DayShown(day, list(filterfalse(is_over, visits)), list(filter(is_over, visits)))


@router.post("/arrivals/decline")
def decline(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Say beforehand that a line is not wanted."""

    def verb(session: Session, form: LineForm, line: str) -> None:
        document = {name: form.fields.get(f"{name}-{line}", "") for name in ("reason", "note")}
        wish = read_as(DeclineIn, document)
        declines.decline(session, visitor, allocation_of(line), wish, now_of(request))

    return _done(request, visitor, read_sent(data), verb, "reason")


@router.post("/arrivals/take-back")
def take_back(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Have a line after all."""

    def verb(session: Session, _: LineForm, line: str) -> None:
        declines.take_back(session, visitor, allocation_of(line), now_of(request))

    return _done(request, visitor, read_sent(data), verb, "take_back")


@router.post("/arrivals/received")
def received(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Say what came of the lines of a visit: all of it is kept, or nothing."""
    form = read_sent(data)
    try:
        found = wishes(form)
    except WaslError as error:
        return _again(request, visitor, form, error)

    try:
        with database_of(request).transaction(visitor.scope) as session:
            confirm_receipts(session, visitor, found, now_of(request))
    except LineRefused as refusal:
        return _again(request, visitor, form, at_line(refusal.allocation_id, refusal.error))
    return see_other("/arrivals")


def _done(
    request: Request,
    visitor: Principal,
    form: LineForm,
    verb: Callable[[Session, LineForm, str], None],
    name: str,
) -> Response:
    """Do it to each line that was sent, in one transaction; else the page again, with a sentence at the field."""
    line = ""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            for line in form.lines:
                verb(session, form, line)
    except WaslError as error:
        return _again(request, visitor, form, at_line(line, error, name))
    return see_other("/arrivals")


def _again(request: Request, visitor: Principal, form: LineForm, error: WaslError) -> Response:
    if error.status not in (409, 422):
        raise error
    form.show_errors(error, language_of(request))
    return _show(request, visitor, form, error.status)

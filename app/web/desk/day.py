"""The dispatcher's day: shown, planned, changed and published."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from app.alarms.service import acknowledge_alarm
from app.domain.receiving import SAYS_CRATES
from app.fleet.service import give_driver_link
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.needs.standing import fill_day
from app.partners.service import network_of, zone_of
from app.planning import asking, service
from app.planning.edits.service import copy_plan
from app.planning.schemas import ChangeWishIn
from app.receiving.service import see_difference
from app.web.desk.ahead import instant, load_ahead
from app.web.desk.day_view import PHASES, load_day
from app.web.desk.trying import may_try, site_of_change
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/day")
def show(request: Request, visitor: Visitor, date: str = "", plan: str = "", differs: str = "") -> Response:
    """The day that was asked for, or today; with the plan that was asked for. differs: a difference is another one than
    somebody wanted to say was seen to."""
    return _show(request, visitor, date, plan_id=_uuid_or_none(plan), differs_again=bool(differs))


def _uuid_or_none(wished: str) -> UUID | None:
    try:
        return UUID(wished)
    except ValueError:
        return None


def _show(
    request: Request,
    visitor: Principal,
    wished: str,
    link: str | None = None,
    plan_id: UUID | None = None,
    *,
    differs_again: bool = False,
) -> Response:
    visitor.require("plans.read")
    with database_of(request).transaction(visitor.scope) as session:
        today = now_of(request).astimezone(zone_of(network_of(session, visitor))).date()
        day = _date_or(wished, today)
        fill_day(session, visitor.network_id, day, now_of(request))
        view = load_day(session, visitor, day, now_of(request), plan_id)
        driven = view.plan is not None and view.plan.published_at is not None
        ahead = load_ahead(session, visitor, day, today, driven=driven)
    language, may_edit = language_of(request), visitor.may("plans.edit")
    return render(
        request,
        "day.html",
        signed_in=visitor.name,
        demonstration=view.network.demonstration,
        view=view,
        ahead=ahead,
        clock_of=lambda text: language.clock(instant(text), view.zone),
        before=view.day - timedelta(days=1),
        after=view.day + timedelta(days=1),
        link=link,
        says_crates=SAYS_CRATES,
        differs_again=differs_again,
        may_plan=visitor.may("plans.request"),
        may_edit=may_edit,
        may_try=lambda line: view.plan is not None and may_edit and view.is_editable and may_try(view.plan, line),
        site_of_change=lambda change: site_of_change(change, view.sites) if visitor.may("sites.edit") else None,
        phases=PHASES,
    )


def _date_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.post("/day/plan")
def plan(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], like_date: Annotated[str, Form()] = ""
) -> Response:
    """Ask for a plan of the day, perhaps in the order of another one."""
    wished = _date_or(day, now_of(request).date())
    like = _date_or(like_date, wished) if like_date else None
    with database_of(request).transaction(visitor.scope) as session:
        asking.request_plan(session, visitor, wished, now_of(request), like)
    return see_other("/day", date=wished.isoformat())


@router.post("/day/end-search")
def end_search(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], run_id: Annotated[UUID, Form()]
) -> Response:
    """Take the best plan so far; a search that has ended meanwhile shows its plan."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            asking.end_search(session, visitor, run_id, now_of(request))
    except WaslError as error:
        if error.code != asking.RUN_HAS_ENDED:
            raise
    return see_other("/day", date=_date_or(day, now_of(request).date()).isoformat())


@router.post("/day/publish")
def publish(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    plan_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Publish the plan as it was shown."""
    with database_of(request).transaction(visitor.scope) as session:
        service.publish_plan(session, visitor, plan_id, version, now_of(request))
    return see_other("/day", date=day)


@router.post("/day/copy")
def copy(request: Request, visitor: Visitor, day: Annotated[str, Form()], plan_id: Annotated[UUID, Form()]) -> Response:
    """A draft with the same routes, to edit and publish in place of the plan."""
    with database_of(request).transaction(visitor.scope) as session:
        made = copy_plan(session, visitor, plan_id, now_of(request)).id
    return see_other("/day", date=day, plan=str(made))


@router.post("/day/change")
def change(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], plan_id: Annotated[UUID, Form()]
) -> Response:
    """Ask for the smallest change of the plan that is driven."""
    with database_of(request).transaction(visitor.scope) as session:
        asking.request_change(session, visitor, plan_id, ChangeWishIn(), now_of(request))
    return see_other("/day", date=day)


@router.post("/day/acknowledge")
def acknowledge(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    alarm_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Take an alarm on, as it was shown."""
    with database_of(request).transaction(visitor.scope) as session:
        acknowledge_alarm(session, visitor, alarm_id, version, now_of(request))
    return see_other("/day", date=day)


@router.post("/day/seen")
def see(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    confirmation_id: Annotated[UUID, Form()],
    delivered_grams: Annotated[int | None, Form(ge=0)] = None,
) -> Response:
    """Say that a difference is seen to, as it was shown; where it is another one meanwhile, that one is shown."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            see_difference(session, visitor, confirmation_id, delivered_grams, now_of(request))
    except WaslError as error:
        if error.code != "difference_changed":
            raise
        return see_other("/day", date=day, differs="again")
    return see_other("/day", date=day)


@router.post("/day/driver-link")
def driver_link(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], shift_id: Annotated[UUID, Form()]
) -> Response:
    """A fresh link for the driver of a route, shown this once."""
    with database_of(request).transaction(visitor.scope) as session:
        _, secret = give_driver_link(session, visitor, shift_id, now_of(request))
    base = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
    return _show(request, visitor, day, f"{base}/drive/{secret}")

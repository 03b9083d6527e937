"""What people are asked to help with: offered, with who has taken it, called off, and who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from app.domain.service_date import service_date_of
from app.domain.volunteering import KIND_WORDS, LANGUAGES, SKILL_WORDS
from app.fleet.service import list_shifts, list_vehicles
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.volunteering import attendance, tasks
from app.volunteering.attendance import SignUpSeen
from app.volunteering.schemas import AttendanceIn, TaskChange
from app.volunteering.tasks import TaskSeen
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.sent_forms import read_as, texts_of, whole_number
from app.web.visitor import Sent, Visitor
from app.web.volunteering.volunteer_forms import TaskForm, fresh_task, read_task, task_of

router = APIRouter(include_in_schema=False)
BACK, AHEAD = timedelta(days=14), timedelta(days=60)
DONE = ("offered", "called-off", "recorded", "changed")
Identity = Annotated[UUID, Form()]


@dataclass(frozen=True)
class TasksView:
    """All that the page shows."""

    zone: ZoneInfo
    coming: Sequence[TaskSeen]
    over: Sequence[TaskSeen]
    places: Mapping[UUID, Sequence[SignUpSeen]]

    @property
    def to_record(self) -> int:
        """How many places of what is over nobody has said anything of."""
        return sum(1 for task in self.over for place in self.places.get(task.id, ()) if place.state == "taken")


@router.get("/tasks")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """What is to come, and what of the last two weeks."""
    return _show(request, visitor, done=done)


def _show(request: Request, visitor: Principal, error: WaslError | None = None, done: str = "") -> Response:
    visitor.require("tasks.edit")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now, zone_of(network))
        found = every_row(
            lambda **at: tasks.list_tasks(session, visitor, today - BACK, today + AHEAD, **at), 5 * LARGEST_PAGE
        )
        places = attendance.sign_ups_of(session, visitor, [each.id for each in found])
    coming = [each for each in found if each.ends_at > now and each.state == "open"]
    over = [each for each in reversed(found) if each.ends_at <= now and (each.state == "open" or places.get(each.id))]
    return render(
        request,
        "tasks.html",
        200 if error is None else error.status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=TasksView(zone_of(network), coming, over, places),
        now=now,
        kinds=KIND_WORDS,
        skill_words=SKILL_WORDS,
        problem=None if error is None else language_of(request).refusal(error),
        may_see_volunteers=visitor.may("volunteers.read"),
        may_see_day=visitor.may("plans.request"),
        done=done if done in DONE else "",
    )


@router.get("/tasks/new")
def new(request: Request, visitor: Visitor, shift: str = "", date: str = "") -> Response:
    """A form; for a shift, the one that asks for its driver."""
    visitor.require("tasks.edit")
    with database_of(request).transaction(visitor.scope) as session:
        today = service_date_of(now_of(request), zone_of(network_of(session, visitor)))
    day = _day(date, today + timedelta(days=1))
    return _form(request, visitor, fresh_task(day, "drive" if shift else "sorting", shift))


def _day(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.post("/tasks/new")
def offer(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Offer it once, however often the button was pressed, or show the form again with what does not fit."""
    visitor.require("tasks.edit")
    form = read_task(data)
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        zone = zone_of(network_of(session, visitor))
    try:
        wish = task_of(form, zone)
        digest = fingerprint("POST", request.url.path, wish.model_dump_json())
        once(
            database_of(request),
            visitor,
            form.key or None,
            digest,
            now,
            lambda session: Answer(201, {"id": str(tasks.offer_task(session, visitor, wish, now).id)}),
        )
    except WaslError as error:
        if error.status in (403, 404):
            raise
        form.show_errors(error, language_of(request))
        return _form(request, visitor, form, error.status)
    return see_other("/tasks", done="offered")


def _form(request: Request, visitor: Principal, form: TaskForm, status: int = 200) -> Response:
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        vehicles = {each.id: each.name for each in list_vehicles(session, visitor)}
        shifts = [each for each in list_shifts(session, visitor, None) if each.starts_at > now]
    return render(
        request,
        "task_form.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        zone=zone_of(network),
        shifts=shifts[:LARGEST_PAGE],
        vehicles=vehicles,
        kinds=KIND_WORDS,
        skills=SKILL_WORDS,
        tongues=LANGUAGES,
        may_see_day=visitor.may("plans.request"),
    )


@router.post("/tasks/change")
def change(request: Request, visitor: Visitor, data: Sent, task_id: Identity) -> Response:
    """How many people, and what they bring."""
    texts = texts_of(data)
    try:
        wish = read_as(
            TaskChange, {"people_wanted": whole_number(texts.get("people_wanted", "")), "bring": texts.get("bring", "")}
        )
        version = whole_number(texts.get("version", ""))
        with database_of(request).transaction(visitor.scope) as session:
            tasks.change_task(
                session, visitor, task_id, wish, version if isinstance(version, int) else -1, now_of(request)
            )
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/tasks", done="changed")


@router.post("/tasks/cancel")
def cancel(request: Request, visitor: Visitor, task_id: Identity) -> Response:
    """Call it off; whoever has a place is told."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            tasks.cancel_task(session, visitor, task_id, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/tasks", done="called-off")


@router.post("/tasks/attendance")
def record(
    request: Request,
    visitor: Visitor,
    sign_up_id: Identity,
    came: Annotated[bool, Form()],
    minutes: Annotated[str, Form()] = "",
) -> Response:
    """Whether somebody came."""
    try:
        typed = whole_number(minutes) if came and minutes.strip() else None
        wish = read_as(AttendanceIn, {"came": came, "minutes": typed})
        with database_of(request).transaction(visitor.scope) as session:
            attendance.mark(session, visitor, sign_up_id, wish, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/tasks", done="recorded")

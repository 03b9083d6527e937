"""What somebody who helps has taken on, what else is open to them, and what they offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from app.domain.volunteering import GIVE_BACK_FREELY, KIND_WORDS, SKILL_WORDS, Obstacle
from app.feeds.api import MY_TITLE, address_of_feed
from app.feeds.mine import end_mine, give_mine, token_of_mine
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE, every_row
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.volunteering import profiles, signing_up
from app.volunteering.profiles import Seen
from app.volunteering.signing_up import ROUTE_OPENS, MySignUp, OpenTask
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Sent, Visitor
from app.web.volunteering.helping import CHOICES
from app.web.volunteering.volunteer_forms import ProfileForm, of_profile, profile_of, read_profile

router = APIRouter(include_in_schema=False)
DONE = ("taken", "given-back", "saved", "calendar", "calendar-ended")
EARLIER_SHOWN = 20
Identity = Annotated[UUID, Form()]


@dataclass(frozen=True)
class MyTasks:
    """All that the page shows."""

    zone: ZoneInfo
    profile: Seen
    coming: Sequence[MySignUp]
    earlier: Sequence[MySignUp]
    open: Sequence[OpenTask]

    @property
    def fitting(self) -> list[OpenTask]:
        """What fits in every way."""
        return [each for each in self.open if not each.obstacles]

    @property
    def at_other_hours(self) -> list[OpenTask]:
        """What they could do, at hours that they have not named."""
        return [each for each in self.open if each.obstacles == (Obstacle.HOURS,)]

    @property
    def beyond(self) -> list[OpenTask]:
        """What needs something that they have not entered."""
        return [each for each in self.open if not each.fits]


@router.get("/my-tasks")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """What one has taken, and what else there is."""
    return _show(request, visitor, done=done)


def _show(request: Request, visitor: Principal, error: WaslError | None = None, done: str = "") -> Response:
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        profile = profiles.my_profile(session, visitor, now)
        taken = every_row(lambda **at: signing_up.my_sign_ups(session, visitor, **at), 2 * LARGEST_PAGE)
        found = every_row(lambda **at: signing_up.open_tasks(session, visitor, now=now, **at), 2 * LARGEST_PAGE)
        token = token_of_mine(session, visitor)
    coming = [each for each in taken if each.state == "taken" and each.task.ends_at > now]
    view = MyTasks(
        zone_of(network),
        profile,
        sorted(coming, key=lambda each: each.task.starts_at),
        [each for each in taken if each not in coming][:EARLIER_SHOWN],
        [each for each in found if each.sign_up_id is None and each.task.people_taken < each.task.people_wanted],
    )
    return render(
        request,
        "my_tasks.html",
        200 if error is None else error.status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=view,
        now=now,
        free_hours=int(GIVE_BACK_FREELY.total_seconds() // 3600),
        route_opens=ROUTE_OPENS,
        kinds=KIND_WORDS,
        skill_words=SKILL_WORDS,
        problem=None if error is None else language_of(request).refusal(error),
        speaks_first=signing_up.SPEAKS_FIRST,
        calendar=None if token is None else address_of_feed(request, token),
        done=done if done in DONE else "",
    )


@router.post("/my-tasks/calendar")
def give_calendar(request: Request, visitor: Visitor, wish: Annotated[str, Form()] = "give") -> Response:
    """The address of one's own calendar: made, made anew so that the one before is dead, or ended."""
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        if wish in ("renew", "end"):
            end_mine(session, visitor, now)
        if wish != "end":
            give_mine(session, visitor, language_of(request).said(MY_TITLE), now)
    return see_other("/my-tasks", done="calendar-ended" if wish == "end" else "calendar")


@router.post("/my-tasks/take")
def take(request: Request, visitor: Visitor, task_id: Identity) -> Response:
    """Take a place; where somebody else was quicker, the page says so and shows what else is open."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            signing_up.take(session, visitor, task_id, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/my-tasks", done="taken")


@router.post("/my-tasks/give-back")
def give_back(request: Request, visitor: Visitor, sign_up_id: Identity) -> Response:
    """Give one's place back."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            signing_up.give_back(session, visitor, sign_up_id, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other("/my-tasks", done="given-back")


@router.post("/my-tasks/route")
def open_route(request: Request, visitor: Visitor, sign_up_id: Identity) -> Response:
    """On to the route of the shift that one drives, with a link of its own."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            secret = signing_up.open_own_route(session, visitor, sign_up_id, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        return _show(request, visitor, error)
    return see_other(f"/drive/{secret}")


@router.get("/my-tasks/profile")
def profile(request: Request, visitor: Visitor) -> Response:
    """The form of what one offers, as it is."""
    with database_of(request).transaction(visitor.scope) as session:
        found = profiles.my_profile(session, visitor, now_of(request))
    return _profile_form(request, visitor, of_profile(found))


@router.post("/my-tasks/profile")
def set_profile(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Keep it, or show the form again with what does not fit."""
    visitor.require("tasks.take")
    form = read_profile(data)
    try:
        wish = profile_of(form)
        with database_of(request).transaction(visitor.scope) as session:
            profiles.set_my_profile(session, visitor, wish, now_of(request))
    except WaslError as error:
        if error.status in (403, 404):
            raise
        form.show_errors(error, language_of(request))
        return _profile_form(request, visitor, form, error.status)
    return see_other("/my-tasks", done="saved")


def _profile_form(request: Request, visitor: Principal, form: ProfileForm, status: int = 200) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
    return render(
        request,
        "my_profile.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        form=form,
        **CHOICES,
    )

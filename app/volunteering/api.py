"""HTTP for residents who help: applications and volunteers, tasks, and what one takes."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import (
    PROBLEMS,
    ApiRoute,
    Caller,
    Cursor,
    Limit,
    Problem,
    answer,
    database_of,
    now_of,
    page_out,
    path_of,
)
from app.kit.wire import Day, PageOut
from app.people.api import shown_invitation, without_secret
from app.people.sign_in_api import address_of
from app.volunteering import applications, attendance, profiles, signing_up, tasks
from app.volunteering.schemas import (
    AcceptanceIn,
    ApplicationIn,
    ApplicationSent,
    AttendanceIn,
    MySignUpOut,
    OpenTaskOut,
    ProfileIn,
    ProfileOut,
    RefusalIn,
    SignUpOut,
    TaskChange,
    TaskIn,
    TaskOut,
    VolunteerAccepted,
    VolunteerOut,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["volunteers"], responses=PROBLEMS)
public = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["volunteers"])
VolunteerState = Annotated[
    Literal["waiting", "accepted", "refused"] | None, Query(description="Only those that are so")
]


@public.post(
    "/public-pages/{slug}/applications",
    status_code=201,
    responses={404: PROBLEMS[404], 429: {"model": Problem, "description": "Too many tries; wait for Retry-After"}},
)
def apply_to_help(request: Request, slug: str, wish: ApplicationIn) -> ApplicationSent:
    """Apply to help the network whose page that is. The link is shown this once: where the application stands."""
    secret = applications.apply(database_of(request), slug, wish, address_of(request), now_of(request))
    base = request.app.state.settings.base_url or str(request.base_url)
    return ApplicationSent(token=secret, url=f"{base.rstrip('/')}/help/{secret}")


@router.get("/volunteers")
def list_volunteers(
    call: Caller, state: VolunteerState = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[VolunteerOut]:
    """Those who applied and those who help, the oldest first."""
    return call.read(
        lambda session: page_out(
            VolunteerOut, applications.list_volunteers(session, call.principal, state, cursor, limit, call.now)
        )
    )


@router.get("/volunteers/{volunteer_id}")
def get_volunteer(call: Caller, volunteer_id: UUID) -> VolunteerOut:
    """One of them, with the version as ETag."""
    return call.show(
        VolunteerOut, lambda session: applications.get_volunteer(session, call.principal, volunteer_id, call.now)
    )


@router.post("/volunteers/{volunteer_id}/accept", status_code=201, response_model=VolunteerAccepted)
def accept_volunteer(request: Request, call: Caller, volunteer_id: UUID, wish: AcceptanceIn) -> Response:
    """Accept somebody who applied: they are invited by mail. Where no mail server is set, the answer has the link, this
    once."""

    def verb(session: Session) -> Answer:
        row, invited = applications.accept(session, call.principal, volunteer_id, wish, call.now)
        invitation = shown_invitation(request, call, invited)
        accepted = VolunteerAccepted(volunteer=VolunteerOut.model_validate(row), invitation=invitation)
        kept = accepted.model_copy(update={"invitation": without_secret(invitation)})
        shown = answer(accepted, 201, location=path_of("volunteers", row.id), version=row.version)
        return replace(shown, kept=kept.model_dump(mode="json"))

    return call.once(wish, verb)


@router.post("/volunteers/{volunteer_id}/refuse", response_model=VolunteerOut)
def refuse_volunteer(call: Caller, volunteer_id: UUID, wish: RefusalIn) -> Response:
    """Refuse somebody who applied, with a sentence that their link shows them."""
    return call.once_shown(
        wish,
        VolunteerOut,
        lambda session: applications.refuse(session, call.principal, volunteer_id, wish.reason, call.now),
    )


@router.post("/volunteers/{volunteer_id}/spoken-with", response_model=VolunteerOut)
def speak_with_volunteer(call: Caller, volunteer_id: UUID) -> Response:
    """Say that somebody has spoken with them about what they did not come to: they take tasks again."""
    return call.once_shown(
        None,
        VolunteerOut,
        lambda session: applications.spoken_with(session, call.principal, volunteer_id, call.now),
    )


@router.post("/tasks", status_code=201, response_model=TaskOut)
def offer_task(call: Caller, wish: TaskIn) -> Response:
    """Ask for help: a shift without a driver, a seat on one, or something that is no transport."""
    return call.once_shown(
        wish,
        TaskOut,
        lambda session: tasks.offer_task(session, call.principal, wish, call.now),
        status=201,
        place="tasks",
    )


@router.get("/tasks")
def list_tasks(
    call: Caller,
    first: Annotated[Day | None, Query(alias="from", description="First local day")] = None,
    last: Annotated[Day | None, Query(alias="until", description="Last local day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[TaskOut]:
    """The tasks that you look after, by when they begin."""
    return call.read(
        lambda session: page_out(TaskOut, tasks.list_tasks(session, call.principal, first, last, cursor, limit))
    )


@router.get("/tasks/{task_id}")
def get_task(call: Caller, task_id: UUID) -> TaskOut:
    """One of them, with its version as ETag."""
    return call.show(TaskOut, lambda session: tasks.get_task(session, call.principal, task_id))


@router.patch("/tasks/{task_id}")
def change_task(call: Caller, task_id: UUID, change: TaskChange) -> TaskOut:
    """Change a task, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        TaskOut, lambda session: tasks.change_task(session, call.principal, task_id, change, version, call.now)
    )


@router.post("/tasks/{task_id}/cancel", response_model=TaskOut)
def cancel_task(call: Caller, task_id: UUID) -> Response:
    """Call a task off; whoever has a place of it is told."""
    return call.once_shown(None, TaskOut, lambda session: tasks.cancel_task(session, call.principal, task_id, call.now))


@router.get("/tasks/{task_id}/sign-ups")
def list_task_sign_ups(call: Caller, task_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageOut[SignUpOut]:
    """Who took a place of a task, with the number to call."""
    return call.read(
        lambda session: page_out(SignUpOut, attendance.list_sign_ups(session, call.principal, task_id, cursor, limit))
    )


@router.post("/sign-ups/{sign_up_id}/attendance", response_model=SignUpOut)
def mark_attendance(call: Caller, sign_up_id: UUID, wish: AttendanceIn) -> Response:
    """Say whether somebody came, and for how long."""

    def verb(session: Session) -> Answer:
        found = attendance.mark(session, call.principal, sign_up_id, wish, call.now)
        return answer(SignUpOut.model_validate(found))

    return call.once(wish, verb)


@router.get("/me/volunteer-profile")
def get_my_volunteer_profile(call: Caller) -> ProfileOut:
    """What you offer to do and what you have given, with the version as ETag; 0 until you enter it."""
    return call.show(ProfileOut, lambda session: profiles.my_profile(session, call.principal, call.now))


@router.put("/me/volunteer-profile")
def set_my_volunteer_profile(call: Caller, wish: ProfileIn) -> ProfileOut:
    """Say what you offer to do; the last word counts."""
    return call.show(ProfileOut, lambda session: profiles.set_my_profile(session, call.principal, wish, call.now))


@router.get("/me/tasks")
def list_open_tasks(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[OpenTaskOut]:
    """The network's tasks to come, each with whether it fits you."""

    def query(session: Session) -> PageOut[OpenTaskOut]:
        found = signing_up.open_tasks(session, call.principal, cursor, limit, call.now)
        return PageOut(
            items=[
                OpenTaskOut.model_validate(
                    {
                        **vars(each.task),
                        "organisation_name": each.organisation_name,
                        "obstacles": [obstacle.value for obstacle in each.obstacles],
                        "sign_up_id": each.sign_up_id,
                    }
                )
                for each in found.items
            ],
            next_cursor=found.next_cursor,
        )

    return call.read(query)


@router.post("/tasks/{task_id}/sign-ups", status_code=201, response_model=MySignUpOut)
def take_task(call: Caller, task_id: UUID) -> Response:
    """Take a place of a task; with one that you have already, that one is the answer."""

    def verb(session: Session) -> Answer:
        found = signing_up.take(session, call.principal, task_id, call.now)
        return answer(MySignUpOut.model_validate(found), 201)

    return call.once(None, verb)


@router.get("/me/sign-ups")
def list_my_sign_ups(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[MySignUpOut]:
    """What you have taken, newest first."""
    return call.read(
        lambda session: page_out(MySignUpOut, signing_up.my_sign_ups(session, call.principal, cursor, limit))
    )


@router.post("/sign-ups/{sign_up_id}/give-back", response_model=MySignUpOut)
def give_task_back(call: Caller, sign_up_id: UUID) -> Response:
    """Give your place back; until 24 hours before it begins nobody minds, later your coordinator is told."""

    def verb(session: Session) -> Answer:
        found = signing_up.give_back(session, call.principal, sign_up_id, call.now)
        return answer(MySignUpOut.model_validate(found))

    return call.once(None, verb)

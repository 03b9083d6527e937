"""HTTP for editing drafts: a command, the way back, the list of what was done, a copy of what was published."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.language import AskedLanguage, LanguageCode, headers_of
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import PageOut
from app.planning.edits import queries, service, trial
from app.planning.edits.schemas import CommandIn, PlanEditedOut, PlanEditOut, PlanTriedOut
from app.planning.edits.violations import said_in
from app.planning.queries import told_violations
from app.planning.schemas import PlanHeadOut
from app.roads.streets import Streets

router = APIRouter(prefix="/api/v1/plans/{plan_id}", route_class=ApiRoute, tags=["plans"], responses=PROBLEMS)


@router.post("/edits", response_model=PlanEditedOut, dependencies=[TAKES_VERSION])
def edit_plan(call: Caller, plan_id: UUID, command: CommandIn, language: AskedLanguage) -> Response:
    """Change a draft by one command, from the version in If-Match. What the plan then breaks is listed: it stays a
    draft until that is put right. A plan that was published is copied first."""
    version, streets = call.expected_version(), _streets(call.request)

    def verb(session: Session) -> Answer:
        return _answer(
            service.edit_plan(session, call.principal, plan_id, command, version, call.now, streets), language
        )

    return call.once(command, verb)


@router.post("/edits/try", response_model=PlanTriedOut, dependencies=[TAKES_VERSION])
def try_plan_edit(call: Caller, plan_id: UUID, command: CommandIn, language: AskedLanguage) -> Response:
    """What a command would do to a draft in the version in If-Match: the new times and what the plan would break.
    Nothing is changed; the same command given to `/edits` afterwards does just that."""
    version = call.expected_version()

    def verb(session: Session) -> Answer:
        tried = trial.try_edit(session, call.principal, plan_id, command, version, language)
        return _in(language, answer(tried, version=version))

    return call.once(command, verb)


@router.post("/undo", response_model=PlanEditedOut, dependencies=[TAKES_VERSION])
def undo_plan_edit(call: Caller, plan_id: UUID, language: AskedLanguage) -> Response:
    """Take the last edit back, from the version in If-Match; again and again, until the plan is as it was made."""
    version, streets = call.expected_version(), _streets(call.request)

    def verb(session: Session) -> Answer:
        return _answer(service.undo_edit(session, call.principal, plan_id, version, call.now, streets), language)

    return call.once(None, verb)


@router.get("/edits")
def list_plan_edits(call: Caller, plan_id: UUID, cursor: Cursor = None, limit: Limit = 50) -> PageOut[PlanEditOut]:
    """What was done to the plan by hand, the newest first."""

    def query(session: Session) -> PageOut[PlanEditOut]:
        return page_out(PlanEditOut, queries.page_of_edits(session, call.principal, plan_id, cursor, limit))

    return call.read(query)


@router.post("/copy", status_code=201, response_model=PlanHeadOut)
def copy_plan(call: Caller, plan_id: UUID) -> Response:
    """A new draft with the same routes, to edit and publish in place of this plan."""
    return call.once_shown(
        None,
        PlanHeadOut,
        lambda session: service.copy_plan(session, call.principal, plan_id, call.now),
        status=201,
        place="plans",
    )


def _streets(request: Request) -> Streets:
    found: Streets = request.app.state.streets
    return found


def _answer(done: service.Edited, language: LanguageCode) -> Answer:
    out = PlanEditedOut(
        plan=PlanHeadOut.model_validate(done.plan),
        routes=list(done.routes),
        routes_gone=list(done.routes_gone),
        metres_more=done.metres_more,
        seconds_more=done.seconds_more,
        violations=told_violations(done.plan.violations, said_in(language)),
    )
    return _in(language, answer(out, version=done.plan.version))


def _in(language: LanguageCode, said: Answer) -> Answer:
    return replace(said, headers={**said.headers, **headers_of(language)})

"""HTTP for plans: request, watch, read, publish."""

import asyncio
import json
import time
from collections.abc import AsyncIterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.kit.idempotency import Answer
from app.kit.language import AskedLanguage, PlainLanguage, headers_of
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, Problem, answer, page_out, path_of
from app.kit.wire import Day, PageOut
from app.planning import asking, queries, service
from app.planning.price_list import PricesOut, get_prices
from app.planning.route_files import geojson, gpx
from app.planning.route_paper import sheet_of_route
from app.planning.schemas import ChangeWishIn, PlanHeadOut, PlanOut, PlanRunIn, PlanRunOut, RouteOut
from app.planning.why import why_this_food_bank
from app.planning.why_schemas import WhyOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["plans"], responses=PROBLEMS)
WATCH_SECONDS = 600
LOOK_SECONDS = 0.5


@router.post("/plan-runs", status_code=202, response_model=PlanRunOut)
def request_plan(call: Caller, wish: PlanRunIn) -> Response:
    """Ask for a plan of a day. Answers at once; follow `Location` until the run is done or failed."""

    def verb(session: Session) -> Answer:
        run = asking.request_plan(session, call.principal, wish.service_date, call.now, wish.like_date)
        return answer(PlanRunOut.model_validate(run), 202, location=path_of("plan-runs", run.id))

    return call.once(wish, verb)


@router.get("/plan-runs/{run_id}")
def get_plan_run(call: Caller, run_id: UUID) -> PlanRunOut:
    """Where a planning run stands."""
    return call.read(lambda session: PlanRunOut.model_validate(queries.get_run(session, call.principal, run_id)))


@router.post("/plan-runs/{run_id}/end-search", response_model=PlanRunOut)
def end_search(call: Caller, run_id: UUID) -> Response:
    """Take the best plan so far: the run's search ends, and its plan is checked and kept as any other."""

    def verb(session: Session) -> Answer:
        return answer(PlanRunOut.model_validate(asking.end_search(session, call.principal, run_id, call.now)))

    return call.once(None, verb)


@router.get(
    "/plan-runs/{run_id}/events",
    response_class=EventSourceResponse,
)
async def watch_plan_run(
    call: Caller, run_id: UUID, first: Annotated[PlanRunOut, Depends(get_plan_run)]
) -> AsyncIterable[ServerSentEvent]:
    """The run's progress as server-sent events, each a planning run; ends when the run does."""
    run, said = first, ""
    until = time.monotonic() + WATCH_SECONDS
    while time.monotonic() < until:
        text = run.model_dump_json()
        if text != said:
            yield ServerSentEvent(event="run", raw_data=text)
            said = text
        if run.state in ("done", "failed"):
            return
        await asyncio.sleep(LOOK_SECONDS)
        run = await run_in_threadpool(get_plan_run, call, run_id)


@router.get("/plans")
def list_plans(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[PlanHeadOut]:
    """The plans of your network, newest first."""

    def query(session: Session) -> PageOut[PlanHeadOut]:
        return page_out(PlanHeadOut, queries.page_of_plans(session, call.principal, service_date, cursor, limit))

    return call.read(query)


@router.get("/plans/{plan_id}")
def get_plan(call: Caller, plan_id: UUID) -> PlanOut:
    """One plan with its routes, what it leaves out and why, and its version as ETag."""
    return call.show(PlanOut, lambda session: queries.get_plan(session, call.principal, plan_id))


@router.get("/plans/{plan_id}/document")
def get_plan_document(call: Caller, plan_id: UUID) -> dict[str, Any]:
    """The problem and the plan as `python -m routing check` reads them."""
    return call.read(lambda session: queries.plan_documents(session, call.principal, plan_id))


@router.get("/plans/{plan_id}/prices")
def get_plan_prices(call: Caller, plan_id: UUID) -> PricesOut:
    """What the plan obeys (agreements, locked routes, the order of another day) and about what each of it costs, beside
    the best plan that was found without it. Worked out after the plan is there; ask again until `done`."""
    return call.read(lambda session: get_prices(session, call.principal, plan_id))


@router.post("/plans/{plan_id}/publish", response_model=PlanHeadOut, dependencies=[TAKES_VERSION])
def publish_plan(call: Caller, plan_id: UUID) -> Response:
    """Make this plan the one that is driven, from the version in If-Match; the one before it is superseded."""
    version = call.expected_version()
    return call.once_shown(
        None, PlanHeadOut, lambda session: service.publish_plan(session, call.principal, plan_id, version, call.now)
    )


@router.post("/plans/{plan_id}/changes", status_code=202, response_model=PlanRunOut)
def change_plan(call: Caller, plan_id: UUID, wish: ChangeWishIn) -> Response:
    """Ask for the smallest change of the plan that is driven: what is done or on board stays, and as much else as can.

    It is asked for by itself when drivers report that something went otherwise, and when offers are posted late. The
    answer is a draft, to be published as any other; follow `Location` until the run is done.
    """

    def verb(session: Session) -> Answer:
        run = asking.request_change(session, call.principal, plan_id, wish, call.now)
        return answer(PlanRunOut.model_validate(run), 202, location=path_of("plan-runs", run.id))

    return call.once(wish, verb)


@router.get(
    "/allocations/{allocation_id}/why",
    responses={409: {"model": Problem, "description": "The plan was drawn by hand, or edits have broken it"}},
)
def explain_allocation(call: Caller, allocation_id: UUID) -> WhyOut:
    """Why this food bank: what speaks for it, the next best and what it would have cost, and why others cannot have it.

    Every figure can be worked out again from the plan's document. Partners read of their own food, without the names,
    shares and reasons of others.
    """
    return call.read(lambda session: WhyOut.of(why_this_food_bank(session, call.principal, allocation_id)))


@router.get("/routes/{route_id}")
def get_route(call: Caller, route_id: UUID) -> RouteOut:
    """One route with its stops."""
    return call.read(lambda session: queries.get_route(session, call.principal, route_id))


@router.get(
    "/routes/{route_id}/file.geojson",
    response_class=Response,
    responses={200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}}},
)
def get_route_geojson(call: Caller, route_id: UUID) -> Response:
    """The route as GeoJSON: its line and its stops."""
    return Response(json.dumps(geojson(get_route(call, route_id))), media_type="application/geo+json")


@router.get(
    "/routes/{route_id}/file.gpx",
    response_class=Response,
    responses={200: {"content": {"application/gpx+xml": {"schema": {"type": "string"}}}}},
)
def get_route_gpx(call: Caller, route_id: UUID) -> Response:
    """The route as GPX, for navigation devices."""
    return Response(gpx(get_route(call, route_id)), media_type="application/gpx+xml")


@router.get(
    "/routes/{route_id}/file.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_route_pdf(call: Caller, route_id: UUID, language: AskedLanguage) -> Response:
    """The route as a sheet to print: its stops with times, access notes and what is handled, in English or Arabic."""
    return Response(
        call.read(lambda session: sheet_of_route(session, call.principal, route_id, PlainLanguage(language))),
        headers=headers_of(language),
        media_type="application/pdf",
    )

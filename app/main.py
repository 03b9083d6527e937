"""The web application: routers, error handlers, the worker beside them. Nothing else."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from app.agreements.api import router as agreements
from app.alarms.api import router as alarms
from app.arrivals.api import router as arrivals
from app.arrivals.van_api import public as van_pages
from app.arrivals.van_api import router as van_links
from app.audit.api import router as audit_trail
from app.cards.api import enquiries
from app.cards.api import public as public_cards
from app.cards.api import router as cards
from app.declines.api import router as declines
from app.donations.api import router as donations
from app.driving.api import router as driving
from app.driving.photos_api import router as stop_photos
from app.driving.position_api import router as van_positions
from app.escalation.api import router as escalation
from app.feeds.api import calendars, mine
from app.feeds.api import router as feeds
from app.fleet.api import router as fleet
from app.fleet.loans_api import router as vehicle_loans
from app.funding.api import funding_router as funding
from app.funding.api import router as grants
from app.issuing.api import public as papers
from app.kit.body_limit import TooLargeAsProblem
from app.kit.clock import Clock, system_clock
from app.kit.db import Database
from app.kit.description import describe
from app.kit.errors import not_found
from app.kit.migrate import newest_revision
from app.kit.request_log import RequestLog
from app.kit.web import add_operations, install_error_handlers
from app.learning.api import router as learning
from app.learning.reliability_api import router as reliability
from app.ledger.api import router as ledger
from app.live.api import router as live
from app.live.places import Places
from app.live.watch import Watch, newest_positions
from app.needs.api import router as needs
from app.needs.api import standing_router as standing_needs
from app.notifications.api import router as notifications
from app.offers.api import router as offers
from app.offers.categories_api import router as categories
from app.offers.csv_api import router as offer_files
from app.offers.nothing_today_api import router as nothing_today
from app.offers.photos_api import router as offer_photos
from app.offers.standing_api import router as standing_offers
from app.outlets.api import handovers_router as handovers
from app.outlets.api import router as outlets
from app.partners.api import router as partners
from app.partners.directory_api import router as directory
from app.partners.network_api import router as network
from app.partners.partnerships_api import router as partnerships
from app.people.api import router as people
from app.people.sign_in_api import router as signing_in
from app.planning.api import router as planning
from app.planning.edits.api import router as plan_edits
from app.planning.outlooks_api import router as outlooks
from app.privacy.api import router as privacy
from app.public.api import public as public_pages
from app.public.api import router as public_page
from app.receiving.api import router as receiving
from app.reports.additions.api import router as additions
from app.reports.api import router as reports
from app.reports.area.api import router as areas
from app.reports.duplicates.api import router as duplicates
from app.reports.impact.api import router as impact
from app.reports.together.api import router as together
from app.roads.addresses.api import router as addresses
from app.roads.api import router as roads
from app.roads.imports import premises_in
from app.roads.imports_api import router as region_imports
from app.roads.imports_api import uploads as region_uploads
from app.roads.sources_api import router as travel_sources
from app.roads.streets import Streets
from app.safety.api import router as safety
from app.settings import Settings, settings
from app.sharing.api import router as sharing
from app.volunteering.api import public as applications
from app.volunteering.api import router as volunteering
from app.web import install_pages
from app.webhooks.addresses import Guard
from app.webhooks.api import router as webhooks
from app.worker import working_beside, workrooms_of

DOCS = Path(__file__).resolve().parents[1] / "docs"
LARGEST_BODY = 1_000_000
DESCRIPTION = """
Wasl coordinates surplus food: supermarkets post **offers**, food banks state **needs**, a plan decides which
offer goes to which food bank and which vehicle carries it when, drivers report what happened.

Send `Authorization: Bearer <API key>`. Kilograms are decimal strings (`"12.5"`), times are RFC 3339 with an offset,
every POST takes an `Idempotency-Key`, changes take `If-Match` with the version that you read (a reading has it as
`ETag`, and heeds `If-None-Match`), errors are RFC 9457 problem documents with a stable `code` and a page about it;
their sentences are English or Arabic, as `Accept-Language` asks.

Lists are pages: follow `next_cursor`, or the `Link` header. The same address answers with all rows of the list as
CSV or XLSX, by `Accept` or by `?format=csv` and `?format=xlsx`.

Read first: [the API on one page](/docs/api), [a day with curl](/docs/quickstart). Then [partnerships](/docs/partners),
[CSV](/docs/csv), [webhooks](/docs/webhooks), [error codes](/docs/errors), [words](/docs/glossary), and
[every other page](/docs).
"""


def create_app(
    database: Database, streets: Streets, clock: Clock = system_clock, config: Settings | None = None
) -> FastAPI:
    """The application over an open database; `clock` is the real one but for the demo and the tests."""
    config = config or settings()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if config.worker == "off":
            yield
            return
        async with working_beside(workrooms_of(database, streets, clock, config)):
            yield

    app = FastAPIOffline(  # its page of the API comes from here, not from somebody's host
        title="Wasl",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url="/api/docs",
        static_url="/static/api-docs",
        openapi_url="/api/openapi.json",
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database, app.state.streets, app.state.clock, app.state.settings = (
        database,
        streets,
        clock,
        config,
    )
    app.state.premises = premises_in(config.data_folder, config.extract_hosts, config.largest_extract)
    app.add_middleware(RequestLog, lines=config.request_log == "on")
    app.state.webhook_guard, app.state.live_places = Guard(config.webhooks_to_loopback), Places()
    app.state.live_watch = Watch(partial(newest_positions, database))
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(TooLargeAsProblem)
    describe(app)
    install_error_handlers(app)
    for router in (
        partners,
        partnerships,
        agreements,
        directory,
        people,
        signing_in,
        categories,
        offers,
        offer_files,
        offer_photos,
        standing_offers,
        nothing_today,
        needs,
        standing_needs,
        fleet,
        vehicle_loans,
        planning,
        plan_edits,
        outlooks,
        driving,
        stop_photos,
        van_positions,
        arrivals,
        van_links,
        van_pages,
        alarms,
        declines,
        receiving,
        reports,
        sharing,
        grants,
        funding,
        together,
        impact,
        areas,
        duplicates,
        additions,
        learning,
        reliability,
        roads,
        travel_sources,
        addresses,
        audit_trail,
        privacy,
        network,
        public_page,
        public_pages,
        papers,
        donations,
        cards,
        enquiries,
        public_cards,
        safety,
        ledger,
        outlets,
        handovers,
        escalation,
        webhooks,
        notifications,
        live,
        feeds,
        mine,
        calendars,
        volunteering,
        applications,
        region_imports,
    ):
        add_operations(app, router)
    app.include_router(region_uploads, max_body_size=config.largest_extract + LARGEST_BODY)
    install_pages(app)
    _install_documents(app)
    _install_health(app)
    return app


def _install_documents(app: FastAPI) -> None:
    """What problem documents and people point at, as it stands in the docs folder."""

    markdown = "text/markdown; charset=utf-8"

    @app.get("/docs", include_in_schema=False)
    def documents() -> PlainTextResponse:
        titles = {
            page.stem: page.read_text(encoding="utf-8").partition("\n")[0].strip("# ")
            for page in sorted(DOCS.glob("*.md"))
        }
        lines = ["# Documents", "", *(f"- [{title}](/docs/{name})" for name, title in titles.items()), ""]
        return PlainTextResponse("\n".join(lines), media_type=markdown)

    @app.get("/docs/{name}", include_in_schema=False, response_class=PlainTextResponse)
    def document(name: str) -> FileResponse:
        name = name.removesuffix(".md")  # as the pages link to each other
        if name not in {page.stem for page in DOCS.glob("*.md")}:
            raise not_found("page")
        return FileResponse(DOCS / f"{name}.md", media_type=markdown)


def _install_health(app: FastAPI) -> None:
    @app.get("/livez", tags=["health"])
    def alive() -> dict[str, str]:
        """The process answers; says nothing about what it depends on."""
        return {"status": "alive"}

    @app.get("/readyz", tags=["health"], responses={503: {"description": "Not ready"}})
    def ready() -> Response:
        """The database answers and its schema is the one that this code needs."""
        database: Database = app.state.database
        found: dict[str, Any] = {"database": False, "schema": False}
        with contextlib.suppress(SQLAlchemyError), database.engine.connect() as connection:
            found["database"] = True
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            found["schema"] = revision == newest_revision()
        return JSONResponse(found, 200 if all(found.values()) else 503)

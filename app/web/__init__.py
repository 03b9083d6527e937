"""The pages by whom they are for: `store`, `receiver`, `driver`, `desk`, `office`, `volunteering`, `public`, `reports`.

What all of them need stands here: templates, styles and words, the visitor, the form that was sent. No rule lives here.
"""

from importlib.metadata import distribution
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from app.kit.errors import WaslError, not_found, not_signed_in
from app.kit.language import headers_of
from app.kit.web import add_operations, http_error, misfit_error, problem_response, request_id_of
from app.web import all_pages, error_pages, notifications, sign_in
from app.web.desk import ahead, compare, day, fleet, learnt, loans, open_food, reliability, route_sheet, trying, why
from app.web.driver import drive, van
from app.web.language import language_of
from app.web.office import agreements, network, outlets, partners, people, regions, site_proposals, sites
from app.web.public import card, cards, public_page, public_point, public_settings
from app.web.receiver import arrivals, asked, declines, needs, stated_needs
from app.web.rendering import STATIC, render
from app.web.reports import (
    area,
    area_form,
    certificates,
    check,
    duplicates,
    funding,
    impact,
    impact_factors,
    impact_files,
    more_impact,
    receipts,
    shares,
    together,
)
from app.web.store import (
    amending,
    csv_upload,
    next_day,
    nothing_today,
    offer_check,
    posting,
    shop,
    standing_offer_edit,
    standing_offers,
)
from app.web.visitor import SignInFirst
from app.web.volunteering import helping, my_tasks, tasks, volunteers

FORM_BYTES = 1_000_000  # what a form may have beside its file


def install_pages(app: FastAPI) -> None:
    """Put the pages, their files and their errors onto the application."""
    leaflet = distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data")
    # Compressed, for whoever pays by the megabyte. Pages are not, which have secrets in them, but for the driver's.
    app.mount("/static/leaflet", GZipMiddleware(StaticFiles(directory=str(leaflet))), name="leaflet")
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")
    for module in (
        error_pages,
        sign_in,
        all_pages,
        nothing_today,
        offer_check,
        receipts,
        certificates,
        check,
        standing_offers,
        standing_offer_edit,
        csv_upload,
        shop,
        ahead,
        day,
        trying,
        compare,
        agreements,
        learnt,
        reliability,
        shares,
        funding,
        together,
        impact_factors,
        impact_files,
        impact,
        area,
        area_form,
        duplicates,
        more_impact,
        route_sheet,
        fleet,
        loans,
        helping,
        my_tasks,
        tasks,
        volunteers,
        partners,
        people,
        site_proposals,
        sites,
        why,
        declines,
        arrivals,
        needs,
        stated_needs,
        open_food,
        outlets,
        network,
        asked,
        next_day,
        public_page,
        card,
        cards,
        public_point,
        public_settings,
        notifications,
        van,
        drive,
    ):
        add_operations(app, module.router)
    add_operations(app, drive.reports)
    # Forms that carry files: maps, and photos as phones take them. Reports of drivers say that of themselves.
    app.include_router(regions.router, max_body_size=app.state.settings.largest_extract + FORM_BYTES)
    app.include_router(posting.router, max_body_size=posting.PHOTOS_BYTES + FORM_BYTES)
    app.include_router(amending.router, max_body_size=posting.PHOTOS_BYTES + FORM_BYTES)
    app.add_exception_handler(SignInFirst, _to_sign_in)
    app.add_exception_handler(WaslError, _problem)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _misfit)


def _to_sign_in(request: Request, _: Exception) -> Response:
    if request.method == "GET" and request.url.path == "/drive":  # no password opens a driver's page
        return _problem(request, not_signed_in("Open the link that your dispatcher sent you."))
    wanted = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?{urlencode({'next': wanted})}", 303)


def _problem(request: Request, error: Exception) -> Response:
    """A page for people, a problem document for programs."""
    assert isinstance(error, WaslError)  # noqa: S101
    language = language_of(request)
    if _is_page(request):
        said = [language.refusal(error), *(language.refusal(each) for each in error.errors)]
        return render(request, "problem.html", error.status, sentences=list(dict.fromkeys(said)))
    response = problem_response(language.told(error), request_id_of(request))
    response.headers.update(headers_of(language.code))
    return response


def _misfit(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if _is_page(request) and any(each["loc"][:1] == ("path",) for each in error.errors()):
        return _problem(request, not_found("page"))  # nobody types an id: the address is wrong
    return _problem(request, misfit_error(error))


def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404 and _is_page(request):
        return _problem(request, not_found("page"))
    return _problem(request, http_error(request, error))


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")

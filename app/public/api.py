"""HTTP for a network's page and the places on it, and for everybody who reads that page as JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Problem, database_of, now_of
from app.people.sign_in_api import address_of
from app.public import service
from app.public.page import shown
from app.public.page_schemas import PublicPageShownOut
from app.public.schemas import (
    DistributionPointIn,
    DistributionPointOut,
    PublicPageIn,
    PublicPageOut,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["public page"], responses=PROBLEMS)
public = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["public page"])
# Whoever has read it shows it for a minute: no hours end sooner than people can walk there.
KEPT_FOR = "public, max-age=60"


@router.get("/network/public-page")
def get_public_page(call: Caller) -> PublicPageOut:
    """Your network's page for everybody, on or off, with its version as ETag; 0 until it is named."""
    return call.show(PublicPageOut, lambda session: service.get_page(session, call.principal))


@router.put("/network/public-page", dependencies=[TAKES_VERSION])
def set_public_page(call: Caller, wish: PublicPageIn) -> PublicPageOut:
    """Name your network's page and switch it on or off; once it is there, from the version in If-Match."""
    version = call.version_if_given()
    return call.show(PublicPageOut, lambda session: service.set_page(session, call.principal, wish, version, call.now))


@router.get("/sites/{site_id}/distribution-point")
def get_distribution_point(call: Caller, site_id: UUID) -> DistributionPointOut:
    """What everybody may know of a place where people collect food, with its version as ETag; 404 until it is said."""
    return call.show(DistributionPointOut, lambda session: service.get_point(session, call.principal, site_id))


@router.put("/sites/{site_id}/distribution-point", dependencies=[TAKES_VERSION])
def set_distribution_point(call: Caller, site_id: UUID, wish: DistributionPointIn) -> DistributionPointOut:
    """Say when a place gives food to people, and whether it is on the network's page; once that was said, from the
    version in If-Match. Only the place's own organisation puts it on the page."""
    version = call.version_if_given()
    return call.show(
        DistributionPointOut,
        lambda session: service.set_point(session, call.principal, site_id, wish, version, call.now),
    )


@public.get(
    "/public-pages/{slug}",
    responses={404: PROBLEMS[404], 429: {"model": Problem, "description": "Too many tries; wait for Retry-After"}},
)
def read_public_page(
    request: Request, response: Response, slug: Annotated[str, Path(max_length=200)]
) -> PublicPageShownOut:
    """What a network shows to everybody: the places where people collect food, open ones first, and what its food came
    to. Nobody signs in; a page that is off is not there."""
    found = shown(database_of(request), slug, address_of(request), now_of(request))
    response.headers["Cache-Control"] = KEPT_FOR
    return PublicPageShownOut.of(found)

"""HTTP for whoever has the check code of a paper."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.issuing.checking import check
from app.issuing.schemas import PaperOut
from app.kit.web import PROBLEMS, ApiRoute, Problem, database_of, now_of
from app.people.sign_in_api import address_of

public = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["papers"])


@public.get(
    "/papers/{code}",
    responses={404: PROBLEMS[404], 429: {"model": Problem, "description": "Too many tries; wait for Retry-After"}},
)
def check_paper(request: Request, response: Response, code: Annotated[str, Path(max_length=200)]) -> PaperOut:
    """What was issued under a check code, and whether the ledger still says so. Nobody signs in; signs between the
    letters and their case do not matter."""
    found = check(database_of(request), code, address_of(request), now_of(request))
    response.headers["Cache-Control"] = "no-store"
    return PaperOut.of(found)

"""HTTP for photos of stops: the driver sends them, those whose food it was and the network's staff look at them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy.orm import Session

from app.driving import photos
from app.driving.food_photos import photo_of_food
from app.kit.web import PROBLEMS, ApiRoute, Caller
from app.offers.photos import readable_picture
from app.offers.photos_api import CACHED, PICTURE, SentBytes
from app.offers.pictures import TYPES
from app.partners.schemas import Out

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["driver"], responses=PROBLEMS)


class StopPhotoOut(Out):
    """A photo of a stop: always a JPEG, at most 1600 pixels wide or high, without any metadata."""

    id: UUID
    event_id: UUID
    sha256: str
    width: int
    height: int
    size_bytes: int
    created_at: datetime


@router.put(
    "/driver/stop-events/{event_id}/photos/{photo_id}",
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(TYPES, PICTURE)}},
)
def put_stop_photo(call: Caller, event_id: UUID, photo_id: UUID, request: Request, body: SentBytes) -> StopPhotoOut:
    """Add a photo to a report that is stored, at most three: the body is a JPEG, PNG or WebP file of up to one
    megabyte. The phone gives the id, so that sent twice is stored once."""
    call.principal.require("driving.record")
    picture = readable_picture(body, request.headers.get("Content-Type"))
    return call.read(
        lambda session: StopPhotoOut.model_validate(
            photos.keep_photo(session, call.principal, event_id, photo_id, picture, call.now)
        )
    )


SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": PICTURE}},
    304: {"description": "The one you have is the same"},
}


@router.get("/driver/offer-photos/{photo_id}", response_class=Response, responses=SHOWN)
def get_photo_of_food(
    call: Caller, photo_id: UUID, if_none_match: Annotated[str | None, Header(max_length=2000)] = None
) -> Response:
    """One photo of food that your shift fetches, as a JPEG; its ETag is its sha256."""

    def query(session: Session) -> tuple[bytes, str]:
        photo = photo_of_food(session, call.principal, photo_id)
        return photo.content, photo.sha256

    return _shown(*call.read(query), if_none_match)


@router.get("/stop-photos/{photo_id}", response_class=Response, responses=SHOWN)
def get_stop_photo(
    call: Caller, photo_id: UUID, if_none_match: Annotated[str | None, Header(max_length=2000)] = None
) -> Response:
    """One photo of a stop as a JPEG; its ETag is its sha256."""

    def query(session: Session) -> tuple[bytes, str]:
        photo = photos.stop_photo(session, call.principal, photo_id)
        return photo.content, photo.sha256

    return _shown(*call.read(query), if_none_match)


def _shown(content: bytes, sha256: str, if_none_match: str | None) -> Response:
    headers = {"ETag": f'"{sha256}"', **CACHED}
    if if_none_match is not None and sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)

"""HTTP for photos of offers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.kit.wire import PageOut
from app.offers import photos
from app.offers.pictures import TYPES
from app.partners.schemas import Out

router = APIRouter(prefix="/api/v1/offers", route_class=ApiRoute, tags=["offers"], responses=PROBLEMS)
PICTURE = {"schema": {"type": "string", "format": "binary"}}
CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


class PhotoOut(Out):
    """A photo: always a JPEG, at most 1600 pixels wide or high, without any metadata."""

    id: UUID
    offer_id: UUID
    sha256: str
    width: int
    height: int
    size_bytes: int
    created_at: datetime


class _Sent(BaseModel):
    """What makes two uploads the same."""

    sha256: str


async def sent_bytes(request: Request) -> bytes:
    """The body as it came; the application refuses one that is too large before it is read."""
    return await request.body()


SentBytes = Annotated[bytes, Depends(sent_bytes)]


@router.post(
    "/{offer_id}/photos",
    status_code=201,
    response_model=PhotoOut,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(TYPES, PICTURE)}},
)
def add_photo(call: Caller, offer_id: UUID, request: Request, body: SentBytes) -> Response:
    """Add a photo, at most six: the body is a JPEG, PNG or WebP file of up to one megabyte."""
    call.principal.require("offers.post")
    picture = photos.readable_picture(body, request.headers.get("Content-Type"))

    def verb(session: Session) -> Answer:
        photo = photos.add_photo(session, call.principal, offer_id, picture, call.now)
        place = f"/api/v1/offers/{offer_id}/photos/{photo.id}"
        return answer(PhotoOut.model_validate(photo), 201, location=place)

    return call.once(_Sent(sha256=picture.sha256), verb)


@router.get("/{offer_id}/photos")
def list_photos(call: Caller, offer_id: UUID) -> PageOut[PhotoOut]:
    """The photos of an offer; also for those whom a published plan lets carry or receive its food."""

    def query(session: Session) -> PageOut[PhotoOut]:
        found = photos.list_photos(session, call.principal, offer_id)
        return PageOut(items=[PhotoOut.model_validate(photo) for photo in found])

    return call.read(query)


@router.get(
    "/{offer_id}/photos/{photo_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": PICTURE}}, 304: {"description": "The one you have is the same"}},
)
def get_photo(
    call: Caller,
    offer_id: UUID,
    photo_id: UUID,
    if_none_match: Annotated[str | None, Header(max_length=2000)] = None,
) -> Response:
    """One photo as a JPEG; its ETag is its sha256."""

    def query(session: Session) -> tuple[bytes, str]:
        photo = photos.get_photo(session, call.principal, offer_id, photo_id)
        return photo.content, photo.sha256

    content, sha256 = call.read(query)
    headers = {"ETag": f'"{sha256}"', **CACHED}
    if if_none_match is not None and sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)


@router.delete("/{offer_id}/photos/{photo_id}", status_code=204)
def remove_photo(call: Caller, offer_id: UUID, photo_id: UUID) -> None:
    """Remove a photo."""
    call.read(lambda session: photos.remove_photo(session, call.principal, offer_id, photo_id, call.now))

"""HTTP for vehicles, shifts and drivers' links."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.fleet import service
from app.fleet.schemas import DriverLinkOut, ShiftIn, ShiftOut, VehicleIn, VehicleOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out, path_of
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["fleet"], responses=PROBLEMS)


@router.post("/vehicles", status_code=201, response_model=VehicleOut)
def add_vehicle(request: Request, call: Caller, wish: VehicleIn) -> Response:
    """Add a vehicle of your organisation, of a profile that the network's streets were built for."""
    streets: service.Streets = request.app.state.streets

    def verb(session: Session) -> Answer:
        row = service.add_vehicle(session, call.principal, wish, streets, call.now)
        return answer(VehicleOut.model_validate(row), 201, location=path_of("vehicles", row.id))

    return call.once(wish, verb)


@router.get("/vehicles")
def list_vehicles(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[VehicleOut]:
    """The vehicles that you see, by name."""
    return call.read(
        lambda session: page_out(VehicleOut, service.page_of_vehicles(session, call.principal, cursor, limit))
    )


@router.get("/vehicles/{vehicle_id}")
def get_vehicle(call: Caller, vehicle_id: UUID) -> VehicleOut:
    """One vehicle."""
    return call.read(
        lambda session: VehicleOut.model_validate(service.get_vehicle(session, call.principal, vehicle_id))
    )


@router.post("/shifts", status_code=201, response_model=ShiftOut)
def add_shift(call: Caller, wish: ShiftIn) -> Response:
    """Plan who drives one of your vehicles, from when until when."""

    def verb(session: Session) -> Answer:
        row = service.add_shift(session, call.principal, wish, call.now)
        return answer(ShiftOut.model_validate(row), 201, location=path_of("shifts", row.id))

    return call.once(wish, verb)


@router.get("/shifts")
def list_shifts(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ShiftOut]:
    """The shifts that you see, by when they start."""

    def query(session: Session) -> PageOut[ShiftOut]:
        return page_out(ShiftOut, service.page_of_shifts(session, call.principal, service_date, cursor, limit))

    return call.read(query)


@router.get("/shifts/{shift_id}")
def get_shift(call: Caller, shift_id: UUID) -> ShiftOut:
    """One shift."""
    return call.read(lambda session: ShiftOut.model_validate(service.get_shift(session, call.principal, shift_id)))


@router.post("/shifts/{shift_id}/driver-links", status_code=201, response_model=DriverLinkOut)
def give_driver_link(request: Request, call: Caller, shift_id: UUID) -> Response:
    """A link for the driver of this shift. It is shown this once; a new link ends the old one."""

    def verb(session: Session) -> Answer:
        credential, secret = service.give_driver_link(session, call.principal, shift_id, call.now)
        base = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
        assert credential.expires_at is not None  # noqa: S101
        shown = answer(
            DriverLinkOut(
                shift_id=shift_id,
                token=secret,
                url=f"{base}/drive/{secret}",
                expires_at=credential.expires_at,
            ),
            201,
        )
        kept = {**shown.body, "token": "shown once, when it was made", "url": ""}
        return replace(shown, kept=kept)

    return call.once(None, verb)

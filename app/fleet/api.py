"""HTTP for vehicles, shifts and drivers' links."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.fleet import service
from app.fleet.schemas import DriverLinkOut, ShiftIn, ShiftOut, VehicleIn, VehicleOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer, path_of

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
def list_vehicles(call: Caller) -> list[VehicleOut]:
    """The vehicles that you see."""
    return call.read(
        lambda session: [VehicleOut.model_validate(r) for r in service.list_vehicles(session, call.principal)]
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
    call: Caller, service_date: Annotated[date | None, Query(description="Local day")] = None
) -> list[ShiftOut]:
    """The shifts that you see."""
    return call.read(
        lambda session: [ShiftOut.model_validate(r) for r in service.list_shifts(session, call.principal, service_date)]
    )


@router.get("/shifts/{shift_id}")
def get_shift(call: Caller, shift_id: UUID) -> ShiftOut:
    """One shift."""
    return call.read(lambda session: ShiftOut.model_validate(service.get_shift(session, call.principal, shift_id)))


@router.post("/shifts/{shift_id}/driver-links", status_code=201, response_model=DriverLinkOut)
def give_driver_link(request: Request, call: Caller, shift_id: UUID) -> Response:
    """A link for the driver of this shift. It is shown this once; a new link ends the old one.

    It shows the route until two hours after the shift, and delivers what the phone kept until twelve hours after.
    """

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


@router.delete("/shifts/{shift_id}/driver-links", status_code=204)
def end_driver_links(call: Caller, shift_id: UUID) -> Response:
    """End the links of this shift's driver; they are dead on the next request."""
    call.read(lambda session: service.end_driver_links(session, call.principal, shift_id, call.now))
    return Response(status_code=204)

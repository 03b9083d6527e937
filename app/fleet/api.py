"""HTTP for vehicles, shifts and drivers' links."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.fleet import changes, service
from app.fleet.schemas import DriverLinkOut, ShiftChange, ShiftIn, ShiftOut, VehicleChange, VehicleIn, VehicleOut
from app.kit.bulk import BulkIn, BulkOut, each
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import Day, PageOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["fleet"], responses=PROBLEMS)


@router.post("/vehicles", status_code=201, response_model=VehicleOut)
def add_vehicle(request: Request, call: Caller, wish: VehicleIn) -> Response:
    """Add a vehicle of your organisation, of a profile that the network's streets were built for."""
    streets: service.Streets = request.app.state.streets
    return call.once_shown(
        wish,
        VehicleOut,
        lambda session: service.add_vehicle(session, call.principal, wish, streets, call.now),
        status=201,
        place="vehicles",
    )


@router.post("/vehicles/bulk", status_code=201, response_model=BulkOut[VehicleOut])
def add_vehicles(request: Request, call: Caller, wish: BulkIn[VehicleIn]) -> Response:
    """Add up to 200 vehicles at once: all of them, or none."""
    streets: service.Streets = request.app.state.streets

    def verb(session: Session) -> Answer:
        rows = each(
            session, wish.items, lambda one: service.add_vehicle(session, call.principal, one, streets, call.now)
        )
        return answer(BulkOut[VehicleOut](items=[VehicleOut.model_validate(row) for row in rows]), 201)

    return call.once(wish, verb)


@router.get("/vehicles")
def list_vehicles(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[VehicleOut]:
    """The vehicles that you see, by name."""
    return call.read(
        lambda session: page_out(VehicleOut, service.page_of_vehicles(session, call.principal, cursor, limit))
    )


@router.get("/vehicles/{vehicle_id}")
def get_vehicle(call: Caller, vehicle_id: UUID) -> VehicleOut:
    """One vehicle, with its version as ETag."""
    return call.show(VehicleOut, lambda session: service.get_vehicle(session, call.principal, vehicle_id))


@router.patch("/vehicles/{vehicle_id}")
def change_vehicle(request: Request, call: Caller, vehicle_id: UUID, change: VehicleChange) -> VehicleOut:
    """Change a vehicle, from the version in If-Match; plans made before keep what they counted on."""
    streets: service.Streets = request.app.state.streets
    version = call.expected_version()
    return call.show(
        VehicleOut,
        lambda session: changes.change_vehicle(session, call.principal, vehicle_id, change, version, streets, call.now),
    )


@router.delete("/vehicles/{vehicle_id}", status_code=204, dependencies=[TAKES_VERSION])
def retire_vehicle(call: Caller, vehicle_id: UUID) -> Response:
    """Take a vehicle out of use; it is kept for what was driven with it. If-Match is optional here."""
    version = call.version_if_given()
    call.read(lambda session: changes.retire_vehicle(session, call.principal, vehicle_id, version, call.now))
    return Response(status_code=204)


@router.post("/shifts", status_code=201, response_model=ShiftOut)
def add_shift(call: Caller, wish: ShiftIn) -> Response:
    """Plan who drives one of your vehicles, from when until when."""
    return call.once_shown(
        wish,
        ShiftOut,
        lambda session: service.add_shift(session, call.principal, wish, call.now),
        status=201,
        place="shifts",
    )


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
    """One shift, with its version as ETag."""
    return call.show(ShiftOut, lambda session: service.get_shift(session, call.principal, shift_id))


@router.patch("/shifts/{shift_id}")
def change_shift(call: Caller, shift_id: UUID, change: ShiftChange) -> ShiftOut:
    """Change a shift, from the version in If-Match; once a route of it is published, its driver's name alone."""
    version = call.expected_version()
    return call.show(
        ShiftOut, lambda session: changes.change_shift(session, call.principal, shift_id, change, version, call.now)
    )


@router.post("/shifts/{shift_id}/cancel", response_model=ShiftOut, dependencies=[TAKES_VERSION])
def cancel_shift(call: Caller, shift_id: UUID) -> Response:
    """Call a shift off that no published route needs; If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        ShiftOut,
        lambda session: changes.cancel_shift(session, call.principal, shift_id, version, call.now),
        place="shifts",
    )


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

"""HTTP for personal data: export and erase."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Call, Caller, answer
from app.privacy import service
from app.privacy.schemas import (
    ErasedOut,
    EraseIn,
    KnownEntryOut,
    KnownNoteOut,
    KnownShiftOut,
    KnownSignatureOut,
    PersonExportOut,
)

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["privacy"], responses=PROBLEMS)


@router.get("/me/export")
def export_self(call: Caller) -> PersonExportOut:
    """Everything that is kept about you."""
    return call.read(lambda session: _out(call, service.export_self(session, call.principal, call.now)))


@router.get("/people/{person_id}/export")
def export_person(call: Caller, person_id: UUID) -> PersonExportOut:
    """Everything that is kept about a person of your organisation."""
    return call.read(lambda session: _out(call, service.export_person(session, call.principal, person_id, call.now)))


@router.post("/people/{person_id}/erase", response_model=ErasedOut)
def erase_person(call: Caller, person_id: UUID, wish: EraseIn) -> Response:
    """Erase a person: name, address, password, sessions, and the name on shifts and routes. This cannot be undone."""

    def verb(session: Session) -> Answer:
        return _erased(person_id, service.erase_person(session, call.principal, person_id, wish.confirm, call.now))

    return call.once(wish, verb)


@router.post("/shifts/{shift_id}/erase-driver", response_model=ErasedOut)
def erase_driver(call: Caller, shift_id: UUID, wish: EraseIn) -> Response:
    """Erase the driver of a shift, on this and every other shift of that organisation with the same driver's name."""

    def verb(session: Session) -> Answer:
        return _erased(shift_id, service.erase_driver(session, call.principal, shift_id, wish.confirm, call.now))

    return call.once(wish, verb)


def _erased(identity: UUID, found: service.Erased) -> Answer:
    return answer(ErasedOut(id=identity, shifts=found.shifts, notes=found.notes, sessions=found.sessions))


def _out(call: Call, known: service.Known) -> PersonExportOut:
    return PersonExportOut(
        exported_at=call.now,
        person=known.person,
        sessions=known.sessions,
        told=known.told,
        shifts=[KnownShiftOut.model_validate(row) for row in known.shifts],
        notes=[KnownNoteOut.model_validate(row) for row in known.notes],
        signatures=[KnownSignatureOut.model_validate(row) for row in known.signatures],
        audit_entries=[KnownEntryOut.model_validate(row) for row in known.audit_entries],
    )

"""Verbs on personal data: export a person, erase a person, erase a driver. Kilograms stay, names go.

A driver is a name on shifts; erasing one goes by a shift that carries the name and takes it from every shift of that
organisation with the same name: who asks to be forgotten should not have to find two hundred shifts, and where two
drivers share a name, losing the other one's is the lesser harm.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, Text, Uuid, and_, any_, delete, func, literal, or_, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.domain.permissions import Role
from app.domain.personal import ERASED_DRIVER, ERASED_PERSON, NAMED_FIELDS, erased_email
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK, Base
from app.kit.errors import FieldError, forbidden, not_found, refused
from app.kit.tenancy import Scope, within
from app.models.doors import StopSignature
from app.models.events import StopEvent
from app.models.fleet import Shift, VanPosition
from app.models.notifications import Notification, NotificationChoice, PhoneCode, PushSubscription
from app.models.partners import Partnership, Person
from app.models.plans import Route
from app.models.receiving import ReceiptConfirmation
from app.models.system import AuditEntry, Credential, IdempotencyRecord
from app.models.volunteers import TaskSignUp, Volunteer
from app.privacy.reach import organisations_of

ALL_NOTES = 1_000_000
NETWORKS_OWN = frozenset({Role.DISPATCHER, Role.NETWORK_ADMIN})
# Rows that are of nobody else: a phone number, devices, what somebody was told.
OF_PERSON_ALONE = (Notification, PushSubscription, NotificationChoice, PhoneCode, Volunteer, TaskSignUp)
SECRETS = frozenset({"password_hash", "code_hash", "secret_sha256", "endpoint", "endpoint_sha256", "p256dh", "auth"})


@dataclass(frozen=True)
class Erased:
    """What an erasure touched."""

    shifts: int
    notes: int
    sessions: int


@dataclass(frozen=True)
class Known:
    """Everything that is kept about a person."""

    person: dict[str, Any]
    sessions: list[dict[str, Any]]
    told: dict[str, list[dict[str, Any]]]
    shifts: list[Shift]
    notes: list[StopEvent]
    signatures: list[StopSignature]
    audit_entries: list[AuditEntry]


def export_person(session: Session, principal: Principal, person_id: UUID, now: datetime) -> Known:
    """Everything that is kept about a person; that it was exported is itself recorded."""
    principal.require("privacy.edit")
    return _exported(session, principal, _person(session, principal, person_id), now)


def export_self(session: Session, principal: Principal, now: datetime) -> Known:
    """Everything that is kept about the person who asks.

    Raises `not_a_person` (422) for an API key or a driver's link.
    """
    principal.require("network.read")
    if principal.person_id is None:
        raise refused("not_a_person", "An API key is nobody. Ask for a person's data by the person's id.")
    return _exported(session, principal, session.get_one(Person, principal.person_id), now)


def erase_person(session: Session, principal: Principal, person_id: UUID, confirm: str, now: datetime) -> Erased:
    """Take a person's name, address, password and sessions out of everything; what was carried stays.

    Raises `confirmation_differs` (422) unless `confirm` is the person's e-mail address.
    """
    principal.require("privacy.edit")
    person = _person(session, principal, person_id, lock=True)
    if person.role in NETWORKS_OWN and not principal.may_across_network("privacy.edit"):
        raise forbidden("Only the network's own administrators erase dispatchers.")
    _confirmed(confirm, person.email)
    name, email = person.name, person.email
    with within(session, Scope(network=person.network_id), principal.scope):
        shifts, notes = _erase_driver(session, person.organisation_id, name, person.id)
        _erase_signatures(session, person)
        _erase_confirmations(session, person)
        _erase_equals(session, person.network_id, (name, email))
        sessions = _count(session, delete(_table(Credential)).where(Credential.person_id == person.id))
        for model in OF_PERSON_ALONE:
            _count(session, delete(_table(model)).where(_table(model).c.person_id == person.id))
        person.name, person.email = ERASED_PERSON, erased_email(str(person.id))
        person.password_hash, person.state = None, "disabled"
        _forget_answers(session, person.network_id, (name, email), person.id)
    erased = Erased(shifts, notes, sessions)
    audit.record(
        session, principal, "people.erase", ("person", person.id), now, owner=person.organisation_id, **vars(erased)
    )
    return erased


def erase_driver(session: Session, principal: Principal, shift_id: UUID, confirm: str, now: datetime) -> Erased:
    """Take the name of a shift's driver from every shift and route of that organisation that carries it.

    Raises `confirmation_differs` (422) unless `confirm` is the driver's name as it stands on the shift.
    """
    principal.require("privacy.edit")
    shift = session.get(Shift, shift_id)
    if shift is None or not _reaches(principal, shift.organisation_id):
        raise not_found("shift")
    name = shift.driver_name
    _confirmed(confirm, name)
    with within(session, Scope(network=shift.network_id), principal.scope):
        shifts, notes = _erase_driver(session, shift.organisation_id, name, shift.driver_person_id)
        _forget_answers(session, shift.network_id, (name,))
    erased = Erased(shifts, notes, 0)
    audit.record(
        session, principal, "drivers.erase", ("shift", shift.id), now, owner=shift.organisation_id, **vars(erased)
    )
    return erased


def _reaches(principal: Principal, organisation_id: UUID) -> bool:
    return organisation_id == principal.organisation_id or principal.may_across_network("privacy.edit")


def _person(session: Session, principal: Principal, person_id: UUID, *, lock: bool = False) -> Person:
    person = session.get(Person, person_id, with_for_update=ROW_LOCK if lock else None)
    if person is None or not _reaches(principal, person.organisation_id):
        raise not_found("person")
    return person


def _confirmed(confirm: str, expected: str) -> None:
    if confirm.strip().casefold() != expected.strip().casefold():
        sentence = "Nothing was erased. Write the e-mail address or the name exactly as it stands to confirm."
        raise refused("confirmation_differs", sentence, [FieldError("/confirm", sentence, "confirmation_differs")])


def _same(name: str) -> Any:
    return func.lower(func.btrim(Shift.driver_name)) == name.strip().lower()


def _shifts_of(session: Session, organisation_id: UUID, name: str, person_id: UUID | None) -> list[Shift]:
    """Those that name the person, and of their organisation those with the name alone; a namesake's are not among
    them."""
    if name.strip().lower() == ERASED_PERSON:
        return []
    alone = and_(Shift.organisation_id == organisation_id, _same(name), Shift.driver_person_id.is_(None))
    wanted = select(Shift).where(alone if person_id is None else or_(Shift.driver_person_id == person_id, alone))
    return list(session.scalars(wanted.order_by(Shift.starts_at, Shift.id)))


def _erase_driver(session: Session, organisation_id: UUID, name: str, person_id: UUID | None) -> tuple[int, int]:
    """Shifts, their routes in every plan, their drivers' links and what the driver noted: how many shifts and notes."""
    if name == ERASED_DRIVER or not name.strip():  # without a name it was nobody
        return 0, 0
    shifts = [shift.id for shift in _shifts_of(session, organisation_id, name, person_id)]
    _count(
        session,
        update(_table(Shift))
        .where(Shift.id.in_(shifts))
        .values(driver_name=ERASED_DRIVER, driver_person_id=None, version=Shift.version + 1),
    )
    _count(session, update(_table(Route)).where(Route.shift_id.in_(shifts)).values(driver_name=ERASED_DRIVER))
    _count(session, delete(_table(Credential)).where(Credential.shift_id.in_(shifts)))
    _count(session, delete(_table(VanPosition)).where(VanPosition.shift_id.in_(shifts)))
    emptied = session.scalar(
        text("SELECT wasl_empty_notes(NULL, :shifts, :most)"), {"shifts": shifts, "most": ALL_NOTES}
    )
    return len(shifts), int(emptied or 0)


def _signed_by(person: Person) -> Any:
    """What somebody of this name signed for the person's organisation; a namesake of another one is somebody else."""
    return and_(
        StopSignature.network_id == person.network_id,
        literal(person.organisation_id, Uuid) == any_(StopSignature.organisation_ids),
        func.lower(func.btrim(StopSignature.signed_by)) == person.name.strip().lower(),
    )


def _erase_signatures(session: Session, person: Person) -> None:
    """The name at a door, however it was typed there, and what was drawn beside it."""
    signed = update(_table(StopSignature)).where(_signed_by(person))
    _count(session, signed.values(signed_by=ERASED_PERSON, strokes=[]))


def _erase_confirmations(session: Session, person: Person) -> None:
    """Who said what the person's food bank received; the network's own people say it in the name of any."""
    table = _table(ReceiptConfirmation)
    said = update(table).where(table.c.network_id == person.network_id, table.c.confirmed_by == person.name)
    if person.role not in NETWORKS_OWN:
        said = said.where(table.c.organisation_id == person.organisation_id)
    _count(session, said.values(confirmed_by=ERASED_PERSON))


def _erase_equals(session: Session, network_id: UUID, words: Sequence[str]) -> None:
    """Wherever a column is exactly the person's name or address."""
    for field in NAMED_FIELDS:
        if field.going == "equal":
            table = Base.metadata.tables[field.table]
            column = table.c[field.column]
            named = (table.c.network_id == network_id, column.in_(words))
            _count(session, update(table).where(*named).values({field.column: ERASED_PERSON}))
    # Whom partners call stands within a partnership's terms.
    contact = Partnership.terms["contact"]
    called = or_(contact["name"].astext.in_(words), contact["email"].astext.in_(words))
    without = func.jsonb_set(Partnership.terms, sql_cast(["contact"], ARRAY(Text)), text("'null'::jsonb"))
    of_partner = (Partnership.network_id == network_id, called)
    _count(session, update(_table(Partnership)).where(*of_partner).values(terms=without))


def _forget_answers(session: Session, network_id: UUID, words: Sequence[str], actor: UUID | None = None) -> None:
    """Stored answers that say a name: a repeated request is then worked on anew, or refused as one already done."""
    written = [json.dumps(word, ensure_ascii=False) for word in words if word]
    body = sql_cast(IdempotencyRecord.body, Text)
    named = or_(IdempotencyRecord.actor == actor, *(func.strpos(body, word) > 0 for word in written))
    for organisation in organisations_of(session, network_id):
        with within(session, Scope(organisation=organisation), Scope(network=network_id)):
            _count(session, delete(_table(IdempotencyRecord)).where(named))


def _exported(session: Session, principal: Principal, person: Person, now: datetime) -> Known:
    with within(session, Scope(organisation=person.organisation_id, network=person.network_id), principal.scope):
        shifts = _shifts_of(session, person.organisation_id, person.name, person.id)
        known = Known(
            person=_row(person),
            sessions=[
                _row(each) for each in session.scalars(select(Credential).where(Credential.person_id == person.id))
            ],
            told={model.__tablename__: _rows_of(session, model, person) for model in OF_PERSON_ALONE},
            shifts=shifts,
            notes=list(
                session.scalars(
                    select(StopEvent)
                    .where(StopEvent.shift_id.in_([shift.id for shift in shifts]), StopEvent.note != "")
                    .order_by(StopEvent.occurred_at)
                )
            ),
            signatures=list(
                session.scalars(select(StopSignature).where(_signed_by(person)).order_by(StopSignature.signed_at))
            ),
            audit_entries=list(
                session.scalars(
                    select(AuditEntry)
                    .where(or_(AuditEntry.actor_id == person.id, AuditEntry.subject_id == person.id))
                    .order_by(AuditEntry.id)
                )
            ),
        )
    audit.record(session, principal, "people.export", ("person", person.id), now, owner=person.organisation_id)
    return known


def _rows_of(session: Session, model: type[Any], person: Person) -> list[dict[str, Any]]:
    return [_row(each) for each in session.scalars(select(model).where(model.person_id == person.id))]


def _row(row: Base) -> dict[str, Any]:
    """All that a row holds, but for secrets: of a password, that there is one."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in SECRETS}


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _count(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)

"""Who did what: written in the transaction of the deed, never changed; people by id, so that a name can be erased."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, event, insert
from sqlalchemy.orm import Session, SessionTransaction

from app.domain.personal import is_personal
from app.kit.auth import Principal
from app.models.system import AuditEntry

PENDING = "audit entries"


def record(
    session: Session,
    principal: Principal,
    action: str,
    subject: tuple[str, UUID],
    now: datetime,
    *,
    owner: UUID | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    **detail: Any,
) -> None:
    """Add one entry; `subject` is the noun and the id of what was acted on.

    owner: the organisation whose thing it is, which reads the entry too; the actor's own unless said otherwise.
    changes: field to its values before and after, as `between` gives them. Personal values, here and in `detail`, are
    left out: an entry outlives the right to know them.
    """
    kind, identity = actor_of(principal)
    _add(
        session,
        network_id=principal.network_id,
        organisation_id=principal.organisation_id,
        subject_organisation_id=owner or principal.organisation_id,
        actor_kind=kind,
        actor_id=identity,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        detail=_kept(subject[0], detail, changes),
        at=now,
    )


def record_own_deed(
    session: Session, network_id: UUID, action: str, subject: tuple[str, UUID], now: datetime, **detail: Any
) -> None:
    """Add one entry about what the service did by itself, at nobody's wish."""
    _add(
        session,
        network_id=network_id,
        actor_kind="service",
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        detail=_kept(subject[0], detail, None),
        at=now,
    )


def actor_of(principal: Principal) -> tuple[str, UUID]:
    """Who acts, by kind and id: a person, the driver of a shift, or the holder of a key."""
    if principal.person_id is not None:
        return "person", principal.person_id
    if principal.shift_id is not None:
        return "shift", principal.shift_id
    return "credential", principal.credential_id


def values_of(row: object, fields: Iterable[str]) -> dict[str, Any]:
    """The values that some fields of a row have now."""
    return {field: getattr(row, field) for field in fields}


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, each with its value before and after."""
    return {field: (value, after[field]) for field, value in before.items() if value != after[field]}


def _kept(
    subject_kind: str, detail: Mapping[str, Any], changes: Mapping[str, tuple[Any, Any]] | None
) -> dict[str, Any]:
    kept = {name: _plain(value) for name, value in detail.items() if not is_personal(subject_kind, name)}
    if changes is not None:
        kept["changes"] = {
            name: {"personal": True}
            if is_personal(subject_kind, name)
            else {"before": _plain(before), "after": _plain(after)}
            for name, (before, after) in changes.items()
        }
    return kept


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)
    return [_plain(each) for each in value]


def _add(session: Session, **values: Any) -> None:
    """Keep the entry for the end of the transaction: who writes it holds the network's chain until the commit."""
    if session.in_nested_transaction():  # it may be rolled back alone, and its entries with it
        _write(session, [values])
    else:
        session.info.setdefault(PENDING, []).append(values)


def _write(session: Session, entries: list[dict[str, Any]]) -> None:
    # In line, without reading the row back: a driver tells what nobody on the road may read. One by one, in order.
    for values in entries:
        session.execute(insert(cast(Table, AuditEntry.__table__)).values(**values).inline())


@event.listens_for(Session, "before_commit")
def _write_pending(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(PENDING):
        return
    session.flush()  # every other lock is taken before the chain's
    _write(session, session.info.pop(PENDING))


@event.listens_for(Session, "after_soft_rollback")
def _drop_pending(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:  # not a savepoint's: what was recorded before it stays
        session.info.pop(PENDING, None)

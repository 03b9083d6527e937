"""What the daily job does: every rule of app/domain/retention.py, one network at a time, in batches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Table, and_, case, cast, delete, func, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.domain.personal import ERASED_DRIVER, ERASED_PERSON
from app.domain.retention import RETENTION, Retention
from app.kit import audit
from app.kit.db import Base, Database
from app.kit.tenancy import Scope, within
from app.models.plans import Plan, Route
from app.models.system import Credential, IdempotencyRecord
from app.models.volunteers import Volunteer
from app.privacy.reach import organisations_of

BATCH = 1_000
NEUTRAL = {
    "driver_name": ERASED_DRIVER,
    "driver_person_id": None,
    **dict.fromkeys(
        (
            "requested_by",
            "search_ended_by",
            "decided_by",
            "settled_by",
            "declined_by",
            "confirmed_by",
            "answered_by",
            "seen_by",
        ),
        ERASED_PERSON,
    ),
}


@dataclass(frozen=True)
class Batch:
    """One step of forgetting: what is older than `before`, at most so many rows, in the network of the scope."""

    network_id: UUID
    before: datetime
    most: int


def networks_of(database: Database) -> list[UUID]:
    """All networks by id; the one thing that the service may know across them."""
    with database.transaction(Scope()) as session:
        return list(session.scalars(text("SELECT wasl_network_ids()")))


def forget(database: Database, network_id: UUID, now: datetime) -> dict[str, int]:
    """Do in one network what is due; how many rows of each table were touched. The audit trail says so too."""
    touched: dict[str, int] = {}
    for rule in _children_first(RETENTION):
        if rule.then != "keep" and rule.days is not None:
            batch = Batch(network_id, now - timedelta(days=rule.days), BATCH)
            touched[rule.table] = _all_batches(database, batch, deed_of(rule))
    touched = {table: rows for table, rows in touched.items() if rows}
    if touched:
        with database.transaction(Scope(network=network_id)) as session:
            audit.record_own_deed(session, network_id, "privacy.forget", ("network", network_id), now, rows=touched)
    return touched


def _children_first(rules: Iterable[Retention]) -> list[Retention]:
    order = {table.name: place for place, table in enumerate(reversed(Base.metadata.sorted_tables))}
    return sorted(rules, key=lambda rule: order[rule.table])


Deed = Callable[[Session, Batch], int]


def _all_batches(database: Database, batch: Batch, deed: Deed) -> int:
    total = 0
    while True:
        with database.transaction(Scope(network=batch.network_id)) as session:
            done = deed(session, batch)
        total += done
        if done < batch.most:
            return total


def deed_of(rule: Retention) -> Deed:
    """What is done for a rule: its own deed where there is one, else by the column that the days count from."""
    return DEEDS.get(rule.table) or _by_column(rule)


def _by_column(rule: Retention) -> Deed:
    table = Base.metadata.tables[rule.table]
    counted, keys = table.c[rule.counted_from], tuple(table.primary_key.columns)

    def deed(session: Session, batch: Batch) -> int:
        old = and_(table.c.network_id == batch.network_id, counted < _comparable(table, rule.counted_from, batch))
        if rule.then == "delete":
            rows = select(*keys).where(old).limit(batch.most)
            return _count(session, delete(table).where(tuple_(*keys).in_(rows)))
        neutral = {column: NEUTRAL.get(column, "") for column in rule.columns}
        filled = or_(*(table.c[column] != value for column, value in neutral.items()))
        rows = select(*keys).where(old, filled).limit(batch.most)
        # Where nobody was named, nobody is: a neutral name would say that somebody decided.
        emptied = {
            column: case((table.c[column].is_not(None), cast(value, table.c[column].type)))
            for column, value in neutral.items()
        }
        return _count(session, update(table).where(tuple_(*keys).in_(rows)).values(emptied))

    return deed


def _comparable(table: Table, column: str, batch: Batch) -> Any:
    return batch.before.date() if isinstance(table.c[column].type, Date) else batch.before


def _count(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)


def _routes(session: Session, batch: Batch) -> int:
    days = select(Plan.id).where(Plan.network_id == batch.network_id, Plan.service_date < batch.before.date())
    rows = select(Route.id).where(Route.plan_id.in_(days), Route.driver_name != ERASED_DRIVER).limit(batch.most)
    return _count(session, update(Route.__table__).where(Route.id.in_(rows)).values(driver_name=ERASED_DRIVER))  # type: ignore[arg-type]


def _credentials(session: Session, batch: Batch) -> int:
    """Sessions and links that have ended. A key stays: the audit trail says what it was called."""
    ended = func.least(
        func.coalesce(Credential.revoked_at, Credential.expires_at),
        func.coalesce(Credential.expires_at, Credential.revoked_at),
    )
    rows = (
        select(Credential.id)
        .where(Credential.network_id == batch.network_id, Credential.kind != "api_key", ended < batch.before)
        .limit(batch.most)
    )
    return _count(session, delete(Credential.__table__).where(Credential.id.in_(rows)))  # type: ignore[arg-type]


def _applications(session: Session, batch: Batch) -> int:
    """What people wrote who were refused, or whom nobody has answered; a profile goes with its person."""
    rows = (
        select(Volunteer.id)
        .where(
            Volunteer.network_id == batch.network_id,
            Volunteer.person_id.is_(None),
            Volunteer.created_at < batch.before,
        )
        .limit(batch.most)
    )
    return _count(session, delete(Volunteer.__table__).where(Volunteer.id.in_(rows)))  # type: ignore[arg-type]


def _answers(session: Session, batch: Batch) -> int:
    """Stored answers belong to organisations: each is entered in turn."""
    keys = (IdempotencyRecord.actor, IdempotencyRecord.key)
    old = select(*keys).where(IdempotencyRecord.created_at < batch.before).limit(batch.most)
    done = 0
    for organisation in organisations_of(session, batch.network_id):
        with within(session, Scope(organisation=organisation), Scope(network=batch.network_id)):
            done += _count(session, delete(IdempotencyRecord.__table__).where(tuple_(*keys).in_(old)))  # type: ignore[arg-type]
    return done


def _by_function(call: str) -> Deed:
    """Append-only tables: the database's own function, which touches nothing younger than it allows."""

    def deed(session: Session, batch: Batch) -> int:
        return int(session.scalar(text(f"SELECT {call}"), {"before": batch.before, "most": batch.most}) or 0)

    return deed


def _tries(session: Session, batch: Batch) -> int:
    """Tries are no network's: the database's own function forgets them, all at once."""
    session.execute(text("SELECT wasl_forget_sign_in_tries(:before)"), {"before": batch.before})
    return 0


DEEDS: dict[str, Deed] = {
    "sign_in_tries": _tries,
    "routes": _routes,
    "credentials": _credentials,
    "idempotency_records": _answers,
    "volunteers": _applications,
    "stop_events": _by_function("wasl_empty_notes(:before, NULL, :most)"),
    "plan_edits": _by_function("wasl_forget_plan_edits(:before, :most)"),
    "outbox_messages": _by_function("wasl_forget_outbox(:before, :most)"),
    "audit_entries": _by_function("wasl_prune_audit(:before, :most)"),
}

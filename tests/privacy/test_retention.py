"""Every table has a rule, the page says what the rules say, and the nightly job does it: old goes, young stays."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from procrastinate import JobContext
from sqlalchemy import Engine, create_engine, text

import app.models  # noqa: F401  (registers the tables)
from app.audit.service import verify_network
from app.domain.personal import ERASED_PERSON, NAMED_FIELDS
from app.domain.retention import RETENTION, rule_of, without_rule
from app.kit import audit
from app.kit.auth import Principal
from app.kit.clock import HandSetClock
from app.kit.db import Base, Database
from app.kit.tenancy import Scope
from app.partners.founding import NewNetwork, found
from app.privacy.document import PAGE, rendered
from app.privacy.forgetting import DEEDS, forget, networks_of
from app.privacy.jobs import DAILY, forget_everywhere, privacy_jobs
from tests.conftest import TestDatabase

NOW = datetime.now(UTC).replace(microsecond=0)

WHAT_TO_ADD = (
    "Nobody has said how long these tables are kept: {}. Add one Retention(...) for each to RETENTION in"
    " app/domain/retention.py: why it is kept; where it is not kept for ever, then='delete' or 'strip', days, and the"
    " column that they count from. A table without network_id, or without the grant, needs a deed of its own in DEEDS"
    " in app/privacy/forgetting.py. Then: python -m app.privacy.document"
)


def test_every_table_has_a_rule_of_retention() -> None:
    missing = without_rule(Base.metadata.tables)
    assert not missing, WHAT_TO_ADD.format(", ".join(missing))
    assert without_rule([*Base.metadata.tables, "a_new_table"]) == ["a_new_table"]


def test_every_rule_is_about_a_table_that_there_is_and_has_a_deed_that_can_be_done() -> None:
    assert len({rule.table for rule in RETENTION}) == len(RETENTION)
    for rule in RETENTION:
        table = Base.metadata.tables[rule.table]
        assert rule.why, rule.table
        assert (rule.then == "keep") == (rule.days is None), rule.table
        assert (rule.then == "strip") == bool(rule.columns), rule.table
        assert set(rule.columns) <= set(table.c.keys()), rule.table
        if rule.then != "keep" and rule.table not in DEEDS:
            assert rule.counted_from in table.c, f"{rule.table} has no column {rule.counted_from}: add a deed"
            assert "network_id" in table.c, f"{rule.table} has no network_id: add a deed"


def test_the_page_says_what_the_rules_say() -> None:
    page = PAGE.read_text()
    assert page == rendered(page), "docs/privacy.md is behind the rules: run `python -m app.privacy.document`"
    assert page != rendered(page.replace("| `outbox_messages` | 90", "| `outbox_messages` | 91"))[:-1]
    for rule in RETENTION:
        assert f"| `{rule.table}` |" in page


def test_the_periods_are_those_that_were_promised() -> None:
    promised = {
        "idempotency_records": 30, "credentials": 30, "outbox_messages": 90, "stop_events": 90, "shifts": 90,
        "routes": 90,
    }  # fmt: skip
    assert {table: rule_of(table).days for table in promised} == promised
    assert cast(int, rule_of("audit_entries").days) >= 7 * 365
    assert rule_of("ledger_entries").then == rule_of("audit_chains").then == "keep"
    going = {rule.table for rule in RETENTION if rule.then == "delete"}
    stripped = {
        (field.table, field.column)
        for field in NAMED_FIELDS
        if field.going in ("driver", "equal", "own") and field.table not in going
    }
    assert stripped <= {(rule.table, column) for rule in RETENTION for column in rule.columns}


@pytest.fixture
def superuser(migrated: TestDatabase) -> Iterator[Engine]:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    yield engine
    engine.dispose()


def an_office(database: Database, name: str) -> Principal:
    begun = found(database, NewNetwork(name, "newport", "Europe/London", "GBP", f"{name} Bank"), NOW)
    scopes = frozenset({"partners"})
    return Principal("api_key", uuid4(), begun.network_id, begun.organisation_id, "office", scopes=scopes)


def fill(superuser: Engine, office: Principal, days: int) -> None:
    """One row of each table that is not kept for ever, so many days old."""
    at = NOW - timedelta(days=days)
    known: dict[str, Any] = {"n": office.network_id, "o": office.organisation_id, "at": at, "day": at.date()}
    known |= {name: uuid4() for name in ("shift", "plan", "route", "session", "key", "event", "any")}
    with superuser.begin() as connection:
        connection.execute(
            text("SET LOCAL session_replication_role = replica")
        )  # sites and vehicles do not matter here
        for sql in (
            "INSERT INTO idempotency_records VALUES (:any, 'k', :o, '', 200, '{}', '{}', :at)",
            "INSERT INTO credentials (id, kind, name, secret_sha256, network_id, organisation_id, scopes, created_at,"
            " expires_at) VALUES (:session, 'session', 'Sam', :session, :n, :o, '{}', :at, :at)",
            "INSERT INTO credentials (id, kind, name, secret_sha256, network_id, organisation_id, scopes, created_at,"
            " revoked_at) VALUES (:key, 'api_key', 'till', :key, :n, :o, '{}', :at, :at)",
            "INSERT INTO outbox_messages (network_id, organisation_ids, kind, subject_kind, subject_id, data, at)"
            " VALUES (:n, '{}', 'x', 'x', :any, '{}', :at)",
            "INSERT INTO shifts (id, network_id, organisation_id, vehicle_id, service_date, driver_name, starts_at,"
            " ends_at, start_site_id, end_site_id, created_at, version) VALUES (:shift, :n, :o, :any, :day, 'Sam', :at,"
            " :at + interval '1 hour', :any, :any, :at, 1)",
            "INSERT INTO plans (id, network_id, service_date, number, state, problem_digest, problem, document,"
            " line_ids, shifts_read, engine, seed, estimated_travel, grams_allocated, metres, seconds, created_at,"
            " published_at, version) VALUES (:plan, :n, :day, 1, 'published', '', '', '', '{}', '[]', '', 1, false, 0,"
            " 0, 0, :at, :at, 1)",
            "INSERT INTO routes (id, network_id, plan_id, shift_id, number, vehicle_name, driver_name, metres, seconds,"
            " driving_seconds, line) VALUES (:route, :n, :plan, :shift, 1, 'Van', 'Sam', 0, 0, 0, '')",
            "INSERT INTO stop_events (id, network_id, shift_id, stop_id, kind, lines, note, digest, occurred_at,"
            " recorded_at) VALUES (:event, :n, :shift, :any, 'arrived', '[]', 'Sam was here', '', :at, :at)",
            "INSERT INTO plan_runs (id, network_id, service_date, state, attempt, progress, requested_by, requested_at)"
            " VALUES (:any, :n, :day, 'done', 1, '{}', 'Sam', :at)",
            "INSERT INTO region_imports (id, network_id, region, source, profiles, state, attempt, phase, percent,"
            " warnings, requested_by, requested_at)"
            " VALUES (:any, :n, 'r', 's', '{}', 'done', 1, '', 100, '{}', 'Sam', :at)",
        ):
            connection.execute(text(sql), known)


def left(superuser: Engine, network_id: UUID) -> dict[str, int]:
    """How much is left of what is not kept for ever, in one network."""
    said = {
        "credentials": "kind = 'session'", "keys": "kind = 'api_key' AND name = 'till'", "stop_events": "note <> ''",
        **dict.fromkeys(("shifts", "routes"), "driver_name = 'Sam'"),
        **dict.fromkeys(("plan_runs", "region_imports"), "requested_by = 'Sam'"),
        "outbox_messages": "true", "audit_entries": "actor_kind <> 'service'",
    }  # fmt: skip
    found: dict[str, int] = {}
    with superuser.connect() as connection:
        for name, which in said.items():
            table = "credentials" if name == "keys" else name
            counting = text(f"SELECT count(*) FROM {table} WHERE network_id = :n AND {which}")
            found[name] = connection.execute(counting, {"n": network_id}).scalar_one()
        answers = text(
            "SELECT count(*) FROM idempotency_records WHERE organisation_id IN"
            " (SELECT organisation_id FROM partnerships WHERE network_id = :n)"
        )
        found["idempotency_records"] = connection.execute(answers, {"n": network_id}).scalar_one()
    return found


def record(database: Database, office: Principal, at: datetime) -> None:
    with database.transaction(office.scope) as session:
        audit.record(session, office, "a.deed", ("site", uuid4()), at)


def test_what_is_old_goes_what_is_young_stays_and_each_network_is_looked_after(
    database: Database, superuser: Engine
) -> None:
    newport, cardiff = an_office(database, "Newport"), an_office(database, "Cardiff")
    ages = {"eight years": 8 * 366, "hundred days": 100, "forty days": 40, "yesterday": 1}
    for office in (newport, cardiff):
        for days in ages.values():
            fill(superuser, office, days)
            record(database, office, NOW - timedelta(days=days))
        record(database, office, NOW - timedelta(days=8 * 366))  # late: not among the oldest, so it stays
    untouched = left(superuser, cardiff.network_id)
    assert set(untouched.values()) == {4, 5}
    assert set(networks_of(database)) == {newport.network_id, cardiff.network_id}

    touched = forget(database, newport.network_id, NOW)

    assert touched == {
        "audit_entries": 1, "credentials": 3, "idempotency_records": 3, "outbox_messages": 2, "plan_runs": 2,
        "region_imports": 2, "routes": 2, "shifts": 2, "stop_events": 2,
    }  # fmt: skip
    assert left(superuser, newport.network_id) == {
        "credentials": 1, "keys": 4, "stop_events": 2, "shifts": 2, "routes": 2, "plan_runs": 2, "region_imports": 2,
        "outbox_messages": 2, "audit_entries": 4, "idempotency_records": 1,
    }  # fmt: skip
    assert left(superuser, cardiff.network_id) == untouched
    assert forget(database, newport.network_id, NOW) == {}
    verified = verify_network(database, newport.network_id, None)
    assert (verified.broken, verified.entries, verified.head.number) == (None, 5, 6)
    with superuser.connect() as connection:
        told = connection.execute(
            text("SELECT detail FROM audit_entries WHERE action = 'privacy.forget' AND actor_kind = 'service'")
        ).scalar()
        assert told == {"rows": touched}

    workshop = SimpleNamespace(database=database, clock=HandSetClock(NOW))
    asyncio.run(forget_everywhere(cast(JobContext, SimpleNamespace(additional_context={"workshop": workshop})), 0))
    assert left(superuser, cardiff.network_id)["stop_events"] == 2


def test_the_service_cannot_forget_what_is_younger_than_it_may(database: Database, superuser: Engine) -> None:
    office = an_office(database, "Newport")
    fill(superuser, office, 10)
    record(database, office, NOW - timedelta(days=6 * 365))
    tomorrow = {"at": NOW + timedelta(days=1), "most": 100}
    for call in ("wasl_prune_audit(:at, :most)", "wasl_forget_outbox(:at, :most)"):
        for scope in (Scope(network=office.network_id), Scope(organisation=office.organisation_id)):
            with database.transaction(scope) as session:
                assert not session.scalar(text(f"SELECT {call}"), tomorrow)
    assert left(superuser, office.network_id)["audit_entries"] == 1


def test_many_rows_go_in_batches(database: Database, superuser: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    office = an_office(database, "Newport")
    for days in range(100, 107):
        fill(superuser, office, days)
    monkeypatch.setattr("app.privacy.forgetting.BATCH", 2)
    touched = forget(database, office.network_id, NOW)
    assert set(touched.values()) == {7}


def test_who_ended_a_search_is_forgotten_and_nobody_is_named_where_nobody_did(
    database: Database, superuser: Engine
) -> None:
    office = an_office(database, "Newport")
    for days in (100, 101, 10):
        fill(superuser, office, days)
    ended = text("UPDATE plan_runs SET search_ended_by = 'Sam' WHERE requested_at <> :but")
    with superuser.begin() as connection:
        connection.execute(ended, {"but": NOW - timedelta(days=101)})
    forget(database, office.network_id, NOW)
    said = text("SELECT requested_by, search_ended_by FROM plan_runs ORDER BY requested_at")
    with superuser.connect() as connection:
        found = [tuple(row) for row in connection.execute(said)]
    assert found == [(ERASED_PERSON, None), (ERASED_PERSON, ERASED_PERSON), ("Sam", "Sam")]


def test_the_job_is_due_every_night() -> None:
    (periodic,) = privacy_jobs().periodic_registry.periodic_tasks.values()
    assert (periodic.task.name, periodic.cron) == ("forget", DAILY)

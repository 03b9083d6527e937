"""The chain in the database: real deeds hold, the hand of the database's own superuser is found, writers take turns."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from app.audit.service import follow, verify_network
from app.domain.audit_chain import Break, Mark
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.jobs import defer
from app.kit.tenancy import Scope
from app.models.partners import Network
from app.models.system import AuditChain, AuditEntry
from app.partners.founding import NewNetwork, found
from tests.conftest import TestDatabase

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


@pytest.fixture
def superuser(migrated: TestDatabase) -> Iterator[Engine]:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    yield engine
    engine.dispose()


@pytest.fixture
def office(database: Database) -> Principal:
    return an_office(database, "Newport")


def an_office(database: Database, name: str) -> Principal:
    begun = found(database, NewNetwork(name, "newport", "Europe/London", "GBP", f"{name} Bank"), NOW)
    scopes = frozenset({"partners"})
    return Principal("api_key", uuid4(), begun.network_id, begun.organisation_id, "office", scopes=scopes)


def record(database: Database, office: Principal, *actions: str) -> None:
    for action in actions:
        with database.transaction(office.scope) as session:
            audit.record(session, office, action, ("site", uuid4()), NOW, metres=12, words='"é\nصلة 🍞"', left=1.50)


def broken(database: Database, office: Principal) -> Break | None:
    return verify_network(database, office.network_id, None).broken


def tamper(superuser: Engine, sql: str, **words: Any) -> None:
    with superuser.begin() as connection:
        _tamper(connection, sql, words)


def _tamper(connection: Connection, sql: str, words: dict[str, Any]) -> None:
    connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    connection.execute(text(sql), words)
    connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))


def found_after(superuser: Engine, office: Principal, *statements: str, noted: Mark | None = None) -> Break | None:
    """What following the chain finds after the superuser's deeds, which are taken back then."""
    with superuser.connect() as connection:
        for sql in statements:
            _tamper(connection, sql, {"own": office.network_id})
        with Session(bind=connection) as session:
            found = follow(session, office.network_id, noted).broken
        connection.rollback()
    return found


def test_what_is_written_is_numbered_from_one_and_holds(database: Database, office: Principal) -> None:
    record(database, office, *"abc")
    with database.transaction(office.scope) as session:
        rows = list(session.scalars(select(AuditEntry).order_by(AuditEntry.number)))
        assert [row.number for row in rows] == [1, 2, 3]
        assert [row.previous_hash for row in rows] == ["0" * 64, rows[0].hash, rows[1].hash]
        chain = session.get_one(AuditChain, office.network_id)
        assert (chain.number, chain.hash) == (3, rows[2].hash)
    found = verify_network(database, office.network_id, None)
    assert (found.broken, found.entries) == (None, 3)


def test_each_network_has_a_chain_of_its_own(database: Database, office: Principal) -> None:
    other = an_office(database, "Cardiff")
    record(database, office, *"ab")
    record(database, other, "c")
    assert [verify_network(database, each.network_id, None).entries for each in (office, other)] == [2, 1]


COLUMNS = {
    "organisation_id": "NULL",
    "subject_organisation_id": "NULL",
    "actor_kind": "'person'",
    "actor_id": "gen_random_uuid()",
    "action": "'nothing.happened'",
    "subject_kind": "'need'",
    "subject_id": "gen_random_uuid()",
    "detail": """'{"metres": 13}'""",
    "at": "at + interval '1 microsecond'",
    "number": "number + 100",
    "previous_hash": "repeat('1', 64)",
    "hash": "repeat('1', 64)",
}


def test_no_field_of_an_entry_is_left_out_of_those_that_are_tampered_with() -> None:
    assert set(COLUMNS) | {"id", "network_id"} == set(AuditEntry.__table__.columns.keys())


def test_a_changed_field_is_found(database: Database, office: Principal, superuser: Engine) -> None:
    record(database, office, *"abc")
    for column, value in COLUMNS.items():
        found = found_after(superuser, office, f"UPDATE audit_entries SET {column} = {value} WHERE number = 2")
        assert found == (Break(3, "missing") if column == "number" else Break(2, "changed")), column
    assert broken(database, office) is None


def test_an_entry_given_to_another_network_or_another_id_is_found(
    database: Database, office: Principal, superuser: Engine
) -> None:
    other = an_office(database, "Cardiff")
    record(database, office, *"abc")
    given_away = f"UPDATE audit_entries SET network_id = '{other.network_id}' WHERE number = 2"
    assert found_after(superuser, office, given_away) == Break(3, "missing")
    assert found_after(superuser, other, given_away) == Break(2, "missing")
    free = "ALTER TABLE audit_entries ALTER id SET GENERATED BY DEFAULT"
    another_id = "UPDATE audit_entries SET id = id + 100 WHERE number = 2"
    assert found_after(superuser, office, free) is None
    assert found_after(superuser, office, free, another_id) == Break(2, "changed")


def test_a_removed_entry_is_found_the_last_one_and_all_of_them_too(
    database: Database, office: Principal, superuser: Engine
) -> None:
    record(database, office, *"abc")
    noted = verify_network(database, office.network_id, None).head
    gone = "DELETE FROM audit_entries WHERE number = "
    assert found_after(superuser, office, gone + "1") == Break(2, "missing")
    assert found_after(superuser, office, gone + "2") == Break(3, "missing")
    assert found_after(superuser, office, gone + "3") == Break(2, "end_missing")
    assert found_after(superuser, office, "DELETE FROM audit_entries") == Break(0, "end_missing")
    all_of_it = ("DELETE FROM audit_entries", "DELETE FROM audit_chains")
    assert found_after(superuser, office, *all_of_it) is None
    assert found_after(superuser, office, *all_of_it, noted=noted) == Break(0, "end_missing")


COPY = (
    "INSERT INTO audit_entries (network_id, organisation_id, subject_organisation_id, actor_kind, actor_id, action,"
    " subject_kind, subject_id, detail, at, number, previous_hash, hash) SELECT network_id, organisation_id,"
    " subject_organisation_id, actor_kind, actor_id, 'forged', subject_kind, subject_id, detail, at,"
)
FREE = "ALTER TABLE audit_entries DROP CONSTRAINT uq_audit_entries_network_id_number"
HASHED = "UPDATE audit_entries e SET hash = encode(sha256(convert_to(wasl_audit_text(e), 'UTF8')), 'hex')"


def test_an_entry_that_is_put_in_is_found(database: Database, office: Principal, superuser: Engine) -> None:
    record(database, office, *"abc")
    behind = f"{COPY} number + 1, hash, '' FROM audit_entries WHERE number = 3"
    assert found_after(superuser, office, behind) == Break(4, "changed")
    # Chained with care, with the database's own function.
    assert found_after(superuser, office, behind, f"{HASHED} WHERE number = 4") == Break(4, "inserted")
    twice = f"{COPY} number, previous_hash, '' FROM audit_entries WHERE number = 2"
    with pytest.raises(DBAPIError, match="uq_audit_entries_network_id_number"):
        found_after(superuser, office, twice)
    careful = f"{HASHED} WHERE action = 'forged'"
    assert found_after(superuser, office, FREE, twice, careful) == Break(2, "inserted")
    before_all = f"{COPY} 0, previous_hash, '' FROM audit_entries WHERE number = 1"
    assert found_after(superuser, office, before_all, careful) == Break(0, "inserted")


def test_entries_that_change_places_are_found(database: Database, office: Principal, superuser: Engine) -> None:
    record(database, office, *"abc")
    swap = "UPDATE audit_entries SET number = 3 - number WHERE number < 3"
    assert found_after(superuser, office, FREE, swap) == Break(1, "changed")
    assert found_after(superuser, office, FREE, swap, HASHED) == Break(1, "unlinked")


def test_a_history_rewritten_with_all_its_hashes_is_found_by_who_noted_its_head(
    database: Database, office: Principal, superuser: Engine
) -> None:
    record(database, office, *"ab")
    noted = verify_network(database, office.network_id, None).head
    rewritten = (
        "UPDATE audit_entries SET action = 'nothing'",
        f"{HASHED} WHERE number = 1",
        "UPDATE audit_entries SET previous_hash = (SELECT hash FROM audit_entries WHERE number = 1) WHERE number = 2",
        f"{HASHED} WHERE number = 2",
    )
    assert found_after(superuser, office, *rewritten) == Break(2, "head_differs")
    head_too = "UPDATE audit_chains SET hash = (SELECT hash FROM audit_entries WHERE number = 2)"
    assert found_after(superuser, office, *rewritten, head_too) is None
    assert found_after(superuser, office, *rewritten, head_too, noted=noted) == Break(2, "head_differs")


def test_without_the_chain_a_tampered_entry_goes_unnoticed(
    database: Database, office: Principal, superuser: Engine
) -> None:
    """The twin: it is the trigger's hash that tells. With an empty text for every entry, nothing is found."""
    with superuser.begin() as connection:
        connection.execute(text("DROP TRIGGER b_chain ON audit_entries"))
        connection.execute(
            text("ALTER TABLE audit_entries ALTER number DROP NOT NULL, ALTER previous_hash DROP NOT NULL,"
                 " ALTER hash DROP NOT NULL")
        )  # fmt: skip
    record(database, office, *"abc")
    before = everything(superuser)
    tamper(superuser, "DELETE FROM audit_entries WHERE action = 'b'")
    assert [row for row in everything(superuser) if row.action != "b"] == [row for row in before if row.action != "b"]
    with superuser.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entries WHERE hash IS NOT NULL")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM audit_chains")).scalar() == 0


def everything(superuser: Engine) -> list[Any]:
    with superuser.connect() as connection:
        return list(connection.execute(text("SELECT * FROM audit_entries ORDER BY id")))


def test_writers_at_the_same_time_make_one_unbroken_chain(database: Database, office: Principal) -> None:
    workers = [threading.Thread(target=record, args=(database, office, *"abcdefghij")) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = verify_network(database, office.network_id, None)
    assert (found.broken, found.entries, found.head.number) == (None, 80, 80)


def test_a_writer_who_waits_for_the_network_holds_up_nobody_who_waits_for_the_chain(
    database: Database, office: Principal, superuser: Engine
) -> None:
    """Somebody locks the network's row and writes an entry afterwards, as publishing does; somebody else only writes
    an entry. Were the chain locked before the rows of the foreign keys, they would wait for each other for ever."""
    locked, done = threading.Event(), list[bool]()

    def write_alone() -> None:
        locked.wait(10)
        record(database, office, "alone")
        done.append(True)

    other = threading.Thread(target=write_alone)
    other.start()
    with database.transaction(office.scope) as session:
        session.get_one(Network, office.network_id, with_for_update=True)
        locked.set()
        wait_for_somebody_who_waits(superuser)
        assert not done
        audit.record(session, office, "published", ("plan", uuid4()), NOW)
    other.join(10)
    assert done
    assert broken(database, office) is None


def test_without_that_order_of_locks_one_of_the_two_is_given_up(
    database: Database, office: Principal, superuser: Engine
) -> None:
    """The twin: the same two writers, when the foreign keys' rows are locked after the chain."""
    with superuser.begin() as connection:
        connection.execute(text("DROP TRIGGER a_parents ON audit_entries"))
    locked, errors = threading.Event(), list[Exception]()

    def write_alone() -> None:
        locked.wait(10)
        try:
            record(database, office, "alone")
        except (DBAPIError, WaslError) as error:
            errors.append(error)

    other = threading.Thread(target=write_alone)
    other.start()
    try:
        with database.transaction(office.scope) as session:
            session.get_one(Network, office.network_id, with_for_update=True)
            locked.set()
            wait_for_somebody_who_waits(superuser)
            audit.record(session, office, "published", ("plan", uuid4()), NOW)
    except (DBAPIError, WaslError) as error:
        errors.append(error)
    other.join(10)
    assert len(errors) == 1
    assert broken(database, office) is None


def wait_for_somebody_who_waits(superuser: Engine) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with superuser.connect() as connection:
            if connection.execute(waiting).scalar():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@settings(max_examples=12)
@given(
    entries=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
            st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**62), 2**62) | st.none() | st.booleans(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_history_that_the_database_chains_holds_by_the_rule_too(
    database: Database, office: Principal, entries: list[tuple[str, Any]]
) -> None:
    with database.transaction(office.scope) as session:
        for word, value in entries:
            audit.record(session, office, word, ("site", uuid4()), NOW, words=[word, {word: value}], left=value)
    assert broken(database, office) is None


def test_what_is_rolled_back_leaves_no_gap(database: Database, office: Principal) -> None:
    record(database, office, "a")
    with pytest.raises(DBAPIError), database.transaction(office.scope) as session:  # noqa: PT012
        audit.record(session, office, "b", ("site", uuid4()), NOW)
        session.execute(text("SELECT 1 / 0"))
    record(database, office, "c")
    found = verify_network(database, office.network_id, None)
    assert (found.broken, found.entries) == (None, 2)


def test_a_savepoint_that_is_rolled_back_takes_its_own_entries_and_no_others(
    database: Database, office: Principal
) -> None:
    with database.transaction(office.scope) as session:
        audit.record(session, office, "before", ("site", uuid4()), NOW)
        with pytest.raises(DBAPIError), session.begin_nested():  # noqa: PT012
            audit.record(session, office, "inside", ("site", uuid4()), NOW)
            session.execute(text("SELECT 1 / 0"))
        for _ in range(2):  # the second is refused by its savepoint
            defer(session, "learning:learn", lock="x", network_id=str(office.network_id))
        with session.begin_nested():
            audit.record(session, office, "kept", ("site", uuid4()), NOW)
    with database.transaction(office.scope) as session:
        assert set(session.scalars(select(AuditEntry.action))) == {"before", "kept"}
    assert broken(database, office) is None


def test_the_service_can_neither_change_nor_remove_entries(database: Database, office: Principal) -> None:
    record(database, office, "a")
    for statement in (
        "UPDATE audit_entries SET action = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_chains SET number = 0",
        "DELETE FROM audit_chains",
        "INSERT INTO audit_chains (network_id, number, hash) SELECT id, 0, '' FROM networks",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(office.scope) as session:
            session.execute(text(statement))


def test_an_entry_comes_into_the_chain_of_no_other_network(database: Database, office: Principal) -> None:
    other = an_office(database, "Cardiff")
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        database.transaction(Scope(organisation=office.organisation_id)) as session,
    ):
        session.execute(
            text(
                "INSERT INTO audit_entries (network_id, organisation_id, actor_kind, action, subject_kind, subject_id,"
                " detail, at) VALUES (:network, :own, 'credential', 'x', 'site', gen_random_uuid(), '{}', now())"
            ),
            {"network": other.network_id, "own": office.organisation_id},
        )
    assert verify_network(database, other.network_id, None).entries == 0


def test_a_long_chain_is_read_bit_by_bit(database: Database, office: Principal, superuser: Engine) -> None:
    with superuser.begin() as connection:
        fill(connection, office, 12_000)
    found = verify_network(database, office.network_id, None)
    assert (found.broken, found.entries) == (None, 12_000)
    tamper(superuser, "UPDATE audit_entries SET action = 'y' WHERE number = 11999")
    assert broken(database, office) == Break(11_999, "changed")


def fill(connection: Connection, office: Principal, many: int) -> None:
    connection.execute(
        text(
            "INSERT INTO audit_entries (network_id, organisation_id, actor_kind, action, subject_kind, subject_id,"
            " detail, at) SELECT :network, :own, 'credential', 'x', 'site', gen_random_uuid(), '{}', now()"
            " FROM generate_series(1, :many)"
        ),
        {"network": office.network_id, "own": office.organisation_id, "many": many},
    )
    assert connection.scalar(select(func.count()).select_from(AuditEntry)) == many


def test_personal_values_stay_out_of_the_trail(database: Database, office: Principal) -> None:
    changes = {"email": ("old@example.org", "new@example.org"), "grams": (1, 2), "at": (NOW, None)}
    with database.transaction(office.scope) as session:
        audit.record(
            session, office, "people.change", ("person", uuid4()), NOW, changes=changes, name="Sam", role="driver"
        )
    with database.transaction(office.scope) as session:
        detail = session.scalars(select(AuditEntry.detail)).one()
    assert detail == {
        "role": "driver",
        "changes": {
            "email": {"personal": True},
            "grams": {"before": 1, "after": 2},
            "at": {"before": NOW.isoformat(), "after": None},
        },
    }


def test_the_service_may_say_what_it_did_by_itself(database: Database, office: Principal) -> None:
    with database.transaction(Scope(network=office.network_id)) as session:
        audit.record_own_deed(session, office.network_id, "privacy.forget", ("network", office.network_id), NOW, rows=3)
    with database.transaction(office.scope) as session:
        row = session.scalars(select(AuditEntry)).one()
    assert (row.actor_kind, row.actor_id, row.organisation_id) == ("service", None, None)
    assert broken(database, office) is None


def test_a_driver_writes_into_the_trail_of_the_own_shift_and_reads_nothing_of_it(
    database: Database, office: Principal, superuser: Engine
) -> None:
    shift = a_shift(superuser, office)
    driver = Principal("driver_link", uuid4(), office.network_id, office.organisation_id, "d", "driver", shift_id=shift)
    with database.transaction(driver.scope) as session:
        audit.record(session, driver, "driving.record", ("shift", shift), NOW)
    with database.transaction(driver.scope) as session:
        assert session.scalars(select(AuditEntry)).all() == []
    with database.transaction(office.scope) as session:
        row = session.scalars(select(AuditEntry)).one()
    assert (row.actor_kind, row.actor_id) == ("shift", shift)


def a_shift(superuser: Engine, office: Principal) -> UUID:
    known = {"site": uuid4(), "van": uuid4(), "shift": uuid4(), "n": office.network_id, "o": office.organisation_id}
    with superuser.begin() as connection:
        for sql in (
            "INSERT INTO sites (id, network_id, organisation_id, kind, name, address, latitude, longitude,"
            " metres_to_street, windows, setup_seconds, service_seconds, access_notes, temperature_classes, version)"
            " VALUES (:site, :n, :o, 'depot', 'Depot', '', 51.5, -3, 0, '[]', 0, 0, '', '{ambient}', 1)",
            "INSERT INTO vehicles (id, network_id, organisation_id, name, profile, capacity_grams, capacity_crates,"
            " chilled_grams, frozen_grams, hot_grams, cents_per_km, cents_per_hour, cents_per_use, grams_co2e_per_km,"
            " created_at, version) VALUES (:van, :n, :o, 'Van', 'car', 1, 1, 0, 0, 0, 0, 0, 0, 0, now(), 1)",
            "INSERT INTO shifts (id, network_id, organisation_id, vehicle_id, service_date, driver_name, starts_at,"
            " ends_at, start_site_id, end_site_id, created_at, version) VALUES (:shift, :n, :o, :van, '2026-11-25',"
            " 'Driver', now(), now() + interval '1 hour', :site, :site, now(), 1)",
        ):
            connection.execute(text(sql), known)
    found: UUID = known["shift"]
    return found

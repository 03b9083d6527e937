"""Entries from before the chain are chained, and their actors found by name where there is only one of that name."""

from uuid import UUID, uuid4

from sqlalchemy import create_engine, text

from app.audit.service import verify_network
from app.kit import migrate
from app.kit.db import Database
from tests.conftest import TestDatabase

BEFORE = "0006"
OLD = (
    "INSERT INTO networks (id, name, time_zone, currency, region, demonstration, policy)"
    " VALUES (:network, 'Newport', 'Europe/London', 'GBP', 'newport', false, '{}')",
    "INSERT INTO organisations (id, kind, name, home_network_id) VALUES (:organisation, 'food_bank', 'Bank', :network)",
    "INSERT INTO partnerships (id, network_id, organisation_id, state, valid_from)"
    " VALUES (gen_random_uuid(), :network, :organisation, 'active', '2026-01-01')",
    "INSERT INTO people (id, network_id, organisation_id, name, email, role, password_hash)"
    " VALUES (:person, :network, :organisation, 'Zaynab', 'z@example.org', 'dispatcher', '')",
    "INSERT INTO credentials (id, kind, name, secret_sha256, network_id, organisation_id, scopes, created_at) VALUES"
    " (:key, 'api_key', 'till', 'a', :network, :organisation, '{}', now()),"
    " (gen_random_uuid(), 'api_key', 'twin', 'b', :network, :organisation, '{}', now()),"
    " (gen_random_uuid(), 'api_key', 'twin', 'c', :network, :organisation, '{}', now())",
    "INSERT INTO audit_entries (network_id, organisation_id, actor, action, subject_kind, subject_id, detail, at)"
    " SELECT :network, :organisation, actor, 'offers.post', 'offer', gen_random_uuid(), '{\"lines\": 2}', now()"
    " FROM unnest(ARRAY['api_key:till', 'session:Zaynab', 'api_key:twin', 'session:Gone: for good']) actor",
)


def test_old_entries_are_chained_and_name_their_actors_by_id(empty_database: TestDatabase) -> None:
    migrate.upgrade(empty_database.owner_url, BEFORE)
    known: dict[str, UUID] = {name: uuid4() for name in ("network", "organisation", "person", "key")}
    superuser = create_engine(empty_database.owner_url.replace("wasl_owner", "postgres"))
    with superuser.begin() as connection:
        for sql in OLD:
            connection.execute(text(sql), known)
    migrate.upgrade(empty_database.owner_url)
    with superuser.connect() as connection:
        rows = connection.execute(
            text("SELECT number, actor_kind, actor_id FROM audit_entries ORDER BY number")
        ).all()  # fmt: skip
        forced = connection.execute(
            text("SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('audit_entries', 'people')")
        ).scalar()
    assert [tuple(row) for row in rows] == [
        (1, "credential", known["key"]), (2, "person", known["person"]), (3, "credential", None), (4, "person", None),
    ]  # fmt: skip
    assert forced
    database = Database(empty_database.service_url)
    found = verify_network(database, known["network"], None)
    database.close()
    assert (found.broken, found.entries, found.head.number) == (None, 4, 4)
    migrate.downgrade(empty_database.owner_url, BEFORE)
    with superuser.connect() as connection:
        actors = connection.execute(text("SELECT actor FROM audit_entries ORDER BY id")).scalars().all()
    superuser.dispose()
    assert actors == [f"credential:{known['key']}", f"person:{known['person']}", "credential:", "person:"]

"""The schema grows and shrinks step by step, and is what the models say."""

from sqlalchemy import create_engine, text

from app.kit import migrate
from tests.conftest import TestDatabase


def test_migrations_run_up_down_and_up_again(empty_database: TestDatabase) -> None:
    migrate.upgrade(empty_database.owner_url)
    migrate.downgrade(empty_database.owner_url)
    engine = create_engine(empty_database.owner_url)
    with engine.connect() as connection:
        left = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'S', 'v')"
                " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                " UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'"
            )
        ).scalars()
        assert set(left) == {"alembic_version"}
    engine.dispose()
    migrate.upgrade(empty_database.owner_url)
    migrate.differences(empty_database.owner_url)


def test_the_models_and_the_migrated_schema_agree(migrated: TestDatabase) -> None:
    migrate.differences(migrated.owner_url)


def test_every_table_with_rows_of_tenants_has_row_security_that_its_owner_cannot_skip(
    migrated: TestDatabase,
) -> None:
    engine = create_engine(migrated.owner_url)
    with engine.connect() as connection:
        open_tables = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND relname NOT LIKE 'procrastinate%' AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        ).scalars()
        assert set(open_tables) == {"alembic_version"}
    engine.dispose()


def test_the_service_owns_nothing_and_cannot_bypass_row_security(migrated: TestDatabase) -> None:
    engine = create_engine(migrated.service_url)
    with engine.connect() as connection:
        role = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole,"
                " (SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS owned FROM pg_roles r"
                " WHERE rolname = current_user"
            )
        ).one()
    engine.dispose()
    assert tuple(role) == (False, False, False, 0)

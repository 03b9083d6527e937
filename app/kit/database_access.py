"""Which database: the one in WASL_DATABASE_URL, or the embedded server; always in a role that owns nothing."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.postgres_programs import EmbeddedPostgresError
from app.settings import Settings

SERVICE_ROLE = "wasl_app"


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for whoever runs the service."""


@dataclass(frozen=True)
class DatabaseAccess:
    """Two addresses of one database: as the role that owns the tables (None: not given), and as the service's role."""

    owner_url: str | None
    service_url: str


@contextmanager
def open_database(config: Settings) -> Iterator[DatabaseAccess]:
    """The database of this installation, started here when it is the embedded one.

    Raises DatabaseError with one sentence.
    """
    if config.database_url is not None:
        yield _given(config)
        return
    try:
        with EmbeddedPostgres(Path(config.data_folder) / "postgres") as server:
            yield DatabaseAccess(server.owner_url, server.service_url())
    except EmbeddedPostgresError as error:
        raise DatabaseError(str(error)) from error


def _given(config: Settings) -> DatabaseAccess:
    """A real server. Where the only address given is the owner's, the service logs in as `wasl_app`."""
    given = _normal(config.database_url or "", "WASL_DATABASE_URL")
    owner = None if config.database_owner_url is None else _normal(config.database_owner_url, "WASL_DATABASE_OWNER_URL")
    with _connected(given) as connection:
        harmless = _is_harmless(connection)
        may_create = _may_create_roles(connection)
    if harmless:
        return DatabaseAccess(None if owner is None else _text(owner), _text(given))
    if owner is not None:
        raise DatabaseError(
            "The role in WASL_DATABASE_URL may change or bypass the tables' own rules;"
            " give the service a role that owns nothing."
        )
    service = _service_address(given)
    _ensure_role(given, service, may_create=may_create)
    return DatabaseAccess(_text(given), _text(service))


def _normal(address: str, variable: str) -> URL:
    try:
        parsed = make_url(address)
    except Exception as error:
        raise DatabaseError(f"{variable} is not a database address such as postgresql://user@host/wasl.") from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseError(f"{variable} has to be a PostgreSQL address; Wasl runs on nothing else.")
    return parsed.set(drivername="postgresql+psycopg")


def _text(address: URL) -> str:
    return address.render_as_string(hide_password=False)


@contextmanager
def _connected(address: URL) -> Iterator[Connection]:
    engine = create_engine(address, poolclass=NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[-1].strip()
        raise DatabaseError(f"The database in WASL_DATABASE_URL cannot be reached: {reason}") from error
    finally:
        engine.dispose()


def _is_harmless(connection: Connection) -> bool:
    """Whether the role owns no table here and cannot step over row-level security."""
    return bool(
        connection.execute(
            text(
                "SELECT NOT (r.rolsuper OR r.rolbypassrls) AND NOT EXISTS (SELECT 1 FROM pg_class c"
                " WHERE c.relowner = r.oid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace)"
                " AND NOT EXISTS (SELECT 1 FROM pg_database d"
                " WHERE d.datname = current_database() AND d.datdba = r.oid)"
                " FROM pg_roles r WHERE r.rolname = current_user"
            )
        ).scalar()
    )


def _may_create_roles(connection: Connection) -> bool:
    query = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    return bool(connection.execute(query).scalar())


def _service_address(owner: URL) -> URL:
    """The service's login; its password follows from the owner's, so that every machine finds the same one."""
    secret = (owner.password or "").encode()
    password = hmac.new(secret, b"wasl service role", hashlib.sha256).hexdigest()
    return owner.set(username=SERVICE_ROLE, password=password)


def _ensure_role(owner: URL, service: URL, *, may_create: bool) -> None:
    with _connected(owner) as connection:
        exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": SERVICE_ROLE}).scalar()
        if not may_create:
            if not exists:
                raise DatabaseError(
                    f"Create the role {SERVICE_ROLE} on the server,"
                    " or give WASL_DATABASE_URL a role that may create it."
                )
            return
        verb = "ALTER" if exists else "CREATE"
        # The password is hexadecimal, so it needs no quoting beyond the quotes themselves.
        connection.execute(
            text(f"{verb} ROLE {SERVICE_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{service.password}'")
        )

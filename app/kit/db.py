"""The database: declarative base with named constraints, column types, and transactions within a scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app.kit.errors import unavailable
from app.kit.tenancy import Opening, Scope, enter_scope, filter_statements

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; a naive datetime is refused, and what comes back is in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. Each says in `__tenancy__` to whom a row is open, as its policy in the migrations does."""

    metadata = MetaData(naming_convention=NAMING)
    __tenancy__: ClassVar[tuple[Opening, ...]]


class Identified:
    """A row with an opaque id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class TenantSession(Session):
    """A session that sees the rows of its scope alone, whatever the database would show."""


filter_statements(TenantSession, Base)


class Database:
    """One pool of connections in the service's role; every transaction runs within a tenancy scope."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine: Engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
        event.listen(self.engine, "connect", _bound_waiting)

    @contextmanager
    def transaction(self, scope: Scope) -> Iterator[Session]:
        """A session whose work is committed, whole, when the block ends.

        Raises WaslError `unavailable` (503) when the database cannot be reached.
        """
        try:
            with TenantSession(self.engine, expire_on_commit=False) as session, session.begin():
                enter_scope(session, scope)
                yield session
        except OperationalError as error:
            raise unavailable("The database does not answer just now. Try again in a moment.") from error

    def answers(self) -> bool:
        """Whether a statement can be run."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _bound_waiting(connection: Any, record: Any) -> None:  # noqa: ARG001
    """No request waits for ever for a lock that somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET timezone = 'UTC'")
    connection.commit()

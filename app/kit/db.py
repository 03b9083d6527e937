"""The database: declarative base with named constraints, column types, and transactions within a scope."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import orjson
from sqlalchemy import DateTime, Engine, LargeBinary, MetaData, create_engine, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from app.kit.errors import WaslError, conflict, stale, unavailable
from app.kit.tenancy import Opening, Scope, enter_scope, filter_statements

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# Row locks keep other changes away (FOR NO KEY UPDATE), but not those who only refer to the row: every ledger entry
# refers to its network and its line, and would otherwise wait for whoever holds them, who may be waiting in turn.
ROW_LOCK = {"key_share": True}


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


class Packed(bytes):
    """JSON as it is kept compressed: a value of such a column that was made ready before."""


class CompressedJson(TypeDecorator[Any]):
    """JSON that nobody asks the database about, compressed here: a large plan's problem has megabytes, and the server
    takes five times as long to read and compress them."""

    impl = LargeBinary
    cache_ok = True

    @staticmethod
    def packed(value: Any) -> Packed:
        """As it is kept."""
        return value if isinstance(value, Packed) else Packed(zlib.compress(_json(value), level=1))

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else self.packed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else orjson.loads(zlib.decompress(value))


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
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # what a failed statement was about stays out of messages and logs
            json_serializer=_json,
            json_deserializer=orjson.loads,
        )
        event.listen(self.engine, "connect", _bound_waiting)
        event.listen(self.engine, "checkin", self._hang_up_when_over)
        self._is_over = False

    @contextmanager
    def transaction(self, scope: Scope) -> Iterator[Session]:
        """A session whose work is committed, whole, when the block ends.

        Raises WaslError `unavailable` (503) when the database cannot be reached, and where somebody else was faster:
        `stale_version` (412), `food_moved`, `plan_frozen`, `still_running` (all 409). Nothing is changed then.
        """
        try:
            with TenantSession(self.engine, expire_on_commit=False) as session, session.begin():
                enter_scope(session, scope)
                yield session
        except StaleDataError as error:
            raise stale() from error
        except DBAPIError as error:
            told = _overtaken(error)
            if told is None:
                raise
            raise told from error

    def answers(self) -> bool:
        """Whether a statement can be run."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back: those at hand at once, and each that somebody still works with when that ends."""
        self._is_over = True
        self.engine.dispose()

    def _hang_up_when_over(self, _: object, record: ConnectionPoolEntry) -> None:
        # It came from a pool that nobody looks after any more.
        if self._is_over:
            record.invalidate()


def _json(value: Any) -> bytes:
    """A plan's problem has megabytes."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def _overtaken(error: DBAPIError) -> WaslError | None:
    """What the database's own guards say to whoever came second; None for what nobody foresaw."""
    state = getattr(error.orig, "sqlstate", None)
    if state == "WA002":  # the trigger of migration 0002 on the ledger
        return conflict("food_moved", "Some of this food has been planned or taken back just now. Look again.")
    if state == "WA001":  # the triggers of migration 0026 on routes, stops and allocations
        return conflict("plan_frozen", "A published plan does not change. Publish a new version.")
    if state in ("55P03", "40P01", "40001"):  # lock not available, deadlock, serialization failure
        return conflict("still_running", "Somebody is changing the same thing just now. Try again.")
    if isinstance(error, OperationalError):
        return unavailable("The database does not answer just now. Try again in a moment.")
    return None


def _bound_waiting(connection: Any, record: Any) -> None:  # noqa: ARG001
    """No request waits for ever for a lock that somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET timezone = 'UTC'")
    connection.commit()

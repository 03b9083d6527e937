"""What only we read of a plan is compressed: its problem, its document, and what it was before each edit. The lines that it
knew of, which the database is asked about, get a column of their own, and every plan says which shifts it read."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = (("plans", "problem"), ("plans", "document"), ("plan_edits", "before"))
LINES = """
UPDATE plans SET line_ids = ARRAY(
  SELECT (lot->>'id')::uuid FROM jsonb_array_elements(problem->'lots') lot WHERE lot->>'on_board' IS NULL)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _as_owner(opened=True)
    op.add_column("plans", sa.Column("line_ids", postgresql.ARRAY(sa.Uuid()), nullable=True))
    op.execute(LINES)
    op.alter_column("plans", "line_ids", nullable=False)
    op.execute("UPDATE plans SET shifts_read = coalesce(nullif(shifts_read, 'null'), problem->'shifts')")
    op.alter_column("plans", "shifts_read", nullable=False)
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(f"{column}_compressed", sa.LargeBinary(), nullable=True))
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column}_compressed SET STORAGE EXTERNAL")
        _rewrite(table, f"{column}::text", f"{column}_compressed", lambda text: zlib.compress(text.encode(), 1))
        _replace(table, column, f"{column}_compressed")
    _as_owner(opened=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _as_owner(opened=True)
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(f"{column}_plain", postgresql.JSONB(), nullable=True))
        _rewrite(table, column, f"{column}_plain", lambda held: json.dumps(json.loads(zlib.decompress(held))))
        _replace(table, column, f"{column}_plain")
    op.alter_column("plans", "shifts_read", nullable=True)
    op.drop_column("plans", "line_ids")
    _as_owner(opened=False)


def _as_owner(*, opened: bool) -> None:
    """The owner of the tables sees all tenants' rows while they are rewritten."""
    for table in ("plans", "plan_edits"):
        op.execute(f"ALTER TABLE {table} {'NO FORCE' if opened else 'FORCE'} ROW LEVEL SECURITY")


def _rewrite(table: str, read: str, written: str, changed: Callable[[Any], str | bytes]) -> None:
    """One row after the other: each has megabytes."""
    connection = op.get_bind()
    for (identity,) in connection.execute(sa.text(f"SELECT id FROM {table}")).all():  # noqa: S608
        held = connection.scalar(sa.text(f"SELECT {read} FROM {table} WHERE id = :id"), {"id": identity})  # noqa: S608
        value = changed(bytes(held) if isinstance(held, memoryview) else held)
        cast = "CAST(:value AS jsonb)" if isinstance(value, str) else ":value"
        connection.execute(
            sa.text(f"UPDATE {table} SET {written} = {cast} WHERE id = :id"),  # noqa: S608
            {"id": identity, "value": value},
        )


def _replace(table: str, column: str, by: str) -> None:
    op.drop_column(table, column)
    op.alter_column(table, by, new_column_name=column, nullable=False)

"""A published plan is guarded once a statement instead of once a row: half a millisecond a row was most of what an edit
and a publication wait for. The order of a plan's routes, and of a route's stops, is looked at when the transaction ends:
an edit gives rows that stay other places. The lines of routes are packed as plans are: the server took a tenth of a second
to read those of a large day."""

import json
import zlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | None = None
depends_on: str | None = None

# The rows as they were before the statement stand in `was`.
STOPS = """
CREATE FUNCTION wasl_refuse_change_of_published_stops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM plans p WHERE p.published_at IS NOT NULL AND p.id IN (
    SELECT r.plan_id FROM routes r WHERE r.id IN (SELECT DISTINCT route_id FROM was))) THEN
    RAISE EXCEPTION 'a published plan does not change: publish a new version' USING ERRCODE = 'WA001';
  END IF;
  RETURN NULL;
END $$
"""
ALLOCATIONS = """
CREATE FUNCTION wasl_refuse_change_of_published_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM plans p WHERE p.published_at IS NOT NULL
    AND p.id IN (SELECT DISTINCT plan_id FROM was)) THEN
    RAISE EXCEPTION 'a published plan does not change: publish a new version' USING ERRCODE = 'WA001';
  END IF;
  RETURN NULL;
END $$
"""
# A published route stays as it is, but for its driver's name, which may become the neutral one.
ROUTES = """
CREATE FUNCTION wasl_refuse_change_of_published_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM plans p WHERE p.published_at IS NOT NULL AND p.id = OLD.plan_id) THEN
    IF TG_OP = 'UPDATE' THEN
      IF NEW.driver_name = 'erased driver' AND to_jsonb(NEW) - 'driver_name' = to_jsonb(OLD) - 'driver_name' THEN
        RETURN NEW;
      END IF;
    END IF;
    RAISE EXCEPTION 'a published plan does not change: publish a new version' USING ERRCODE = 'WA001';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
BY_STATEMENT = ("stops", "allocations")
ORDERS = (("routes", "plan_id, number"), ("stops", "route_id, sequence"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for function in (STOPS, ALLOCATIONS, ROUTES):
        op.execute(function)
    for table in BY_STATEMENT:
        op.execute(f"DROP TRIGGER frozen ON {table}")
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER frozen_{verb.lower()} AFTER {verb} ON {table} REFERENCING OLD TABLE AS was"
                f" FOR EACH STATEMENT EXECUTE FUNCTION wasl_refuse_change_of_published_{table}()"
            )
    op.execute("DROP TRIGGER frozen ON routes")
    op.execute(
        "CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON routes"
        " FOR EACH ROW EXECUTE FUNCTION wasl_refuse_change_of_published_route()"
    )
    _order(" DEFERRABLE INITIALLY DEFERRED")
    _rewrite_lines("line::text", sa.LargeBinary(), lambda text: zlib.compress(text.encode(), 1))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _rewrite_lines("line", postgresql.JSONB(), lambda held: json.loads(zlib.decompress(held)))
    _order("")
    op.execute("DROP TRIGGER frozen ON routes")
    for table in BY_STATEMENT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER frozen_{verb.lower()} ON {table}")
    for table in ("routes", *BY_STATEMENT):
        op.execute(
            f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION wasl_refuse_change_of_published()"
        )
    for name in ("stops", "allocations", "route"):
        op.execute(f"DROP FUNCTION wasl_refuse_change_of_published_{name}()")


def _order(when: str) -> None:
    for table, columns in ORDERS:
        name = f"uq_{table}_{columns.replace(', ', '_')}"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE ({columns}){when}")


def _rewrite_lines(read: str, kind: sa.types.TypeEngine[Any], changed: Callable[[Any], Any]) -> None:
    """One route after the other, also of published plans, as the owner of the tables, who sees all tenants' rows."""
    op.execute("ALTER TABLE routes NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE routes DISABLE TRIGGER USER")
    op.add_column("routes", sa.Column("line_rewritten", kind, nullable=True))
    if isinstance(kind, sa.LargeBinary):
        op.execute("ALTER TABLE routes ALTER COLUMN line_rewritten SET STORAGE EXTERNAL")
    connection = op.get_bind()
    written = sa.text("UPDATE routes SET line_rewritten = :value WHERE id = :id").bindparams(
        sa.bindparam("value", type_=kind)
    )
    for (identity,) in connection.execute(sa.text("SELECT id FROM routes")).all():
        held = connection.scalar(sa.text(f"SELECT {read} FROM routes WHERE id = :id"), {"id": identity})  # noqa: S608
        value = changed(bytes(held) if isinstance(held, memoryview) else held)
        connection.execute(written, {"id": identity, "value": value})
    op.drop_column("routes", "line")
    op.alter_column("routes", "line_rewritten", new_column_name="line", nullable=False)
    op.execute("ALTER TABLE routes ENABLE TRIGGER USER")
    op.execute("ALTER TABLE routes FORCE ROW LEVEL SECURITY")

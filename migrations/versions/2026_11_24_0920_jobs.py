"""The job queue: Procrastinate's own tables and functions, from the SQL of the pinned version."""

from collections.abc import Sequence

from alembic import op
from procrastinate.schema import SchemaManager

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GRANTS = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT relname, relkind FROM pg_class WHERE relname LIKE 'procrastinate\\_%'
      AND relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S') LOOP
    IF thing.relkind = 'S' THEN EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %I TO wasl_app', thing.relname);
    ELSE EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO wasl_app', thing.relname); END IF;
  END LOOP;
END $$
"""
REMOVE = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT relname FROM pg_class WHERE relname LIKE 'procrastinate\\_%' AND relkind = 'r'
      AND relnamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', thing.relname);
  END LOOP;
  FOR thing IN SELECT p.oid::regprocedure AS signature FROM pg_proc p WHERE p.proname LIKE 'procrastinate\\_%'
      AND p.pronamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.signature);
  END LOOP;
  FOR thing IN SELECT t.typname FROM pg_type t WHERE t.typname LIKE 'procrastinate\\_%' AND t.typtype IN ('e', 'c')
      AND t.typnamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname);
  END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The driver's own cursor, without parameters: the SQL holds percent signs and colons.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(REMOVE)

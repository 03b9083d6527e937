"""Whoever listens for news asks one small table, without a tenant's scope, how far each network's messages have come: it
learns ids of networks and counts, and reads what is told within the listener's own scope."""

from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | None = None
depends_on: str | None = None

NEWEST = """
CREATE FUNCTION wasl_newest_positions() RETURNS TABLE (network uuid, newest bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT network_id, newest_position FROM outbox_progress
$$
"""


def upgrade() -> None:
    op.execute(NEWEST)
    op.execute("REVOKE ALL ON FUNCTION wasl_newest_positions() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_newest_positions() TO wasl_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION wasl_newest_positions()")

"""What drivers were to collect and nobody has reported on is given back once no report can come any more: the networks
that have such food.
"""

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

# The job asks for every network at once; it gets ids and nothing else.
UNREPORTED = """
CREATE FUNCTION wasl_networks_with_unreported(ended_before timestamptz, ended_after timestamptz)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT s.network_id FROM shifts s JOIN allocations a ON a.shift_id = s.id
   WHERE s.ends_at <= ended_before AND s.ends_at > ended_after
     AND a.published_at IS NOT NULL AND wasl_line_balance(a.offer_line_id, 'allocated') > 0
$$
"""
# The owner of the function owns the tables, whose row security holds for owners too.
LOOKED_AT = ("shifts", "allocations")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(UNREPORTED)
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_unreported ON {table} FOR SELECT TO CURRENT_USER USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in LOOKED_AT:
        op.execute(f"DROP POLICY owner_looks_for_unreported ON {table}")
    op.execute("DROP FUNCTION wasl_networks_with_unreported(timestamptz, timestamptz)")

"""What a day's driving cost, and each partner's share of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | None = None
depends_on: str | None = None

OF_NETWORK = "network_id = wasl_network()"
OWN = "organisation_id = wasl_organisation()"

# The job asks which days are over and not shared yet, of all networks at once, and gets ids and dates alone.
DAYS_TO_SHARE = """
CREATE FUNCTION wasl_days_to_share(at timestamptz, most_days integer) RETURNS TABLE (network_id uuid, service_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT plans.network_id, plans.service_date FROM plans JOIN networks ON networks.id = plans.network_id
  WHERE plans.state = 'published'
    AND plans.service_date < (at AT TIME ZONE networks.time_zone)::date
    AND plans.service_date >= (at AT TIME ZONE networks.time_zone)::date - most_days
    AND NOT EXISTS (
      SELECT 1 FROM day_costs
      WHERE day_costs.network_id = plans.network_id AND day_costs.service_date = plans.service_date
    )
  ORDER BY plans.network_id, plans.service_date
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "day_costs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("network_carries_cents", sa.Integer(), nullable=False),
        sa.Column("most_to_gain_cents", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("driven", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("vans_without_rates", sa.Integer(), nullable=False),
        sa.Column("inputs_digest", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("standing IN ('core','least_core','dearer')", name=op.f("ck_day_costs_standing")),
        sa.CheckConstraint(
            "cents >= 0 AND network_carries_cents >= 0 AND most_to_gain_cents >= 0", name=op.f("ck_day_costs_cents")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_day_costs_network_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_day_costs_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_costs")),
        sa.UniqueConstraint("network_id", "service_date", name=op.f("uq_day_costs_network_id_service_date")),
    )
    op.create_index(op.f("ix_day_costs_plan_id"), "day_costs", ["plan_id"])
    op.create_table(
        "cost_shares",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day_cost_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.String(), nullable=True),
        sa.Column("share_cents", sa.Integer(), nullable=True),
        sa.Column("alone_cents", sa.Integer(), nullable=True),
        sa.Column("alone_vans", sa.String(), nullable=True),
        sa.Column("fair_cents", sa.Integer(), nullable=True),
        sa.Column("fair_error_cents", sa.Float(), nullable=True),
        sa.Column("own_vans_cents", sa.Integer(), nullable=True),
        sa.Column("nearest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("nearest_saves_cents", sa.Integer(), nullable=True),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("left_out IN ('nothing_brought','no_rates')", name=op.f("ck_cost_shares_left_out")),
        sa.CheckConstraint("(left_out IS NULL) = (share_cents IS NOT NULL)", name=op.f("ck_cost_shares_share")),
        sa.CheckConstraint("share_cents <= alone_cents", name=op.f("ck_cost_shares_never_more_than_alone")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cost_shares_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cost_shares_organisation_id")),
        sa.ForeignKeyConstraint(
            ["day_cost_id"], ["day_costs.id"], name=op.f("fk_cost_shares_day_cost_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_shares")),
        sa.UniqueConstraint("day_cost_id", "organisation_id", name=op.f("uq_cost_shares_day_cost_id_organisation_id")),
    )
    op.create_index(op.f("ix_cost_shares_organisation_id"), "cost_shares", ["organisation_id"])
    op.create_index("ix_cost_shares_network_day", "cost_shares", ["network_id", "service_date"])
    for table in ("day_costs", "cost_shares"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({OF_NETWORK}) WITH CHECK ({OF_NETWORK})")
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO wasl_app")  # worked out anew, never changed
    op.execute(f"CREATE POLICY own_share ON cost_shares FOR SELECT USING ({OWN})")
    for table in ("plans", "networks", "day_costs"):
        op.execute(f"CREATE POLICY owner_looks_for_days_to_share ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(DAYS_TO_SHARE)
    op.execute("REVOKE ALL ON FUNCTION wasl_days_to_share FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_days_to_share TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_days_to_share(timestamptz, integer)")
    for table in ("plans", "networks"):
        op.execute(f"DROP POLICY owner_looks_for_days_to_share ON {table}")
    op.drop_table("cost_shares")
    op.drop_table("day_costs")

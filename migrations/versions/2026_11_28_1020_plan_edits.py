"""A draft is edited by hand: what was done is kept, with what the plan was before, and what the plan now breaks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FORGET = """
CREATE FUNCTION wasl_forget_plan_edits(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone integer;
BEGIN
  DELETE FROM plan_edits e WHERE e.id IN (
    SELECT o.id FROM plan_edits o WHERE o.network_id = wasl_network()
      AND o.at < least(wasl_forget_plan_edits.before, now() - interval '30 days') ORDER BY o.at LIMIT most);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$
"""
SIGNATURE = "wasl_forget_plan_edits(timestamptz, integer)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("plans", sa.Column("edits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("plans", sa.Column("violations", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("routes", sa.Column("locked", sa.Boolean(), nullable=False, server_default="false"))
    op.create_table(
        "plan_edits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("command", postgresql.JSONB(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("metres_more", sa.Integer(), nullable=False),
        sa.Column("seconds_more", sa.Integer(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("actor_kind IN ('person','credential')", name=op.f("ck_plan_edits_actor_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_plan_edits_network_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_edits_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edits")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_edits_plan_id_number")),
        sa.UniqueConstraint("plan_id", "undoes", name=op.f("uq_plan_edits_plan_id_undoes")),
    )
    op.execute("ALTER TABLE plan_edits ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE plan_edits FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant ON plan_edits USING (network_id = wasl_network())"
        " WITH CHECK (network_id = wasl_network())"
    )
    op.execute("CREATE POLICY owner_forgets ON plan_edits FOR ALL TO CURRENT_USER USING (true)")
    op.execute("GRANT SELECT, INSERT ON plan_edits TO wasl_app")
    op.execute(FORGET)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_table("plan_edits")
    op.drop_column("routes", "locked")
    op.drop_column("plans", "violations")
    op.drop_column("plans", "edits")

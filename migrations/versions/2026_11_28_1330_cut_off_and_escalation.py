"""Days that are planned by themselves at a cut-off time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DATETIME = sa.DateTime(timezone=True)
OF_NETWORK = "network_id = wasl_network()"
# The job asks which networks have a cut-off time, and gets ids alone; a store that posts late sees no planning.
FUNCTIONS = {
    "wasl_networks_with_cut_off()": """
CREATE FUNCTION wasl_networks_with_cut_off() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT id FROM networks WHERE policy ? 'cut_off'
$$
""",
    "wasl_day_was_cut_off(uuid, date)": """
CREATE FUNCTION wasl_day_was_cut_off(network uuid, day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM cut_off_runs WHERE network_id = network AND service_date = day)
$$
""",
}
LOOKED_AT = ("networks", "cut_off_runs")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _cut_off_runs()
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_cut_offs ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for function in FUNCTIONS.values():
        op.execute(function)


def _cut_off_runs() -> None:
    op.create_table(
        "cut_off_runs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("plan_run_id", sa.Uuid(), nullable=False),
        sa.Column("cut_off_at", DATETIME, nullable=False),
        sa.Column("asked_at", DATETIME, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cut_off_runs_network_id")),
        sa.ForeignKeyConstraint(["plan_run_id"], ["plan_runs.id"], name=op.f("fk_cut_off_runs_plan_run_id")),
        sa.PrimaryKeyConstraint("network_id", "service_date", name=op.f("pk_cut_off_runs")),
    )
    _secured("cut_off_runs", OF_NETWORK)
    op.execute("GRANT SELECT, INSERT ON cut_off_runs TO wasl_app")


def _secured(table: str, rule: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP POLICY owner_looks_for_cut_offs ON networks")
    op.drop_table("cut_off_runs")

"""What each day came to together and alone, as it was planned and as it was recorded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
OF_DAY = f"{NETWORK} OR wasl_belongs_to(network_id)"
# The network's sums are open to its partners; of the partners each has its own alone.
OF_FIGURES = (
    f"{NETWORK} OR organisation_id = wasl_organisation() OR (organisation_id IS NULL AND wasl_belongs_to(network_id))"
)
# The job asks for every network at once; it gets ids and nothing else. Of a day that is over: what is not worked out
# yet, and what was worked out before the last report could come.
TO_WORK_OUT = """
CREATE FUNCTION wasl_networks_with_days_to_compare(ended_before timestamptz, reports_take interval, since date)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT p.network_id FROM plans p
   CROSS JOIN LATERAL (
     SELECT max(s.ends_at) AS ended FROM shifts s
      WHERE s.network_id = p.network_id AND s.service_date = p.service_date) day
   WHERE p.state = 'published' AND p.service_date >= since AND day.ended <= ended_before
     AND (
       NOT EXISTS (SELECT 1 FROM together_days t
                    WHERE t.network_id = p.network_id AND t.service_date = p.service_date AND t.kind = 'planned')
       OR (EXISTS (SELECT 1 FROM stop_events e JOIN shifts s ON s.id = e.shift_id
                    WHERE s.network_id = p.network_id AND s.service_date = p.service_date)
           AND NOT EXISTS (SELECT 1 FROM together_days t
                            WHERE t.network_id = p.network_id AND t.service_date = p.service_date
                              AND t.kind = 'recorded' AND t.worked_out_at >= day.ended + reports_take)))
$$
"""
LOOKED_AT = ("plans", "shifts", "stop_events", "together_days")
FUNCTION = "wasl_networks_with_days_to_compare(timestamptz, interval, date)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _days()
    _figures()
    for table, seen in (("together_days", OF_DAY), ("together_figures", OF_FIGURES)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({seen}) WITH CHECK ({NETWORK})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO wasl_app")  # what is published never changes
    op.execute(TO_WORK_OUT)
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_days ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO wasl_app")


def _days() -> None:
    op.create_table(
        "together_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("comparison_version", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("search_seconds", sa.Float(), nullable=False),
        sa.Column("estimated_travel", sa.Boolean(), nullable=False),
        sa.Column("factors", postgresql.JSONB(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('planned','recorded')", name=op.f("ck_together_days_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_together_days_network_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_together_days_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_together_days")),
        sa.UniqueConstraint(
            "network_id",
            "service_date",
            "kind",
            "number",
            name=op.f("uq_together_days_network_id_service_date_kind_number"),
        ),
    )


def _figures() -> None:
    op.create_table(
        "together_figures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("metres", sa.BigInteger(), nullable=False),
        sa.Column("driver_seconds", sa.BigInteger(), nullable=False),
        sa.Column("vehicles", sa.Integer(), nullable=False),
        sa.Column("grams_co2e_driving", sa.BigInteger(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("empty_visits", sa.Integer(), nullable=False),
        sa.Column("duplicate_visits", sa.Integer(), nullable=False),
        sa.Column("people_served", sa.Integer(), nullable=False),
        sa.Column("fill_rate", sa.Float(), nullable=True),
        sa.CheckConstraint("kind IN ('planned','recorded')", name=op.f("ck_together_figures_kind")),
        sa.CheckConstraint("side IN ('together','alone')", name=op.f("ck_together_figures_side")),
        sa.CheckConstraint(
            "grams >= 0 AND metres >= 0 AND driver_seconds >= 0 AND grams_co2e_driving >= 0 AND vehicles >= 0"
            " AND empty_visits BETWEEN 0 AND duplicate_visits AND duplicate_visits <= visits",
            name=op.f("ck_together_figures_amounts"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_together_figures_{column}"))
            for column, table in (
                ("day_id", "together_days"),
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_together_figures")),
    )
    for column in ("day_id", "organisation_id"):
        op.create_index(op.f(f"ix_together_figures_{column}"), "together_figures", [column])
    op.create_index("ix_together_figures_network_date", "together_figures", ["network_id", "service_date"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in LOOKED_AT:
        op.execute(f"DROP POLICY owner_looks_for_days ON {table}")
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.drop_table("together_figures")
    op.drop_table("together_days")

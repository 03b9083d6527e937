"""Money that was given, and what the driven routes cost that it pays for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
OWN = "organisation_id = wasl_organisation()"
# The job asks for every network at once; it gets ids and dates alone. A day is worked out when its last shift is over,
# and once more when the last report of a phone without a connection has had its time.
TO_COST = """
CREATE FUNCTION wasl_days_to_cost(at timestamptz, reports_take interval, since date)
RETURNS TABLE (network_id uuid, service_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.network_id, p.service_date FROM plans p
   CROSS JOIN LATERAL (
     SELECT max(s.ends_at) AS ended FROM shifts s
      WHERE s.network_id = p.network_id AND s.service_date = p.service_date AND s.state = 'open') day
   WHERE p.state = 'published' AND p.service_date >= since AND day.ended <= at
     AND EXISTS (SELECT 1 FROM stop_events e JOIN shifts s ON s.id = e.shift_id
                  WHERE s.network_id = p.network_id AND s.service_date = p.service_date)
     AND NOT EXISTS (SELECT 1 FROM route_costs c
                      WHERE c.network_id = p.network_id AND c.service_date = p.service_date
                        AND c.worked_out_at >= CASE WHEN at >= day.ended + reports_take
                                                    THEN day.ended + reports_take ELSE day.ended END)
   ORDER BY p.network_id, p.service_date
$$
"""
FUNCTION = "wasl_days_to_cost(timestamptz, interval, date)"
LOOKED_AT = ("plans", "shifts", "stop_events", "route_costs")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _grants()
    _route_costs()
    for table in ("grants", "route_costs"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({NETWORK}) WITH CHECK ({NETWORK})")
    op.execute(f"CREATE POLICY own_grant ON grants FOR SELECT USING ({OWN})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON grants TO wasl_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON route_costs TO wasl_app")  # worked out anew, never changed
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_days_to_cost ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(TO_COST)
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO wasl_app")


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("received", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('running','vehicles','cooling','places','weekdays')", name=op.f("ck_grants_purpose")
        ),
        sa.CheckConstraint("cents > 0", name=op.f("ck_grants_cents")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_grants_dates")),
        sa.CheckConstraint("ended_on BETWEEN valid_from AND valid_until", name=op.f("ck_grants_ended_on")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_grants_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_grants_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_grants_{column}"), "grants", [column])


def _route_costs() -> None:
    op.create_table(
        "route_costs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_name", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("has_rates", sa.Boolean(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("grams_co2e_driving", sa.Integer(), nullable=False),
        sa.Column("cooled", sa.Boolean(), nullable=False),
        sa.Column("stores", sa.Integer(), nullable=False),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "cents >= 0 AND metres >= 0 AND seconds >= 0 AND grams >= 0 AND stores >= 0",
            name=op.f("ck_route_costs_amounts"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_route_costs_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("plan_id", "plans"),
                ("shift_id", "shifts"),
                ("vehicle_id", "vehicles"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_costs")),
        sa.UniqueConstraint("shift_id", name=op.f("uq_route_costs_shift_id")),
    )
    op.create_index(op.f("ix_route_costs_plan_id"), "route_costs", ["plan_id"])
    op.create_index("ix_route_costs_network_day", "route_costs", ["network_id", "service_date"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"DROP FUNCTION {FUNCTION}")
    for table in ("plans", "shifts", "stop_events"):
        op.execute(f"DROP POLICY owner_looks_for_days_to_cost ON {table}")
    op.drop_table("route_costs")
    op.drop_table("grants")

"""A day's cost is shared as planned and as recorded, and what is kept stays: a changed input gets the next number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | None = None
depends_on: str | None = None

# The job asks which days are over and not shared yet, of all networks at once, and gets ids and dates alone. As planned a
# day is shared when it is over; as recorded when nothing can be reported any more, and again when anything lately was
# booked or reported all the same.
DAYS_TO_SHARE = """
CREATE FUNCTION wasl_days_to_share(at timestamptz, most_days integer, reports_take interval, lately interval)
RETURNS TABLE (network_id uuid, service_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH told AS MATERIALIZED (
    SELECT s.network_id, s.service_date, max(news.recorded_at) AS recorded_at
      FROM (SELECT l.shift_id, l.recorded_at FROM ledger_entries l WHERE l.recorded_at > at - lately
             UNION ALL
            SELECT e.shift_id, e.recorded_at FROM stop_events e WHERE e.recorded_at > at - lately) news
      JOIN shifts s ON s.id = news.shift_id
     GROUP BY s.network_id, s.service_date
  )
  SELECT p.network_id, p.service_date FROM plans p
    JOIN networks n ON n.id = p.network_id
    LEFT JOIN told t ON t.network_id = p.network_id AND t.service_date = p.service_date
   CROSS JOIN LATERAL (
     SELECT max(s.ends_at) + reports_take AS closes FROM shifts s
      WHERE s.network_id = p.network_id AND s.service_date = p.service_date AND s.state = 'open') day
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE c.kind = 'planned') AS planned,
            max(c.worked_out_at) FILTER (WHERE c.kind = 'recorded') AS recorded_at
       FROM day_costs c WHERE c.network_id = p.network_id AND c.service_date = p.service_date) kept
   WHERE p.state = 'published'
     AND p.service_date < (at AT TIME ZONE n.time_zone)::date
     AND p.service_date >= (at AT TIME ZONE n.time_zone)::date - most_days
     AND (
       kept.planned = 0
       OR (day.closes <= at
           AND EXISTS (SELECT 1 FROM stop_events e JOIN shifts s ON s.id = e.shift_id
                        WHERE s.network_id = p.network_id AND s.service_date = p.service_date)
           AND (kept.recorded_at IS NULL OR t.recorded_at > kept.recorded_at)))
   ORDER BY p.network_id, p.service_date
$$
"""
FUNCTION = "wasl_days_to_share(timestamptz, integer, interval, interval)"
BEFORE = "wasl_days_to_share(timestamptz, integer)"
DAYS_TO_SHARE_BEFORE = """
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
KEY = "uq_day_costs_network_id_service_date"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("day_costs", "cost_shares"):
        op.add_column(table, sa.Column("kind", sa.String(), server_default="planned", nullable=False))
        op.add_column(table, sa.Column("number", sa.Integer(), server_default="1", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, "kind IN ('planned','recorded')")
    op.add_column("day_costs", sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("day_costs", sa.Column("not_reported", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cost_shares", sa.Column("not_reported", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cost_shares", sa.Column("grams", sa.BigInteger(), nullable=True))
    op.add_column("cost_shares", sa.Column("planned_grams", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f(KEY), "day_costs")
    columns = ["network_id", "service_date", "kind", "number"]
    op.create_unique_constraint(op.f(f"{KEY}_kind_number"), "day_costs", columns)
    for table in ("ledger_entries", "stop_events"):  # they only grow, in the order of time
        op.create_index(f"ix_{table}_recorded_at", table, ["recorded_at"], postgresql_using="brin")
    op.execute(f"DROP FUNCTION {BEFORE}")
    op.execute(DAYS_TO_SHARE)
    _for_the_service(FUNCTION)


def _for_the_service(function: str) -> None:
    op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.execute(DAYS_TO_SHARE_BEFORE)
    _for_the_service(BEFORE)
    for table in ("ledger_entries", "stop_events"):
        op.drop_index(f"ix_{table}_recorded_at", table)
    # Of each day the newest figures as planned are what there was.
    op.execute(
        "DELETE FROM day_costs c WHERE c.kind <> 'planned' OR EXISTS (SELECT 1 FROM day_costs newer WHERE"
        " newer.network_id = c.network_id AND newer.service_date = c.service_date AND newer.kind = c.kind"
        " AND newer.number > c.number)"
    )
    op.drop_constraint(op.f(f"{KEY}_kind_number"), "day_costs")
    op.create_unique_constraint(op.f(KEY), "day_costs", ["network_id", "service_date"])
    for column in ("planned_grams", "grams", "not_reported"):
        op.drop_column("cost_shares", column)
    for column in ("not_reported", "facts"):
        op.drop_column("day_costs", column)
    for table in ("day_costs", "cost_shares"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.drop_column(table, "number")
        op.drop_column(table, "kind")

"""What leaves the service: numbered messages, webhook endpoints with their deliveries and attempts, calendar feeds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
PRESENTED = "secret_sha256 = nullif(current_setting('wasl.credential', true), '')"
# table -> (who sees and changes a row, what a new row must satisfy, what the service may do)
TABLES: dict[str, tuple[str, str, str]] = {
    "outbox_progress": ("network_id = wasl_network()", "network_id = wasl_network()", "SELECT, UPDATE"),
    "webhook_endpoints": (OWN_OR_NETWORK, OWN_OR_NETWORK, "SELECT, INSERT, UPDATE, DELETE"),
    "webhook_deliveries": (OWN_OR_NETWORK, OWN_OR_NETWORK, "SELECT, INSERT, UPDATE, DELETE"),
    "webhook_attempts": (OWN_OR_NETWORK, OWN_OR_NETWORK, "SELECT, INSERT, DELETE"),
    "calendar_feeds": (f"{OWN_OR_NETWORK} OR {PRESENTED}", OWN_OR_NETWORK, "SELECT, INSERT, UPDATE, DELETE"),
}
# Numbers given out one at a time to what is committed: whoever sees a number has seen all below it, or never will.
NUMBER = """
CREATE FUNCTION wasl_number_outbox() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM outbox_messages WHERE position IS NULL) THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('wasl outbox', 0));
  WITH told AS (
    SELECT greatest(
      coalesce((SELECT max(position) FROM outbox_messages), 0),
      coalesce((SELECT max(newest_position) FROM outbox_progress), 0)
    ) AS base
  ), untold AS (
    SELECT id, row_number() OVER (ORDER BY id) AS step FROM outbox_messages WHERE position IS NULL
  ), numbered AS (
    UPDATE outbox_messages m SET position = told.base + untold.step
      FROM told, untold WHERE m.id = untold.id RETURNING m.network_id, m.position
  )
  INSERT INTO outbox_progress AS p (network_id, newest_position, told_position)
    SELECT network_id, max(position), 0 FROM numbered GROUP BY network_id ORDER BY network_id
    ON CONFLICT (network_id) DO UPDATE SET newest_position = greatest(p.newest_position, EXCLUDED.newest_position);
END $$
"""
# The worker asks without a tenant's scope: it learns ids of networks, and reads each within that network's scope.
WAITING = """
CREATE FUNCTION wasl_networks_with_untold() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM outbox_progress WHERE newest_position > told_position ORDER BY network_id
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("outbox_messages", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column(
        "outbox_messages",
        sa.Column("reference", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_index("uq_outbox_messages_position", "outbox_messages", ["position"], unique=True)
    op.create_index("ix_outbox_messages_network_position", "outbox_messages", ["network_id", "position"])
    op.create_index(
        "ix_outbox_messages_unnumbered",
        "outbox_messages",
        ["id"],
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_unique_constraint(op.f("uq_outbox_messages_reference"), "outbox_messages", ["reference"])
    op.create_table(
        "outbox_progress",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("newest_position", sa.BigInteger(), nullable=False),
        sa.Column("told_position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_outbox_progress_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_outbox_progress")),
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("whole_network", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disabled_because", sa.String(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=True),
        sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active','disabled','failing')", name=op.f("ck_webhook_endpoints_state")),
        sa.CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name=op.f("ck_webhook_endpoints_old_secret")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_webhook_endpoints_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_endpoints_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_index(op.f("ix_webhook_endpoints_network_id"), "webhook_endpoints", ["network_id"])
    op.create_index(op.f("ix_webhook_endpoints_organisation_id"), "webhook_endpoints", ["organisation_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('pending','delivered','failed')", name=op.f("ck_webhook_deliveries_state")),
        sa.CheckConstraint(
            "(state = 'pending') = (next_attempt_at IS NOT NULL)", name=op.f("ck_webhook_deliveries_next_attempt")
        ),
        sa.CheckConstraint("round >= 1 AND attempts >= 0", name=op.f("ck_webhook_deliveries_attempts")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_webhook_deliveries_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_deliveries_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_messages.id"], name=op.f("fk_webhook_deliveries_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("endpoint_id", "message_id", name=op.f("uq_webhook_deliveries_endpoint_id_message_id")),
    )
    op.create_index(op.f("ix_webhook_deliveries_message_id"), "webhook_deliveries", ["message_id"])
    op.create_index("ix_webhook_deliveries_page", "webhook_deliveries", ["endpoint_id", "created_at", "id"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.CheckConstraint("number >= 1 AND milliseconds >= 0", name=op.f("ck_webhook_attempts_numbers")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_webhook_attempts_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_webhook_attempts_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
        sa.UniqueConstraint(
            "delivery_id", "round", "number", name=op.f("uq_webhook_attempts_delivery_id_round_number")
        ),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("driver_name", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("whole_network", sa.Boolean(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('site','shift_driver')", name=op.f("ck_calendar_feeds_kind")),
        sa.CheckConstraint(
            "CASE kind WHEN 'site' THEN site_id IS NOT NULL AND vehicle_id IS NULL AND driver_name IS NULL"
            " ELSE site_id IS NULL AND (vehicle_id IS NULL) <> (driver_name IS NULL) END",
            name=op.f("ck_calendar_feeds_subject"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_calendar_feeds_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_calendar_feeds_organisation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_calendar_feeds_site_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_calendar_feeds_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_calendar_feeds_secret_sha256")),
    )
    op.create_index(op.f("ix_calendar_feeds_organisation_id"), "calendar_feeds", ["organisation_id"])
    for table, (using, check, verbs) in TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({using}) WITH CHECK ({check})")
        op.execute(f"GRANT {verbs} ON {table} TO wasl_app")
    op.execute("CREATE POLICY owner_reads_all ON outbox_messages FOR SELECT TO CURRENT_USER USING (true)")
    op.execute("CREATE POLICY owner_numbers ON outbox_messages FOR UPDATE TO CURRENT_USER USING (true)")
    op.execute("CREATE POLICY owner_counts ON outbox_progress TO CURRENT_USER USING (true) WITH CHECK (true)")
    # The service announces; numbers and references are given by the database.
    op.execute("REVOKE INSERT ON outbox_messages FROM wasl_app")
    op.execute(
        "GRANT INSERT (network_id, organisation_ids, kind, subject_kind, subject_id, data, at)"
        " ON outbox_messages TO wasl_app"
    )
    for function in (NUMBER, WAITING):
        op.execute(function)
    for name in ("wasl_number_outbox", "wasl_networks_with_untold"):
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}() TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_networks_with_untold()")
    op.execute("DROP FUNCTION wasl_number_outbox()")
    op.execute("DROP POLICY owner_numbers ON outbox_messages")
    op.execute("DROP POLICY owner_reads_all ON outbox_messages")
    op.execute("GRANT INSERT ON outbox_messages TO wasl_app")
    for table in ("calendar_feeds", "webhook_attempts", "webhook_deliveries", "webhook_endpoints", "outbox_progress"):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_outbox_messages_reference"), "outbox_messages")
    for index in (
        "ix_outbox_messages_unnumbered",
        "ix_outbox_messages_network_position",
        "uq_outbox_messages_position",
    ):
        op.drop_index(index, "outbox_messages")
    op.drop_column("outbox_messages", "reference")
    op.drop_column("outbox_messages", "position")

"""When vans are expected, as it was told; alarms; mails about them; a job that looks at every network's shifts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
DATETIME = sa.DateTime(timezone=True)
KINDS = "'shift_without_driver','driver_not_started','stop_late','weight_far_off','report_contradicts'"
# The job that looks at shifts asks for every network at once; it gets ids and nothing else.
WATCHED = """
CREATE FUNCTION wasl_networks_to_watch(ending_after timestamptz, starting_before timestamptz)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM shifts WHERE ends_at > ending_after AND starts_at <= starting_before
  UNION
  SELECT network_id FROM alarms WHERE state IN ('open','acknowledged')
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _arrivals()
    _alarms()
    op.create_index("ix_shifts_ends_at", "shifts", ["ends_at"])
    for table in ("shifts", "alarms"):
        op.execute(f"CREATE POLICY owner_looks_for_what_to_watch ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(WATCHED)
    op.alter_column("mail_messages", "link_id", nullable=True)
    _kinds_of_mail("'invitation','sign_in','alarm'")
    op.create_check_constraint(op.f("ck_mail_messages_link"), "mail_messages", "(kind = 'alarm') = (link_id IS NULL)")


def _arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_name", sa.String(), nullable=False),
        sa.Column("planned_at", DATETIME, nullable=False),
        sa.Column("expected_at", DATETIME, nullable=False),
        sa.Column("told_at", DATETIME, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("arrived_at", DATETIME, nullable=True),
        sa.CheckConstraint("kind IN ('pickup','drop_off')", name=op.f("ck_arrivals_kind")),
        sa.CheckConstraint("state IN ('waiting','arrived','done','failed')", name=op.f("ck_arrivals_state")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_arrivals_stop_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_arrivals_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_arrivals_organisation_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_arrivals_shift_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_arrivals_site_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_arrivals")),
    )
    op.create_index("ix_arrivals_network_planned", "arrivals", ["network_id", "planned_at", "visit_id"])
    op.create_index(op.f("ix_arrivals_stop_id"), "arrivals", ["stop_id"])
    for column in ("organisation_id", "shift_id"):
        op.create_index(op.f(f"ix_arrivals_{column}"), "arrivals", [column])
    _secured("arrivals")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON arrivals TO wasl_app")


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("raised_at", DATETIME, nullable=False),
        sa.Column("begun_at", DATETIME, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_step_at", DATETIME, nullable=True),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", DATETIME, nullable=True),
        sa.Column("cleared_at", DATETIME, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_alarms_kind")),
        sa.CheckConstraint("severity IN ('warning','emergency')", name=op.f("ck_alarms_severity")),
        sa.CheckConstraint("subject_kind IN ('shift','stop')", name=op.f("ck_alarms_subject_kind")),
        sa.CheckConstraint("state IN ('open','acknowledged','cleared')", name=op.f("ck_alarms_state")),
        sa.CheckConstraint("(state = 'cleared') = (cleared_at IS NOT NULL)", name=op.f("ck_alarms_cleared")),
        sa.CheckConstraint("state = 'open' OR next_step_at IS NULL", name=op.f("ck_alarms_steps")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_alarms_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_alarms_organisation_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_alarms_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "uq_alarms_one_standing",
        "alarms",
        ["kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open','acknowledged')"),
    )
    op.create_index("ix_alarms_network_raised", "alarms", ["network_id", "raised_at", "id"])
    for column in ("organisation_id", "shift_id"):
        op.create_index(op.f(f"ix_alarms_{column}"), "alarms", [column])
    _secured("alarms")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON alarms TO wasl_app")


def _secured(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")


def _kinds_of_mail(kinds: str) -> None:
    op.drop_constraint(op.f("ck_mail_messages_kind"), "mail_messages", type_="check")
    op.create_check_constraint(op.f("ck_mail_messages_kind"), "mail_messages", f"kind IN ({kinds})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_mail_messages_link"), "mail_messages", type_="check")
    # A version that knows no mails about alarms could not send them; row security may not stand by.
    op.execute("ALTER TABLE mail_messages NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM mail_messages WHERE kind = 'alarm'")
    op.execute("ALTER TABLE mail_messages FORCE ROW LEVEL SECURITY")
    op.alter_column("mail_messages", "link_id", nullable=False)
    _kinds_of_mail("'invitation','sign_in'")
    op.execute("DROP FUNCTION wasl_networks_to_watch(timestamptz, timestamptz)")
    op.execute("DROP POLICY owner_looks_for_what_to_watch ON shifts")
    op.drop_index("ix_shifts_ends_at", table_name="shifts")
    op.drop_table("alarms")
    op.drop_table("arrivals")

"""What people are told and what they chose; how far each network's messages were made notifications of. What has happened
before this is nobody's notification."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
OWN_OR_NETWORK = f"organisation_id = wasl_organisation() OR {NETWORK}"
TABLES = ("notification_choices", "notifications", "push_subscriptions", "notification_keys")
# The worker asks without a tenant's scope: it learns ids of networks, and reads each within that network's scope.
WAITING = """
CREATE FUNCTION wasl_networks_to_notify() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM outbox_progress WHERE newest_position > notified_position ORDER BY network_id
$$
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _whose(table: str) -> list[Any]:
    """Whose a row is, and that it goes with its person."""
    return [
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("network_id", "organisation_id", "person_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f(f"fk_{table}_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE"),
    ]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column(
        "outbox_progress", sa.Column("notified_position", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.execute("UPDATE outbox_progress SET notified_position = newest_position")
    op.execute(WAITING)
    op.execute("REVOKE ALL ON FUNCTION wasl_networks_to_notify() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_networks_to_notify() TO wasl_app")
    _choices()
    _notifications()
    _subscriptions()
    _keys()


def _choices() -> None:
    op.create_table(
        "notification_choices",
        *_whose("notification_choices"),
        sa.Column("channels", postgresql.JSONB(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        _text("phone", nullable=True),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("ck_notification_choices_quiet")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_choices")),
    )
    op.create_index(op.f("ix_notification_choices_organisation_id"), "notification_choices", ["organisation_id"])
    _secured("notification_choices", OWN_OR_NETWORK, "SELECT, INSERT, UPDATE, DELETE")


def _notifications() -> None:
    op.create_table(
        "notifications",
        *_whose("notifications"),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        _text("subject"),
        _text("channel"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("trouble", nullable=True),
        _instant("created_at"),
        _instant("due_at"),
        _instant("expires_at"),
        _instant("sent_at", nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("channel IN ('email','push','sms')", name=op.f("ck_notifications_channel")),
        sa.CheckConstraint("state IN ('waiting','sent','refused','expired')", name=op.f("ck_notifications_state")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notifications_sent")),
        sa.CheckConstraint("(subject = 'test') = (message_id IS NULL)", name=op.f("ck_notifications_message")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_messages.id"], name=op.f("fk_notifications_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "person_id", "message_id", "channel", name=op.f("uq_notifications_person_id_message_id_channel")
        ),
    )
    op.create_index("ix_notifications_person", "notifications", ["person_id", "created_at", "id"])
    for column in ("organisation_id", "message_id"):
        op.create_index(op.f(f"ix_notifications_{column}"), "notifications", [column])
    _secured("notifications", OWN_OR_NETWORK, "SELECT, INSERT, UPDATE, DELETE")


def _subscriptions() -> None:
    op.create_table(
        "push_subscriptions",
        *_whose("push_subscriptions"),
        *(_text(name) for name in ("endpoint", "endpoint_sha256", "p256dh", "auth")),
        _instant("created_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint(
            "person_id", "endpoint_sha256", name=op.f("uq_push_subscriptions_person_id_endpoint_sha256")
        ),
    )
    op.create_index(op.f("ix_push_subscriptions_organisation_id"), "push_subscriptions", ["organisation_id"])
    _secured("push_subscriptions", OWN_OR_NETWORK, "SELECT, INSERT, DELETE")


def _keys() -> None:
    op.create_table(
        "notification_keys",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("push_private", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_notification_keys_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_notification_keys")),
    )
    # Made once: what was signed with it stays good, and browsers take messages of this key alone.
    _secured("notification_keys", NETWORK, "SELECT, INSERT, UPDATE (push_private)")


def _secured(table: str, whose: str, grants: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({whose}) WITH CHECK ({whose})")
    op.execute(f"GRANT {grants} ON {table} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION wasl_networks_to_notify()")
    op.drop_column("outbox_progress", "notified_position")

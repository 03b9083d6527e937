"""What happened, for those who want to hear of it: messages written in the transaction of the deed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HEARD_BY = "network_id = wasl_network() OR wasl_organisation() = ANY (organisation_ids)"
# A driver announces what was done on the own shift, and hears nothing.
OF_SHIFT = "EXISTS (SELECT 1 FROM shifts s WHERE s.id = wasl_shift() AND s.network_id = outbox_messages.network_id)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_outbox_messages_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
    )
    op.create_index(op.f("ix_outbox_messages_network_id"), "outbox_messages", ["network_id"])
    op.execute("ALTER TABLE outbox_messages ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE outbox_messages FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY heard ON outbox_messages FOR SELECT USING ({HEARD_BY})")
    op.execute(f"CREATE POLICY told ON outbox_messages FOR INSERT WITH CHECK ({HEARD_BY} OR {OF_SHIFT})")
    op.execute("GRANT SELECT, INSERT ON outbox_messages TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("outbox_messages")

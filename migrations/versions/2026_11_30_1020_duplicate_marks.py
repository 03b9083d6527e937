"""What dispatchers said of duplicate effort that they have dealt with."""

import sqlalchemy as sa
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "duplicate_marks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("seen_until", sa.Date(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('pooled','reason','later')", name=op.f("ck_duplicate_marks_outcome")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_duplicate_marks_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_marks")),
    )
    op.create_index("ix_duplicate_marks_network_entry", "duplicate_marks", ["network_id", "entry"])
    op.execute("ALTER TABLE duplicate_marks ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE duplicate_marks FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON duplicate_marks USING ({NETWORK}) WITH CHECK ({NETWORK})")
    # Appended; a name goes with its person, and the row when it is old.
    op.execute("GRANT SELECT, INSERT, UPDATE (marked_by), DELETE ON duplicate_marks TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("duplicate_marks")

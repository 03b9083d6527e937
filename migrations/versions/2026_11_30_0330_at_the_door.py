"""What is kept of a stop beside what was reported of it: who signed for the food there, and photos; and where
a van is whose driver shares it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | None = None
depends_on: str | None = None

CARRIED = "network_id = wasl_network() OR shift_id = wasl_shift()"
BETWEEN_THEM = "wasl_organisation() = ANY (organisation_ids)"

# Of every network at once: what is over is over everywhere, and the count says nothing of whose it was.
FORGET_POSITIONS = """
CREATE FUNCTION wasl_forget_positions(ended timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  WITH gone AS (DELETE FROM van_positions WHERE ends_at <= ended RETURNING 1) SELECT count(*) FROM gone
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _signatures()
    _photos()
    _positions()


def _signatures() -> None:
    op.create_table(
        "stop_signatures",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("stop_kind", sa.String(), nullable=False),
        sa.Column("site_name", sa.String(), nullable=False),
        sa.Column("organisation_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("offer_line_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("strokes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("stop_kind IN ('pickup','drop_off')", name=op.f("ck_stop_signatures_stop_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_stop_signatures_network_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_stop_signatures_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_signatures")),
        sa.UniqueConstraint("shift_id", "event_id", name=op.f("uq_stop_signatures_shift_id_event_id")),
    )
    op.create_index(op.f("ix_stop_signatures_network_id"), "stop_signatures", ["network_id"])
    op.create_index("ix_stop_signatures_lines", "stop_signatures", ["offer_line_ids"], postgresql_using="gin")
    _secured("stop_signatures")
    # A signature stays as it is: it is read, and its person's name and drawing can be forgotten.
    op.execute("GRANT SELECT, INSERT, DELETE, UPDATE (signed_by, strokes) ON stop_signatures TO wasl_app")


def _photos() -> None:
    op.create_table(
        "stop_photos",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("stop_kind", sa.String(), nullable=False),
        sa.Column("site_name", sa.String(), nullable=False),
        sa.Column("organisation_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("offer_line_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("stop_kind IN ('pickup','drop_off')", name=op.f("ck_stop_photos_stop_kind")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_stop_photos_size")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_stop_photos_network_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_stop_photos_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_photos")),
        sa.UniqueConstraint("shift_id", "photo_id", name=op.f("uq_stop_photos_shift_id_photo_id")),
    )
    for column in ("network_id", "event_id", "visit_id"):
        op.create_index(op.f(f"ix_stop_photos_{column}"), "stop_photos", [column])
    op.create_index("ix_stop_photos_lines", "stop_photos", ["offer_line_ids"], postgresql_using="gin")
    _secured("stop_photos")
    op.execute("GRANT SELECT, INSERT, DELETE ON stop_photos TO wasl_app")


def _positions() -> None:
    op.create_table(
        "van_positions",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("accuracy_metres", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_van_positions_shift_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_van_positions_network_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_van_positions")),
    )
    for column in ("network_id", "ends_at"):
        op.create_index(op.f(f"ix_van_positions_{column}"), "van_positions", [column])
    op.execute("ALTER TABLE van_positions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE van_positions FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON van_positions USING ({CARRIED}) WITH CHECK ({CARRIED})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON van_positions TO wasl_app")
    op.execute("CREATE POLICY owner_forgets ON van_positions TO CURRENT_USER USING (true)")
    op.execute(FORGET_POSITIONS)
    op.execute("REVOKE ALL ON FUNCTION wasl_forget_positions FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_forget_positions TO wasl_app")


def _secured(table: str) -> None:
    """Written by the driver of the shift; read by the stores and food banks whose food it was, and the network."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({CARRIED}) WITH CHECK ({CARRIED})")
    op.execute(f"CREATE POLICY between_them ON {table} FOR SELECT USING ({BETWEEN_THEM})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_forget_positions(timestamptz)")
    op.drop_table("van_positions")
    op.drop_table("stop_photos")
    op.drop_table("stop_signatures")

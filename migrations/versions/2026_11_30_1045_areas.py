"""The areas that public bodies read the totals of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | None = None
depends_on: str | None = None

SEEN = "organisation_id = wasl_organisation() OR network_id = wasl_network()"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "areas",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("site_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("boundary", postgresql.JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(cardinality(site_ids) > 0) = (boundary IS NULL)", name=op.f("ck_areas_one_kind")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_areas_organisation_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_areas_network_id")),
        sa.PrimaryKeyConstraint("organisation_id", "network_id", name=op.f("pk_areas")),
    )
    op.create_index(op.f("ix_areas_network_id"), "areas", ["network_id"])
    op.execute("ALTER TABLE areas ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE areas FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON areas USING ({SEEN}) WITH CHECK ({SEEN})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON areas TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("areas")

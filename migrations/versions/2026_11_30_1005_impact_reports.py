"""What a network counts its impact with, in versions, and the reports that it has published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
TABLES = ("impact_factors", "impact_reports")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _factors()
    _reports()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({NETWORK}) WITH CHECK ({NETWORK})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO wasl_app")  # what is published never changes


def _factors() -> None:
    op.create_table(
        "impact_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("use IN ('meals','co2e')", name=op.f("ck_impact_factors_use")),
        sa.CheckConstraint("value > 0", name=op.f("ck_impact_factors_value")),
        sa.CheckConstraint("actor_kind IN ('person','credential')", name=op.f("ck_impact_factors_actor_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_impact_factors_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_factors")),
        sa.UniqueConstraint("network_id", "use", "number", name=op.f("uq_impact_factors_network_id_use_number")),
    )


def _reports() -> None:
    op.create_table(
        "impact_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_date <= last_date", name=op.f("ck_impact_reports_dates")),
        sa.CheckConstraint("actor_kind IN ('person','credential')", name=op.f("ck_impact_reports_actor_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_impact_reports_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_reports")),
        sa.UniqueConstraint("network_id", "number", name=op.f("uq_impact_reports_network_id_number")),
    )
    op.create_index("ix_impact_reports_network_published", "impact_reports", ["network_id", "published_at", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)

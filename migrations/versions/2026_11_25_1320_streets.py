"""The streets: imports of regions, snapped pins, whole travel matrices, fitted estimates, what drivers taught."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
OF_NETWORK = "network_id = wasl_network()"
# Whoever sees a site sees and keeps where it meets the street.
OF_SITE = "network_id = wasl_network() OR EXISTS (SELECT 1 FROM sites s WHERE s.id = site_snaps.site_id)"
POLICIES = {
    "region_imports": OF_NETWORK,
    "site_snaps": OF_SITE,
    "travel_matrices": OF_NETWORK,
    "travel_fits": OF_NETWORK,
    "learnt_paces": OF_NETWORK,
    "learnt_service_times": OWN_OR_NETWORK,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("cached_matrices")
    op.create_table(
        "region_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("profiles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name=op.f("ck_region_imports_state")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_region_imports_percent")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_region_imports_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_imports")),
    )
    op.create_index(op.f("ix_region_imports_network_id"), "region_imports", ["network_id"])
    op.create_index(
        "uq_region_imports_one_alive",
        "region_imports",
        ["region"],
        unique=True,
        postgresql_where="state IN ('queued','running')",
    )
    op.create_table(
        "site_snaps",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("pin_longitude", sa.Float(), nullable=False),
        sa.Column("pin_latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("metres", sa.Float(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_site_snaps_network_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_snaps_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "profile", name=op.f("pk_site_snaps")),
    )
    op.create_index(op.f("ix_site_snaps_network_id"), "site_snaps", ["network_id"])
    op.create_table(
        "travel_matrices",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sites", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("snaps", postgresql.JSONB(), nullable=False),
        sa.Column("tables", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_travel_matrices_network_id")),
        sa.PrimaryKeyConstraint("network_id", "profile", "fingerprint", name=op.f("pk_travel_matrices")),
    )
    op.create_table(
        "travel_fits",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("km_per_hour", sa.Float(), nullable=False),
        sa.Column("detour", sa.Float(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("mean_error", sa.Float(), nullable=False),
        sa.Column("p95_error", sa.Float(), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_travel_fits_network_id")),
        sa.PrimaryKeyConstraint("network_id", "profile", name=op.f("pk_travel_fits")),
    )
    op.create_table(
        "learnt_paces",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("overall", postgresql.JSONB(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_learnt_paces_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_learnt_paces")),
    )
    op.create_table(
        "learnt_service_times",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("setup_seconds", sa.Integer(), nullable=False),
        sa.Column("service_seconds", sa.Integer(), nullable=False),
        sa.Column("error_seconds", sa.Integer(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_learnt_service_times_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_learnt_service_times_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name=op.f("fk_learnt_service_times_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_learnt_service_times")),
    )
    op.create_index(op.f("ix_learnt_service_times_network_id"), "learnt_service_times", ["network_id"])
    for table, rule in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")
    # Where a network's travel times come from, and what a plan's came from: both are read, never compared.
    op.add_column("networks", sa.Column("roads", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("plans", sa.Column("travel", postgresql.JSONB(), server_default="{}", nullable=False))
    # Of stops planned before, nobody knows any more what the street table said.
    op.add_column("stops", sa.Column("seconds_from_previous", sa.Integer(), nullable=True))
    op.add_column("stops", sa.Column("table_seconds_from_previous", sa.Integer(), nullable=True))
    for table in ("routes", "allocations"):
        op.add_column(table, sa.Column("estimated", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("routes", "allocations"):
        op.drop_column(table, "estimated")
    op.drop_column("stops", "table_seconds_from_previous")
    op.drop_column("stops", "seconds_from_previous")
    op.drop_column("plans", "travel")
    op.drop_column("networks", "roads")
    for table in reversed(POLICIES):
        op.drop_table(table)
    op.create_table(
        "cached_matrices",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cached_matrices_network_id")),
        sa.PrimaryKeyConstraint("network_id", "digest", name=op.f("pk_cached_matrices")),
    )
    op.execute("ALTER TABLE cached_matrices ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE cached_matrices FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON cached_matrices USING ({OF_NETWORK}) WITH CHECK ({OF_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON cached_matrices TO wasl_app")

"""The page that a network shows to everybody, and the places on it where people collect food."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
SEEN_BY_PARTNERS = f"{NETWORK} OR wasl_belongs_to(network_id)"
OWN_OR_NETWORK = f"organisation_id = wasl_organisation() OR {NETWORK}"
# Whoever looks at a page is nobody: the one thing told to nobody is which network shows itself under a name.
SHOWN = """
CREATE FUNCTION wasl_network_shown_as(wanted text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM public_pages WHERE slug = wanted AND is_on
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "public_pages",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_public_pages_slug")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_public_pages_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_public_pages")),
        sa.UniqueConstraint("slug", name=op.f("uq_public_pages_slug")),
    )
    op.create_table(
        "distribution_points",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("windows", postgresql.JSONB(), nullable=False),
        sa.Column("exceptions", postgresql.JSONB(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_ar", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_distribution_points_{column}"))
            for column, table in (
                ("site_id", "sites"),
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
            )
        ),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_distribution_points")),
    )
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_distribution_points_{column}"), "distribution_points", [column])
    for table, seen, written in (
        ("public_pages", SEEN_BY_PARTNERS, NETWORK),
        ("distribution_points", OWN_OR_NETWORK, OWN_OR_NETWORK),
    ):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({seen}) WITH CHECK ({written})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO wasl_app")
    op.execute("CREATE POLICY owner_looks_up ON public_pages FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(SHOWN)
    op.execute("REVOKE ALL ON FUNCTION wasl_network_shown_as(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_network_shown_as(text) TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_network_shown_as(text)")
    op.drop_table("distribution_points")
    op.drop_table("public_pages")

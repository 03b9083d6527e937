"""Offers: trade item numbers and notes on lines, photos, standing offers with their dates."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
TENANT_TABLES = ("offer_photos", "standing_offers", "standing_offer_days")
# Who shall carry or receive food of an offer sees its photos. They see neither the offer nor its lines, so the
# function looks for them, as the owner of the tables; it tells nothing but yes or no.
PROMISED = """
CREATE FUNCTION wasl_promised_offer(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT 1 FROM allocations a JOIN offer_lines l ON l.id = a.offer_line_id JOIN plans p ON p.id = a.plan_id
    WHERE l.offer_id = wanted AND a.published_at IS NOT NULL AND p.state = 'published'
      AND (a.shift_id = wasl_shift() OR a.receiver_organisation_id = wasl_organisation()))
$$
"""
# The job that posts what is due belongs to no network; it learns from this which ones have something to post.
STANDING = """
CREATE FUNCTION wasl_networks_with_standing_offers() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT network_id FROM standing_offers WHERE state = 'active'
$$
"""
LOOKED_UP = ("allocations", "offer_lines", "plans", "standing_offers")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("offer_lines", sa.Column("gtin", sa.String(), nullable=True))
    op.add_column("offer_lines", sa.Column("note", sa.String(), nullable=False, server_default=""))
    _standing_offers()
    op.add_column("offers", sa.Column("standing_offer_id", sa.Uuid(), nullable=True))
    op.add_column("offers", sa.Column("standing_date", sa.Date(), nullable=True))
    op.create_foreign_key(
        op.f("fk_offers_standing_offer_id"), "offers", "standing_offers", ["standing_offer_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_offers_standing_offer_id_standing_date"), "offers", ["standing_offer_id", "standing_date"]
    )
    op.create_check_constraint(
        op.f("ck_offers_standing"), "offers", "(standing_offer_id IS NULL) = (standing_date IS NULL)"
    )
    _photos()
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")
    op.execute(PROMISED)
    op.execute(STANDING)
    for table in LOOKED_UP:
        op.execute(f"CREATE POLICY owner_looks_up ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute("CREATE POLICY promised ON offer_photos FOR SELECT USING (wasl_promised_offer(offer_id))")


def _standing_offers() -> None:
    op.create_table(
        "standing_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("recurrence", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("pickup_from", sa.Time(), nullable=False),
        sa.Column("pickup_until", sa.Time(), nullable=False),
        sa.Column("post_days_before", sa.Integer(), nullable=False),
        sa.Column("post_at", sa.Time(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active','paused','ended')", name=op.f("ck_standing_offers_state")),
        sa.CheckConstraint("post_days_before BETWEEN 0 AND 7", name=op.f("ck_standing_offers_post_days_before")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_standing_offers_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_standing_offers_organisation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_standing_offers_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_offers")),
    )
    op.create_index(op.f("ix_standing_offers_organisation_id"), "standing_offers", ["organisation_id"])
    op.create_index(op.f("ix_standing_offers_site_id"), "standing_offers", ["site_id"])
    op.create_index("ix_standing_offers_network_created", "standing_offers", ["network_id", "created_at", "id"])
    op.create_table(
        "standing_offer_days",
        sa.Column("standing_offer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("kind IN ('skipped','amended','refused')", name=op.f("ck_standing_offer_days_kind")),
        sa.ForeignKeyConstraint(
            ["standing_offer_id"],
            ["standing_offers.id"],
            name=op.f("fk_standing_offer_days_standing_offer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_standing_offer_days_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_standing_offer_days_organisation_id")
        ),
        sa.PrimaryKeyConstraint("standing_offer_id", "day", name=op.f("pk_standing_offer_days")),
    )


def _photos() -> None:
    op.create_table(
        "offer_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_offer_photos_size")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_offer_photos_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_offer_photos_organisation_id")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_photos_offer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_photos")),
    )
    op.create_index(op.f("ix_offer_photos_offer_id"), "offer_photos", ["offer_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP POLICY promised ON offer_photos")
    for table in reversed(LOOKED_UP):
        op.execute(f"DROP POLICY owner_looks_up ON {table}")
    op.execute("DROP FUNCTION wasl_networks_with_standing_offers()")
    op.execute("DROP FUNCTION wasl_promised_offer(uuid)")
    op.drop_table("offer_photos")
    op.drop_constraint(op.f("ck_offers_standing"), "offers", type_="check")
    op.drop_constraint(op.f("uq_offers_standing_offer_id_standing_date"), "offers", type_="unique")
    op.drop_constraint(op.f("fk_offers_standing_offer_id"), "offers", type_="foreignkey")
    op.drop_column("offers", "standing_date")
    op.drop_column("offers", "standing_offer_id")
    op.drop_table("standing_offer_days")
    op.drop_table("standing_offers")
    op.drop_column("offer_lines", "note")
    op.drop_column("offer_lines", "gtin")

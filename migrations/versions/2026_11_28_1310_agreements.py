"""Agreements between supermarkets and food banks; with each plan what it was made to obey, and what that costs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TWO_OR_NETWORK = (
    "donor_organisation_id = wasl_organisation() OR receiver_organisation_id = wasl_organisation()"
    " OR network_id = wasl_network()"
)
DATETIME = sa.DateTime(timezone=True)
# What an agreement names is of its network and of its sides: who proposes does not see the other side's rows.
FITS = """
CREATE FUNCTION wasl_agreement_misfit(
  network uuid, donor uuid, stores uuid[], receiver uuid, receiver_site uuid, driver uuid)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE
    WHEN EXISTS (
      SELECT 1 FROM unnest(ARRAY[donor, receiver, driver]) named(id) WHERE named.id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM partnerships p WHERE p.organisation_id = named.id AND p.network_id = network)
    ) THEN 'organisation'
    WHEN EXISTS (
      SELECT 1 FROM unnest(stores) named(id) WHERE NOT EXISTS (
        SELECT 1 FROM sites s WHERE s.id = named.id AND s.organisation_id = donor AND s.network_id = network)
    ) OR (receiver_site IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sites s WHERE s.id = receiver_site AND s.organisation_id = receiver AND s.network_id = network)
    ) THEN 'site'
    ELSE '' END
$$
"""
SIGNATURE = "wasl_agreement_misfit(uuid, uuid, uuid[], uuid, uuid, uuid)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("donor_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("store_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("receiver_site_id", sa.Uuid(), nullable=True),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("driver_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("paid_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("donor_agreed_at", DATETIME, nullable=True),
        sa.Column("receiver_agreed_at", DATETIME, nullable=True),
        sa.Column("signed_document", postgresql.JSONB(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", DATETIME, nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('only','first')", name=op.f("ck_agreements_kind")),
        sa.CheckConstraint("kind = 'only' OR NOT exclusive", name=op.f("ck_agreements_exclusive")),
        sa.CheckConstraint(
            "paid_by IN ('as_partners','donor','receiver','half_each')", name=op.f("ck_agreements_paid_by")
        ),
        sa.CheckConstraint("state IN ('proposed','active','ended')", name=op.f("ck_agreements_state")),
        sa.CheckConstraint("proposed_by IN ('donor','receiver','network')", name=op.f("ck_agreements_proposed_by")),
        sa.CheckConstraint(
            "state <> 'active' OR (donor_agreed_at IS NOT NULL AND receiver_agreed_at IS NOT NULL)",
            name=op.f("ck_agreements_agreed"),
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_agreements_dates")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_agreements_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("donor_organisation_id", "organisations"),
                ("receiver_organisation_id", "organisations"),
                ("receiver_site_id", "sites"),
                ("driver_organisation_id", "organisations"),
                ("replaces_id", "agreements"),
                ("replaced_by_id", "agreements"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    for column in ("network_id", "donor_organisation_id", "receiver_organisation_id"):
        op.create_index(op.f(f"ix_agreements_{column}"), "agreements", [column])
    op.execute("ALTER TABLE agreements ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE agreements FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON agreements USING ({TWO_OR_NETWORK}) WITH CHECK ({TWO_OR_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON agreements TO wasl_app")
    op.execute(FITS)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO wasl_app")
    op.add_column("plans", sa.Column("obeyed", postgresql.JSONB(), nullable=True))
    op.add_column("plans", sa.Column("prices", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("plans", "prices")
    op.drop_column("plans", "obeyed")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_table("agreements")

"""Partnerships that are proposed, accepted and ended, with terms; what partners see of each other; hours by date."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
# An organisation proposes to a network that it belongs to, and never makes its own proposal active.
PARTNERSHIP_WRITTEN = (
    "network_id = wasl_network() OR (organisation_id = wasl_organisation() AND wasl_belongs_to(network_id)"
    " AND wasl_may_write_partnership(id, state, proposed_by))"
)
READ_BY_OWNER = ("organisations", "partnerships", "sites", "plans", "stops", "allocations")

BELONGS = """
CREATE FUNCTION wasl_belongs_to(network uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM organisations o WHERE o.id = wasl_organisation() AND o.home_network_id = network)
      OR EXISTS (SELECT 1 FROM partnerships p WHERE p.organisation_id = wasl_organisation() AND p.network_id = network)
$$
"""
MAY_WRITE = """
CREATE FUNCTION wasl_may_write_partnership(partnership uuid, state text, side text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT coalesce(
    (SELECT p.proposed_by = $3 AND ($2 <> 'active' OR p.proposed_by = 'network' OR p.accepted_at IS NOT NULL)
      FROM partnerships p WHERE p.id = partnership),
    $2 = 'proposed' AND $3 = 'organisation')
$$
"""
# The relation of the caller to an organisation of a network; the names of app.domain.permissions.Relation.
RELATION = """
CREATE FUNCTION wasl_relation_to(other uuid, network uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT CASE
    WHEN other = wasl_organisation() THEN 'own'
    WHEN network = wasl_network() THEN 'network'
    WHEN EXISTS (
      SELECT 1 FROM allocations a JOIN plans p ON p.id = a.plan_id
      WHERE p.state = 'published' AND a.published_at IS NOT NULL AND (
        (a.donor_organisation_id = wasl_organisation() AND a.receiver_organisation_id = other) OR
        (a.receiver_organisation_id = wasl_organisation() AND a.donor_organisation_id = other))
    ) THEN 'sharing'
    ELSE 'partner'
  END
$$
"""
# Partners in force on a day, for the network's staff and for those who are in it themselves.
PARTNERS = """
CREATE FUNCTION wasl_partners(today date)
RETURNS TABLE (id uuid, relation text, kind text, name text, contact jsonb, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT found.id, found.relation, found.kind, found.name,
    CASE WHEN found.relation = 'partner' THEN NULL ELSE found.contact END, found.created_at
  FROM (
    SELECT o.id, wasl_relation_to(o.id, p.network_id) AS relation, o.kind::text, o.name::text,
      nullif(p.terms -> 'contact', 'null'::jsonb) AS contact, p.created_at
    FROM partnerships p JOIN organisations o ON o.id = p.organisation_id
    WHERE p.state = 'active' AND p.valid_from <= today AND (p.valid_until IS NULL OR p.valid_until >= today)
      AND (p.network_id = wasl_network() OR p.organisation_id = wasl_organisation() OR EXISTS (
        SELECT 1 FROM partnerships mine
        WHERE mine.network_id = p.network_id AND mine.organisation_id = wasl_organisation()
          AND mine.state IN ('active', 'suspended') AND mine.valid_from <= today
          AND (mine.valid_until IS NULL OR mine.valid_until >= today)))
  ) found
$$
"""
# Places of others between which food of one's own goes, as far as a partner may know them.
PARTNER_SITES = """
CREATE FUNCTION wasl_partner_sites(organisation uuid)
RETURNS TABLE (id uuid, organisation_id uuid, kind text, name text, address text, latitude float8, longitude float8,
  windows jsonb, receiving_windows jsonb, exceptions jsonb, access text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT s.id, s.organisation_id, s.kind::text, s.name::text, s.address::text, s.latitude, s.longitude,
    s.windows, s.receiving_windows, s.exceptions, s.access::text
  FROM sites s
  WHERE s.organisation_id = organisation AND EXISTS (
    SELECT 1 FROM allocations a JOIN plans p ON p.id = a.plan_id
      JOIN stops f ON f.id = a.pickup_stop_id JOIN stops t ON t.id = a.drop_off_stop_id
    WHERE p.state = 'published' AND a.published_at IS NOT NULL AND (
      (f.site_id = s.id AND a.donor_organisation_id = organisation
        AND a.receiver_organisation_id = wasl_organisation()) OR
      (t.site_id = s.id AND a.receiver_organisation_id = organisation
        AND a.donor_organisation_id = wasl_organisation())))
$$
"""
ALLOCATIONS = """
CREATE FUNCTION wasl_allocations()
RETURNS TABLE (id uuid, service_date date, category text, description text, temperature_class text, grams integer,
  crates integer, pickup_at timestamptz, drop_off_at timestamptz, offer_line_id uuid, need_id uuid,
  donor_id uuid, donor_relation text, donor_kind text, donor_name text,
  donor_site_id uuid, donor_site_kind text, donor_site_name text, donor_site_address text,
  receiver_id uuid, receiver_relation text, receiver_kind text, receiver_name text,
  receiver_site_id uuid, receiver_site_kind text, receiver_site_name text, receiver_site_address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id, p.service_date, a.category::text, a.description::text, a.temperature_class::text, a.grams,
    a.crates, a.pickup_at, a.drop_off_at, a.offer_line_id, a.need_id,
    d.id, wasl_relation_to(d.id, a.network_id), d.kind::text, d.name::text,
    ds.id, ds.kind::text, f.site_name::text, f.address::text,
    r.id, wasl_relation_to(r.id, a.network_id), r.kind::text, r.name::text,
    rs.id, rs.kind::text, t.site_name::text, t.address::text
  FROM allocations a JOIN plans p ON p.id = a.plan_id
    JOIN organisations d ON d.id = a.donor_organisation_id JOIN organisations r ON r.id = a.receiver_organisation_id
    JOIN stops f ON f.id = a.pickup_stop_id JOIN sites ds ON ds.id = f.site_id
    JOIN stops t ON t.id = a.drop_off_stop_id JOIN sites rs ON rs.id = t.site_id
  WHERE p.state = 'published' AND a.published_at IS NOT NULL
    AND (a.network_id = wasl_network() OR wasl_organisation() IN (d.id, r.id))
$$
"""
FUNCTIONS = {
    "wasl_belongs_to(uuid)": BELONGS,
    "wasl_may_write_partnership(uuid, text, text)": MAY_WRITE,
    "wasl_relation_to(uuid, uuid)": RELATION,
    "wasl_partners(date)": PARTNERS,
    "wasl_partner_sites(uuid)": PARTNER_SITES,
    "wasl_allocations()": ALLOCATIONS,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _deepen_partnerships()
    _deepen_sites()
    op.add_column("organisations", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("stops", sa.Column("access", sa.String(), server_default="unknown", nullable=False))
    for table in READ_BY_OWNER:
        op.execute(f"CREATE POLICY owner_reads_for_partners ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO wasl_app")
    op.execute(f"ALTER POLICY tenant ON partnerships USING ({OWN_OR_NETWORK}) WITH CHECK ({PARTNERSHIP_WRITTEN})")


def _deepen_partnerships() -> None:
    op.add_column("partnerships", sa.Column("proposed_by", sa.String(), server_default="network", nullable=False))
    op.add_column("partnerships", sa.Column("suspended_by", sa.String(), nullable=True))
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("partnerships", sa.Column("terms", json, server_default="{}", nullable=False))
    op.add_column("partnerships", sa.Column("signed_document", json, nullable=True))
    op.add_column("partnerships", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("partnerships", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partnerships", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partnerships", sa.Column("renewed_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "partnerships",
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("partnerships", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    # Those that there are were members from the start. Row security is forced on the owner too: lifted for this line.
    op.execute("ALTER TABLE partnerships NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE partnerships SET accepted_at = created_at")
    op.execute("ALTER TABLE partnerships FORCE ROW LEVEL SECURITY")
    op.create_foreign_key(
        op.f("fk_partnerships_renewed_by_id"), "partnerships", "partnerships", ["renewed_by_id"], ["id"]
    )
    op.drop_constraint("uq_partnerships_network_id_organisation_id", "partnerships")
    op.drop_constraint("ck_partnerships_state", "partnerships")
    for name, rule in {
        "state": "state IN ('proposed','active','suspended','ended')",
        "proposed_by": "proposed_by IN ('network','organisation')",
        "suspended_by": "(state = 'suspended') = (suspended_by IS NOT NULL)",
        "dates": "valid_from <= valid_until",
    }.items():
        op.create_check_constraint(op.f(f"ck_partnerships_{name}"), "partnerships", rule)
    for name, states in {"standing": "state IN ('active','suspended')", "proposed": "state = 'proposed'"}.items():
        op.create_index(
            f"uq_partnerships_one_{name}",
            "partnerships",
            ["network_id", "organisation_id"],
            unique=True,
            postgresql_where=states,
        )
    op.create_table(
        "partnership_documents",
        sa.Column("partnership_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(content) <= 1000000", name=op.f("ck_partnership_documents_size")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnerships.id"], name=op.f("fk_partnership_documents_partnership_id")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_partnership_documents_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partnership_documents_organisation_id")
        ),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_partnership_documents")),
    )
    op.execute("ALTER TABLE partnership_documents ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE partnership_documents FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON partnership_documents USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON partnership_documents TO wasl_app")


def _deepen_sites() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("sites", sa.Column("receiving_windows", json, nullable=True))
    op.add_column("sites", sa.Column("exceptions", json, server_default="[]", nullable=False))
    op.add_column("sites", sa.Column("access", sa.String(), server_default="unknown", nullable=False))
    op.create_check_constraint(op.f("ck_sites_access"), "sites", "access IN ('dock','level','stairs','lift','unknown')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(f"ALTER POLICY tenant ON partnerships USING ({OWN_OR_NETWORK}) WITH CHECK (network_id = wasl_network())")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    for table in READ_BY_OWNER:
        op.execute(f"DROP POLICY owner_reads_for_partners ON {table}")
    op.drop_column("stops", "access")
    op.drop_column("organisations", "version")
    op.drop_constraint("ck_sites_access", "sites")
    for column in ("access", "exceptions", "receiving_windows"):
        op.drop_column("sites", column)
    op.drop_table("partnership_documents")
    _one_partnership_each()


def _one_partnership_each() -> None:
    """Back to two states and one row for each pair: the newest that was accepted stays, the others go."""
    op.execute("ALTER TABLE partnerships NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE partnerships SET renewed_by_id = NULL")
    op.execute(
        "DELETE FROM partnerships p USING (SELECT id, row_number() OVER (PARTITION BY network_id, organisation_id"
        " ORDER BY state IN ('active','suspended') DESC, created_at DESC, id) AS place FROM partnerships) ranked"
        " WHERE ranked.id = p.id AND ranked.place > 1"
    )
    op.drop_index("uq_partnerships_one_proposed", "partnerships")
    op.drop_index("uq_partnerships_one_standing", "partnerships")
    for name in ("dates", "suspended_by", "proposed_by", "state"):
        op.drop_constraint(f"ck_partnerships_{name}", "partnerships")
    op.execute("UPDATE partnerships SET state = 'ended' WHERE state <> 'active'")
    op.execute("ALTER TABLE partnerships FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(op.f("ck_partnerships_state"), "partnerships", "state IN ('active','ended')")
    op.create_unique_constraint(
        op.f("uq_partnerships_network_id_organisation_id"), "partnerships", ["network_id", "organisation_id"]
    )
    op.drop_constraint("fk_partnerships_renewed_by_id", "partnerships")
    for column in (
        "version", "created_at", "renewed_by_id", "ended_at", "accepted_at", "reason", "signed_document", "terms",
        "suspended_by", "proposed_by",
    ):  # fmt: skip
        op.drop_column("partnerships", column)

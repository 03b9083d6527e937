"""Whose rows are whose: row-level security, append-only tables, frozen plans and a ledger that cannot go negative."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SETTINGS = {
    name: f"CREATE FUNCTION wasl_{name}() RETURNS uuid LANGUAGE sql STABLE AS "
    f"$$ SELECT nullif(current_setting('wasl.{name}', true), '')::uuid $$"
    for name in ("organisation", "network", "shift")
}

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
PARTNER_PUBLISHED = (
    "published_at IS NOT NULL AND (shift_id = wasl_shift() OR donor_organisation_id = wasl_organisation()"
    " OR receiver_organisation_id = wasl_organisation())"
)
# table -> (who sees and changes a row, or None: the same) and (what a new row must satisfy)
POLICIES: dict[str, tuple[str, str | None]] = {
    "networks": (
        "id = wasl_network()"
        " OR EXISTS (SELECT 1 FROM partnerships p"
        " WHERE p.network_id = networks.id AND p.organisation_id = wasl_organisation())"
        " OR EXISTS (SELECT 1 FROM shifts s WHERE s.id = wasl_shift() AND s.network_id = networks.id)",
        "id = wasl_network()",
    ),
    "organisations": (
        "id = wasl_organisation() OR home_network_id = wasl_network()"
        " OR EXISTS (SELECT 1 FROM partnerships p"
        " WHERE p.organisation_id = organisations.id AND p.network_id = wasl_network())",
        "home_network_id = wasl_network()",
    ),
    "partnerships": (OWN_OR_NETWORK, "network_id = wasl_network()"),
    "sites": (OWN_OR_NETWORK, None),
    "people": (
        OWN_OR_NETWORK + " OR email = nullif(current_setting('wasl.email', true), '')",
        OWN_OR_NETWORK,
    ),
    "offers": (OWN_OR_NETWORK, None),
    "offer_lines": (OWN_OR_NETWORK, None),
    "needs": (OWN_OR_NETWORK, None),
    "vehicles": (OWN_OR_NETWORK, None),
    "shifts": (OWN_OR_NETWORK + " OR id = wasl_shift()", OWN_OR_NETWORK),
    "plan_runs": ("network_id = wasl_network()", None),
    "plans": (
        "network_id = wasl_network() OR (published_at IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM shifts s WHERE s.id = wasl_shift() AND s.network_id = plans.network_id))",
        "network_id = wasl_network()",
    ),
    "routes": (
        "network_id = wasl_network() OR (shift_id = wasl_shift() AND EXISTS"
        " (SELECT 1 FROM plans p WHERE p.id = routes.plan_id))",
        "network_id = wasl_network()",
    ),
    "stops": (
        "network_id = wasl_network() OR (shift_id = wasl_shift() AND EXISTS"
        " (SELECT 1 FROM routes r WHERE r.id = stops.route_id))",
        "network_id = wasl_network()",
    ),
    "allocations": (f"network_id = wasl_network() OR ({PARTNER_PUBLISHED})", "network_id = wasl_network()"),
    "unserved_offers": ("network_id = wasl_network()", None),
    "stop_events": ("network_id = wasl_network() OR shift_id = wasl_shift()", None),
    "ledger_entries": (OWN_OR_NETWORK + " OR shift_id = wasl_shift()", None),
    "credentials": (
        OWN_OR_NETWORK + " OR secret_sha256 = nullif(current_setting('wasl.credential', true), '')",
        OWN_OR_NETWORK,
    ),
    "idempotency_records": ("organisation_id = wasl_organisation() OR actor = wasl_shift()", None),
    "audit_entries": (OWN_OR_NETWORK, None),
    "cached_matrices": ("network_id = wasl_network()", None),
}
APPEND_ONLY = ("stop_events", "ledger_entries", "audit_entries")

FROZEN = """
CREATE FUNCTION wasl_refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM plans p WHERE p.published_at IS NOT NULL AND p.id = CASE TG_TABLE_NAME
      WHEN 'stops' THEN (SELECT r.plan_id FROM routes r WHERE r.id = (to_jsonb(OLD)->>'route_id')::uuid)
      ELSE (to_jsonb(OLD)->>'plan_id')::uuid END
  ) THEN
    RAISE EXCEPTION 'a published plan does not change: publish a new version' USING ERRCODE = 'WA001';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
# Deferred to the end of the transaction; sees every entry of the line, whoever wrote it (SECURITY DEFINER).
BALANCED = """
CREATE FUNCTION wasl_check_ledger_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE balance bigint;
BEGIN
  IF NEW.from_account = 'supply' THEN RETURN NULL; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.offer_line_id::text, 0));
  SELECT coalesce(sum(grams) FILTER (WHERE to_account = NEW.from_account), 0)
       - coalesce(sum(grams) FILTER (WHERE from_account = NEW.from_account), 0)
    INTO balance FROM ledger_entries WHERE offer_line_id = NEW.offer_line_id;
  IF balance < 0 THEN
    RAISE EXCEPTION 'line % has % g less than nothing in %', NEW.offer_line_id, -balance, NEW.from_account
      USING ERRCODE = 'WA002';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'wasl_app')"
        " THEN CREATE ROLE wasl_app NOLOGIN; END IF; END $$"
    )
    for function in SETTINGS.values():
        op.execute(function)
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({using}) WITH CHECK ({check or using})")
        verbs = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO wasl_app")
    op.execute("CREATE POLICY owner_reads_all ON ledger_entries FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(FROZEN)
    for table in ("routes", "stops", "allocations"):
        op.execute(
            f"CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION wasl_refuse_change_of_published()"
        )
    op.execute(BALANCED)
    op.execute(
        "CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wasl_check_ledger_line()"
    )
    op.execute("DO $$ BEGIN EXECUTE format('GRANT SELECT ON %I.alembic_version TO wasl_app', current_schema()); END $$")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("REVOKE ALL ON alembic_version FROM wasl_app")
    op.execute("DROP TRIGGER balanced ON ledger_entries")
    op.execute("DROP FUNCTION wasl_check_ledger_line()")
    for table in ("routes", "stops", "allocations"):
        op.execute(f"DROP TRIGGER frozen ON {table}")
    op.execute("DROP FUNCTION wasl_refuse_change_of_published()")
    op.execute("DROP POLICY owner_reads_all ON ledger_entries")
    for table in reversed(POLICIES):
        op.execute(f"REVOKE ALL ON {table} FROM wasl_app")
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name in SETTINGS:
        op.execute(f"DROP FUNCTION wasl_{name}()")

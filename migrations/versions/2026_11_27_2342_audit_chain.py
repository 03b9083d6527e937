"""An audit trail that shows every later hand: entries are chained by hash, and name their actor by id. What is kept for
a time alone can be forgotten by the service, network by network, where tables are append-only or frozen too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
# Who did it, whose thing it was, or the network's own staff.
READ_BY = OWN_OR_NETWORK + " OR subject_organisation_id = wasl_organisation()"
# Nobody writes into the chain of a network that they are no partner of.
WRITTEN_BY = (
    "network_id = wasl_network()"
    " OR (organisation_id = wasl_organisation() AND EXISTS (SELECT 1 FROM partnerships p"
    " WHERE p.network_id = audit_entries.network_id AND p.organisation_id = wasl_organisation()))"
    " OR EXISTS (SELECT 1 FROM shifts s WHERE s.id = wasl_shift() AND s.network_id = audit_entries.network_id"
    " AND s.organisation_id = audit_entries.organisation_id)"
)
CHAIN_READ_BY = (
    "network_id = wasl_network() OR EXISTS (SELECT 1 FROM partnerships p"
    " WHERE p.network_id = audit_chains.network_id AND p.organisation_id = wasl_organisation())"
)

# One part of the text that is hashed: its length in bytes, a colon, itself; so no two entries have the same text.
PART = """
CREATE FUNCTION wasl_audit_part(part text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN part IS NULL THEN '-' ELSE octet_length(part) || ':' || part END || E'\\n'
$$
"""
TEXT = """
CREATE FUNCTION wasl_audit_text(e audit_entries) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT wasl_audit_part(e.number::text) || wasl_audit_part(e.previous_hash) || wasl_audit_part(e.id::text)
    || wasl_audit_part(e.network_id::text) || wasl_audit_part(e.organisation_id::text)
    || wasl_audit_part(e.subject_organisation_id::text)
    || wasl_audit_part(e.actor_kind) || wasl_audit_part(e.actor_id::text)
    || wasl_audit_part(e.action) || wasl_audit_part(e.subject_kind) || wasl_audit_part(e.subject_id::text)
    || wasl_audit_part(e.detail::text)
    || wasl_audit_part(to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
$$
"""
# The rows that the foreign keys lock are locked before the chain is: else somebody who holds the chain would wait for
# somebody who holds the network's row and waits for the chain.
PARENTS = """
CREATE FUNCTION wasl_hold_audit_parents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM networks WHERE id = NEW.network_id FOR KEY SHARE;
  PERFORM 1 FROM organisations WHERE id IN (NEW.organisation_id, NEW.subject_organisation_id)
    ORDER BY id FOR KEY SHARE;
  RETURN NEW;
END $$
"""
CHAIN = """
CREATE FUNCTION wasl_chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE newest record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit chain ' || NEW.network_id::text, 0));
  SELECT number, hash INTO newest FROM audit_chains WHERE network_id = NEW.network_id;
  NEW.number := coalesce(newest.number, 0) + 1;
  NEW.previous_hash := coalesce(newest.hash, repeat('0', 64));
  NEW.hash := encode(sha256(convert_to(wasl_audit_text(NEW), 'UTF8')), 'hex');
  INSERT INTO audit_chains (network_id, number, hash) VALUES (NEW.network_id, NEW.number, NEW.hash)
    ON CONFLICT (network_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash;
  RETURN NEW;
END $$
"""
# Old entries named their actor as "kind:name"; the name leads to an id where it is the only one of its kind.
ACTORS = """
UPDATE audit_entries e SET
  actor_kind = CASE split_part(actor, ':', 1) WHEN 'session' THEN 'person' WHEN 'driver_link' THEN 'shift'
    ELSE 'credential' END,
  actor_id = CASE split_part(actor, ':', 1)
    WHEN 'session' THEN (SELECT (array_agg(p.id))[1] FROM people p WHERE p.organisation_id = e.organisation_id
      AND p.name = substr(actor, strpos(actor, ':') + 1) HAVING count(*) = 1)
    WHEN 'driver_link' THEN (SELECT (array_agg(DISTINCT c.shift_id))[1] FROM credentials c
      WHERE c.kind = 'driver_link' AND c.organisation_id = e.organisation_id
      AND c.name = substr(actor, strpos(actor, ':') + 1) HAVING count(DISTINCT c.shift_id) = 1)
    ELSE (SELECT (array_agg(c.id))[1] FROM credentials c WHERE c.kind = 'api_key'
      AND c.organisation_id = e.organisation_id
      AND c.name = substr(actor, strpos(actor, ':') + 1) HAVING count(*) = 1) END
"""
CHAIN_THE_OLD = """
DO $$ DECLARE each record; newest text; newest_number bigint; chained uuid; BEGIN
  FOR each IN SELECT id, network_id FROM audit_entries ORDER BY network_id, id LOOP
    IF chained IS DISTINCT FROM each.network_id THEN
      chained := each.network_id; newest := repeat('0', 64); newest_number := 0;
    END IF;
    newest_number := newest_number + 1;
    UPDATE audit_entries SET number = newest_number, previous_hash = newest WHERE id = each.id;
    UPDATE audit_entries e SET hash = encode(sha256(convert_to(wasl_audit_text(e), 'UTF8')), 'hex')
      WHERE id = each.id RETURNING e.hash INTO newest;
    INSERT INTO audit_chains (network_id, number, hash) VALUES (chained, newest_number, newest)
      ON CONFLICT (network_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash;
  END LOOP;
END $$
"""

# A published route stays as it is, but for its driver's name, which may become the neutral one.
FROZEN = """
CREATE OR REPLACE FUNCTION wasl_refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {exception}IF EXISTS (
    SELECT 1 FROM plans p WHERE p.published_at IS NOT NULL AND p.id = CASE TG_TABLE_NAME
      WHEN 'stops' THEN (SELECT r.plan_id FROM routes r WHERE r.id = (to_jsonb(OLD)->>'route_id')::uuid)
      ELSE (to_jsonb(OLD)->>'plan_id')::uuid END
  ) THEN
    RAISE EXCEPTION 'a published plan does not change: publish a new version' USING ERRCODE = 'WA001';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
ERASED = """IF TG_TABLE_NAME = 'routes' AND TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW)->>'driver_name' = 'erased driver'
      AND to_jsonb(NEW) - 'driver_name' = to_jsonb(OLD) - 'driver_name' THEN
      RETURN NEW;
    END IF;
  END IF;
  """

# What the service may have forgotten in append-only tables: within the network of its scope, and nothing younger.
EMPTY_NOTES = """
CREATE FUNCTION wasl_empty_notes(before timestamptz, of_shifts uuid[], most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE emptied integer;
BEGIN
  UPDATE stop_events SET note = '' WHERE (id, shift_id) IN (
    SELECT id, shift_id FROM stop_events WHERE network_id = wasl_network() AND note <> ''
      AND (recorded_at < before OR shift_id = ANY (of_shifts)) LIMIT most);
  GET DIAGNOSTICS emptied = ROW_COUNT;
  RETURN emptied;
END $$
"""
FORGET_MESSAGES = """
CREATE FUNCTION wasl_forget_outbox(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone integer;
BEGIN
  DELETE FROM outbox_messages WHERE id IN (
    SELECT id FROM outbox_messages WHERE network_id = wasl_network()
      AND at < least(before, now() - interval '30 days') ORDER BY id LIMIT most);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$
"""
# Only the oldest entries of a chain, without a gap; the chain then says from which hash it goes on.
PRUNE = """
CREATE FUNCTION wasl_prune_audit(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE last record; gone integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit chain ' || wasl_network()::text, 0));
  SELECT number, hash INTO last FROM (
    SELECT number, hash FROM audit_entries WHERE network_id = wasl_network() AND number < coalesce(
      (SELECT min(number) FROM audit_entries WHERE network_id = wasl_network()
        AND at >= least(before, now() - interval '7 years')), 9223372036854775807)
    ORDER BY number LIMIT most) old ORDER BY number DESC LIMIT 1;
  IF NOT FOUND THEN RETURN 0; END IF;
  DELETE FROM audit_entries WHERE network_id = wasl_network() AND number <= last.number;
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE audit_chains SET pruned_number = last.number, pruned_hash = last.hash WHERE network_id = wasl_network();
  RETURN gone;
END $$
"""
NETWORKS = """
CREATE FUNCTION wasl_network_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id FROM networks ORDER BY id
$$
"""
FUNCTIONS = {
    "wasl_empty_notes(timestamptz, uuid[], integer)": EMPTY_NOTES,
    "wasl_forget_outbox(timestamptz, integer)": FORGET_MESSAGES,
    "wasl_prune_audit(timestamptz, integer)": PRUNE,
    "wasl_network_ids()": NETWORKS,
}
# What those functions may do, as the owner of the tables, whom row security binds too.
OWNER = {
    "networks": ("owner_reads_all", "SELECT"),
    "stop_events": ("owner_forgets", "ALL"),
    "outbox_messages": ("owner_forgets", "ALL"),
    "audit_entries": ("owner_forgets", "ALL"),
    "audit_chains": ("owner_writes", "ALL"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "audit_chains",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("pruned_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pruned_hash", sa.String(), server_default="0" * 64, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_audit_chains_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_audit_chains")),
    )
    for name, kind in (
        ("subject_organisation_id", sa.Uuid()),
        ("actor_kind", sa.String()),
        ("actor_id", sa.Uuid()),
        ("number", sa.BigInteger()),
        ("previous_hash", sa.String()),
        ("hash", sa.String()),
    ):
        op.add_column("audit_entries", sa.Column(name, kind, nullable=True))
    op.execute(PART)
    op.execute(TEXT)
    _chain_what_is_there()
    op.drop_column("audit_entries", "actor")
    for name in ("actor_kind", "number", "previous_hash", "hash"):
        op.alter_column("audit_entries", name, nullable=False)
    op.alter_column("audit_entries", "organisation_id", nullable=True)
    op.create_unique_constraint(op.f("uq_audit_entries_network_id_number"), "audit_entries", ["network_id", "number"])
    op.drop_index(op.f("ix_audit_entries_network_id"), "audit_entries")
    op.create_index(op.f("ix_audit_entries_subject_organisation_id"), "audit_entries", ["subject_organisation_id"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_id"])
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id"])
    op.create_check_constraint(
        op.f("ck_audit_entries_actor_kind"), "audit_entries", "actor_kind IN ('person','credential','shift','service')"
    )
    op.create_foreign_key(
        op.f("fk_audit_entries_subject_organisation_id"),
        "audit_entries",
        "organisations",
        ["subject_organisation_id"],
        ["id"],
    )
    _secure()
    op.execute(PARENTS)
    op.execute(CHAIN)
    op.execute(
        "CREATE TRIGGER a_parents BEFORE INSERT ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION wasl_hold_audit_parents()"
    )
    op.execute(
        "CREATE TRIGGER b_chain BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION wasl_chain_audit_entry()"
    )
    op.execute(FROZEN.format(exception=ERASED))
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO wasl_app")


def _chain_what_is_there() -> None:
    """Row security binds the owner as well: lifted for the moment of this step."""
    seen = ("audit_entries", "people", "credentials")
    for table in seen:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(ACTORS)
    op.execute("UPDATE audit_entries SET subject_organisation_id = organisation_id")
    op.execute(CHAIN_THE_OLD)
    for table in seen:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _secure() -> None:
    op.execute("DROP POLICY tenant ON audit_entries")
    op.execute(f"CREATE POLICY read ON audit_entries FOR SELECT USING ({READ_BY})")
    op.execute(f"CREATE POLICY written ON audit_entries FOR INSERT WITH CHECK ({WRITTEN_BY})")
    op.execute("ALTER TABLE audit_chains ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_chains FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY read ON audit_chains FOR SELECT USING ({CHAIN_READ_BY})")
    op.execute("GRANT SELECT ON audit_chains TO wasl_app")
    for table, (name, verbs) in OWNER.items():
        op.execute(f"CREATE POLICY {name} ON {table} FOR {verbs} TO CURRENT_USER USING (true)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute(FROZEN.format(exception=""))
    op.execute("DROP TRIGGER b_chain ON audit_entries")
    op.execute("DROP TRIGGER a_parents ON audit_entries")
    op.execute("DROP FUNCTION wasl_chain_audit_entry()")
    op.execute("DROP FUNCTION wasl_hold_audit_parents()")
    op.execute("DROP FUNCTION wasl_audit_text(audit_entries)")
    op.execute("DROP FUNCTION wasl_audit_part(text)")
    for table, (name, _) in OWNER.items():
        op.execute(f"DROP POLICY {name} ON {table}")
    op.execute("DROP POLICY read ON audit_entries")
    op.execute("DROP POLICY written ON audit_entries")
    op.execute(f"CREATE POLICY tenant ON audit_entries USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    op.drop_table("audit_chains")
    op.add_column("audit_entries", sa.Column("actor", sa.String(), nullable=True))
    op.execute("ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE audit_entries SET actor = actor_kind || ':' || coalesce(actor_id::text, '')")
    op.execute("DELETE FROM audit_entries WHERE organisation_id IS NULL")
    op.execute("ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY")
    op.alter_column("audit_entries", "actor", nullable=False)
    op.alter_column("audit_entries", "organisation_id", nullable=False)
    op.drop_constraint(op.f("fk_audit_entries_subject_organisation_id"), "audit_entries", type_="foreignkey")
    op.drop_constraint(op.f("ck_audit_entries_actor_kind"), "audit_entries", type_="check")
    op.drop_index("ix_audit_entries_actor", "audit_entries")
    op.drop_index("ix_audit_entries_subject", "audit_entries")
    op.drop_index(op.f("ix_audit_entries_subject_organisation_id"), "audit_entries")
    op.drop_constraint(op.f("uq_audit_entries_network_id_number"), "audit_entries", type_="unique")
    op.create_index(op.f("ix_audit_entries_network_id"), "audit_entries", ["network_id"])
    for name in ("hash", "previous_hash", "number", "actor_id", "actor_kind", "subject_organisation_id"):
        op.drop_column("audit_entries", name)

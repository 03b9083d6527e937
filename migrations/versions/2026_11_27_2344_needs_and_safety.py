"""Standing needs, storage of a site, a network's own limits of food safety, quarantines and settlements."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
NETWORK_OR_SHIFT = "network_id = wasl_network() OR shift_id = wasl_shift()"
PARTIES = (
    f"{NETWORK_OR_SHIFT} OR donor_organisation_id = wasl_organisation()"
    " OR receiver_organisation_id = wasl_organisation()"
)
# A driver's report may take grams back from "offered"; what else happened to the line no driver reads.
BALANCE = """
CREATE FUNCTION wasl_line_balance(line uuid, account text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT coalesce(sum(grams) FILTER (WHERE to_account = account), 0)
       - coalesce(sum(grams) FILTER (WHERE from_account = account), 0)
    FROM ledger_entries WHERE offer_line_id = line
$$
"""
# The job that books expired food asks for every network at once; it gets ids and nothing else.
LATE = """
CREATE FUNCTION wasl_networks_with_late_offers(closed_before timestamptz, closed_after timestamptz)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT o.network_id FROM offers o JOIN offer_lines l ON l.offer_id = o.id
   WHERE o.pickup_until <= closed_before AND o.pickup_until > closed_after
     AND wasl_line_balance(l.id, 'offered') > 0
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("networks", sa.Column("food_safety", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("networks", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("sites", sa.Column("storage_grams", postgresql.JSONB(), server_default="{}", nullable=False))
    _standing_needs()
    op.add_column("needs", sa.Column("priority", sa.Integer(), server_default="3", nullable=False))
    op.add_column("needs", sa.Column("note", sa.String(), server_default="", nullable=False))
    op.add_column("needs", sa.Column("standing_need_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_needs_standing_need_id"), "needs", "standing_needs", ["standing_need_id"], ["id"])
    op.create_index(op.f("ix_needs_standing_need_id"), "needs", ["standing_need_id"])
    op.create_check_constraint(op.f("ck_needs_priority"), "needs", "priority BETWEEN 1 AND 5")
    _use_by_of_allocations()
    _quarantines()
    _settlements()
    op.execute(BALANCE)
    op.execute(LATE)
    for table in ("offers", "offer_lines"):
        op.execute(f"CREATE POLICY owner_looks_for_late_offers ON {table} FOR SELECT TO CURRENT_USER USING (true)")


def _standing_needs() -> None:
    op.create_table(
        "standing_needs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("skipped_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("minimum_shelf_life_days", sa.Integer(), nullable=False),
        sa.Column("accepts_past_best_before", sa.Boolean(), nullable=False),
        sa.Column("excluded_allergens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required_dietary_flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("people_served", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_standing_needs_grams")),
        sa.CheckConstraint("people_served >= 0", name=op.f("ck_standing_needs_people_served")),
        sa.CheckConstraint("minimum_shelf_life_days >= 0", name=op.f("ck_standing_needs_minimum_shelf_life_days")),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_standing_needs_priority")),
        sa.CheckConstraint("state IN ('active','ended')", name=op.f("ck_standing_needs_state")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_standing_needs_dates")),
        sa.CheckConstraint(
            "cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'", name=op.f("ck_standing_needs_weekdays")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_standing_needs_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_standing_needs_organisation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_standing_needs_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_needs")),
    )
    op.create_index("ix_standing_needs_network_state", "standing_needs", ["network_id", "state"])
    op.create_index(op.f("ix_standing_needs_organisation_id"), "standing_needs", ["organisation_id"])
    op.create_index(op.f("ix_standing_needs_site_id"), "standing_needs", ["site_id"])
    _secured("standing_needs")
    op.execute(f"CREATE POLICY tenant ON standing_needs USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON standing_needs TO wasl_app")


def _use_by_of_allocations() -> None:
    """Published allocations get theirs too: neither the trigger that freezes them nor row security may stand by."""
    op.add_column("allocations", sa.Column("use_by", sa.Date(), nullable=True))
    op.execute("ALTER TABLE allocations DISABLE TRIGGER frozen")
    for table in ("allocations", "offer_lines"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE allocations a SET use_by = l.mark_date FROM offer_lines l"
        " WHERE l.id = a.offer_line_id AND l.date_mark = 'use_by'"
    )
    for table in ("allocations", "offer_lines"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE allocations ENABLE TRIGGER frozen")


def _quarantines() -> None:
    op.create_table(
        "quarantines",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("donor_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("celsius", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cause IN ('too_warm','too_cold','past_use_by')", name=op.f("ck_quarantines_cause")),
        sa.CheckConstraint("state IN ('open','released','discarded')", name=op.f("ck_quarantines_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_quarantines_decision")),
        sa.CheckConstraint(
            "NOT (cause = 'past_use_by' AND state = 'released')", name=op.f("ck_quarantines_never_released")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_quarantines_network_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_quarantines_shift_id")),
        sa.ForeignKeyConstraint(
            ["donor_organisation_id"], ["organisations.id"], name=op.f("fk_quarantines_donor_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["receiver_organisation_id"], ["organisations.id"], name=op.f("fk_quarantines_receiver_organisation_id")
        ),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_quarantines_offer_line_id")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.id"], name=op.f("fk_quarantines_allocation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantines")),
        sa.UniqueConstraint(
            "allocation_id", "event_id", "cause", name=op.f("uq_quarantines_allocation_id_event_id_cause")
        ),
    )
    for column in ("network_id", "shift_id", "donor_organisation_id", "receiver_organisation_id", "offer_line_id"):
        op.create_index(op.f(f"ix_quarantines_{column}"), "quarantines", [column])
    _secured("quarantines")
    op.execute(f"CREATE POLICY seen ON quarantines FOR SELECT USING ({PARTIES})")
    op.execute(f"CREATE POLICY opened ON quarantines FOR INSERT WITH CHECK ({NETWORK_OR_SHIFT})")
    op.execute("CREATE POLICY decided ON quarantines FOR UPDATE USING (network_id = wasl_network())")
    op.execute("GRANT SELECT, INSERT, UPDATE ON quarantines TO wasl_app")


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("returned_grams", sa.Integer(), nullable=False),
        sa.Column("wasted_grams", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "returned_grams >= 0 AND wasted_grams >= 0 AND returned_grams + wasted_grams > 0",
            name=op.f("ck_settlements_amounts"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_settlements_network_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_settlements_shift_id")),
        sa.ForeignKeyConstraint(["allocation_id"], ["allocations.id"], name=op.f("fk_settlements_allocation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
    )
    for column in ("network_id", "shift_id", "allocation_id"):
        op.create_index(op.f(f"ix_settlements_{column}"), "settlements", [column])
    _secured("settlements")
    op.execute(f"CREATE POLICY seen ON settlements FOR SELECT USING ({NETWORK_OR_SHIFT})")
    op.execute("CREATE POLICY settled ON settlements FOR INSERT WITH CHECK (network_id = wasl_network())")
    # What was settled stays as it is; who said so, and their note, can be forgotten.
    op.execute("CREATE POLICY forgotten ON settlements FOR UPDATE USING (network_id = wasl_network())")
    op.execute("GRANT SELECT, INSERT, UPDATE (settled_by, note) ON settlements TO wasl_app")


def _secured(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("offers", "offer_lines"):
        op.execute(f"DROP POLICY owner_looks_for_late_offers ON {table}")
    op.execute("DROP FUNCTION wasl_networks_with_late_offers(timestamptz, timestamptz)")
    op.execute("DROP FUNCTION wasl_line_balance(uuid, text)")
    op.drop_table("settlements")
    op.drop_table("quarantines")
    op.drop_column("allocations", "use_by")
    op.drop_constraint(op.f("ck_needs_priority"), "needs")
    op.drop_index(op.f("ix_needs_standing_need_id"), table_name="needs")
    for column in ("standing_need_id", "note", "priority"):
        op.drop_column("needs", column)
    op.drop_table("standing_needs")
    op.drop_column("sites", "storage_grams")
    for column in ("version", "food_safety"):
        op.drop_column("networks", column)

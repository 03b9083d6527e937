"""Days that are planned by themselves at a cut-off time; outlets for food that no food bank takes, their accounts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DATETIME = sa.DateTime(timezone=True)
OF_NETWORK = "network_id = wasl_network()"
# The job asks which networks have a cut-off time, and gets ids alone; a store that posts late sees no planning.
FUNCTIONS = {
    "wasl_networks_with_cut_off()": """
CREATE FUNCTION wasl_networks_with_cut_off() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT id FROM networks WHERE policy ? 'cut_off'
$$
""",
    "wasl_day_was_cut_off(uuid, date)": """
CREATE FUNCTION wasl_day_was_cut_off(network uuid, day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM cut_off_runs WHERE network_id = network AND service_date = day)
$$
""",
}
OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
KINDS = "'community_fridge','animal_feed','compost'"
ACCOUNTS = "'supply','offered','allocated','collected','delivered','refused','returned','wasted','expired','withdrawn'"
LOOKED_AT = ("networks", "cut_off_runs")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _cut_off_runs()
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_cut_offs ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for function in FUNCTIONS.values():
        op.execute(function)
    _outlets()
    _handovers()
    _accounts(f"{ACCOUNTS},{KINDS}")
    op.execute("ALTER TABLE ledger_entries VALIDATE CONSTRAINT ck_ledger_entries_accounts")


def _cut_off_runs() -> None:
    op.create_table(
        "cut_off_runs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("plan_run_id", sa.Uuid(), nullable=False),
        sa.Column("cut_off_at", DATETIME, nullable=False),
        sa.Column("asked_at", DATETIME, nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cut_off_runs_network_id")),
        sa.ForeignKeyConstraint(["plan_run_id"], ["plan_runs.id"], name=op.f("fk_cut_off_runs_plan_run_id")),
        sa.PrimaryKeyConstraint("network_id", "service_date", name=op.f("pk_cut_off_runs")),
    )
    _secured("cut_off_runs", OF_NETWORK)
    op.execute("GRANT SELECT, INSERT ON cut_off_runs TO wasl_app")


def _outlets() -> None:
    op.create_table(
        "outlets",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("temperature_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("animal_products", sa.Boolean(), nullable=False),
        sa.Column("collects", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_outlets_kind")),
        sa.CheckConstraint("state IN ('active','retired')", name=op.f("ck_outlets_state")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_outlets_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlets")),
    )
    op.create_index(op.f("ix_outlets_network_id"), "outlets", ["network_id"])
    _secured("outlets", OF_NETWORK)
    op.execute("GRANT SELECT, INSERT, UPDATE ON outlets TO wasl_app")


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("outlet_id", sa.Uuid(), nullable=False),
        sa.Column("outlet_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("at", DATETIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_handovers_grams")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_handovers_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_handovers_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_handovers_organisation_id")),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name=op.f("fk_handovers_outlet_id")),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_handovers_offer_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    for column in ("network_id", "organisation_id", "outlet_id", "offer_line_id"):
        op.create_index(op.f(f"ix_handovers_{column}"), "handovers", [column])
    _secured("handovers", OWN_OR_NETWORK)
    op.execute("GRANT SELECT, INSERT ON handovers TO wasl_app")


def _accounts(names: str) -> None:
    """Which accounts there are, for new rows: a step back keeps what the books say of outlets."""
    op.drop_constraint(op.f("ck_ledger_entries_accounts"), "ledger_entries", type_="check")
    op.execute(
        "ALTER TABLE ledger_entries ADD CONSTRAINT ck_ledger_entries_accounts"
        f" CHECK (from_account IN ({names}) AND to_account IN ({names})) NOT VALID"
    )


def _secured(table: str, rule: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP POLICY owner_looks_for_cut_offs ON networks")
    op.drop_table("cut_off_runs")
    op.drop_table("handovers")
    op.drop_table("outlets")
    # The books keep what they say of outlets; nothing new is booked there.
    _accounts(ACCOUNTS)

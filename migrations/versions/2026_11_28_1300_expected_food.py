"""What stores are expected to have and what they said; outlooks; questions to silent stores; who can be relied on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
OF_NETWORK = "network_id = wasl_network()"
POLICIES = {
    "posting_habits": OWN_OR_NETWORK,
    "expected_foods": OWN_OR_NETWORK,
    "nothing_today": OWN_OR_NETWORK,
    "outlooks": OF_NETWORK,
    "site_reliability": OWN_OR_NETWORK,
    "follow_ups": OF_NETWORK,
}
DATETIME = sa.DateTime(timezone=True)
KINDS = "'shift_without_driver','driver_not_started','stop_late','weight_far_off','report_contradicts'"
WATCHED = """
CREATE OR REPLACE FUNCTION wasl_networks_to_watch(ending_after timestamptz, starting_before timestamptz)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM shifts WHERE ends_at > ending_after AND starts_at <= starting_before
  UNION
  SELECT network_id FROM alarms WHERE state IN ('open','acknowledged')
"""
AND_HABITS = """  UNION
  SELECT network_id FROM posting_habits
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _habits()
    _said()
    _outlooks()
    _reliability()
    for table, rule in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")
    op.execute("CREATE POLICY owner_looks_for_what_to_watch ON posting_habits FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(f"{WATCHED}{AND_HABITS}$$")
    _alarms(f"{KINDS},'store_silent'", "'shift','stop','site'")
    op.alter_column("alarms", "shift_id", nullable=True)
    op.create_check_constraint(op.f("ck_alarms_shift"), "alarms", "(kind = 'store_silent') = (shift_id IS NULL)")


def _site(name: str, *, organisation: bool = True) -> list[sa.schema.SchemaItem]:
    """Whose row it is: a site, its network and its organisation."""
    owners = [("organisation_id", "organisations")] if organisation else []
    owned = [("network_id", "networks"), *owners]
    return [
        sa.Column("site_id", sa.Uuid(), nullable=False),
        *(sa.Column(column, sa.Uuid(), nullable=False) for column, _ in owned),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f(f"fk_{name}_site_id"), ondelete="CASCADE"),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, table in owned
        ),
    ]


def _indexed(name: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _habits() -> None:
    op.create_table(
        "posting_habits",
        *_site("posting_habits"),
        *_numbers("weekday", "days", "days_posted", "days_answered", "posted_percent", "posted_by_minute"),
        *_numbers("pickup_from_minute", "pickup_until_minute"),
        sa.Column("learnt_at", DATETIME, nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_posting_habits_weekday")),
        sa.CheckConstraint(
            "days_posted <= days_answered AND days_answered <= days", name=op.f("ck_posting_habits_days")
        ),
        sa.PrimaryKeyConstraint("site_id", "weekday", name=op.f("pk_posting_habits")),
    )
    _indexed("posting_habits", "network_id", "organisation_id")
    op.create_table(
        "expected_foods",
        *_site("expected_foods"),
        *_numbers("weekday"),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("temperature_class", sa.String(), nullable=False),
        *_numbers("grams", "grams_when_there", "spread_grams", "crates", "share_percent", "days_with", "days"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_expected_foods_weekday")),
        sa.CheckConstraint(
            "grams >= 0 AND grams <= grams_when_there AND spread_grams >= 0 AND crates >= 0",
            name=op.f("ck_expected_foods_amounts"),
        ),
        sa.CheckConstraint("days_with BETWEEN 1 AND days", name=op.f("ck_expected_foods_days")),
        sa.PrimaryKeyConstraint("site_id", "weekday", "category", "temperature_class", name=op.f("pk_expected_foods")),
    )
    _indexed("expected_foods", "network_id", "organisation_id")


def _said() -> None:
    op.create_table(
        "nothing_today",
        *_site("nothing_today"),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("said_at", DATETIME, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "service_date", name=op.f("pk_nothing_today")),
    )
    _indexed("nothing_today", "network_id", "organisation_id")


def _outlooks() -> None:
    op.add_column("plan_runs", sa.Column("outlook", sa.Boolean(), nullable=False, server_default="false"))
    op.create_table(
        "outlooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("problem_digest", sa.String(), nullable=False),
        sa.Column("estimated_travel", sa.Boolean(), nullable=False),
        *_numbers("grams_expected", "grams_posted", "grams_brought"),
        sa.Column("stores", postgresql.JSONB(), nullable=False),
        sa.Column("routes", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.ForeignKeyConstraint(["id"], ["plan_runs.id"], name=op.f("fk_outlooks_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_outlooks_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlooks")),
    )


def _reliability() -> None:
    op.create_table(
        "site_reliability",
        *_site("site_reliability"),
        sa.Column("side", sa.String(), nullable=False),
        *_numbers("visits", "troubled"),
        *(sa.Column(name, postgresql.JSONB(), nullable=False) for name in ("counts", "reasons", "happenings")),
        sa.Column("last_happened_at", DATETIME, nullable=True),
        sa.Column("learnt_at", DATETIME, nullable=False),
        sa.CheckConstraint("side IN ('store','food_bank')", name=op.f("ck_site_reliability_side")),
        sa.CheckConstraint("troubled BETWEEN 0 AND visits", name=op.f("ck_site_reliability_visits")),
        sa.CheckConstraint("(troubled = 0) = (last_happened_at IS NULL)", name=op.f("ck_site_reliability_happened")),
        sa.PrimaryKeyConstraint("site_id", "side", name=op.f("pk_site_reliability")),
    )
    _indexed("site_reliability", "network_id", "organisation_id")
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_site("follow_ups", organisation=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("heard_until", DATETIME, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("followed_by", sa.String(), nullable=False),
        sa.Column("followed_at", DATETIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    _indexed("follow_ups", "network_id", "site_id")


def _alarms(kinds: str, subjects: str) -> None:
    for name, column, words in (("kind", "kind", kinds), ("subject_kind", "subject_kind", subjects)):
        op.drop_constraint(op.f(f"ck_alarms_{name}"), "alarms", type_="check")
        op.create_check_constraint(op.f(f"ck_alarms_{name}"), "alarms", f"{column} IN ({words})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_alarms_shift"), "alarms", type_="check")
    # A version that knows no questions to stores could not show them; row security may not stand by.
    op.execute("ALTER TABLE alarms NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM alarms WHERE kind = 'store_silent'")
    op.execute("ALTER TABLE alarms FORCE ROW LEVEL SECURITY")
    op.alter_column("alarms", "shift_id", nullable=False)
    _alarms(KINDS, "'shift','stop'")
    op.execute(f"{WATCHED}$$")
    for table in reversed(POLICIES):
        op.drop_table(table)
    # Runs of outlooks stay as runs that ended without a plan.
    op.drop_column("plan_runs", "outlook")

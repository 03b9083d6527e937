"""A plan may change a published one while its vehicles are on the road: what stays keeps its identity."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NETWORK = "network_id = wasl_network()"
# For a store or a driver, who see no plans: whether a day's plan is driven, and whether this plan is the one.
FUNCTIONS = {
    "wasl_day_is_driven(uuid, date)": """
CREATE FUNCTION wasl_day_is_driven(network uuid, day date) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM plans WHERE network_id = network AND service_date = day AND state = 'published')
$$
""",
    "wasl_plan_is_driven(uuid)": """
CREATE FUNCTION wasl_plan_is_driven(plan uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM plans WHERE id = plan AND state = 'published')
$$
""",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _identity("stops", "visit_id")
    _identity("allocations", "parcel_id")
    op.add_column("allocations", sa.Column("from_parcel_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_allocations_from_parcel_id"), "allocations", ["from_parcel_id"])
    for table in ("plans", "plan_runs"):
        op.add_column(table, sa.Column("changes_plan_id", sa.Uuid(), nullable=True))
        name = op.f(f"fk_{table}_changes_plan_id")
        op.create_foreign_key(name, table, "plans", ["changes_plan_id"], ["id"])
    op.add_column("plans", sa.Column("stops_moved", sa.Integer(), nullable=True))
    op.add_column("plans", sa.Column("stops_forced", sa.Integer(), nullable=True))
    op.add_column("plans", sa.Column("shifts_read", postgresql.JSONB(), nullable=True))
    op.add_column("plan_runs", sa.Column("wish", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("plan_runs", sa.Column("again", sa.Boolean(), nullable=False, server_default="false"))
    _releases()
    for signature, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO wasl_app")


def _identity(table: str, column: str) -> None:
    """What is there is its own; neither the trigger that freezes published rows nor row security may stand by. A service
    of the version before names none, and means the same."""
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER frozen")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"UPDATE {table} SET {column} = id")  # noqa: S608
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER frozen")
    op.execute(
        f"CREATE FUNCTION wasl_own_{column}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN NEW.{column} := coalesce(NEW.{column}, NEW.id); RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER identity BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION wasl_own_{column}()")
    op.alter_column(table, column, nullable=False)
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_releases_grams")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_releases_network_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["allocations.id"], name=op.f("fk_releases_parcel_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_releases_plan_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_releases_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("parcel_id", name=op.f("uq_releases_parcel_id")),
    )
    for column in ("network_id", "plan_id", "shift_id"):
        op.create_index(op.f(f"ix_releases_{column}"), "releases", [column])
    op.execute("ALTER TABLE releases ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE releases FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON releases FOR SELECT USING ({NETWORK} OR shift_id = wasl_shift())")
    op.execute(f"CREATE POLICY released ON releases FOR INSERT WITH CHECK ({NETWORK})")
    op.execute("GRANT SELECT, INSERT ON releases TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_table("releases")
    for column in ("again", "wish", "changes_plan_id"):
        op.drop_column("plan_runs", column)
    for column in ("shifts_read", "stops_forced", "stops_moved", "changes_plan_id"):
        op.drop_column("plans", column)
    op.drop_column("allocations", "from_parcel_id")
    for table, column in (("stops", "visit_id"), ("allocations", "parcel_id")):
        op.execute(f"DROP TRIGGER identity ON {table}")
        op.execute(f"DROP FUNCTION wasl_own_{column}()")
        op.drop_column(table, column)

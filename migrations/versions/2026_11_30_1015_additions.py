"""What one thing more would have rescued on recorded days."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ("addition_reports", "addition_days", "addition_gains")
NETWORK = "network_id = wasl_network()"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _reports()
    _days()
    _gains()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({NETWORK}) WITH CHECK ({NETWORK})")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO wasl_app")  # what was found never changes
    op.execute("GRANT UPDATE (state, searches_done, searches_left, ended_at) ON addition_reports TO wasl_app")


def _reports() -> None:
    op.create_table(
        "addition_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("days", postgresql.JSONB(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("prices", postgresql.JSONB(), nullable=False),
        sa.Column("box_grams", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("seeds", sa.Integer(), nullable=False),
        sa.Column("additions_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("searches_done", sa.Integer(), nullable=False),
        sa.Column("searches_left", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued','running','done','cancelled')", name=op.f("ck_addition_reports_state")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_addition_reports_range")),
        sa.CheckConstraint("searches_done >= 0 AND box_grams > 0", name=op.f("ck_addition_reports_amounts")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_addition_reports_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addition_reports")),
    )
    op.create_index("ix_addition_reports_network_asked", "addition_reports", ["network_id", "asked_at"])


def _days() -> None:
    op.create_table(
        "addition_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("left_out", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("problem_digest", sa.String(), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("estimated_travel", sa.Boolean(), nullable=False),
        sa.Column("shifts", sa.Integer(), nullable=False),
        sa.Column("shifts_without_rates", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("offered_grams", "grams", "spread_grams", "metres", "driver_seconds", "cents", "spread_cents")
        ),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("search_seconds", sa.Float(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('planned','recorded')", name=op.f("ck_addition_days_kind")),
        sa.CheckConstraint(
            "left_out IN ('nothing_published','books_disagree','unreadable')", name=op.f("ck_addition_days_left_out")
        ),
        sa.CheckConstraint("(left_out IS NULL) = (kind IS NOT NULL)", name=op.f("ck_addition_days_figures")),
        *_references("addition_days", network_id="networks", report_id="addition_reports", plan_id="plans"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addition_days")),
        sa.UniqueConstraint("report_id", "service_date", name=op.f("uq_addition_days_report_id_service_date")),
    )
    op.create_index(op.f("ix_addition_days_plan_id"), "addition_days", ["plan_id"])
    op.create_index("ix_addition_days_network_date", "addition_days", ["network_id", "service_date"])


def _gains() -> None:
    op.create_table(
        "addition_gains",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("day_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("grams", "metres", "driver_seconds", "cents")),
        sa.Column("people", sa.Integer(), nullable=False),
        *_references("addition_gains", network_id="networks", report_id="addition_reports", day_id="addition_days"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addition_gains")),
        sa.UniqueConstraint("day_id", "kind", "subject", name=op.f("uq_addition_gains_day_id_kind_subject")),
    )
    op.create_index("ix_addition_gains_report", "addition_gains", ["report_id", "service_date"])


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in reversed(TABLES):
        op.drop_table(table)

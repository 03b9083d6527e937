"""Food banks decline what a plan has for them; what is learnt from it can be forgotten."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _declines()
    _forgotten_lessons()


def _declines() -> None:
    op.create_table(
        "declines",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("declined_by", sa.String(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('not_wanted','too_much','short_dated','no_room','nobody_there','other')",
            name=op.f("ck_declines_reason"),
        ),
        sa.CheckConstraint("grams > 0", name=op.f("ck_declines_grams")),
        sa.CheckConstraint("taken_back_at >= declined_at", name=op.f("ck_declines_taken_back")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_declines_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
                ("plan_id", "plans"),
                ("allocation_id", "allocations"),
                ("offer_line_id", "offer_lines"),
                ("need_id", "needs"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declines")),
    )
    op.create_index(
        "uq_declines_one_standing", "declines", ["parcel_id"], unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_declines_network_day", "declines", ["network_id", "service_date"])
    for column in ("organisation_id", "plan_id", "allocation_id", "offer_line_id", "need_id"):
        op.create_index(op.f(f"ix_declines_{column}"), "declines", [column])
    _secured("declines")
    # What was declined stays as it is: it can be taken back, and who said it and their words can be forgotten.
    op.execute("GRANT SELECT, INSERT, UPDATE (taken_back_at, declined_by, note) ON declines TO wasl_app")


def _forgotten_lessons() -> None:
    op.create_table(
        "forgotten_lessons",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_forgotten_lessons_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
                ("site_id", "sites"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgotten_lessons")),
    )
    op.create_index("ix_forgotten_lessons_site_category", "forgotten_lessons", ["site_id", "category"])
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_forgotten_lessons_{column}"), "forgotten_lessons", [column])
    _secured("forgotten_lessons")
    op.execute("GRANT SELECT, INSERT, DELETE ON forgotten_lessons TO wasl_app")


def _secured(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("forgotten_lessons")
    op.drop_table("declines")

"""Food banks say what they received of a promise, beside what the driver reported of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
TABLE = "receipt_confirmations"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        TABLE,
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_grams", sa.Integer(), nullable=False),
        sa.Column("received_crates", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "received_grams >= 0 AND received_crates >= 0", name=op.f("ck_receipt_confirmations_amounts")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_receipt_confirmations_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
                ("shift_id", "shifts"),
                ("allocation_id", "allocations"),
                ("offer_line_id", "offer_lines"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_confirmations")),
        sa.UniqueConstraint("parcel_id", "number", name=op.f("uq_receipt_confirmations_parcel_id_number")),
    )
    op.create_index("ix_receipt_confirmations_network_day", TABLE, ["network_id", "service_date"])
    for column in ("organisation_id", "shift_id", "allocation_id", "offer_line_id"):
        op.create_index(op.f(f"ix_receipt_confirmations_{column}"), TABLE, [column])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {TABLE} USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    # What was said stays as it was said; who said it and their words can be forgotten.
    op.execute(f"GRANT SELECT, INSERT, UPDATE (confirmed_by, note) ON {TABLE} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table(TABLE)

"""A dispatcher has seen that a food bank counted otherwise than the driver: who, when, and what the driver's word was."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "receipt_confirmations"
SEEN = "ck_receipt_confirmations_seen"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column(TABLE, sa.Column("seen_by", sa.String(), nullable=True))
    op.add_column(TABLE, sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("seen_delivered_grams", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f(SEEN), TABLE, "(seen_by IS NULL) = (seen_at IS NULL)")
    op.execute(f"GRANT UPDATE (seen_by, seen_at, seen_delivered_grams) ON {TABLE} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f(SEEN), TABLE)
    for column in ("seen_delivered_grams", "seen_at", "seen_by"):
        op.drop_column(TABLE, column)

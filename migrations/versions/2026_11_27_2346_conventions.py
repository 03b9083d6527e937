"""Vehicles are retired and shifts cancelled, and both are kept: what was driven with them stays readable."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("vehicles", sa.Column("state", sa.String(), nullable=False, server_default="active"))
    op.create_check_constraint(op.f("ck_vehicles_state"), "vehicles", "state IN ('active','retired')")
    op.add_column("shifts", sa.Column("state", sa.String(), nullable=False, server_default="open"))
    op.create_check_constraint(op.f("ck_shifts_state"), "shifts", "state IN ('open','cancelled')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_shifts_state"), "shifts", type_="check")
    op.drop_column("shifts", "state")
    op.drop_constraint(op.f("ck_vehicles_state"), "vehicles", type_="check")
    op.drop_column("vehicles", "state")

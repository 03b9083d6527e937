"""A shift names the person who drives it, where that is somebody who signs in; of two of one name it is known who."""

import sqlalchemy as sa
from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("shifts", sa.Column("driver_person_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_shifts_driver_person_id"), "shifts", "people", ["driver_person_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(op.f("ix_shifts_driver_person_id"), "shifts", ["driver_person_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index(op.f("ix_shifts_driver_person_id"), "shifts")
    op.drop_constraint(op.f("fk_shifts_driver_person_id"), "shifts")
    op.drop_column("shifts", "driver_person_id")

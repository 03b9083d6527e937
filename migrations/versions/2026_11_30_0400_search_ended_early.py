"""A dispatcher takes the best plan so far: the run keeps who ended its search."""

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("plan_runs", sa.Column("search_ended_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("plan_runs", "search_ended_by")

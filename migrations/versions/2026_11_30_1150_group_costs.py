"""What each group of partners would have paid is kept with a day's shares, so that anybody can do the sums again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("day_costs", sa.Column("group_costs", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("day_costs", "group_costs")

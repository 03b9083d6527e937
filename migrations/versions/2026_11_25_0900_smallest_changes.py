"""What would serve an offer that stays: the smallest change, beside its reason."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("unserved_offers", sa.Column("change", sa.String(), nullable=True))
    op.add_column(
        "unserved_offers", sa.Column("change_details", postgresql.JSONB(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("unserved_offers", "change_details")
    op.drop_column("unserved_offers", "change")

"""A calendar feed has the language that its entries are in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The default is for the feeds that are there, which are read in English, and for a service of the version before.
    op.add_column("calendar_feeds", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.create_check_constraint(op.f("ck_calendar_feeds_language"), "calendar_feeds", "language IN ('en','ar')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_calendar_feeds_language"), "calendar_feeds", type_="check")
    op.drop_column("calendar_feeds", "language")

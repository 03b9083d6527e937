"""A barcode that a shop scans is looked up among all that its chain has ever posted: by an index, not by reading it all."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | None = None
depends_on: str | None = None

NAME = "ix_offer_lines_organisation_gtin"


def upgrade() -> None:
    op.create_index(NAME, "offer_lines", ["organisation_id", "gtin"], postgresql_where=sa.text("gtin IS NOT NULL"))


def downgrade() -> None:
    op.drop_index(NAME, "offer_lines")

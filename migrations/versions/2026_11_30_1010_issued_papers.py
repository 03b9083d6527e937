"""Papers with a check code that anybody can look up; the lot of an offer's line, a partner's registration number."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | None = None
depends_on: str | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
# Whoever types a code is nobody: its sha256 opens the row of that paper alone, as a secret opens its own.
BY_CODE = f"{OWN_OR_NETWORK} OR code_sha256 = NULLIF(current_setting('wasl.credential', true), '')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("offer_lines", sa.Column("lot", sa.String(), server_default="", nullable=False))
    op.add_column("organisations", sa.Column("registration_number", sa.String(), server_default="", nullable=False))
    op.create_table(
        "issued_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("of_network", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_issued_papers_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_issued_papers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_papers")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_issued_papers_code_sha256")),
        sa.UniqueConstraint(
            "network_id",
            "organisation_id",
            "of_network",
            "kind",
            "subject",
            "content_sha256",
            name="uq_issued_papers_content",
        ),
    )
    op.create_index("ix_issued_papers_organisation_issued", "issued_papers", ["organisation_id", "issued_at"])
    op.create_table(
        "paper_files",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["issued_papers.id"], name=op.f("fk_paper_files_paper_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_paper_files_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_paper_files_organisation_id")),
        sa.PrimaryKeyConstraint("paper_id", "sha256", name=op.f("pk_paper_files")),
    )
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_paper_files_{column}"), "paper_files", [column])
    for table, seen in (("issued_papers", BY_CODE), ("paper_files", OWN_OR_NETWORK)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({seen}) WITH CHECK ({OWN_OR_NETWORK})")
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO wasl_app")  # never changed; forgotten in time


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("paper_files")
    op.drop_table("issued_papers")
    op.drop_column("organisations", "registration_number")
    op.drop_column("offer_lines", "lot")

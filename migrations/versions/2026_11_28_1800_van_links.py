"""Links to the page of a place and day that needs no account, when an arrival was last worked out, and who has spoken with
whom about shifts that nobody drove."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
OWN_OR_NETWORK = f"organisation_id = wasl_organisation() OR {NETWORK}"
PRESENTED = "secret_sha256 = NULLIF(current_setting('wasl.credential', true), '')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("arrivals", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "van_link_keys",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_van_link_keys_network_id")),
        sa.PrimaryKeyConstraint("network_id", name=op.f("pk_van_link_keys")),
    )
    op.create_table(
        "van_links",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_van_links_{column}"))
            for column, table in (
                ("network_id", "networks"),
                ("organisation_id", "organisations"),
                ("site_id", "sites"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_van_links")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_van_links_secret_sha256")),
    )
    op.create_index(
        "uq_van_links_one_standing", "van_links", ["site_id", "service_date"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_van_links_{column}"), "van_links", [column])
    _secured("van_link_keys", NETWORK, NETWORK)
    op.execute("GRANT SELECT, INSERT ON van_link_keys TO wasl_app")
    _secured("van_links", f"{OWN_OR_NETWORK} OR {PRESENTED}", OWN_OR_NETWORK)
    # A link stays what it was made for: it can be taken back, and goes when its time is up.
    op.execute("GRANT SELECT, INSERT, UPDATE (ended_at), DELETE ON van_links TO wasl_app")
    _shift_follow_ups()


def _shift_follow_ups() -> None:
    op.create_table(
        "shift_follow_ups",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("heard_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("followed_by", sa.String(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_shift_follow_ups_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_shift_follow_ups_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_follow_ups")),
    )
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_shift_follow_ups_{column}"), "shift_follow_ups", [column])
    _secured("shift_follow_ups", NETWORK, NETWORK)
    # What was said stays as it is; who said it can be forgotten.
    op.execute("GRANT SELECT, INSERT, UPDATE (followed_by), DELETE ON shift_follow_ups TO wasl_app")


def _secured(table: str, seen: str, written: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({seen}) WITH CHECK ({written})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("shift_follow_ups")
    op.drop_table("van_links")
    op.drop_table("van_link_keys")
    op.drop_column("arrivals", "looked_at")

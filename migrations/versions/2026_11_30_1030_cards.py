"""Cards of partners and ambassadors, what people write through them, and whom they brought in."""

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | None = None
depends_on: str | None = None

NETWORK = "network_id = wasl_network()"
# Whoever looks at a card is nobody: the one thing told to nobody is which network shows one under an address.
SHOWN = """
CREATE FUNCTION wasl_card_shown_as(wanted text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM cards WHERE slug = wanted AND is_on
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _cards()
    _enquiries()
    op.create_table(
        "card_recruits",
        *_of_network("card_recruits"),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('donor','driver')", name=op.f("ck_card_recruits_kind")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_card_recruits_card_id")),
    )
    for table, column in (
        ("cards", "network_id"),
        ("enquiries", "card_id"),
        ("card_recruits", "network_id"),
        ("card_recruits", "card_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_enquiries_network_received", "enquiries", ["network_id", "received_at"])
    for table in ("cards", "enquiries", "card_recruits"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({NETWORK}) WITH CHECK ({NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON cards TO wasl_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON enquiries TO wasl_app")
    op.execute("GRANT SELECT, INSERT ON card_recruits TO wasl_app")
    op.execute("CREATE POLICY owner_looks_up ON cards FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(SHOWN)
    op.execute("REVOKE ALL ON FUNCTION wasl_card_shown_as(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_card_shown_as(text) TO wasl_app")
    op.add_column("grants", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_grants_card_id"), "grants", "cards", ["card_id"], ["id"])
    op.create_index(op.f("ix_grants_card_id"), "grants", ["card_id"])


def _of_network(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f(f"fk_{table}_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _cards() -> None:
    op.create_table(
        "cards",
        *_of_network("cards"),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("slug", "kind", "name_en", "name_ar", "sentence_en", "sentence_ar")
        ),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("off_since", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_cards_slug")),
        sa.CheckConstraint("kind IN ('partner','ambassador')", name=op.f("ck_cards_kind")),
        sa.CheckConstraint("is_on = (off_since IS NULL)", name=op.f("ck_cards_off_since")),
        sa.UniqueConstraint("slug", name=op.f("uq_cards_slug")),
    )


def _enquiries() -> None:
    op.create_table(
        "enquiries",
        *_of_network("enquiries"),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("wish", "contact_name", "contact", "organisation", "message", "state")
        ),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("wish IN ('give_food','drive','give_money')", name=op.f("ck_enquiries_wish")),
        sa.CheckConstraint("state IN ('open','accepted')", name=op.f("ck_enquiries_state")),
        sa.CheckConstraint("(state = 'open') = (decided_on IS NULL)", name=op.f("ck_enquiries_decided_on")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_enquiries_card_id")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_card_shown_as(text)")
    op.drop_column("grants", "card_id")
    for table in ("card_recruits", "enquiries", "cards"):
        op.drop_table(table)

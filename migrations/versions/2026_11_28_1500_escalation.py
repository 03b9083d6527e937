"""Food that nobody takes escalates by itself: the steps that were taken for a line, the food banks that were asked, and
needs of one line alone, which a food bank's yes makes.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DATETIME = sa.DateTime(timezone=True)
OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
UNIQUE_NEEDS = "uq_needs_site_id_service_date_category"
# The job asks for every network at once; it gets ids and nothing else.
LEFT = """
CREATE FUNCTION wasl_networks_with_food_left(closed_after timestamptz)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT network_id FROM offers WHERE pickup_until > closed_after
  UNION SELECT network_id FROM escalations WHERE state <> 'over'
$$
"""
# The owner of the function owns the tables, whose row security holds for owners too.
LOOKED_AT = ("offers", "escalations")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _needs_of_one_line()
    _escalations()
    _asks()
    for table in LOOKED_AT:
        op.execute(f"CREATE POLICY owner_looks_for_food_left ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    op.execute(LEFT)
    _mails("'invitation','sign_in','alarm','escalation'", "kind IN ('alarm','escalation')")


def _needs_of_one_line() -> None:
    op.add_column("needs", sa.Column("offer_line_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_needs_offer_line_id"), "needs", "offer_lines", ["offer_line_id"], ["id"])
    op.create_index(op.f("ix_needs_offer_line_id"), "needs", ["offer_line_id"])
    # A step back kept those that plans refer to, named in the index: they are of the line that was planned for them.
    op.execute("ALTER TABLE needs NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE needs n SET offer_line_id = (SELECT a.offer_line_id FROM allocations a WHERE a.need_id = n.id LIMIT 1)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relname = 'uq_needs_site_id_service_date_category' AND i.indpred IS NOT NULL"
        " AND position(n.id::text IN pg_get_expr(i.indpred, i.indrelid)) > 0"
    )
    op.execute("ALTER TABLE needs FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE needs DROP CONSTRAINT IF EXISTS {UNIQUE_NEEDS}")
    op.execute(f"DROP INDEX IF EXISTS {UNIQUE_NEEDS}")  # as a step back left it
    op.execute(
        f"ALTER TABLE needs ADD CONSTRAINT {UNIQUE_NEEDS}"
        " UNIQUE NULLS NOT DISTINCT (site_id, service_date, category, offer_line_id)"
    )


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", DATETIME, nullable=False),
        sa.Column("taken", postgresql.JSONB(), nullable=False),
        sa.Column("past", postgresql.JSONB(), nullable=False),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_at", DATETIME, nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('climbing','stopped','over')", name=op.f("ck_escalations_state")),
        sa.CheckConstraint("(state = 'over') = (ended_as IS NOT NULL)", name=op.f("ck_escalations_ended_as")),
        sa.CheckConstraint(
            "ended_as IN ('planned','handed_over','withdrawn','gone','past_its_end','next_day')",
            name=op.f("ck_escalations_ended_how"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_escalations_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_escalations_organisation_id")),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_escalations_offer_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("offer_line_id", name=op.f("uq_escalations_offer_line_id")),
    )
    op.create_index(op.f("ix_escalations_organisation_id"), "escalations", ["organisation_id"])
    op.create_index("ix_escalations_network_day", "escalations", ["network_id", "service_date"])
    _secured("escalations")


def _asks() -> None:
    op.create_table(
        "asks",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("food", postgresql.JSONB(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("asked_at", DATETIME, nullable=False),
        sa.Column("closes_at", DATETIME, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("taken_grams", sa.Integer(), nullable=True),
        sa.Column("answered_at", DATETIME, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("step IN ('ask_food_banks','ask_wider')", name=op.f("ck_asks_step")),
        sa.CheckConstraint("answer IN ('yes','no')", name=op.f("ck_asks_answer")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_asks_answered")),
        sa.CheckConstraint("(coalesce(answer, 'no') = 'yes') = (need_id IS NOT NULL)", name=op.f("ck_asks_need")),
        sa.CheckConstraint(
            "(need_id IS NULL) = (taken_grams IS NULL) AND coalesce(taken_grams, 1) > 0",
            name=op.f("ck_asks_taken_grams"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_asks_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_asks_organisation_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_asks_site_id")),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_asks_escalation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_asks_offer_line_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_asks_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
        sa.UniqueConstraint("offer_line_id", "site_id", name=op.f("uq_asks_offer_line_id_site_id")),
    )
    for column in ("organisation_id", "escalation_id", "need_id"):
        op.create_index(op.f(f"ix_asks_{column}"), "asks", [column])
    op.create_index("ix_asks_network_day", "asks", ["network_id", "service_date"])
    _secured("asks")


def _secured(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")


def _mails(kinds: str, without_link: str) -> None:
    for name, rule in (("kind", f"kind IN ({kinds})"), ("link", f"({without_link}) = (link_id IS NULL)")):
        op.drop_constraint(op.f(f"ck_mail_messages_{name}"), "mail_messages", type_="check")
        op.create_check_constraint(op.f(f"ck_mail_messages_{name}"), "mail_messages", rule)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # A version that knows no such mails could not send them; row security may not stand by.
    op.execute("ALTER TABLE mail_messages NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM mail_messages WHERE kind = 'escalation'")
    op.execute("ALTER TABLE mail_messages FORCE ROW LEVEL SECURITY")
    _mails("'invitation','sign_in','alarm'", "kind = 'alarm'")
    op.execute("DROP FUNCTION wasl_networks_with_food_left(timestamptz)")
    op.execute("DROP POLICY owner_looks_for_food_left ON offers")
    op.drop_table("asks")
    op.drop_table("escalations")
    _without_needs_of_one_line()


def _without_needs_of_one_line() -> None:
    """Those that no plan knows go. What was planned stays, since plans refer to it: outside of what is unique."""
    looked_at = ("needs", "allocations", "declines")
    for table in looked_at:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "DELETE FROM needs n WHERE n.offer_line_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM allocations a WHERE a.need_id = n.id)"
        " AND NOT EXISTS (SELECT 1 FROM declines d WHERE d.need_id = n.id)"
    )
    kept = op.get_bind().scalars(sa.text("SELECT id FROM needs WHERE offer_line_id IS NOT NULL")).all()
    for table in looked_at:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(UNIQUE_NEEDS, "needs", type_="unique")
    op.drop_column("needs", "offer_line_id")
    if kept:
        but = ", ".join(f"'{each}'" for each in kept)
        op.execute(
            f"CREATE UNIQUE INDEX {UNIQUE_NEEDS} ON needs (site_id, service_date, category) WHERE id NOT IN ({but})"
        )
    else:
        op.create_unique_constraint(op.f(UNIQUE_NEEDS), "needs", ["site_id", "service_date", "category"])

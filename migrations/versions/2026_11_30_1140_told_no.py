"""Whoever is not taken on is mailed, without having an account; enquiries know the language they were written in; and a
person has a calendar of what they have taken on."""

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | None = None
depends_on: str | None = None

MAILS = {
    "kind": (
        "kind IN ('invitation','sign_in','alarm','escalation')",
        "kind IN ('invitation','sign_in','alarm','escalation','refusal')",
    ),
    "link": (
        "(kind IN ('alarm','escalation')) = (link_id IS NULL)",
        "(kind IN ('alarm','escalation','refusal')) = (link_id IS NULL)",
    ),
}
FEEDS = {
    "kind": ("kind IN ('site','shift_driver')", "kind IN ('site','shift_driver','person')"),
    "subject": (
        "CASE kind WHEN 'site' THEN site_id IS NOT NULL AND vehicle_id IS NULL AND driver_name IS NULL"
        " ELSE site_id IS NULL AND (vehicle_id IS NULL) <> (driver_name IS NULL) END",
        "CASE kind WHEN 'site' THEN site_id IS NOT NULL AND vehicle_id IS NULL AND driver_name IS NULL"
        " WHEN 'person' THEN site_id IS NULL AND vehicle_id IS NULL AND driver_name IS NULL"
        " ELSE site_id IS NULL AND (vehicle_id IS NULL) <> (driver_name IS NULL) END",
    ),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    # The default is for what was written before, and for a service of the version before.
    op.add_column("enquiries", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.create_check_constraint(op.f("ck_enquiries_language"), "enquiries", "language IN ('en','ar')")
    op.alter_column("mail_messages", "person_id", nullable=True)
    _rules("mail_messages", MAILS, 1)
    op.create_check_constraint(
        op.f("ck_mail_messages_person"), "mail_messages", "(kind = 'refusal') = (person_id IS NULL)"
    )
    op.add_column("calendar_feeds", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_calendar_feeds_person_id"), "calendar_feeds", "people", ["person_id"], ["id"], ondelete="CASCADE"
    )
    _rules("calendar_feeds", FEEDS, 1)
    op.create_check_constraint(
        op.f("ck_calendar_feeds_person"), "calendar_feeds", "(kind = 'person') = (person_id IS NOT NULL)"
    )
    op.create_index(
        "uq_calendar_feeds_standing",
        "calendar_feeds",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table, kind in (("calendar_feeds", "person"), ("mail_messages", "refusal")):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"DELETE FROM {table} WHERE kind = '{kind}'")  # noqa: S608
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_index("uq_calendar_feeds_standing", table_name="calendar_feeds")
    op.drop_constraint(op.f("ck_calendar_feeds_person"), "calendar_feeds", type_="check")
    _rules("calendar_feeds", FEEDS, 0)
    op.drop_column("calendar_feeds", "person_id")
    op.drop_constraint(op.f("ck_mail_messages_person"), "mail_messages", type_="check")
    _rules("mail_messages", MAILS, 0)
    op.alter_column("mail_messages", "person_id", nullable=False)
    op.drop_constraint(op.f("ck_enquiries_language"), "enquiries", type_="check")
    op.drop_column("enquiries", "language")


def _rules(table: str, rules: dict[str, tuple[str, str]], which: int) -> None:
    """A table's rules, as they were before (0) or as they are from now on (1)."""
    for name, both in rules.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, both[which])

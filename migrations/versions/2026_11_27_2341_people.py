"""People are invited, disabled and written to; keys expire; tries to sign in are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
PRESENTED = "secret_sha256 = nullif(current_setting('wasl.credential', true), '')"
COUNTED = "counted_for = ANY (string_to_array(nullif(current_setting('wasl.counted_for', true), ''), ','))"
# Old tries of everybody: the table's owner forgets them, since whoever signs in sees the own ones alone.
FORGET = """
CREATE FUNCTION wasl_forget_sign_in_tries(before timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$ DELETE FROM sign_in_tries WHERE at < before $$
"""
DATETIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    _people()
    _credentials()
    _links()
    _mails()
    _tries()


def _people() -> None:
    # The defaults are for the rows that are there, and for a service of the version before that writes meanwhile.
    for column in (
        sa.Column("language", sa.String(), nullable=False, server_default="en"),
        sa.Column("state", sa.String(), nullable=False, server_default="active"),
        sa.Column("created_at", DATETIME, nullable=False, server_default=sa.func.now()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    ):
        op.add_column("people", column)
    op.alter_column("people", "password_hash", nullable=True)
    op.create_check_constraint(op.f("ck_people_state"), "people", "state IN ('invited','active','disabled')")
    op.create_check_constraint(op.f("ck_people_language"), "people", "language IN ('en','ar')")


def _credentials() -> None:
    op.add_column("credentials", sa.Column("prefix", sa.String(), nullable=False, server_default=""))
    op.add_column("credentials", sa.Column("signed_in_by", sa.String(), nullable=True))
    op.add_column("credentials", sa.Column("last_used_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_credentials_signed_in_by"), "credentials", "signed_in_by IN ('password','link','invitation')"
    )


def _links() -> None:
    op.create_table(
        "person_links",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sa.Column("used_at", DATETIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('invitation','sign_in')", name=op.f("ck_person_links_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_person_links_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_person_links_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_links")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_person_links_secret_sha256")),
    )
    op.create_index(op.f("ix_person_links_organisation_id"), "person_links", ["organisation_id"])
    op.create_index(op.f("ix_person_links_person_id"), "person_links", ["person_id"])
    _guard("person_links", f"{OWN_OR_NETWORK} OR {PRESENTED}", OWN_OR_NETWORK)


def _mails() -> None:
    op.create_table(
        "mail_messages",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("expires_at", DATETIME, nullable=False),
        sa.Column("sent_at", DATETIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('invitation','sign_in')", name=op.f("ck_mail_messages_kind")),
        sa.CheckConstraint("state IN ('waiting','sent','refused','expired')", name=op.f("ck_mail_messages_state")),
        sa.CheckConstraint("state = 'waiting' OR words = '{}'::jsonb", name=op.f("ck_mail_messages_wiped")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_mail_messages_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_mail_messages_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mail_messages_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["person_links.id"], name=op.f("fk_mail_messages_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_messages")),
    )
    op.create_index(op.f("ix_mail_messages_organisation_id"), "mail_messages", ["organisation_id"])
    op.create_index(op.f("ix_mail_messages_person_id"), "mail_messages", ["person_id"])
    _guard("mail_messages", OWN_OR_NETWORK, OWN_OR_NETWORK)


def _tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("counted_for", sa.String(), nullable=False),
        sa.Column("at", DATETIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_counted_at", "sign_in_tries", ["counted_for", "at"])
    op.create_index(op.f("ix_sign_in_tries_at"), "sign_in_tries", ["at"])
    _guard("sign_in_tries", COUNTED, COUNTED)
    op.execute("CREATE POLICY owner_forgets ON sign_in_tries TO CURRENT_USER USING (true)")
    op.execute(FORGET)
    op.execute("REVOKE ALL ON FUNCTION wasl_forget_sign_in_tries FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION wasl_forget_sign_in_tries TO wasl_app")


def _guard(table: str, using: str, check: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({using}) WITH CHECK ({check})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP FUNCTION wasl_forget_sign_in_tries")
    for table in ("sign_in_tries", "mail_messages", "person_links"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_credentials_signed_in_by"), "credentials")
    for column in ("last_used_on", "signed_in_by", "prefix"):
        op.drop_column("credentials", column)
    op.drop_constraint(op.f("ck_people_language"), "people")
    op.drop_constraint(op.f("ck_people_state"), "people")
    # Whoever has no password yet was only invited, and cannot be kept where everybody needs one.
    op.execute("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM people WHERE password_hash IS NULL")
    op.execute("ALTER TABLE people FORCE ROW LEVEL SECURITY")
    op.alter_column("people", "password_hash", nullable=False)
    for column in ("version", "created_at", "state", "language"):
        op.drop_column("people", column)

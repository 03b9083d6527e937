"""A phone number is proved before anything is texted to it. No number given so far is: nobody has shown that it is theirs."""

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | None = None
depends_on: str | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
MESSAGE = "ck_notifications_message"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.add_column("notification_choices", sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_notification_choices_confirmed"),
        "notification_choices",
        "phone_confirmed_at IS NULL OR phone IS NOT NULL",
    )
    op.drop_constraint(op.f(MESSAGE), "notifications")
    op.create_check_constraint(op.f(MESSAGE), "notifications", "(subject IN ('test','code')) = (message_id IS NULL)")
    _codes()


def _codes() -> None:
    op.create_table(
        "phone_codes",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("person_id", "network_id", "organisation_id")),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_phone_codes_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_phone_codes_organisation_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_phone_codes_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_phone_codes")),
    )
    op.create_index(op.f("ix_phone_codes_organisation_id"), "phone_codes", ["organisation_id"])
    op.execute("ALTER TABLE phone_codes ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE phone_codes FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON phone_codes USING ({OWN_OR_NETWORK}) WITH CHECK ({OWN_OR_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON phone_codes TO wasl_app")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_table("phone_codes")
    op.drop_constraint(op.f(MESSAGE), "notifications")
    # A code was no message either, and the version before knows trials alone.
    op.execute("ALTER TABLE notifications NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM notifications WHERE subject = 'code'")
    op.execute("ALTER TABLE notifications FORCE ROW LEVEL SECURITY")
    op.create_check_constraint(op.f(MESSAGE), "notifications", "(subject = 'test') = (message_id IS NULL)")
    op.drop_constraint(op.f("ck_notification_choices_confirmed"), "notification_choices")
    op.drop_column("notification_choices", "phone_confirmed_at")

"""Vehicles that one organisation lends to another; who borrows one reads it, and nothing else of its owner's."""

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | None = None
depends_on: str | None = None

TWO_OR_NETWORK = (
    "lender_organisation_id = wasl_organisation() OR borrower_organisation_id = wasl_organisation()"
    " OR network_id = wasl_network()"
)
# For reading alone: whoever borrows a vehicle changes nothing of it.
LENT_TO_THEM = (
    "EXISTS (SELECT 1 FROM vehicle_loans l WHERE l.vehicle_id = vehicles.id"
    " AND l.borrower_organisation_id = wasl_organisation() AND l.lender_agreed_at IS NOT NULL)"
)
DATETIME = sa.DateTime(timezone=True)
CHECKS = {
    "state": "state IN ('offered','accepted','ended')",
    "offered_by": "offered_by IN ('lender','network')",
    "two_sides": "lender_organisation_id <> borrower_organisation_id",
    "dates": "valid_from <= valid_until",
    "agreed": "accepted_at IS NULL OR (lender_agreed_at IS NOT NULL AND borrower_agreed_at IS NOT NULL)",
    "accepted": "state <> 'accepted' OR accepted_at IS NOT NULL",
    "ended": "(state = 'ended') = (ended_on IS NOT NULL)",
}
REFERENCES = {
    "network_id": "networks",
    "vehicle_id": "vehicles",
    "lender_organisation_id": "organisations",
    "borrower_organisation_id": "organisations",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "vehicle_loans",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in REFERENCES),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_by", sa.String(), nullable=False),
        *(
            sa.Column(f"{name}_at", DATETIME, nullable=True)
            for name in ("lender_agreed", "borrower_agreed", "accepted")
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", DATETIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_vehicle_loans_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_vehicle_loans_{column}"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_loans")),
    )
    for column in REFERENCES:
        op.create_index(op.f(f"ix_vehicle_loans_{column}"), "vehicle_loans", [column])
    op.execute("ALTER TABLE vehicle_loans ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE vehicle_loans FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON vehicle_loans USING ({TWO_OR_NETWORK}) WITH CHECK ({TWO_OR_NETWORK})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON vehicle_loans TO wasl_app")
    op.execute(f"CREATE POLICY lent ON vehicles FOR SELECT USING ({LENT_TO_THEM})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DROP POLICY lent ON vehicles")
    op.drop_table("vehicle_loans")

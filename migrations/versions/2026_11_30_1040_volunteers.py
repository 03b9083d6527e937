"""Residents who help: what they offer, what they are asked to do, who has which place of a task; and their role."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | None = None
depends_on: str | None = None

OWN_OR_NETWORK = "organisation_id = wasl_organisation() OR network_id = wasl_network()"
PRESENTED = "secret_sha256 = nullif(current_setting('wasl.credential', true), '')"
HOLDS_PLACE = "state IN ('taken','done','no_show')"
ROLES = "'donor_staff','dispatcher','driver','organisation_admin','network_admin'"
POLICIES = {
    "volunteers": f"{OWN_OR_NETWORK} OR {PRESENTED}",
    "tasks": OWN_OR_NETWORK,
    "task_sign_ups": OWN_OR_NETWORK,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_constraint(op.f("ck_people_role"), "people")
    op.create_check_constraint(op.f("ck_people_role"), "people", f"role IN ({ROLES},'volunteer')")
    _volunteers()
    _tasks()
    _sign_ups()
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({seen}) WITH CHECK ({seen})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO wasl_app")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _lists(*names: str) -> list[sa.Column[list[str]]]:
    return [sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False) for name in names]


def _instants(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{other}.id"],
            name=op.f(f"fk_{table}_{column}"),
            ondelete="CASCADE" if other == "people" else None,
        )
        for column, other in columns.items()
    ]


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]


def _volunteers() -> None:
    op.create_table(
        "volunteers",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "network_id")),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("organisation_id", "person_id")),
        *_texts("state", "name", "email", "phone", "language"),
        *_lists("languages", "skills"),
        *_texts("vehicle"),
        sa.Column("vehicle_grams", sa.Integer(), nullable=False),
        *_lists("slots"),
        *_texts("note"),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("secret_sha256", sa.String(), nullable=True),
        *_instants("agreed_at", "cleared_at", nullable=True),
        *_instants("created_at"),
        *_instants("decided_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(
            "volunteers",
            state="state IN ('waiting','accepted','refused')",
            person="(state = 'accepted') = (person_id IS NOT NULL)",
            organisation="(person_id IS NULL) = (organisation_id IS NULL)",
            named_once="person_id IS NULL OR (name = '' AND email = '')",
            refusal="(state = 'refused') = (refusal IS NOT NULL)",
            language="language IN ('en','ar')",
            vehicle="vehicle IN ('none','bike','cargo_bike','car','van')",
        ),
        *_references("volunteers", network_id="networks", organisation_id="organisations", person_id="people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteers")),
        sa.UniqueConstraint("person_id", name=op.f("uq_volunteers_person_id")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_volunteers_secret_sha256")),
    )
    for column in ("network_id", "organisation_id"):
        op.create_index(op.f(f"ix_volunteers_{column}"), "volunteers", [column])


def _tasks() -> None:
    op.create_table(
        "tasks",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "network_id", "organisation_id")),
        *_texts("kind"),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        *_texts("title", "place"),
        sa.Column("service_date", sa.Date(), nullable=False),
        *_instants("starts_at", "ends_at"),
        sa.Column("people_wanted", sa.Integer(), nullable=False),
        *_lists("skills", "languages"),
        sa.Column("own_vehicle", sa.Boolean(), nullable=False),
        *_texts("bring", "note"),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        *_instants("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(
            "tasks",
            kind="kind IN ('drive','ride_along','sorting','distribution','collection','other')",
            shift="(kind IN ('drive','ride_along')) = (shift_id IS NOT NULL)",
            people="people_wanted BETWEEN 1 AND 200 AND (kind <> 'drive' OR people_wanted = 1)",
            window="starts_at < ends_at",
            state="state IN ('open','cancelled')",
        ),
        *_references("tasks", network_id="networks", organisation_id="organisations", shift_id="shifts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("id", "people_wanted", name=op.f("uq_tasks_id_people_wanted")),
    )
    for column in ("organisation_id", "shift_id"):
        op.create_index(op.f(f"ix_tasks_{column}"), "tasks", [column])
    op.create_index("ix_tasks_network_starts", "tasks", ["network_id", "starts_at"])
    one = "kind = 'drive' AND state = 'open'"
    op.create_index("uq_tasks_one_drive", "tasks", ["shift_id"], unique=True, postgresql_where=sa.text(one))


def _sign_ups() -> None:
    op.create_table(
        "task_sign_ups",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "network_id", "organisation_id", "task_id")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("people_wanted", "place_number")),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *_texts("state"),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        *_instants("taken_at"),
        *_instants("ended_at", "told_day_at", "told_hours_at", nullable=True),
        *_checks(
            "task_sign_ups",
            state="state IN ('taken','given_back','released','done','no_show')",
            place=f"NOT ({HOLDS_PLACE}) OR place_number BETWEEN 1 AND people_wanted",
            minutes="(state = 'done') = (minutes IS NOT NULL)",
        ),
        *_references("task_sign_ups", network_id="networks", organisation_id="organisations", person_id="people"),
        # With the number of places: where it is lowered below a place that is taken, the check above refuses.
        sa.ForeignKeyConstraint(
            ["task_id", "people_wanted"],
            ["tasks.id", "tasks.people_wanted"],
            name=op.f("fk_task_sign_ups_task_id_people_wanted"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_sign_ups")),
    )
    for column in ("network_id", "organisation_id", "person_id"):
        op.create_index(op.f(f"ix_task_sign_ups_{column}"), "task_sign_ups", [column])
    for name, column in (("place", "place_number"), ("person", "person_id")):
        op.create_index(
            f"uq_task_sign_ups_{name}",
            "task_sign_ups",
            ["task_id", column],
            unique=True,
            postgresql_where=sa.text(HOLDS_PLACE),
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    for table in ("task_sign_ups", "tasks", "volunteers"):
        op.drop_table(table)
    # The version before knows no volunteers: they drive or they do not, and sign in no more.
    for table in ("people", "credentials"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM credentials WHERE role = 'volunteer'")
    op.execute("UPDATE people SET role = 'driver', state = 'disabled' WHERE role = 'volunteer'")
    for table in ("people", "credentials"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("ck_people_role"), "people")
    op.create_check_constraint(op.f("ck_people_role"), "people", f"role IN ({ROLES})")

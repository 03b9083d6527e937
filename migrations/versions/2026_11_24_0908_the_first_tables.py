"""The first tables: partners, offers, needs, fleet, plans, events and what the kit keeps."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_table(
        "idempotency_records",
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_table(
        "networks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networks")),
    )
    op.create_table(
        "cached_matrices",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_cached_matrices_network_id")),
        sa.PrimaryKeyConstraint("network_id", "digest", name=op.f("pk_cached_matrices")),
    )
    op.create_table(
        "organisations",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("home_network_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('supermarket','food_bank','carrier','public_body','sponsor','community_group')",
            name=op.f("ck_organisations_kind"),
        ),
        sa.ForeignKeyConstraint(["home_network_id"], ["networks.id"], name=op.f("fk_organisations_home_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "plans",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem_digest", sa.String(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("estimated_travel", sa.Boolean(), nullable=False),
        sa.Column("grams_allocated", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('draft','ready','published','superseded')", name=op.f("ck_plans_state")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_plans_network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint(
            "network_id", "service_date", "number", name=op.f("uq_plans_network_id_service_date_number")
        ),
    )
    op.create_index(
        "uq_plans_one_published",
        "plans",
        ["network_id", "service_date"],
        unique=True,
        postgresql_where="state = 'published'",
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_audit_entries_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_entries_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_network_id"), "audit_entries", ["network_id"], unique=False)
    op.create_index(op.f("ix_audit_entries_organisation_id"), "audit_entries", ["organisation_id"], unique=False)
    op.create_table(
        "partnerships",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('active','ended')", name=op.f("ck_partnerships_state")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_partnerships_network_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_partnerships_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnerships")),
        sa.UniqueConstraint("network_id", "organisation_id", name=op.f("uq_partnerships_network_id_organisation_id")),
    )
    op.create_index(op.f("ix_partnerships_organisation_id"), "partnerships", ["organisation_id"], unique=False)
    op.create_table(
        "plan_runs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name=op.f("ck_plan_runs_state")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_plan_runs_network_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_runs_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_runs")),
    )
    op.create_index(
        "uq_plan_runs_one_alive",
        "plan_runs",
        ["network_id", "service_date"],
        unique=True,
        postgresql_where="state IN ('queued','running')",
    )
    op.create_table(
        "sites",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("metres_to_street", sa.Integer(), nullable=False),
        sa.Column("windows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("setup_seconds", sa.Integer(), nullable=False),
        sa.Column("service_seconds", sa.Integer(), nullable=False),
        sa.Column("access_notes", sa.String(), nullable=False),
        sa.Column("temperature_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("osm_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('store','warehouse','depot','distribution_point')", name=op.f("ck_sites_kind")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name=op.f("ck_sites_position")
        ),
        sa.CheckConstraint("setup_seconds >= 0 AND service_seconds >= 0", name=op.f("ck_sites_times")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_sites_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_sites_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_index(op.f("ix_sites_network_id"), "sites", ["network_id"], unique=False)
    op.create_index(op.f("ix_sites_organisation_id"), "sites", ["organisation_id"], unique=False)
    op.create_table(
        "vehicles",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("capacity_grams", sa.Integer(), nullable=False),
        sa.Column("capacity_crates", sa.Integer(), nullable=False),
        sa.Column("chilled_grams", sa.Integer(), nullable=False),
        sa.Column("frozen_grams", sa.Integer(), nullable=False),
        sa.Column("hot_grams", sa.Integer(), nullable=False),
        sa.Column("cents_per_km", sa.Integer(), nullable=False),
        sa.Column("cents_per_hour", sa.Integer(), nullable=False),
        sa.Column("cents_per_use", sa.Integer(), nullable=False),
        sa.Column("grams_co2e_per_km", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("capacity_grams > 0 AND capacity_crates >= 0", name=op.f("ck_vehicles_capacity")),
        sa.CheckConstraint(
            "cents_per_km >= 0 AND cents_per_hour >= 0 AND cents_per_use >= 0", name=op.f("ck_vehicles_costs")
        ),
        sa.CheckConstraint(
            "chilled_grams >= 0 AND frozen_grams >= 0 AND hot_grams >= 0",
            name=op.f("ck_vehicles_compartments"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_vehicles_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_vehicles_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    op.create_index(op.f("ix_vehicles_network_id"), "vehicles", ["network_id"], unique=False)
    op.create_index(op.f("ix_vehicles_organisation_id"), "vehicles", ["organisation_id"], unique=False)
    op.create_table(
        "needs",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("minimum_shelf_life_days", sa.Integer(), nullable=False),
        sa.Column("accepts_past_best_before", sa.Boolean(), nullable=False),
        sa.Column("excluded_allergens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required_dietary_flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("people_served", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('open','withdrawn')", name=op.f("ck_needs_state")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_needs_grams")),
        sa.CheckConstraint("minimum_shelf_life_days >= 0", name=op.f("ck_needs_minimum_shelf_life_days")),
        sa.CheckConstraint("people_served >= 0", name=op.f("ck_needs_people_served")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_needs_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_needs_organisation_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_needs_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
        sa.UniqueConstraint("site_id", "service_date", "category", name=op.f("uq_needs_site_id_service_date_category")),
    )
    op.create_index("ix_needs_network_day", "needs", ["network_id", "service_date"], unique=False)
    op.create_index(op.f("ix_needs_organisation_id"), "needs", ["organisation_id"], unique=False)
    op.create_table(
        "offers",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("pickup_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pickup_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('open','withdrawn')", name=op.f("ck_offers_state")),
        sa.CheckConstraint("pickup_from < pickup_until", name=op.f("ck_offers_window")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_offers_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_offers_organisation_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_offers_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index("ix_offers_network_day", "offers", ["network_id", "service_date"], unique=False)
    op.create_index("ix_offers_organisation_created", "offers", ["organisation_id", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_offers_site_id"), "offers", ["site_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('donor_staff','dispatcher','driver','organisation_admin','network_admin')",
            name=op.f("ck_people_role"),
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_people_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_people_organisation_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_people_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_index(op.f("ix_people_organisation_id"), "people", ["organisation_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("driver_name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_site_id", sa.Uuid(), nullable=False),
        sa.Column("end_site_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shifts_window")),
        sa.ForeignKeyConstraint(["end_site_id"], ["sites.id"], name=op.f("fk_shifts_end_site_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_shifts_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_shifts_organisation_id")),
        sa.ForeignKeyConstraint(["start_site_id"], ["sites.id"], name=op.f("fk_shifts_start_site_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_shifts_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_network_day", "shifts", ["network_id", "service_date"], unique=False)
    op.create_index(op.f("ix_shifts_organisation_id"), "shifts", ["organisation_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('api_key','session','driver_link')", name=op.f("ck_credentials_kind")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_credentials_network_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_credentials_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_credentials_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_credentials_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_credentials_secret_sha256")),
    )
    op.create_index(op.f("ix_credentials_organisation_id"), "credentials", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_credentials_shift_id"), "credentials", ["shift_id"], unique=False)
    op.create_table(
        "offer_lines",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("crates", sa.Integer(), nullable=False),
        sa.Column("temperature_class", sa.String(), nullable=False),
        sa.Column("date_mark", sa.String(), nullable=False),
        sa.Column("mark_date", sa.Date(), nullable=True),
        sa.Column("allergens", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("dietary_flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("splittable", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(date_mark = 'none') = (mark_date IS NULL)", name=op.f("ck_offer_lines_mark_date")),
        sa.CheckConstraint("date_mark IN ('use_by','best_before','none')", name=op.f("ck_offer_lines_date_mark")),
        sa.CheckConstraint(
            "temperature_class IN ('ambient','chilled','frozen','hot')",
            name=op.f("ck_offer_lines_temperature_class"),
        ),
        sa.CheckConstraint("crates >= 0", name=op.f("ck_offer_lines_crates")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_offer_lines_grams")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_offer_lines_network_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_lines_offer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_offer_lines_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_lines")),
    )
    op.create_index(op.f("ix_offer_lines_offer_id"), "offer_lines", ["offer_id"], unique=False)
    op.create_table(
        "routes",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vehicle_name", sa.String(), nullable=False),
        sa.Column("driver_name", sa.String(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("driving_seconds", sa.Integer(), nullable=False),
        sa.Column("line", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_routes_network_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_routes_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_routes_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_routes_plan_id_number")),
    )
    op.create_index(op.f("ix_routes_shift_id"), "routes", ["shift_id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("from_account", sa.String(), nullable=False),
        sa.Column("to_account", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "from_account IN ('supply','offered','allocated','collected','delivered','refused','returned','wasted','expired','withdrawn') AND to_account IN ('supply','offered','allocated','collected','delivered','refused','returned','wasted','expired','withdrawn')",
            name=op.f("ck_ledger_entries_accounts"),
        ),
        sa.CheckConstraint("from_account <> to_account", name=op.f("ck_ledger_entries_movement")),
        sa.CheckConstraint("grams > 0", name=op.f("ck_ledger_entries_grams")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_ledger_entries_network_id")),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_ledger_entries_offer_line_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_entries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_ledger_entries_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index(op.f("ix_ledger_entries_network_id"), "ledger_entries", ["network_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_offer_line_id"), "ledger_entries", ["offer_line_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_organisation_id"), "ledger_entries", ["organisation_id"], unique=False)
    op.create_table(
        "stops",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site_name", sa.String(), nullable=False),
        sa.Column("organisation_name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("access_notes", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("arrive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begin_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leave_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("metres_from_previous", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('start','pickup','drop_off','break','end')", name=op.f("ck_stops_kind")),
        sa.CheckConstraint("arrive_at <= leave_at", name=op.f("ck_stops_times")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_stops_network_id")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_stops_route_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_stops_shift_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stops_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stops")),
        sa.UniqueConstraint("route_id", "sequence", name=op.f("uq_stops_route_id_sequence")),
    )
    op.create_index(op.f("ix_stops_shift_id"), "stops", ["shift_id"], unique=False)
    op.create_table(
        "unserved_offers",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_unserved_offers_grams")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_unserved_offers_network_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_unserved_offers_offer_id")),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_unserved_offers_offer_line_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_unserved_offers_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unserved_offers")),
    )
    op.create_index(op.f("ix_unserved_offers_plan_id"), "unserved_offers", ["plan_id"], unique=False)
    op.create_table(
        "allocations",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("offer_line_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("donor_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_stop_id", sa.Uuid(), nullable=False),
        sa.Column("drop_off_stop_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.Column("crates", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("temperature_class", sa.String(), nullable=False),
        sa.Column("donor_name", sa.String(), nullable=False),
        sa.Column("receiver_name", sa.String(), nullable=False),
        sa.Column("pickup_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drop_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("grams > 0 AND crates >= 0", name=op.f("ck_allocations_amounts")),
        sa.ForeignKeyConstraint(
            ["donor_organisation_id"], ["organisations.id"], name=op.f("fk_allocations_donor_organisation_id")
        ),
        sa.ForeignKeyConstraint(["drop_off_stop_id"], ["stops.id"], name=op.f("fk_allocations_drop_off_stop_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_allocations_need_id")),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_allocations_network_id")),
        sa.ForeignKeyConstraint(["offer_line_id"], ["offer_lines.id"], name=op.f("fk_allocations_offer_line_id")),
        sa.ForeignKeyConstraint(["pickup_stop_id"], ["stops.id"], name=op.f("fk_allocations_pickup_stop_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_allocations_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["receiver_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_allocations_receiver_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_allocations_route_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_allocations_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    op.create_index(
        op.f("ix_allocations_donor_organisation_id"), "allocations", ["donor_organisation_id"], unique=False
    )
    op.create_index(op.f("ix_allocations_drop_off_stop_id"), "allocations", ["drop_off_stop_id"], unique=False)
    op.create_index(op.f("ix_allocations_need_id"), "allocations", ["need_id"], unique=False)
    op.create_index(op.f("ix_allocations_offer_line_id"), "allocations", ["offer_line_id"], unique=False)
    op.create_index(op.f("ix_allocations_pickup_stop_id"), "allocations", ["pickup_stop_id"], unique=False)
    op.create_index(op.f("ix_allocations_plan_id"), "allocations", ["plan_id"], unique=False)
    op.create_index(
        op.f("ix_allocations_receiver_organisation_id"),
        "allocations",
        ["receiver_organisation_id"],
        unique=False,
    )
    op.create_index(op.f("ix_allocations_route_id"), "allocations", ["route_id"], unique=False)
    op.create_index(op.f("ix_allocations_shift_id"), "allocations", ["shift_id"], unique=False)
    op.create_table(
        "stop_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('arrived','collected','delivered','refused','failed')", name=op.f("ck_stop_events_kind")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name=op.f("fk_stop_events_network_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_stop_events_shift_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_stop_events_stop_id")),
        sa.PrimaryKeyConstraint("id", "shift_id", name=op.f("pk_stop_events")),
    )
    op.create_index(op.f("ix_stop_events_stop_id"), "stop_events", ["stop_id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_index(op.f("ix_stop_events_stop_id"), table_name="stop_events")
    op.drop_table("stop_events")
    op.drop_index(op.f("ix_allocations_shift_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_route_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_receiver_organisation_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_plan_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_pickup_stop_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_offer_line_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_need_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_drop_off_stop_id"), table_name="allocations")
    op.drop_index(op.f("ix_allocations_donor_organisation_id"), table_name="allocations")
    op.drop_table("allocations")
    op.drop_index(op.f("ix_unserved_offers_plan_id"), table_name="unserved_offers")
    op.drop_table("unserved_offers")
    op.drop_index(op.f("ix_stops_shift_id"), table_name="stops")
    op.drop_table("stops")
    op.drop_index(op.f("ix_ledger_entries_organisation_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_offer_line_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_network_id"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_routes_shift_id"), table_name="routes")
    op.drop_table("routes")
    op.drop_index(op.f("ix_offer_lines_offer_id"), table_name="offer_lines")
    op.drop_table("offer_lines")
    op.drop_index(op.f("ix_credentials_shift_id"), table_name="credentials")
    op.drop_index(op.f("ix_credentials_organisation_id"), table_name="credentials")
    op.drop_table("credentials")
    op.drop_index(op.f("ix_shifts_organisation_id"), table_name="shifts")
    op.drop_index("ix_shifts_network_day", table_name="shifts")
    op.drop_table("shifts")
    op.drop_index(op.f("ix_people_organisation_id"), table_name="people")
    op.drop_table("people")
    op.drop_index(op.f("ix_offers_site_id"), table_name="offers")
    op.drop_index("ix_offers_organisation_created", table_name="offers")
    op.drop_index("ix_offers_network_day", table_name="offers")
    op.drop_table("offers")
    op.drop_index(op.f("ix_needs_organisation_id"), table_name="needs")
    op.drop_index("ix_needs_network_day", table_name="needs")
    op.drop_table("needs")
    op.drop_index(op.f("ix_vehicles_organisation_id"), table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_network_id"), table_name="vehicles")
    op.drop_table("vehicles")
    op.drop_index(op.f("ix_sites_organisation_id"), table_name="sites")
    op.drop_index(op.f("ix_sites_network_id"), table_name="sites")
    op.drop_table("sites")
    op.drop_index("uq_plan_runs_one_alive", table_name="plan_runs", postgresql_where="state IN ('queued','running')")
    op.drop_table("plan_runs")
    op.drop_index(op.f("ix_partnerships_organisation_id"), table_name="partnerships")
    op.drop_table("partnerships")
    op.drop_index(op.f("ix_audit_entries_organisation_id"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_network_id"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_index("uq_plans_one_published", table_name="plans", postgresql_where="state = 'published'")
    op.drop_table("plans")
    op.drop_table("organisations")
    op.drop_table("cached_matrices")
    op.drop_table("networks")
    op.drop_table("idempotency_records")

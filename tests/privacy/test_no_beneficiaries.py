"""No field is meant for people in need: what may name somebody is listed with its reason, all else names things."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

import app.models  # noqa: F401  (registers the tables)
from app.domain.personal import FREE_TEXT, NAMED_FIELDS, NAMED_THINGS, NOT_OF_PEOPLE_IN_NEED
from app.kit.db import Base, Database
from app.main import create_app
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import ROOT

# Of people in need, whatever it is.
OF_PEOPLE_IN_NEED = re.compile(
    r"beneficiar|recipient|household|famil(y|ies)|guest|client|patient|refugee|needy|pensioner|child|customer"
    r"|birth|(^|_)(age|gender|sex|religion|nationality|passport|national_id|ethnic\w*|diagnos\w*|income)(_|$)"
)
# Of somebody who can be named. `..._by` says who did something; an id says it of nobody who has been erased.
NAMING = re.compile(r"(^|_)(name|email|phone|mobile|telephone|surname|contact|password\w*)(_|$)|_by$")
COUNTS = {"people_served": "how many, not who"}
# Fields of the API that name somebody who works for a partner or for a supplier of the service, or that name a thing.
API_NAMES = {
    "name": "of a partner, a place, a vehicle, a key, an account, an actor in the audit trail",
    "driver_name": "who drives a shift", "email": "signing in", "password": "signing in",
    "requested_by": "who imported streets", "vehicle_name": "a vehicle", "site_name": "a place",
    "organisation_name": "a partner", "donor_name": "a partner", "receiver_name": "a partner",
    "contact": "whom partners call", "phone": "whom partners call", "outlet_name": "a fridge, a farm or a heap",
    "name_en": "of a network", "name_ar": "of a network",
    "signed_by": "who signs for a store or a food bank at its door",
    "search_ended_by": "a dispatcher", "created_by": "who gave a secret address away",
    "marked_by": "who has dealt with duplicate effort",
    "followed_by": "who has spoken with a partner", "settled_by": "who answers for food left over",
    "declined_by": "who speaks for a food bank", "confirmed_by": "who speaks for a food bank",
    "seen_by": "who saw to a difference", "chosen_by": "who chose a factor", "published_by": "who published a report",
    "answered_by": "who speaks for a food bank", "decided_by": "who answers for food held back",
    "proposed_by": "a side", "offered_by": "a side", "suspended_by": "a side", "paid_by": "a side",
    "acknowledged_by": "an id",
    "phone_confirmed": "whether a number was proved",
    "signed_in_by": "a way to sign in", "usually_posted_by": "a time", "begin_by": "a time", "use_by": "a date",
    "minimum_days_before_use_by": "a number of days",
}  # fmt: skip
SAY_WHY = (
    "{} may name somebody. Of people in need nothing is kept; of people who work for a partner say so in NAMED_FIELDS"
    " (app/domain/personal.py), with how it is erased, and add its rule of retention; of a thing in NAMED_THINGS."
)


def misfits(columns: list[tuple[str, str]]) -> list[str]:
    """The columns that are meant for people in need, or name somebody without a reason."""
    named = {(field.table, field.column) for field in NAMED_FIELDS} | set(NAMED_THINGS)
    return [
        f"{table}.{column}"
        for table, column in columns
        if column not in COUNTS
        and (OF_PEOPLE_IN_NEED.search(column) or (NAMING.search(column) and (table, column) not in named))
    ]


def test_no_column_is_meant_for_people_in_need_and_every_name_has_its_reason() -> None:
    columns = [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]
    found = misfits(columns)
    assert not found, SAY_WHY.format(", ".join(found))
    tables = Base.metadata.tables
    for field in NAMED_FIELDS:
        assert field.column in tables[field.table].c, field
        assert field.why
    for table, column in NAMED_THINGS:
        assert column in tables[table].c, (table, column)
    assert not any(re.search("beneficiar|recipient|household", table) for table in tables)


def test_a_column_for_people_in_need_would_be_found() -> None:
    """The twin."""
    columns = [("needs", "beneficiary_name"), ("needs", "contact_phone"), ("people", "gender"), ("sites", "name")]
    assert misfits(columns) == ["needs.beneficiary_name", "needs.contact_phone", "people.gender"]


def test_a_column_that_says_who_did_something_would_be_found() -> None:
    """The twin: whatever was done."""
    columns = [("plan_runs", "looked_at_by"), ("plan_runs", "looked_at_by_id"), ("plan_runs", "search_ended_by")]
    assert misfits(columns) == ["plan_runs.looked_at_by"]


@pytest.fixture
def document(database: Database, streets: Streets, config: Settings) -> dict[str, Any]:
    return create_app(database, streets, config=config).openapi()


def properties(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for schema, described in document["components"]["schemas"].items():
        for name, field in described.get("properties", {}).items():
            yield schema, name, field


def test_no_field_of_the_api_is_meant_for_people_in_need(document: dict[str, Any]) -> None:
    seen = 0
    for schema, name, field in properties(document):
        seen += 1
        assert name in COUNTS or not OF_PEOPLE_IN_NEED.search(name), SAY_WHY.format(f"{schema}.{name}")
        assert not NAMING.search(name) or name in API_NAMES, SAY_WHY.format(f"{schema}.{name}")
        if name in FREE_TEXT and field.get("readOnly") is not True and not schema.endswith("Out"):
            assert NOT_OF_PEOPLE_IN_NEED in str(field), f"{schema}.{name} has to say: {NOT_OF_PEOPLE_IN_NEED}"
    assert seen > 200


def test_the_page_says_so() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text()
    assert "People in need are never written down" in page
    for field in NAMED_FIELDS:
        assert f"`{field.table}.{field.column}`" in page

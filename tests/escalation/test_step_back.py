"""A step back of the schema keeps the needs that a yes has made and a plan refers to, and the way up goes again."""

from sqlalchemy import create_engine, text

from app.kit import migrate
from tests.conftest import TestDatabase
from tests.escalation.conftest import BreadDay
from tests.service_client import a_line, an_offer

BEFORE = "0023-1"


def needs(migrated: TestDatabase) -> int:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM needs"))
    engine.dispose()
    return int(found or 0)


def test_what_was_planned_of_a_yes_stays_and_what_was_not_goes(day: BreadDay, migrated: TestDatabase) -> None:
    day.network.published(day.planned())
    late = day.network.ok("/offers", an_offer(day.store, a_line(kg="4", description="Late")))
    day.at("08:00")
    by_line = {ask["description"]: ask["id"] for ask in day.asks(day.near)}
    day.near.ok(f"/asks/{by_line['Loaves']}/answer", {"takes": True})
    day.network.published(day.planned_change())
    day.near.ok(f"/asks/{by_line['Late']}/answer", {"takes": True})
    assert late["lines"]
    assert needs(migrated) == 4
    migrate.downgrade(migrated.owner_url, BEFORE)
    assert needs(migrated) == 3
    migrate.upgrade(migrated.owner_url)
    migrate.differences(migrated.owner_url)
    assert needs(migrated) == 3

"""One simulated day of a few stores on the real service: the ledger agrees with the events to the gram, and a gram or
an event that goes missing is found."""

import copy
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.roads.streets import Streets
from app.simulation.account import differences
from app.simulation.outcomes import outcomes_of
from app.simulation.play import play
from app.simulation.record import account_of, read
from app.simulation.report import Told, document, lines
from app.simulation.week import Week, Wish
from tests.conftest import a_database

MONDAY = date(2026, 6, 1)


RECORD = "record.json.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulation")


@pytest.fixture(scope="module")
def played(
    postgres: EmbeddedPostgres, template: str, streets: Streets, regions: Path, folder: Path
) -> tuple[Week, Told]:
    (folder / "regions").symlink_to(regions, target_is_directory=True)
    with a_database(postgres, template) as made:
        database = Database(made.service_url)
        try:
            wish = Wish(seed=3, first=MONDAY, days=1, changes=True, stores=6, plan_seconds=1.0)
            # As for a week that does not add up: whether it does is asked below.
            with mock.patch.object(Told, "good", False):
                return play(database, streets, folder, wish, lambda _sentence: None, folder / RECORD)
        finally:
            database.close()


def test_the_ledger_of_a_day_agrees_with_its_events_to_the_gram(played: tuple[Week, Told]) -> None:
    week, told = played
    assert told.differences == []
    assert told.faults == []
    assert week.town.account.places() == week.ledger
    assert sum(places.get("delivered", 0) for places in week.ledger.values()) > 50_000


def test_no_offer_of_the_day_is_without_an_outcome(played: tuple[Week, Told]) -> None:
    _, told = played
    assert told.outcomes.without == ()
    assert sum(told.outcomes.counts.values()) == told.lines > 0
    assert told.good


def test_it_was_no_easy_day(played: tuple[Week, Told]) -> None:
    _, told = played
    assert told.events["reports"] > 10
    assert len(told.events) >= 6
    assert told.figures["changes_published"]


def test_a_gram_too_much_in_the_ledger_and_an_event_that_is_forgotten_are_found(played: tuple[Week, Told]) -> None:
    """The twins: what would be wrong if either side were."""
    week, _ = played
    line = next(line for line, places in week.ledger.items() if places.get("delivered"))
    tampered = copy.deepcopy(week.ledger)
    tampered[line]["delivered"] += 1
    assert [each.line for each in differences(week.town.account, tampered)] == [line]

    forgetful = copy.deepcopy(week.town.account)
    next(parcel for parcel in forgetful.parcels.values() if parcel.delivered).at_visits["delivered"].clear()
    assert differences(forgetful, week.ledger)


def test_the_record_of_a_week_that_does_not_add_up_can_be_told_to_the_account_again(
    played: tuple[Week, Told], folder: Path
) -> None:
    week, _ = played
    record = read(folder / RECORD)
    assert account_of(record["events"]).places() == week.town.account.places() == record["balances"]
    assert record["differences"] == record["faults"] == record["ledgers"] == []


def test_food_that_nobody_says_a_word_about_has_no_outcome() -> None:
    assert outcomes_of({"line": {"expired": 5}}, {"line": "van_full"}).without == ()
    assert len(outcomes_of({"line": {"expired": 5}}, {}).without) == 1
    assert len(outcomes_of({"line": {"delivered": 4, "allocated": 1}}, {"line": "closed"}).without) == 1


def test_the_report_can_be_read_by_people_and_by_programs(played: tuple[Week, Told]) -> None:
    _, told = played
    said = "\n".join(lines(told, told))
    assert "agrees with the events to the gram" in said
    assert "with changes" in said
    assert document(told, None)["with_changes"]["agrees_to_the_gram"] is True
    assert set(document(told, told)) == {"with_changes", "without_changes"}

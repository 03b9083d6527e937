"""A month of two days, reported on by the service itself: what is asked for, what is told, what is kept."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer

from app.month import command, statement_check
from app.month.at_work import AtWork
from app.month.pages import Pages
from app.month.reading import read_month
from app.month.telling import lines_of
from app.month.wish import MonthWish, Played, keep, kept
from app.month.working_out import work_out
from tests.service_client import DAY


def test_a_month_is_worked_out_told_checked_and_kept(month: AtWork, tmp_path: Path) -> None:
    reader = month.reader()
    told = json.loads(json.dumps(command.document_of(month, reader, lambda _sentence: None, tmp_path / "papers")))
    assert told["faults"] == []
    together = told["together"]["month"]["recorded"]
    assert together["days"] == [DAY]
    alone, joined = together["network"]["alone"], together["network"]["together"]
    assert Decimal(joined["kg"]) > Decimal(alone["kg"]) > 0
    [week] = told["together"]["weeks"]
    assert week["recorded"]["network"] == together["network"]
    variants = {each["variant"] for each in told["together"]["sensitivity"]["recorded"]}
    assert {"usual", "all_stores", "aware", "slower", "quicker"} <= variants
    for kind in ("planned", "recorded"):
        [day] = told["shares"][kind]["days"]
        assert told["shares"][kind]["days_checked"] == 1
        assert day["groups_asked"] == 7
        paid = sum(Decimal(row["share"]) for row in told["shares"][kind]["partners"])
        assert paid + Decimal(day["network_carries"]) == Decimal(day["cost"])
    assert told["impact"]["days_recorded"] == [DAY]
    assert told["funding"]["network"]["spent"] == "5.00"

    page = "\n".join(lines_of(told))
    assert "finds no difference, to the cent" in page
    for words in ("| kg received |", "Pantry", "Every store on offer", "Wed 25 Nov", "Town fund"):
        assert words in page, words

    kinds = {file.suffix for file in (tmp_path / "papers" / "ar").iterdir()}
    assert kinds == {".pdf"}
    assert (tmp_path / "papers" / "en" / "shared-costs-2026-11.csv").read_text().count(DAY) == 3

    # Once more: nothing is made again, and nothing is left to do.
    with Pages(month.server.address, reader) as pages:
        assert work_out(month, lambda _sentence: None) == {}
        again = read_month(month, pages)
        assert again["together"] == told["together"]
        recorded, other = ({"days": told["shares"][kind]["days"], "paid": []} for kind in ("recorded", "planned"))
        assert (
            len(list(statement_check.statement_faults(pages, "2026-11", {"recorded": recorded, "planned": other}))) == 4
        )
    assert len(month.office.get("/impact/reports")["items"]) == 1


def test_days_for_which_no_time_is_left_are_said(month: AtWork) -> None:
    said: list[str] = []
    assert work_out(month, said.append, minutes=0) == {}
    assert said == [f"{DAY}: no time is left for together.", f"{DAY}: no time is left for shares."]


def test_what_was_played_is_kept_beside_its_database_for_nobody_else(tmp_path: Path) -> None:
    assert kept(tmp_path) is None
    played = Played(MonthWish(seed=3, days=9), "network", "wasl_key_x", "2026-11-28", 12.5, {"faults": []})
    keep(tmp_path, played)
    assert kept(tmp_path) == played
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_one_run_at_a_time_has_a_month(tmp_path: Path) -> None:
    with command._alone(tmp_path), pytest.raises(typer.BadParameter, match="Another run"), command._alone(tmp_path):
        pass
    with command._alone(tmp_path):
        pass


@pytest.mark.parametrize(
    "wish",
    [
        MonthWish(days=0), MonthWish(days=29), MonthWish(seed=-1), MonthWish(plan_seconds=0.0),
        MonthWish(compare_seconds=90.0), MonthWish(share_groups=10),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_one_sentence(wish: MonthWish) -> None:
    with pytest.raises(typer.BadParameter, match=r"^Give .*\.$"):
        command._can_be(wish)


def test_a_month_has_whole_weeks_from_a_monday_and_is_reported_on_when_it_is_over() -> None:
    wish = MonthWish(days=9)
    assert wish.first.isoweekday() == 1
    assert wish.weeks == [(wish.first, wish.first + timedelta(days=6)), (date(2026, 6, 8), date(2026, 6, 9))]
    assert wish.reported_at.date() == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("told", "good"),
    [
        (None, False),
        ({"agrees_to_the_gram": True, "without_outcome": [], "faults": []}, True),
        ({"agrees_to_the_gram": False, "without_outcome": [], "faults": []}, False),
        ({"agrees_to_the_gram": True, "without_outcome": ["line"], "faults": []}, False),
    ],
)
def test_a_month_that_was_not_played_to_its_end_or_does_not_add_up_is_not_good(
    told: dict[str, Any] | None, good: bool
) -> None:
    assert command.adds_up(Played(MonthWish(), "network", "key", "2026-11-28", told=told)) is good

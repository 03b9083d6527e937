"""The demonstration from nothing: one JSON document on standard output, every gram accounted for, worth the effort."""

import json
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.demo import city, food
from app.demo.earlier_day import earlier_than
from tests.conftest import ROOT

FIGURES = {
    "kg_delivered",
    "metres",
    "driver_seconds",
    "vehicles",
    "kg_co2e_driving",
    "duplicate_visits",
    "people_served",
    "lowest_fill_rate",
}


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--no-serve", *arguments],
        cwd=ROOT,
        env={**os.environ, "WASL_DATA_FOLDER": str(folder), "WASL_PLAN_SECONDS": "8"},
        capture_output=True,
        text=True,
        timeout=400,
    )


def test_the_demonstration_ends_with_every_gram_in_its_place(tmp_path: Path) -> None:
    done = demo(tmp_path, "--json", "--day", "2026-11-25")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) >= {"network", "service_date", "offers", "plan", "actuals", "coordinated", "alone"}
    assert 55 <= told["offers"]["count"] <= 75
    assert told["plan"]["state"] == "published"
    assert told["plan"]["routes"] >= 3
    assert told["actuals"]["kg_unaccounted"] == 0
    changes = [each["change"] for each in told["plan"]["unserved"] if each["change"] is not None]
    assert changes
    assert all(set(each) == {"code", "details", "sentence"} for each in changes)
    assert " kg of at most " in done.stderr
    assert told["actuals"]["kg_collected"] == pytest.approx(
        told["actuals"]["kg_delivered"] + told["actuals"]["kg_refused"]
    )
    assert set(told["coordinated"]) == set(told["alone"]) == FIGURES
    assert told["coordinated"]["kg_delivered"] > 2 * told["alone"]["kg_delivered"]
    assert "invented" in done.stderr
    assert told["arrivals"]["arrivals"] > 20
    assert told["arrivals"]["p10_minutes"] < told["arrivals"]["median_minutes"] < told["arrivals"]["p90_minutes"]
    assert told["learnt"]["pace"]["legs"] > 10
    assert told["learnt"]["pace"]["error"] > 1
    around = told["around"]
    assert around["grants"]["months_covered"] > 0
    assert around["grants"]["givers"] == 3
    assert around["cards"] == [{"donors": 2, "drivers": 1, "gifts": 0}, {"donors": 0, "drivers": 2, "gifts": 1}]
    assert around["volunteers"] == {"accepted": 5, "waiting": 1, "tasks_done": 3}
    assert around["area"]["days_recorded"] == 1
    assert around["area"]["kg_for_people"] > 0
    assert around["loan"] == "accepted"


def test_a_day_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    done = demo(tmp_path, "--day", "tomorrow")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "2026-11-25" in done.stderr


def test_the_real_places_of_the_city_take_part() -> None:
    assert len(city.stores()) == 23
    places = city.receiving_places()
    assert len(places) == len(city.RECEIVERS) == 18
    assert all(place.name for place in places.values())
    assert sum(receiver.vehicle is not None for receiver in city.RECEIVERS) >= 5


@pytest.mark.parametrize(
    ("day", "earlier"),
    [("2026-12-01", "2026-11-24"), ("2026-11-30", "2026-10-26"), ("2027-03-01", "2027-02-22")],
)
def test_the_smaller_day_is_the_same_weekday_of_the_month_before(day: str, earlier: str) -> None:
    assert earlier_than(date.fromisoformat(day)) == date.fromisoformat(earlier)


def test_the_invented_day_is_the_same_for_a_seed() -> None:
    store, zone = city.stores()[0], ZoneInfo("Europe/London")
    first, second = (food.offers_of(store, date(2026, 11, 25), zone, random.Random(7)) for _ in range(2))
    assert first == second

"""What may be offered and what may arrive, and twins that show each guard is needed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import food_safety
from app.domain.categories import CATEGORIES
from app.domain.food_safety import Line, Receiver, Refusal, latest_arrival, refusals_on_posting
from app.domain.foods import ALLERGENS, DATE_MARKS, TEMPERATURE_CLASSES
from app.domain.service_date import local_instant, service_date_of

LONDON = ZoneInfo("Europe/London")
TODAY = date(2027, 6, 1)
NOW = local_instant(TODAY, time(7), LONDON)
FROM, UNTIL = local_instant(TODAY, time(9), LONDON), local_instant(TODAY, time(12), LONDON)
YOGHURT = Line("dairy_and_eggs", 12_000, "chilled", "use_by", TODAY, frozenset({"milk"}))
BREAD = Line("bread_and_bakery", 9_000, "ambient", "best_before", TODAY, frozenset({"gluten"}))
FRIDGE = Receiver("dairy_and_eggs", accepted_temperature_classes=frozenset({"ambient", "chilled"}))
SHELF = Receiver("bread_and_bakery")

lines = st.builds(
    Line,
    category=st.sampled_from(CATEGORIES),
    grams=st.integers(1, 500_000),
    temperature_class=st.sampled_from(TEMPERATURE_CLASSES),
    date_mark=st.sampled_from(DATE_MARKS),
    mark_date=st.none() | st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=9)),
    allergens=st.frozensets(st.sampled_from(ALLERGENS), max_size=3),
)
receivers = st.builds(
    Receiver,
    category=st.sampled_from(CATEGORIES),
    minimum_shelf_life_days=st.integers(0, 4),
    excluded_allergens=st.frozensets(st.sampled_from(ALLERGENS), max_size=2),
    accepted_temperature_classes=st.frozensets(st.sampled_from(TEMPERATURE_CLASSES)),
    accepts_past_best_before=st.booleans(),
)


def posting(line: Line, start: datetime = FROM, end: datetime = UNTIL, now: datetime = NOW) -> list[tuple[str, str]]:
    """Codes and fields of the refusals of an offer of one line."""
    return [(r.code, r.field) for r in refusals_on_posting([line], start, end, now, LONDON)]


def why_not(line: Line, receiver: Receiver, day: date = TODAY) -> str | None:
    """The code of the refusal, None where it may arrive."""
    answer = latest_arrival(line, receiver, day, LONDON, ready_at=FROM)
    return answer.code if isinstance(answer, Refusal) else None


def test_good_food_is_welcome() -> None:
    assert posting(YOGHURT) == []
    assert posting(BREAD) == []


def test_food_whose_use_by_date_has_passed_is_refused_on_posting() -> None:
    assert posting(replace(YOGHURT, mark_date=TODAY - timedelta(days=1))) == [("use_by_passed", "/lines/0/mark_date")]


def test_food_that_would_be_fetched_after_its_use_by_date_is_refused_on_posting() -> None:
    day = timedelta(days=1)
    assert posting(YOGHURT, FROM + day, UNTIL + day) == [("use_by_before_pickup", "/lines/0/mark_date")]


def test_the_use_by_date_ends_at_local_midnight_not_at_midnight_of_the_server() -> None:
    half_past_eleven_utc = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # already 2 June in London
    assert ("use_by_passed", "/lines/0/mark_date") in posting(YOGHURT, now=half_past_eleven_utc)


def test_bread_past_its_best_before_date_may_be_posted() -> None:
    assert posting(replace(BREAD, mark_date=TODAY - timedelta(days=2))) == []


@pytest.mark.parametrize("mark", ["use_by", "best_before"])
def test_a_date_mark_needs_its_date(mark: str) -> None:
    assert posting(replace(BREAD, date_mark=mark, mark_date=None)) == [(f"{mark}_date_missing", "/lines/0/mark_date")]


def test_a_date_needs_its_mark() -> None:
    assert posting(replace(BREAD, date_mark="none")) == [("date_mark_missing", "/lines/0/date_mark")]


def test_windows_that_cannot_be_are_refused() -> None:
    assert posting(BREAD, UNTIL, FROM) == [("window_inverted", "/pickup_until")]
    assert posting(BREAD, FROM, FROM) == [("window_inverted", "/pickup_until")]
    assert posting(BREAD, now=UNTIL) == [("window_past", "/pickup_until")]
    assert posting(BREAD, FROM, FROM + timedelta(hours=24, seconds=1)) == [("window_too_long", "/pickup_until")]
    assert posting(BREAD, FROM, FROM + timedelta(hours=24)) == []


def test_hot_food_must_be_fetched_within_two_hours() -> None:
    soup = Line("other", 8_000, "hot", "none")
    assert posting(soup) == [("hot_window_too_long", "/pickup_until")]
    assert posting(soup, FROM, FROM + timedelta(hours=2)) == []


@pytest.mark.parametrize(
    ("category", "temperature_class"),
    [("frozen_food", "chilled"), ("meat_and_fish", "ambient"), ("chilled_prepared", "ambient")],
)
def test_food_in_a_temperature_class_that_spoils_it_is_refused(category: str, temperature_class: str) -> None:
    line = Line(category, 1_000, temperature_class, "none")
    assert posting(line) == [("temperature_class_unfit", "/lines/0/temperature_class")]


def test_flags_that_contradict_each_other_are_refused() -> None:
    line = replace(BREAD, dietary_flags=frozenset({"halal", "contains_pork"}))
    assert posting(line) == [("dietary_flags_contradict", "/lines/0/dietary_flags")]


def test_every_line_is_named_by_its_place_and_every_refusal_has_a_sentence() -> None:
    bad = [YOGHURT, replace(BREAD, mark_date=None), replace(YOGHURT, mark_date=date(2027, 5, 31))]
    found = refusals_on_posting(bad, FROM, UNTIL, NOW, LONDON)
    assert [r.field for r in found] == ["/lines/1/mark_date", "/lines/2/mark_date"]
    assert found[1].sentence == "The use-by date 31 May 2027 has passed. This food may not be given away."


@given(lines, receivers, st.integers(-2, 4))
def test_use_by_food_never_arrives_after_its_date(line: Line, receiver: Receiver, ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    latest = latest_arrival(line, receiver, day, LONDON, ready_at=FROM)
    if isinstance(latest, datetime):
        assert line.category == receiver.category
        assert line.temperature_class in receiver.accepted_temperature_classes
        assert not line.allergens & receiver.excluded_allergens
        if line.date_mark == "use_by" and line.mark_date:
            assert service_date_of(latest, LONDON) <= line.mark_date


def test_the_twin_without_the_guard_would_let_old_food_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(food_safety, "_too_old", lambda *_: None)
    assert why_not(replace(YOGHURT, mark_date=date(2027, 5, 1)), FRIDGE) is None


def test_use_by_food_may_arrive_until_the_last_second_of_its_date() -> None:
    latest = latest_arrival(YOGHURT, FRIDGE, TODAY, LONDON)
    assert latest == datetime(2027, 6, 1, 22, 59, 59, tzinfo=UTC)
    assert why_not(YOGHURT, FRIDGE, TODAY + timedelta(days=1)) == "use_by_passed"


def test_best_before_follows_the_receiver() -> None:
    old = replace(BREAD, mark_date=TODAY - timedelta(days=1))
    assert why_not(old, SHELF) == "best_before_passed"
    assert why_not(old, replace(SHELF, accepts_past_best_before=True)) is None


def test_shelf_life_counts_from_the_day_of_arrival() -> None:
    keeps = replace(YOGHURT, mark_date=TODAY + timedelta(days=2))
    assert why_not(keeps, replace(FRIDGE, minimum_shelf_life_days=2)) is None
    assert why_not(keeps, replace(FRIDGE, minimum_shelf_life_days=3)) == "shelf_life_too_short"


@pytest.mark.parametrize(
    ("line", "receiver", "code"),
    [
        (BREAD, FRIDGE, "category_differs"),
        (YOGHURT, Receiver("dairy_and_eggs"), "temperature_class_not_accepted"),
        (YOGHURT, replace(FRIDGE, excluded_allergens=frozenset({"milk"})), "allergen_excluded"),
        (BREAD, replace(SHELF, required_dietary_flags=frozenset({"vegan"})), "dietary_flag_missing"),
    ],
)
def test_a_receiver_that_cannot_take_it_says_why(line: Line, receiver: Receiver, code: str) -> None:
    assert why_not(line, receiver) == code


def test_vegan_food_suits_who_asks_for_vegetarian() -> None:
    vegan = replace(BREAD, dietary_flags=frozenset({"vegan"}))
    assert why_not(vegan, replace(SHELF, required_dietary_flags=frozenset({"vegetarian"}))) is None


def test_hot_food_arrives_within_two_hours_of_being_ready() -> None:
    soup, kitchen = (
        Line("other", 8_000, "hot", "none"),
        Receiver("other", accepted_temperature_classes=frozenset({"hot"})),
    )
    assert latest_arrival(soup, kitchen, TODAY, LONDON, ready_at=FROM) == FROM + timedelta(hours=2)
    missing = latest_arrival(soup, kitchen, TODAY, LONDON)
    assert isinstance(missing, Refusal)
    assert missing.code == "hot_ready_time_missing"

"""What went wrong at visits is what the reports say, and few visits say little."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.reliability import SiteVisit, Trouble, reliability_of, sentence_of, wilson_lower

NINE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
VISIT = SiteVisit(
    NINE.date(), "store", NINE, NINE + timedelta(minutes=10), 60_000, NINE + timedelta(minutes=12),
    handled_grams=60_000, arrived_at=NINE, ended_at=NINE + timedelta(minutes=10),
)  # fmt: skip
VISITS = st.lists(
    st.builds(
        SiteVisit,
        day=st.dates(date(2026, 9, 1), date(2026, 11, 25)),
        side=st.sampled_from(("store", "food_bank")),
        begin_at=st.just(NINE),
        leave_at=st.just(NINE + timedelta(minutes=10)),
        planned_grams=st.integers(1, 100_000),
        heard_at=st.integers(0, 2000).map(lambda hours: NINE - timedelta(hours=hours)),
        handled_grams=st.none() | st.integers(0, 200_000),
        refused_grams=st.integers(0, 1000),
        failed=st.booleans(),
        reasons=st.frozensets(st.sampled_from(("closed", "nothing_there", "too_warm", "van_full", "other"))),
        arrived_at=st.none() | st.just(NINE),
        ended_at=st.just(NINE + timedelta(minutes=45)),
    ),
    max_size=25,
)


def troubles(**values: Any) -> list[str]:
    return [each.trouble for each in reliability_of([replace(VISIT, **values)]).happenings]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"handled_grams": 43_000}, []),
        ({"handled_grams": 41_000}, [Trouble.WEIGHT_OFF]),
        ({"handled_grams": 79_000}, [Trouble.WEIGHT_OFF]),
        ({"handled_grams": 10_000, "reasons": frozenset({"van_full"})}, []),
        ({"handled_grams": 0}, [Trouble.EMPTY]),
        ({"handled_grams": None, "failed": True, "reasons": frozenset({"nothing_there"})}, [Trouble.EMPTY]),
        ({"handled_grams": None, "failed": True, "reasons": frozenset({"closed"})}, [Trouble.CLOSED]),
        (
            {
                "handled_grams": None,
                "failed": True,
                "reasons": frozenset({"closed"}),
                "arrived_at": NINE + timedelta(hours=1),
                "ended_at": NINE + timedelta(hours=1),
            },
            [],
        ),
        ({"handled_grams": None, "reasons": frozenset({"too_warm"})}, [Trouble.REFUSED]),
        ({"ended_at": NINE + timedelta(minutes=30)}, []),
        ({"ended_at": NINE + timedelta(minutes=31)}, [Trouble.LATE]),
        ({"arrived_at": NINE - timedelta(hours=1)}, []),
        ({"side": "food_bank", "handled_grams": 50_000, "refused_grams": 10_000}, [Trouble.REFUSED]),
        ({"side": "food_bank", "handled_grams": 30_000}, [Trouble.WEIGHT_OFF]),
        ({"side": "food_bank", "handled_grams": None, "failed": True, "reasons": frozenset({"other"})}, []),
    ],
)  # fmt: skip
def test_what_went_wrong_is_what_the_reports_say(values: dict[str, Any], expected: list[str]) -> None:
    assert troubles(**values) == expected


def test_a_visit_in_vain_is_one_at_which_nothing_was_handled() -> None:
    counts = [
        reliability_of([replace(VISIT, **values)]).counts["in_vain"]
        for values in (
            {}, {"handled_grams": 0}, {"handled_grams": None, "failed": True, "reasons": frozenset({"closed"})},
        )
    ]  # fmt: skip
    assert counts == [0, 1, 1]


def test_one_bad_visit_out_of_one_does_not_top_nine_out_of_twenty() -> None:
    assert wilson_lower(1, 1) < wilson_lower(9, 20)
    assert wilson_lower(0, 0) == wilson_lower(0, 50) == 0
    assert wilson_lower(9, 20) == pytest.approx(0.2582, abs=1e-4)


@example(0, 75)
@given(st.integers(0, 200), st.integers(1, 200))
def test_the_bound_is_below_the_share_and_grows_with_it(troubled: int, visits: int) -> None:
    troubled = min(troubled, visits)
    assert 0 <= wilson_lower(troubled, visits) <= troubled / visits
    if troubled < visits:
        assert wilson_lower(troubled, visits) < wilson_lower(troubled + 1, visits)
    if troubled > 0:
        assert wilson_lower(troubled, visits) < wilson_lower(10 * troubled, 10 * visits)


@given(VISITS, st.randoms())
def test_the_order_of_visits_does_not_matter_and_the_numbers_fit_together(
    visits: list[SiteVisit], rng: random.Random
) -> None:
    found = reliability_of(visits)
    shuffled = list(visits)
    rng.shuffle(shuffled)
    assert reliability_of(shuffled) == found
    assert 0 <= found.troubled <= found.visits == len(visits)
    assert (found.troubled == 0) == (found.last_happened_at is None) == (not found.happenings)
    assert all(each.trouble in set(Trouble) for each in found.happenings)
    assert [each.day for each in found.happenings] == sorted((each.day for each in found.happenings), reverse=True)


def test_every_trouble_has_its_sentence_on_both_sides() -> None:
    for trouble in Trouble:
        for side in ("store", "food_bank"):
            if (trouble, side) != (Trouble.EMPTY, "food_bank"):
                assert sentence_of(trouble, side)

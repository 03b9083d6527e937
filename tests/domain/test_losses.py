"""Waste by reason: each gram once."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.impact_report import split_by_reason
from app.domain.losses import LABELS, LEFT_BY_DRIVER, losses_of_line

GRAMS = st.integers(min_value=0, max_value=500_000)
PLACES = st.fixed_dictionaries(dict.fromkeys(("expired", "wasted", "withdrawn", "animal_feed", "compost"), GRAMS))
CLAIMS = st.lists(
    st.tuples(st.sampled_from(["closed", "too_warm", "vehicles_full", "nothing_there"]), GRAMS), max_size=5
)


@given(GRAMS, CLAIMS)
def test_claims_share_the_grams_and_never_more_than_there_are(grams: int, claims: list[tuple[str, int]]) -> None:
    found = split_by_reason(grams, claims, "not_fetched")
    assert sum(found.values()) == grams
    assert all(of > 0 for of in found.values())


@given(PLACES, CLAIMS, CLAIMS, GRAMS, st.booleans())
def test_what_reached_nobody_is_what_the_books_have_there_and_what_was_too_warm_to_load(
    places: dict[str, int],
    stayed: list[tuple[str, int]],
    discarded: list[tuple[str, int]],
    refused: int,
    promised: bool,
) -> None:
    found = losses_of_line(places, stayed=stayed, discarded=discarded, refused_and_wasted=refused, promised=promised)
    ended = sum(places[each] for each in ("expired", "wasted", "animal_feed", "compost"))
    warm = min(places["withdrawn"], sum(grams for reason, grams in stayed if reason == "too_warm"))
    assert sum(found.values()) == ended + warm
    assert set(found) <= set(LABELS) | {"nothing_there"}


def test_a_drivers_word_comes_before_the_plans_and_the_rest_was_promised_or_not() -> None:
    def stayed(*claims: tuple[str, int], promised: bool = True) -> dict[str, int]:
        return losses_of_line({"expired": 10_000}, stayed=claims, discarded=(), refused_and_wasted=0, promised=promised)

    assert stayed(("closed", 6_000), ("vehicles_full", 9_000)) == {"closed": 6_000, "vehicles_full": 4_000}
    assert stayed(("closed", 6_000)) == {"closed": 6_000, "not_fetched": 4_000}
    assert stayed(promised=False) == {"not_planned": 10_000}


def test_thrown_away_food_was_held_back_or_refused_or_left_over() -> None:
    found = losses_of_line(
        {"wasted": 10_000}, stayed=(), discarded=[("too_cold", 2_000)], refused_and_wasted=5_000, promised=True
    )
    assert found == {"too_cold": 2_000, "refused_at_the_door": 5_000, "left_on_the_vehicle": 3_000}


def test_every_reason_that_there_is_has_a_label() -> None:
    said = {*reasons.UNSERVED, *reasons.SAID_ON_THE_DAY, *LEFT_BY_DRIVER, "too_warm", "too_cold", "past_use_by"}
    assert said <= set(LABELS)

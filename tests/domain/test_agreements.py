"""The rule of agreements: whose food a line is."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.agreements import KINDS, Agreement, Food, Held, Term, Wanted, held_by, holds_on, sides_that_agree

MONDAY = date(2026, 11, 23)
OURS = Wanted("our need", "ours", "our place", 50_000)
THEIRS = Wanted("their need", "theirs", "their place", 500_000)
BREAD = Food("bread", "store", "bread", 40_000)
MORE = Food("more bread", "store", "bread", 40_000)
ONLY = Agreement("a", "only", exclusive=False, stores=frozenset({"store"}), receiver="ours")
FIRST = replace(ONLY, id="b", kind="first")
NOBODY_ELSE = replace(ONLY, id="c", exclusive=True)


def found(
    *agreements: Agreement, foods: tuple[Food, ...] = (BREAD, MORE), needs: tuple[Wanted, ...] = (OURS, THEIRS)
) -> dict[str, Held]:
    pairs = {food.id: [need.id for need in needs] for food in foods}
    return held_by(agreements, foods, needs, pairs)


def test_food_goes_to_the_food_bank_alone_while_it_has_room_and_what_it_cannot_take_is_free() -> None:
    held = found(ONLY)
    assert held["bread"] == Held(("a",), frozenset({"our need"}), alone=True, drivers=None)
    assert held["more bread"].alone is False  # 10 kg of it, then the others
    assert set(found(ONLY, foods=(replace(BREAD, grams=50_000), MORE))) == {"bread"}


def test_exclusive_food_goes_to_nobody_else_even_where_the_food_bank_asks_for_none() -> None:
    assert found(NOBODY_ELSE, needs=(THEIRS,))["bread"] == Held(("c",), frozenset(), alone=True, drivers=None)
    assert found(ONLY, needs=(THEIRS,)) == {}


def test_a_pin_is_first_and_never_alone() -> None:
    assert [each.alone for each in found(FIRST).values()] == [False, False]


def test_the_firmest_agreement_decides_and_one_that_cannot_hold_makes_way() -> None:
    pin = replace(FIRST, receiver="theirs")
    held = found(pin, ONLY)
    assert held["bread"].needs == {"our need"}
    assert found(pin, ONLY, needs=(THEIRS,))["bread"].agreements == ("b",)
    shared = found(ONLY, replace(ONLY, id="d", receiver="theirs"))
    assert shared["bread"].needs == {"our need", "their need"}


def test_what_stays_whole_needs_one_need_with_room_for_all_of_it() -> None:
    whole = (replace(BREAD, whole=True, grams=60_000),)
    two = (OURS, replace(OURS, id="other", grams=20_000), THEIRS)
    assert found(ONLY, foods=whole, needs=two) == {}
    assert found(ONLY, foods=(replace(BREAD, grams=60_000),), needs=two)["bread"].alone


def test_stores_categories_and_the_place_of_the_food_bank_are_heeded() -> None:
    assert found(replace(ONLY, stores=frozenset({"another"}))) == {}
    assert found(replace(ONLY, categories=frozenset({"fruit"}))) == {}
    assert found(replace(ONLY, categories=frozenset({"bread"}), receiver_site="our place")) != {}
    assert found(replace(ONLY, receiver_site="another place")) == {}


def test_who_drives_is_who_any_of_the_agreements_names() -> None:
    ours = replace(ONLY, driver="ours")
    assert found(ours)["bread"].drivers == {"ours"}
    assert found(ours, replace(ONLY, id="d", driver="carrier"))["bread"].drivers == {"ours", "carrier"}
    assert found(ours, replace(ONLY, id="d"))["bread"].drivers is None


def test_an_agreement_holds_on_its_days_once_it_is_agreed() -> None:
    term = Term("active", MONDAY, MONDAY + timedelta(days=6), frozenset({1, 2}))
    week = [holds_on(term, MONDAY + timedelta(days=number)) for number in range(-7, 14)]
    assert [number - 7 for number, holds in enumerate(week) if holds] == [0, 1]
    assert not holds_on(replace(term, state="proposed"), MONDAY)
    assert not holds_on(replace(term, state="ended"), MONDAY)
    assert holds_on(replace(term, state="ended", replaced=True), MONDAY)
    assert holds_on(Term("active", MONDAY), date(2040, 1, 1))


def test_who_proposes_agrees_and_the_network_speaks_for_neither() -> None:
    assert sides_that_agree("donor") == {"donor"}
    assert sides_that_agree("receiver") == {"receiver"}
    assert sides_that_agree("network") == frozenset()


STORES, BANKS, CATEGORIES = ("s1", "s2"), ("b1", "b2", "b3"), ("bread", "fruit")
AGREEMENTS = st.lists(
    st.builds(
        Agreement,
        id=st.uuids().map(str),
        kind=st.sampled_from(KINDS),
        exclusive=st.booleans(),
        stores=st.frozensets(st.sampled_from(STORES), min_size=1),
        receiver=st.sampled_from(BANKS),
        receiver_site=st.sampled_from((None, "place of b1")),
        categories=st.frozensets(st.sampled_from(CATEGORIES)),
        driver=st.sampled_from((None, *BANKS)),
    ),
    max_size=5,
)
FOODS = st.lists(
    st.builds(
        Food,
        id=st.uuids().map(str),
        store=st.sampled_from(STORES),
        category=st.sampled_from(CATEGORIES),
        grams=st.integers(1, 90_000),
        whole=st.booleans(),
    ),
    max_size=8,
)
GRAMS = st.integers(0, 100_000)


@given(AGREEMENTS, FOODS, st.tuples(GRAMS, GRAMS, GRAMS), st.sets(st.tuples(st.integers(0, 7), st.sampled_from(BANKS))))
def test_whatever_agreements_there_are_food_is_held_for_their_food_banks_and_for_nobody_else(
    agreements: list[Agreement], foods: list[Food], grams: tuple[int, int, int], able: set[tuple[int, str]]
) -> None:
    needs = [Wanted(f"need of {bank}", bank, f"place of {bank}", most) for bank, most in zip(BANKS, grams, strict=True)]
    pairs = {food.id: [f"need of {bank}" for bank in BANKS if (n, bank) in able] for n, food in enumerate(foods)}
    held = held_by(agreements, foods, needs, pairs)
    by_id = {each.id: each for each in agreements}
    for food in foods:
        about = [each for each in agreements if each.covers(food)]
        if food.id not in held:
            assert not any(each.kind == "only" and each.exclusive for each in about)
            continue
        found = held[food.id]
        assert found.needs <= set(pairs[food.id])
        deciding = [by_id[each] for each in found.agreements]
        assert all(each in about for each in deciding)
        assert {each.id for each in needs if each.id in pairs[food.id] and any(a.means(each) for a in deciding)} == (
            found.needs
        )
        if found.alone and not any(each.exclusive for each in deciding):
            assert sum(each.grams for each in needs if each.id in found.needs) >= food.grams
    assert held_by([], foods, needs, pairs) == {}

"""What people type and what the map says meet in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.addresses.folding import asked, fold, forms, indexed, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إدلب", "ادلب"),
        ("آمنة", "امنه"),
        ("ٱلهاتف", "الهاتف"),
        ("مدرسة", "مدرسه"),
        ("مستشفى", "مستشفي"),
        ("مسؤول", "مسوول"),
        ("کوی", "كوي"),
        ("شـــارع", "شارع"),
        ("النَّبْك", "النبك"),
        ("شارع ١٢", "شارع 12"),
        ("شارع ۱۲", "شارع 12"),
        ("Général", "general"),
        ("STRASSE", "straße"),
        ("Sainsbury’s", "sainsburys"),
        ("l'Hermitage", "L Hermitage"),
        ("Monte-Carlo", "monte carlo"),
        ("Łódź, Ørsted", "lodz orsted"),
    ],
)
def test_two_spellings_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


def test_different_words_stay_different() -> None:
    assert len({fold(text) for text in ("شارع", "جامع", "مسجد", "Lidl", "Tesco", "12", "21")}) == 7


def test_the_article_is_one_form_of_the_word_and_a_short_word_keeps_it() -> None:
    assert set(indexed("شارع الهاتف").split()) >= {"شارع", "الهاتف", "هاتف"}
    assert asked("الهاتف") == [("الهاتف", "هاتف")]
    assert forms("الي") == {"الي"}


def test_a_street_is_found_by_its_abbreviation_and_the_other_way_round() -> None:
    assert "rd" in indexed("Commercial Road").split()
    assert "road" in indexed("Commercial Rd").split()
    assert "st" in indexed("Saint Mary Street").split()


def test_st_is_a_street_at_the_end_alone() -> None:
    assert "street" in indexed("High St").split()
    assert "street" not in indexed("St Julians").split()


@given(st.text())
def test_folding_twice_changes_nothing_more_and_leaves_only_words(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert not set(folded) & set("\"'*():^-+{}\0")


@given(st.text(), st.text())
def test_every_word_is_among_its_indexed_forms(one: str, other: str) -> None:
    kept = set(indexed(f"{one} {other}").split())
    assert set(words(f"{one} {other}")) <= kept

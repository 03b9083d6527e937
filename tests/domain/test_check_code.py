"""A check code is read however people write it, and a slip of one letter never is another code."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.check_code import LENGTH, LETTERS, RANDOM_BITS, code_of, read, shown

codes = st.integers(0, 2**RANDOM_BITS - 1).map(code_of)


@given(codes)
def test_a_code_is_sixteen_letters_in_groups_and_read_back_from_what_is_printed(code: str) -> None:
    assert len(code) == LENGTH
    assert set(code) <= set(LETTERS)
    assert [len(group) for group in shown(code).split("-")] == [4, 4, 4, 4]
    assert read(shown(code)) == code


@given(codes, st.sampled_from(["", " ", "-", "\u2011", "\u2066", " / ", "\u200f.\u200e"]))
def test_case_signs_between_and_letters_that_look_alike_do_not_matter(code: str, between: str) -> None:
    lookalikes = str.maketrans("01", "OI")
    assert read(between.join(code.lower())) == code
    assert read(between.join(code.translate(lookalikes))) == code
    assert read(code.replace("1", "l")) == code
    assert read(code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) == code


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(LETTERS))
def test_one_wrong_letter_makes_no_code(code: str, place: int, letter: str) -> None:
    wrong = code[:place] + letter + code[place + 1 :]
    assert (read(wrong) == code) == (letter == code[place])
    assert read(wrong) in (code, None)


@given(st.integers(0, 2**RANDOM_BITS - 1), st.integers(0, 2**RANDOM_BITS - 1))
def test_two_numbers_have_two_codes(one: int, other: int) -> None:
    assert (code_of(one) == code_of(other)) == (one == other)


@given(st.text(max_size=200))
def test_any_text_is_a_code_or_none(typed: str) -> None:
    found = read(typed)
    assert found is None or read(shown(found)) == found

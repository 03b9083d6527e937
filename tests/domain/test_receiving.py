"""When a food bank's word is not the driver's."""

from app.domain.receiving import SAYS_CRATES, SAYS_OTHERWISE, SAYS_UNREPORTED, Received


def received(grams: int = 30_000, crates: int | None = None, delivered: int | None = 30_000) -> Received:
    return Received(grams, crates, delivered, promised_grams=30_000, promised_crates=2)


def test_the_same_kilograms_do_not_differ_whether_or_not_somebody_counted_crates() -> None:
    assert not received().differs
    assert not received(crates=2).differs


def test_other_kilograms_differ_whatever_the_crates() -> None:
    assert (received(grams=29_999).differs, received(grams=29_999).sentence) == (True, SAYS_OTHERWISE)
    assert received(grams=0, crates=2).sentence == SAYS_OTHERWISE


def test_crates_of_a_part_are_not_held_against_those_of_the_whole() -> None:
    assert not received(grams=10_000, crates=1, delivered=10_000).differs
    assert (received(crates=1).differs, received(crates=1).sentence) == (True, SAYS_CRATES)


def test_what_nobody_has_reported_is_to_be_looked_into() -> None:
    assert (received(delivered=None).differs, received(delivered=None).sentence) == (True, SAYS_UNREPORTED)
    assert received(grams=0, delivered=None).differs

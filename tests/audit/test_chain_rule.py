"""The chain as a pure rule: every honest history holds, every later hand is found at the entry that it touched."""

from dataclasses import fields, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit_chain import BEGINNING, Entry, Mark, canonical_text, first_break, hash_of

SOME_ID = "00000000-0000-4000-8000-00000000000{}"
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ids = st.integers(0, 9).map(SOME_ID.format)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """A chain as the database makes it."""
    chain: list[Entry] = []
    last = BEGINNING
    for number in range(1, draw(st.integers(1, 8)) + 1):
        entry = Entry(
            number, last.hash, number * 10, SOME_ID.format(1), draw(st.none() | ids), draw(st.none() | ids),
            draw(words), draw(st.none() | ids), draw(words), draw(words), draw(ids), draw(words), draw(words),
        )  # fmt: skip
        entry = replace(entry, hash=hash_of(entry))
        chain.append(entry)
        last = Mark(entry.number, entry.hash)
    return chain


def the_end(chain: list[Entry]) -> Mark:
    return Mark(chain[-1].number, chain[-1].hash)


@given(histories())
def test_an_honest_history_holds(chain: list[Entry]) -> None:
    assert first_break(chain, ends=the_end(chain), noted=the_end(chain)) is None


@given(histories(), st.data())
def test_a_change_of_any_field_is_found_where_it_was_made(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from([each.name for each in fields(Entry)]))
    old = getattr(chain[place], name)
    new = data.draw((st.integers(1, 99) if isinstance(old, int) else st.none() | words).filter(lambda it: it != old))
    if new is None and name in ("previous_hash", "hash"):
        new = "0" * 63
    changed = sorted(
        [*chain[:place], replace(chain[place], **{name: new}), *chain[place + 1 :]], key=lambda e: e.number
    )
    found = first_break(changed, ends=the_end(chain))
    assert found is not None
    assert found.number <= max(entry.number for entry in changed)


@given(histories(), st.data())
def test_a_removed_entry_is_found_the_last_one_too(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    found = first_break([*chain[:place], *chain[place + 1 :]], ends=the_end(chain))
    assert found is not None
    assert found.problem == ("missing" if place < len(chain) - 1 else "end_missing")


@given(histories(), st.data())
def test_two_entries_that_change_places_are_found(chain: list[Entry], data: st.DataObject) -> None:
    if len(chain) < 2:
        return
    place = data.draw(st.integers(0, len(chain) - 2))
    first, second = chain[place], chain[place + 1]
    swapped = [replace(second, number=first.number), replace(first, number=second.number)]
    found = first_break([*chain[:place], *swapped, *chain[place + 2 :]], ends=the_end(chain))
    assert found is not None
    assert found.number == first.number


@given(histories(), st.data())
def test_an_entry_put_in_is_found_even_when_it_was_chained_with_care(chain: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    before = chain[place - 1].hash if place else BEGINNING.hash
    forged = replace(chain[place], previous_hash=before, id=7, action="forged")
    forged = replace(forged, hash=hash_of(forged))
    assert first_break([*chain[:place], forged, *chain[place:]], ends=the_end(chain)) is not None


@given(histories())
def test_a_history_rewritten_with_all_its_hashes_is_found_by_who_kept_the_head_elsewhere(chain: list[Entry]) -> None:
    rewritten: list[Entry] = []
    last = BEGINNING
    for entry in chain:
        new = replace(entry, action="nothing happened", previous_hash=last.hash)
        rewritten.append(replace(new, hash=hash_of(new)))
        last = Mark(new.number, rewritten[-1].hash)
    assert first_break(rewritten, ends=the_end(rewritten)) is None
    if rewritten != chain:
        found = first_break(rewritten, ends=the_end(rewritten), noted=the_end(chain))
        assert found is not None
        assert found.problem == "head_differs"


@given(histories())
def test_what_is_kept_goes_on_from_what_was_forgotten(chain: list[Entry]) -> None:
    forgotten = Mark(chain[0].number, chain[0].hash)
    assert first_break(chain[1:], forgotten, the_end(chain)) is None
    assert first_break(chain[1:], BEGINNING, the_end(chain)) is not None or len(chain) == 1


@pytest.mark.parametrize("pair", [(("ab", "c"), ("a", "bc")), (("a\n1:b", ""), ("a", "1:b\n"))])
def test_no_two_entries_have_the_same_text(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    base = Entry(1, "", 1, str(UUID(int=1)), None, None, "", None, "", "", "", "", "")
    texts = {canonical_text(replace(base, action=action, subject_kind=kind)) for action, kind in pair}
    assert len(texts) == 2

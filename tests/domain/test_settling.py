"""I12: the ledger ends the same for every order and repetition of reports, quarantines, decisions and settlements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import (
    Entry,
    Outcome,
    balances,
    entries_between,
    entries_for_allocation,
    entries_for_leftovers,
    entries_for_posting,
    entries_to_cover,
    is_balanced,
)
from app.domain.lifecycle import EventLine, StopEvent, fold
from app.domain.outcomes import Hold, Settled, contradictions_of, outcome_of

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
ALLOCATED = 100


@dataclass
class Said:
    """What has arrived so far of one allocation: reports, the quarantines they opened, what people said."""

    events: dict[str, StopEvent] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)

    def holds(self) -> list[Hold]:
        opened = {each.id for each in self.events.values() for line in each.lines if (line.celsius or 0) > 8}
        return [Hold("too_warm", self.decisions.get(each, "open"), NOON) for each in sorted(opened)]

    def outcome(self) -> Outcome:
        day = fold(self.events.values())
        return outcome_of(day, "milk", ALLOCATED, "shop", self.holds(), self.settled.values())


events = st.lists(
    st.builds(
        lambda number, kind, grams, celsius, minutes: StopEvent(
            str(number),
            "shop" if kind in ("collected", "failed") else "bank",
            kind,
            NOON + timedelta(minutes=minutes),
            (EventLine("milk", grams, celsius),),
            "van_full" if kind == "failed" else None,
        ),
        st.integers(0, 10_000),
        st.sampled_from(["collected", "collected", "delivered", "delivered", "refused", "failed"]),
        st.integers(0, 130),
        st.sampled_from([None, 4.0, 12.0]),
        st.integers(0, 30),
    ),
    max_size=6,
    unique_by=lambda event: event.id,
)
settlements = st.lists(st.builds(Settled, st.integers(0, 60), st.integers(0, 60)), max_size=3)
Step = tuple[str, object]


def booked(steps: Sequence[Step]) -> list[Entry]:
    """The ledger of one line after all steps, each booked as it arrives."""
    said, entries = Said(), [*entries_for_posting("milk", ALLOCATED), *entries_for_allocation("milk", ALLOCATED)]
    for kind, content in steps:
        before = said.outcome()
        if kind == "event":
            assert isinstance(content, StopEvent)
            said.events.setdefault(content.id, content)
        elif kind == "decision":
            assert isinstance(content, tuple)
            said.decisions[content[0]] = content[1]
        else:
            assert isinstance(content, tuple)
            said.settled[content[0]] = content[1]
        entries += entries_between("milk", before, said.outcome())
        assert is_balanced(entries)
    return entries


@given(
    events,
    st.dictionaries(st.integers(0, 5), st.sampled_from(["released", "discarded"])),
    settlements,
    st.randoms(use_true_random=False),
    st.integers(0, 5),
)
def test_every_order_and_repetition_ends_in_the_same_ledger(
    told: list[StopEvent], decided: dict[int, str], settled: list[Settled], random: Random, repeats: int
) -> None:
    steps: list[Step] = [("event", event) for event in told]
    steps += [("decision", (told[index].id, state)) for index, state in decided.items() if index < len(told)]
    steps += [("settled", (str(number), each)) for number, each in enumerate(settled)]
    straight = balances(booked(steps))
    shuffled = steps + steps[:repeats]
    random.shuffle(shuffled)
    assert balances(booked(shuffled)) == straight


@given(events, settlements, st.sampled_from(["open", "released", "discarded"]))
def test_no_gram_is_in_two_places(told: list[StopEvent], settled: list[Settled], state: str) -> None:
    outcome = outcome_of(fold(told), "milk", ALLOCATED, "shop", [Hold("too_warm", state)], settled)
    places = outcome.places()
    assert sum(places.values()) == ALLOCATED
    assert all(grams > 0 for account, grams in places.items() if account != "supply")
    if state != "released":
        assert "delivered" not in places
    if state == "discarded":
        assert places.keys() <= {"supply", "allocated", "offered", "withdrawn", "returned", "wasted"}


def test_what_is_settled_comes_from_the_refused_first() -> None:
    known = Outcome(100, 100, 60, 30, returned_grams=20, wasted_grams=15)
    assert known.places() == {"delivered": 60, "returned": 20, "wasted": 15, "collected": 5}


def test_what_is_held_back_counts_as_collected_and_what_is_discarded_as_wasted() -> None:
    assert Outcome(100, 100, 60, 30, held=True).places() == {"refused": 30, "collected": 70}
    assert Outcome(100, 100, 60, 30, discarded=True).places() == {"wasted": 100}
    assert Outcome(100, 100, 60, 30, held=True, discarded=True).places() == {"wasted": 100}


def test_what_cannot_all_be_true_is_told() -> None:
    delivered = StopEvent("1", "bank", "delivered", NOON + timedelta(hours=1), (EventLine("milk", 100),))
    day = fold([StopEvent("0", "shop", "collected", NOON, (EventLine("milk", 100),)), delivered])
    thrown = [Hold("too_warm", "discarded", NOON)]
    outcome = outcome_of(day, "milk", 100, "shop", thrown)
    assert [each.code for each in contradictions_of(day, "milk", outcome, thrown)] == ["discarded_first"]
    settled = outcome_of(day, "milk", 100, "shop", (), [Settled(10, 0)])
    assert [each.code for each in contradictions_of(day, "milk", settled, ())] == ["settled_too_much"]
    assert contradictions_of(day, "milk", outcome_of(day, "milk", 100, "shop"), ()) == ()


@given(st.integers(1, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_late_report_gets_back_what_was_booked_as_gone_and_no_account_goes_below_nothing(
    needed: int, offered: int, expired: int, withdrawn: int
) -> None:
    posted = offered + expired + withdrawn
    entries = [*entries_for_posting("milk", posted)] if posted else []
    gone = {"expired": expired, "withdrawn": withdrawn}
    entries += [Entry("milk", "offered", account, grams) for account, grams in gone.items() if grams]
    entries += entries_to_cover("milk", "offered", needed, {"offered": offered, **gone})
    entries.append(Entry("milk", "offered", "allocated", needed))
    assert is_balanced(entries)
    found = balances(entries)["milk"]
    assert found["expired"] == max(0, expired - max(0, needed - offered))
    assert found["withdrawn"] == max(0, withdrawn - max(0, needed - offered - expired))
    assert -found["supply"] == max(posted, needed)  # there was more than anybody knew only where it is not enough


@given(st.integers(0, 100), st.integers(-100, 100))
def test_what_nobody_fetched_is_all_booked_and_no_more_of_it_as_never_there_than_late_reports_took_from_there(
    left: int, taken: int
) -> None:
    entries = entries_for_leftovers("milk", left, taken)
    posted = (*entries_for_posting("milk", 1), *(entries_for_posting("milk", left) if left else ()))
    found = balances([*posted, *entries])["milk"]
    assert (found["offered"] - 1, found["expired"] + found["withdrawn"]) == (0, left)
    assert found["withdrawn"] == min(left, max(0, taken))


def test_food_that_was_given_back_and_collected_all_the_same_is_taken_off_the_offer_and_is_no_new_food() -> None:
    silent = Outcome(100, released_grams=100)
    assert silent.places() == {}
    assert Outcome(100, 100, released_grams=100).places() == {"collected": 100, "offered": -100}
    assert Outcome(100, 110, released_grams=60).places() == {"collected": 110, "offered": -60, "supply": -10}
    entries = entries_between("milk", silent, Outcome(100, 80, released_grams=100))
    posted = [*entries_for_posting("milk", 100), *entries]
    assert balances(posted)["milk"] | {"offered": 20, "collected": 80, "supply": -100} == balances(posted)["milk"]

"""When a partnership holds, what its terms cover, and who may do what with it."""

from datetime import date, timedelta
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import PARTNERSHIP_MOVES, may_become
from app.domain.partnerships import (
    COST_SHARING,
    NOT_ACTIVE,
    SIDES,
    Covered,
    Membership,
    Outside,
    holds_on,
    in_force,
    may_accept,
    may_resume,
    outside,
    why_not_active,
)

DAY = date(2026, 11, 25)
days = st.dates(min_value=date(2026, 11, 1), max_value=date(2026, 12, 31))
memberships = st.builds(
    Membership,
    st.sampled_from(sorted(PARTNERSHIP_MOVES)),
    days,
    st.none() | days,
    st.booleans(),
)


@given(st.lists(memberships, max_size=4), days)
def test_either_one_is_in_force_or_there_is_one_sentence_why_not(known: list[Membership], day: date) -> None:
    found, cause = in_force(known, day), why_not_active(known, day)
    assert (found is None) == (cause is not None)
    if found is not None:
        assert found in known
        assert holds_on(found, day)
        assert found.valid_from == max(each.valid_from for each in known if holds_on(each, day))
    else:
        assert not any(holds_on(each, day) for each in known)
        assert NOT_ACTIVE[str(cause)].format(name="Lidl", day=day).startswith("Lidl cannot take part on ")


@given(memberships, days)
def test_only_what_was_agreed_holds_and_only_within_its_dates(membership: Membership, day: date) -> None:
    if holds_on(membership, day):
        assert membership.state == "active" or (membership.state == "ended" and membership.renewed)
        assert membership.valid_from <= day
        assert membership.valid_until is None or day <= membership.valid_until


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        ([], "ended"),
        ([Membership("active", DAY)], None),
        ([Membership("active", DAY, DAY)], None),
        ([Membership("active", DAY + timedelta(days=1))], "begins_later"),
        ([Membership("active", date(2026, 1, 1), DAY - timedelta(days=1))], "runs_out"),
        ([Membership("proposed", DAY)], "proposed"),
        ([Membership("suspended", DAY)], "suspended"),
        ([Membership("ended", DAY)], "ended"),
        ([Membership("ended", DAY), Membership("proposed", DAY)], "proposed"),
        ([Membership("suspended", DAY), Membership("proposed", DAY)], "suspended"),
        ([Membership("ended", date(2026, 1, 1), DAY, renewed=True)], None),
        ([Membership("ended", date(2026, 1, 1), DAY - timedelta(days=1), renewed=True)], "runs_out"),
    ],
)
def test_the_cause_is_the_one_that_somebody_can_act_on(known: list[Membership], cause: str | None) -> None:
    assert why_not_active(known, DAY) == cause


def test_a_renewal_takes_over_without_a_gap() -> None:
    before = Membership("ended", date(2026, 1, 1), DAY - timedelta(days=1), renewed=True)
    renewal = Membership("active", DAY)
    assert in_force([before, renewal], DAY - timedelta(days=1)) == before
    assert in_force([before, renewal], DAY) == renewal


def test_empty_terms_cover_everything_and_named_ones_nothing_else() -> None:
    assert outside(Covered(), "site", DAY, ["drinks"]) == ()
    narrow = Covered(frozenset({"drinks"}), frozenset({1}), frozenset({"other"}))
    assert outside(narrow, "site", DAY, ["drinks", "other", "other"]) == (
        Outside("site", "site"),
        Outside("weekday", "3"),
        Outside("category", "other"),
    )


@given(st.sets(st.integers(1, 7)), days)
def test_a_weekday_is_covered_where_it_is_named_or_none_is(weekdays: set[int], day: date) -> None:
    covered = not outside(Covered(weekdays=frozenset(weekdays)), "site", day, [])
    assert covered == (not weekdays or day.isoweekday() in weekdays)


ALL_SIDES = [frozenset(each) for each in chain.from_iterable(combinations(SIDES, n) for n in range(3))]


@pytest.mark.parametrize("sides", ALL_SIDES)
@pytest.mark.parametrize("signed", [False, True])
def test_the_other_side_accepts_or_the_network_with_a_signed_document(sides: frozenset[str], signed: bool) -> None:
    assert may_accept("network", sides, signed=signed) == ("organisation" in sides or ("network" in sides and signed))
    assert may_accept("organisation", sides, signed=signed) == ("network" in sides)


def test_only_the_side_that_suspended_resumes() -> None:
    assert may_resume("network", {"network"})
    assert not may_resume("network", {"organisation"})
    assert not may_resume(None, set(SIDES))


def test_what_has_ended_stays_ended() -> None:
    assert not any(may_become(PARTNERSHIP_MOVES, "ended", state) for state in PARTNERSHIP_MOVES)
    assert not may_become(PARTNERSHIP_MOVES, "proposed", "suspended")
    assert may_become(PARTNERSHIP_MOVES, "suspended", "active")
    assert len(COST_SHARING) == 4
